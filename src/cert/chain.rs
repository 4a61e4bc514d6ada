//! Chains of signatures from a certificate up to one that is trusted.

use super::{Certificate, Purpose, SignatureCheck, Validity};
use rustls_pki_types::UnixTime;
use std::collections::HashMap;
use std::fmt;

/// As in Go: more signatures than this are not checked for one certificate.
const MAX_SIGNATURES: usize = 100;
/// So many issuers are considered for one certificate, however many have the same name.
const MAX_CANDIDATES: usize = 100_000;

/// Finds out whether certificates lead to one of a CA bundle, by their signatures (feature `verify`).
///
/// It is a path validation as in RFC 5280, 6.1, seen the way Go, which is to say the API server and kubectl, sees it:
/// * Every certificate of the bundle is trusted, whether it signed itself or not. It has to be valid all the same, and
///   if it is of version 3 it has to say that it is a CA.
/// * Intermediates stand in any order, in the bundle or beside it, some twice, some of no use. All ways are tried, so
///   that one that has expired does no harm where there is another one (cross-signed).
/// * Names are compared byte by byte.
/// * For a [`Purpose`] all certificates of a chain have to allow it.
///
/// Revocation is not looked at, and neither are policies. For one certificate at most 100 signatures are checked, as in
/// Go, and 100,000 issuers considered. The time to judge by is passed in.
///
/// ```no_run
/// use kubeconfig::cert::{self, Purpose, ChainVerdict, Verifier};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cas = cert::certificates(&std::fs::read("ca.crt")?)?;
/// let client = cert::certificates(&std::fs::read("client.crt")?)?;
/// let verifier = Verifier::new(&cas).with_intermediates(&client);
/// let chain = verifier.verify(&client[0], Purpose::ClientAuth, cert::parse_time("2030-01-01")?);
/// match chain.verdict() {
///     ChainVerdict::Trusted => println!("{} certificates lead to the CA", chain.path().len()),
///     ChainVerdict::UnknownIssuer | ChainVerdict::SelfSigned => println!("it comes from another CA"),
///     verdict => println!("{}: {verdict}", chain.certificate().subject()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Verifier<'a> {
    entries: Vec<Entry<'a>>,
    /// The entries with a subject, in order.
    by_subject: HashMap<&'a [u8], Vec<usize>>,
    by_der: HashMap<&'a [u8], usize>,
}

/// What was found out about a certificate. `Display` says it in a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChainVerdict {
    /// It leads to a trusted certificate, and all is well on the way.
    Trusted,
    /// [`Chain::certificate`] was issued by someone who is in neither the bundle nor the intermediates.
    ///
    /// In a kubeconfig of K3s or RKE2 that is as it should be, and so is [`SelfSigned`](ChainVerdict::SelfSigned): they sign
    /// servers and clients with different CAs, and the bundle has the servers'.
    UnknownIssuer,
    /// [`Chain::certificate`] signed itself and is not trusted.
    SelfSigned,
    /// [`Chain::certificate`] was not signed by the one that has its issuer's name, which is [`Chain::namesake`].
    BadSignature,
    /// [`Chain::certificate`] has expired.
    Expired,
    /// [`Chain::certificate`] is not valid yet.
    NotYetValid,
    /// [`Chain::certificate`] signed another one, but may not: it does not say that it is a CA (RFC 5280, 4.2.1.9), or
    /// its key is not for signing certificates (4.2.1.3).
    NotACa,
    /// [`Chain::certificate`] has more CAs below it than it allows (RFC 5280, 4.2.1.9).
    PathLength,
    /// [`Chain::certificate`] is not for this [`Purpose`] (RFC 5280, 4.2.1.12).
    Purpose,
    /// The signature on [`Chain::certificate`] is of a kind, or by a key, that can't be checked here; see
    /// [`Certificate::signed_by`].
    UnsupportedAlgorithm,
    /// [`Chain::certificate`] has a critical extension that is not understood here, or constrains names (RFC 5280, 4.2
    /// and 4.2.1.10): whether that forbids this chain is unknown.
    UnsupportedExtension,
    /// The search was given up at one of its limits.
    Limit,
}

