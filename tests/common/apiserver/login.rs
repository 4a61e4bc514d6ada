//! Who is let in: the TLS side, certificates and tokens.

use super::{Config, Who};
use crate::common::pki;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, ServerConnection, SignatureScheme,
    StreamOwned,
};
use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

/// A connection whose handshake is done.
pub(super) type Stream = StreamOwned<ServerConnection, TcpStream>;

/// What decides who comes in.
pub(super) struct Door {
    tls: Arc<ServerConfig>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    tokens: BTreeMap<String, String>,
}

/// What a client has shown in the handshake.
pub(super) struct Visitor {
    certificates: Vec<CertificateDer<'static>>,
}

impl Visitor {
    /// The common name in the certificate.
    pub(super) fn common_name(&self) -> Option<String> {
        pki::common_name(self.certificates.first()?)
    }
}

impl Door {
    pub(super) fn new(config: &Config) -> Door {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = config.client_ca.as_deref().map(|ca| {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).expect("a CA")).expect("a CA that can be a root");
            let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            builder.build().expect("a verifier") as Arc<dyn ClientCertVerifier>
        });
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = versions.expect("the versions of TLS that ring knows");
        let builder = match &clients {
            Some(judge) => builder.with_client_cert_verifier(Arc::new(Anybody(Arc::clone(judge)))),
            None => builder.with_no_client_auth(),
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(config.certificate.certificate.as_bytes()).collect();
        let key = PrivateKeyDer::from_pem_slice(config.certificate.key_pkcs8.as_bytes()).expect("a key");
        let tls = builder.with_single_cert(chain.expect("certificates"), key).expect("a certificate and its key");
        Door { tls: Arc::new(tls), clients, tokens: config.tokens.iter().cloned().collect() }
    }

    /// The handshake; `None` where the client turns away, because it does not trust the certificate for example.
    pub(super) fn open(&self, mut stream: TcpStream) -> Option<(Stream, Visitor)> {
        let mut connection = ServerConnection::new(Arc::clone(&self.tls)).expect("a sound configuration");
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                // The alert that says why, if there is one.
                let _ = connection.write_tls(&mut stream);
                let _ = stream.flush();
                return None;
            }
        }
        let certificates = connection.peer_certificates().unwrap_or_default().iter();
        let certificates = certificates.map(|c| c.clone().into_owned()).collect();
        Some((StreamOwned::new(connection, stream), Visitor { certificates }))
    }

    /// As whom that client comes in: its certificate comes first, as in kube-apiserver.
    pub(super) fn who(&self, visitor: &Visitor, token: Option<&str>) -> Option<Who> {
        if let (Some(judge), Some((leaf, others))) = (&self.clients, visitor.certificates.split_first()) {
            if judge.verify_client_cert(leaf, others, UnixTime::now()).is_ok() {
                return Some(Who::Certificate(visitor.common_name().unwrap_or_default()));
            }
        }
        self.tokens.get(token?).cloned().map(Who::Token)
    }
}

/// Takes every certificate whose key the client has: kube-apiserver judges it with the request.
#[derive(Debug)]
struct Anybody(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for Anybody {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
