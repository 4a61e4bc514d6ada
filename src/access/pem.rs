//! PEM in a kubeconfig, or in a file that it names.

use super::placeholder::placeholder;
use crate::config::{AuthInfo, Cluster, Data, set};
use crate::error::{Error, Printable, Result};
use crate::finding::{Code, Effect, Finding};
use crate::load::read_reference;
use crate::secret::SecretBytes;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// A text and where it is: in the data field of an entry, or in a file that is named there. Paths are absolute.
#[derive(Clone, Copy)]
pub(crate) struct Pem<'a> {
    /// The field that holds or names it.
    pub(crate) field: &'static str,
    source: Source<'a>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Data(&'a Data),
    File(&'a str),
}

/// By what two are the same, so that neither is read twice.
#[derive(Clone)]
pub(super) enum Key {
    Data(Data),
    File(PathBuf),
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Key::Data(one), Key::Data(other)) => one.as_base64() == other.as_base64(),
            (Key::File(one), Key::File(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    /// The end of a text tells two apart as well as all of it: in a certificate it is the signature.
    fn hash<H: Hasher>(&self, state: &mut H) {
        const ENOUGH: usize = 128;
        match self {
            Key::Data(data) => {
                let text = data.as_base64().as_bytes();
                state.write_usize(text.len());
                // PEM ends with the same words everywhere, in base64 too.
                let end = text.len().saturating_sub(64);
                state.write(text.get(end.saturating_sub(ENOUGH)..end).unwrap_or_default());
            }
            Key::File(path) => path.hash(state),
        }
    }
}

impl<'a> Pem<'a> {
    pub(crate) fn authority(cluster: &'a Cluster) -> Option<Self> {
        let (path, data) = (&cluster.certificate_authority, cluster.certificate_authority_data.as_ref());
        Pem::of(["certificate-authority", "certificate-authority-data"], path, data)
    }

    pub(crate) fn client_certificate(user: &'a AuthInfo) -> Option<Self> {
        let (path, data) = (&user.client_certificate, user.client_certificate_data.as_ref());
        Pem::of(["client-certificate", "client-certificate-data"], path, data)
    }

    pub(crate) fn client_key(user: &'a AuthInfo) -> Option<Self> {
        let data = user.client_key_data.as_ref().map(|data| data.expose());
        Pem::of(["client-key", "client-key-data"], &user.client_key, data)
    }

    /// The data before the file, as in client-go where it does not refuse both.
    fn of(
        [path_field, data_field]: [&'static str; 2],
        path: &'a Option<String>,
        data: Option<&'a Data>,
    ) -> Option<Self> {
        if let Some(data) = data.filter(|data| !data.is_empty()) {
            return Some(Pem { field: data_field, source: Source::Data(data) });
        }
        Some(Pem { field: path_field, source: Source::File(set(path)?) })
    }

    pub(super) fn key(&self) -> Key {
        match self.source {
            Source::Data(data) => Key::Data(data.clone()),
            Source::File(path) => Key::File(path.into()),
        }
    }

    /// The file, if it is in one.
    pub(crate) fn file(&self) -> Option<&'a Path> {
        match self.source {
            Source::Data(_) => None,
            Source::File(path) => Some(Path::new(path)),
        }
    }

    /// # Errors
    /// Those of reading the file.
    pub(crate) fn read(&self) -> Result<SecretBytes> {
        match self.source {
            Source::Data(data) => Ok(data.decode().into_bytes()),
            Source::File(path) => read_reference(Path::new(path)),
        }
    }

    /// ` in /etc/ca.crt`, where it is in a file.
    #[cfg(feature = "cert")]
    pub(super) fn place(&self) -> String {
        match self.source {
            Source::Data(_) => String::new(),
            Source::File(path) => format!(" in {}", Printable(&crate::secret::without_content(path))),
        }
    }

    /// Says that there is nothing to be read. `None` where a file cannot be opened, which client-go's own rule says.
    pub(super) fn unreadable(&self, code: Code, error: &Error) -> Option<Finding> {
        if self.file().is_some() && error.io_error().is_some() {
            return None;
        }
        let placeholder = match self.source {
            Source::Data(data) => placeholder(data.as_base64()),
            Source::File(_) => None,
        };
        if let Some(placeholder) = placeholder {
            let message = format!("{} is {placeholder}: the data itself is not in the file", self.field);
            return Some(Finding::new(Code::PlaceholderSecret, message).with_effect(Effect::Refused));
        }
        let message = match self.source {
            // Of a CA kubectl itself says what cannot be read.
            Source::Data(_) if code == Code::CertUnreadable && self.field.starts_with("certificate-authority") => {
                error.message().to_owned()
            }
            Source::Data(_) => format!("{}: {}", self.field, error.message()),
            Source::File(path) => {
                format!("{}: {}", Printable(&crate::secret::without_content(path)), error.message())
            }
        };
        let mut finding = Finding::new(code, message).with_effect(Effect::Refused);
        finding.help = error.help().map(str::to_owned);
        Some(finding)
    }
}

/// What a text is that holds no PEM of the kind that is looked for: a mistake that is known.
pub(super) fn known_mistake(content: &[u8]) -> Option<&'static str> {
    let text = content.trim_ascii();
    let starts = |with: &str| text.starts_with(with.as_bytes());
    match () {
        () if starts("LS0tLS1") => Some("it is base64 twice: decode it once"),
        () if starts("&#") || text.windows(4).any(|w| w == b"&#x2" || w == b"&#43") => {
            Some("it is escaped as in HTML: restore the original")
        }
        () if starts("\\n") || text.windows(6).any(|w| w == b"-----\\") => Some("its line breaks are written as \\n"),
        () if text.is_empty() => Some("it is empty"),
        () => None,
    }
}