impl fmt::Display for ChainVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trusted => "trusted",
            Self::UnknownIssuer => "its issuer is unknown",
            Self::SelfSigned => "self-signed and not trusted",
            Self::BadSignature => "not signed by the one that has its issuer's name",
            Self::Expired => "expired",
            Self::NotYetValid => "not valid yet",
            Self::NotACa => "signed another certificate but is no certificate authority",
            Self::PathLength => "has more certificate authorities below it than it allows",
            Self::Purpose => "not for this purpose",
            Self::UnsupportedAlgorithm => "signed in a way that can't be checked here",
            Self::UnsupportedExtension => "has a critical extension that is not understood here",
            Self::Limit => "the search for a chain was given up",
        })
    }
}

/// What [`Verifier::verify`] found.
#[derive(Clone, Debug)]
pub struct Chain<'a> {
    verdict: ChainVerdict,
    path: Vec<&'a Certificate>,
    certificate: &'a Certificate,
    namesake: Option<&'a Certificate>,
}

impl<'a> Chain<'a> {
    /// The verdict. Where several ways lead nowhere it is that of the way that came furthest.
    pub fn verdict(&self) -> ChainVerdict {
        self.verdict
    }

    /// Whether the verdict is [`ChainVerdict::Trusted`].
    pub fn is_trusted(&self) -> bool {
        self.verdict == ChainVerdict::Trusted
    }

    /// The certificates on the way, the one that was asked about first, each signed by the next as far as that was
    /// found. It ends with a trusted one, or with the one whose issuer was not found.
    pub fn path(&self) -> &[&'a Certificate] {
        &self.path
    }

    /// The certificate that the verdict is about, one of the path; if all is well the one that was asked about.
    pub fn certificate(&self) -> &'a Certificate {
        self.certificate
    }

    /// Where no issuer was found: one that has its name, but whose key did not make the signature. A CA that was made
    /// anew looks like this.
    pub fn namesake(&self) -> Option<&'a Certificate> {
        self.namesake
    }
}

/// A certificate with what the search looks at.
#[derive(Clone)]
struct Entry<'a> {
    certificate: &'a Certificate,
    subject: &'a [u8],
    issuer: &'a [u8],
    public_key_info: &'a [u8],
    trusted: bool,
}

impl<'a> Entry<'a> {
    fn new(certificate: &'a Certificate, trusted: bool) -> Option<Self> {
        let layout = certificate.layout()?;
        let (subject, issuer, public_key_info) = (layout.subject, layout.issuer, layout.public_key_info);
        Some(Entry { certificate, subject, issuer, public_key_info, trusted })
    }

    /// Whether it may sign certificates. One of version 1 can't say so; that it is trusted has to do.
    fn may_sign(&self) -> bool {
        self.certificate.is_authority() && (self.trusted || self.certificate.is_ca())
    }

    /// Same name, same key: to come across it twice is to go round in a circle.
    fn is_same_as(&self, other: &Entry<'_>) -> bool {
        self.subject == other.subject && self.public_key_info == other.public_key_info
    }

    /// Whether the key identifiers say that `issuer` signed this; `None` where they say nothing.
    fn names(&self, issuer: &Entry<'_>) -> Option<bool> {
        Some(self.certificate.authority_key_id()? == issuer.certificate.subject_key_id()?)
    }
}

impl<'a> Verifier<'a> {
    /// Trusts the certificates of a CA bundle.
    pub fn new(bundle: &'a [Certificate]) -> Self {
        let empty = Verifier { entries: Vec::new(), by_subject: HashMap::new(), by_der: HashMap::new() };
        empty.with(bundle, true)
    }

    /// Adds certificates that are not trusted but may stand between. Those of the bundle stay trusted, and the one that
    /// is asked about may be among them.
    #[must_use]
    pub fn with_intermediates(self, certificates: &'a [Certificate]) -> Self {
        self.with(certificates, false)
    }

