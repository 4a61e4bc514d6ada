//! What a context authenticates with, and what it still depends on.

use super::report::{ContextReport, Credential, CredentialKind, Dependence};
use super::server::{Brackets, Server};
use crate::config::{AuthInfo, set};
use crate::error::Error;
use crate::load::{Auth, Loaded, Overrides, Target};

/// Looks at one context of a finished backup.
pub(super) fn examine(backup: &Loaded, name: &str, now: Now) -> ContextReport {
    let context = backup.config().contexts.get(name);
    let mut report = ContextReport {
        name: name.to_owned(),
        cluster: context.and_then(|c| set(&c.cluster)).map(str::to_owned),
        user: context.and_then(|c| set(&c.user)).map(str::to_owned),
        credentials: Vec::new(),
        dependences: Vec::new(),
    };
    let cluster = report.cluster.as_deref().and_then(|name| backup.config().clusters.get(name));
    let server = cluster.and_then(|c| set(&c.server)).unwrap_or(DEFAULT_SERVER);
    let proxy = cluster.and_then(|c| set(&c.proxy_url));
    if [Some(server), proxy].into_iter().flatten().any(|url| Server::of(url).is_this_machine()) {
        report.dependences.push(Dependence::ThisMachine);
    }
    if Server::of(server).brackets() == Brackets::Misleading {
        let why = "the server's IPv6 address has no brackets, so that its last part is read as the port";
        report.dependences.push(Dependence::Refused(why.into()));
        return report;
    }
    let target = match backup.target_with(&Overrides::new().context(name).default_server(DEFAULT_SERVER)) {
        Ok(target) => target,
        Err(error) => {
            report.dependences.push(refused(&error));
            return report;
        }
    };
    for auth in target.auth_methods() {
        report.credentials.extend(credential(auth, &target));
        report.dependences.extend(needs(auth, target.auth_info()));
    }
    if target.prompts() {
        report.dependences.push(Dependence::Credentials);
    }
    match target.check_client() {
        Err(error) => report.dependences.push(refused(&error)),
        Ok(()) => expiry::judge(&target, &report.credentials, now, &mut report.dependences),
    }
    report
}

/// What kubectl speaks to where the configuration names no server.
const DEFAULT_SERVER: &str = "http://localhost:8080";

/// The sentences of an error; they hold names, never values.
fn refused(error: &Error) -> Dependence {
    let why: Vec<&str> = error.errors().iter().map(Error::message).collect();
    Dependence::Refused(why.join(", "))
}

fn credential(auth: Auth, target: &Target) -> Option<Credential> {
    let kind = match auth {
        Auth::ClientCertificate => CredentialKind::ClientCertificate,
        Auth::Token | Auth::TokenFile => CredentialKind::Token,
        Auth::Basic => CredentialKind::Basic,
        Auth::Exec => CredentialKind::Exec,
        Auth::AuthProvider => CredentialKind::Provider(provider(target.auth_info())),
        Auth::None => return None,
    };
    Some(Credential {
        #[cfg(feature = "cert")]
        until: expiry::of(&kind, target.auth_info()),
        kind,
    })
}

fn needs(auth: Auth, user: &AuthInfo) -> Option<Dependence> {
    match auth {
        Auth::Exec => {
            let command = user.exec.as_ref().and_then(|exec| set(&exec.command)).unwrap_or("a command");
            Some(Dependence::Command(without_arguments(command).to_owned()))
        }
        Auth::AuthProvider => Some(Dependence::Provider(provider(user))),
        _ => None,
    }
}

/// A command that has arguments in its name is a mistake of its writer, but they may be secret all the same.
pub(crate) fn without_arguments(command: &str) -> &str {
    match command.find([' ', '\t', '\n']) {
        Some(at) if command[at..].contains(['-', '=']) => &command[..at],
        _ => command,
    }
}

fn provider(user: &AuthInfo) -> String {
    user.auth_provider.as_ref().and_then(|provider| set(&provider.name)).unwrap_or_default().to_owned()
}

/// The time to judge by. Without the feature `cert` nothing is known to end.
#[derive(Clone, Copy)]
pub(super) struct Now {
    #[cfg(feature = "cert")]
    pub(super) time: rustls_pki_types::UnixTime,
}

impl Now {
    pub(super) fn from_clock() -> Self {
        Now {
            #[cfg(feature = "cert")]
            time: rustls_pki_types::UnixTime::now(),
        }
    }
}

#[cfg(not(feature = "cert"))]
mod expiry {
    pub(super) fn judge(_: &super::Target, _: &[super::Credential], _: super::Now, _: &mut Vec<super::Dependence>) {}
}

#[cfg(feature = "cert")]
mod expiry {
    use super::{AuthInfo, Credential, CredentialKind, Dependence, Now, Target};
    use crate::config::set_secret;
    use crate::error::Error;
    use crate::export::embed::Field;
    use crate::export::report::Ending;
    use crate::jwt::Claims;
    use rustls_pki_types::UnixTime;

    /// When a credential ends, if it says so itself.
    pub(super) fn of(kind: &CredentialKind, user: &AuthInfo) -> Option<UnixTime> {
        match kind {
            // The first certificate is the client's own; those behind it are of its issuers.
            CredentialKind::ClientCertificate => {
                let pem = user.client_certificate_data.as_ref()?.decode();
                Some(crate::cert::leaf(&pem).ok()?.not_after())
            }
            CredentialKind::Token => Claims::of(set_secret(&user.token)?)?.time("exp"),
            _ => None,
        }
    }

    /// What has ended, and what kubectl will not be able to use, of all that is used.
    pub(super) fn judge(target: &Target, credentials: &[Credential], now: Now, found: &mut Vec<Dependence>) {
        if !target.is_tls() {
            return;
        }
        let over = |until: UnixTime| until.as_secs() < now.time.as_secs();
        // One credential that still holds is enough: kubectl sends them all.
        if credentials.iter().all(|c| c.until.is_some_and(over)) {
            found.extend(credentials.iter().map(|credential| {
                Dependence::Expired(match credential.kind {
                    CredentialKind::ClientCertificate => Ending::ClientCertificate,
                    _ => Ending::Token,
                })
            }));
        }
        let mut refuse = |field: Field, error: Error| {
            found.push(Dependence::Refused(format!("{}-data: {}", field.name(), error.message())));
        };
        let user = target.auth_info();
        if let Some(certificate) = user.client_certificate_data.as_ref().filter(|data| !data.is_empty()) {
            let key = user.client_key_data.as_ref().map(|data| data.expose().decode());
            let parts = [(Field::Certificate, Some(certificate.decode())), (Field::Key, key)];
            for (field, pem) in parts {
                pem.and_then(|pem| field.check(&pem).err()).into_iter().for_each(|error| refuse(field, error));
            }
        }
        let cluster = target.cluster();
        let ca = cluster.certificate_authority_data.as_ref().filter(|data| !data.is_empty());
        match ca.map(|data| crate::cert::certificates(&data.decode())) {
            Some(Err(error)) => refuse(Field::Ca, error),
            Some(Ok(ca)) if ca.iter().all(|certificate| over(certificate.not_after())) => {
                found.push(Dependence::Expired(Ending::CertificateAuthority));
            }
            _ => {}
        }
    }
}