    fn with(mut self, certificates: &'a [Certificate], trusted: bool) -> Self {
        for certificate in certificates {
            let next = self.entries.len();
            let index = *self.by_der.entry(certificate.der()).or_insert(next);
            if index < next {
                continue;
            }
            let Some(entry) = Entry::new(certificate, trusted) else { continue };
            self.by_subject.entry(entry.subject).or_default().push(index);
            self.entries.push(entry);
        }
        self
    }

    /// Looks for a way from `certificate` to a trusted one at which all is well at the time `at`.
    pub fn verify<'c>(&'c self, certificate: &'c Certificate, purpose: Purpose, at: UnixTime) -> Chain<'c> {
        let trusted =
            self.by_der.get(&certificate.der()[..]).and_then(|&i| self.entries.get(i)).is_some_and(|e| e.trusted);
        let unknown =
            Chain { verdict: ChainVerdict::UnknownIssuer, path: vec![certificate], certificate, namesake: None };
        let Some(leaf) = Entry::new(certificate, trusted) else { return unknown };
        let mut search = Search {
            verifier: self,
            leaf,
            purpose,
            at,
            signatures: HashMap::new(),
            candidates: 0,
            given_up: false,
            best: (Rank::default(), unknown),
        };
        search.walk(&mut vec![self.entries.len()]);
        let mut chain = search.best.1;
        if search.given_up {
            (chain.verdict, chain.certificate) = (ChainVerdict::Limit, certificate);
        }
        chain
    }
}

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trusted = self.entries.iter().filter(|entry| entry.trusted).count();
        f.debug_struct("Verifier")
            .field("trusted", &trusted)
            .field("intermediates", &(self.entries.len() - trusted))
            .finish_non_exhaustive()
    }
}

/// How much a verdict says, beside others: first by kind, then by the length of the path.
type Rank = (u8, usize);

/// A search in depth. Certificates are known by their index; the one behind the last is the one that was asked about.
struct Search<'c> {
    verifier: &'c Verifier<'c>,
    leaf: Entry<'c>,
    purpose: Purpose,
    at: UnixTime,
    /// What was found out of pairs of certificate and issuer. They come up again on other ways.
    signatures: HashMap<(usize, usize), SignatureCheck>,
    candidates: usize,
    given_up: bool,
    best: (Rank, Chain<'c>),
}

impl<'c> Search<'c> {
    fn entry(&self, index: usize) -> &Entry<'c> {
        self.verifier.entries.get(index).unwrap_or(&self.leaf)
    }

    /// Goes on from the last of the path; true if the search is over. The path is never longer than the signatures that
    /// may be checked.
    fn walk(&mut self, path: &mut Vec<usize>) -> bool {
        let last = path.last().copied().unwrap_or_default();
        if self.entry(last).trusted {
            let (verdict, at) = self.judge(path);
            self.note(verdict, path, at, None);
            return verdict == ChainVerdict::Trusted;
        }
        let alone = if self.entry(last).certificate.is_self_issued() {
            match self.check(last, last) {
                None => return true,
                Some(SignatureCheck::Good) => {
                    self.note(ChainVerdict::SelfSigned, path, last, None);
                    return false;
                }
                Some(SignatureCheck::Unsupported) => ChainVerdict::SelfSigned,
                Some(SignatureCheck::Bad) => ChainVerdict::UnknownIssuer,
            }
        } else {
            ChainVerdict::UnknownIssuer
        };
        let (mut stuck, mut namesake, mut found) = (alone, None, false);
        for candidate in self.candidates(last) {
            self.candidates += 1;
            if self.candidates > MAX_CANDIDATES {
                self.given_up = true;
                return true;
            }
            let issuer = self.entry(candidate);
            if path.iter().any(|&earlier| self.entry(earlier).is_same_as(issuer)) {
                continue;
            }
            let (certificate, named) = (issuer.certificate, self.entry(last).names(issuer));
            match self.check(last, candidate) {
                None => return true,
                Some(SignatureCheck::Good) => {
                    found = true;
                    path.push(candidate);
                    if self.walk(path) {
                        return true;
                    }
                    path.pop();
                }
                Some(SignatureCheck::Unsupported) => stuck = ChainVerdict::UnsupportedAlgorithm,
                Some(SignatureCheck::Bad) => {
                    namesake = namesake.or(Some(certificate));
                    // One whose key has another name is not the issuer, but another one with his name.
                    if named != Some(false) && stuck != ChainVerdict::UnsupportedAlgorithm {
                        stuck = ChainVerdict::BadSignature;
                    }
                }
            }
        }
        if !found {
            self.note(stuck, path, last, namesake);
        }
        false
    }

    /// Those with the issuer's name, the most promising first: trusted, with the right key, valid.
    fn candidates(&self, last: usize) -> Vec<usize> {
        let certificate = self.entry(last);
        let mut candidates = self.verifier.by_subject.get(certificate.issuer).cloned().unwrap_or_default();
        candidates.sort_by_cached_key(|&candidate| {
            let issuer = self.entry(candidate);
            let named = match certificate.names(issuer) {
                Some(true) => 0,
                None => 1,
                Some(false) => 2,
            };
            (!issuer.trusted, named, issuer.certificate.is_valid_at(self.at) != Validity::Valid)
        });
        candidates
    }

    /// Whether one signed the other; `None` if the search is over because that was asked too often.
    fn check(&mut self, signed: usize, issuer: usize) -> Option<SignatureCheck> {
        if let Some(known) = self.signatures.get(&(signed, issuer)) {
            return Some(*known);
        }
        if self.signatures.len() >= MAX_SIGNATURES {
            self.given_up = true;
            return None;
        }
        let check = self.entry(signed).certificate.signed_by(self.entry(issuer).certificate);
        self.signatures.insert((signed, issuer), check);
        Some(check)
    }

    /// Whether all is well with a path whose signatures are right and that ends in a trusted certificate; if not, with
    /// which one it is not.
    fn judge(&self, path: &[usize]) -> (ChainVerdict, usize) {
        let issuers = || path.iter().copied().skip(1);
        let mut below = 0;
        for index in issuers() {
            let issuer = self.entry(index);
            if !issuer.may_sign() {
                return (ChainVerdict::NotACa, index);
            }
            if issuer.certificate.path_length().is_some_and(|most| below > most) {
                return (ChainVerdict::PathLength, index);
            }
            below += u64::from(!issuer.certificate.is_self_issued());
        }
        for &index in path {
            if !self.entry(index).certificate.allows(self.purpose) {
                return (ChainVerdict::Purpose, index);
            }
        }
        if let Some(index) = path.iter().find(|&&index| self.entry(index).certificate.extensions.unknown_critical) {
            return (ChainVerdict::UnsupportedExtension, *index);
        }
        if let Some(index) = issuers().find(|&index| self.entry(index).certificate.extensions.name_constraints) {
            return (ChainVerdict::UnsupportedExtension, index);
        }
        for &index in path {
            match self.entry(index).certificate.is_valid_at(self.at) {
                Validity::Valid => {}
                Validity::Expired => return (ChainVerdict::Expired, index),
                Validity::NotYetValid => return (ChainVerdict::NotYetValid, index),
            }
        }
        (ChainVerdict::Trusted, path.first().copied().unwrap_or_default())
    }

    fn note(&mut self, verdict: ChainVerdict, path: &[usize], at: usize, namesake: Option<&'c Certificate>) {
        let kind = match verdict {
            ChainVerdict::UnknownIssuer | ChainVerdict::SelfSigned => 0,
            ChainVerdict::BadSignature => 1,
            ChainVerdict::UnsupportedAlgorithm => 2,
            ChainVerdict::Trusted => 4,
            _ => 3,
        };
        let rank = (kind, path.len());
        if rank > self.best.0 {
            let certificate = self.entry(at).certificate;
            let path = path.iter().map(|&index| self.entry(index).certificate).collect();
            self.best = (rank, Chain { verdict, path, certificate, namesake });
        }
    }
}
