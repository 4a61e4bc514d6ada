//! States to JSON, byte for byte as RKE writes them.

use super::{CertificateEntry, ClusterState, State};
use crate::error::Result;
use crate::secret::Secret;
use crate::syntax::Mapping;
use crate::syntax::write::Tree;
use std::borrow::Cow;

impl State {
    /// The state as RKE writes it to a file: indented by two spaces, `<`, `>` and `&` escaped, no newline at the end.
    ///
    /// A file that RKE wrote comes back byte for byte, whichever version it was: `rkeConfig` keeps its order and its numbers. The
    /// file may also have been rewritten by another program (jq, an editor); then this is what RKE would have written.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`](crate::ErrorKind::Unrepresentable) for a number that is infinite or not a number.
    pub fn to_json(&self) -> Result<Secret<String>> {
        let mut fields = vec![field("desiredState", self.desired.tree()?), field("currentState", self.current.tree()?)];
        others(&mut fields, &self.other)?;
        Ok(Secret::new(Tree::Map(fields).to_rke_json()))
    }
}

type Field<'a> = (Cow<'a, str>, Tree<'a>);

impl ClusterState {
    /// Go leaves out what is empty in it.
    fn tree(&self) -> Result<Tree<'_>> {
        let mut fields = Vec::new();
        if let Some(config) = &self.rke_config {
            fields.push(field("rkeConfig", Tree::own(config)?));
        }
        if !self.certificates.is_empty() {
            let entries = self.certificates.iter().map(|(name, entry)| Ok(field(name, entry.tree()?)));
            fields.push(field("certificatesBundle", Tree::Map(entries.collect::<Result<_>>()?)));
        }
        if let Some(text) = self.encryption_config.as_ref().map(Secret::expose).filter(|text| !text.is_empty()) {
            fields.push(field("encryptionConfig", Tree::Text(text)));
        }
        others(&mut fields, &self.other)?;
        Ok(Tree::Map(fields))
    }
}

impl CertificateEntry {
    fn tree(&self) -> Result<Tree<'_>> {
        let mut fields = self.fields().map(|(key, text)| field(key, Tree::Text(text))).collect();
        others(&mut fields, &self.other)?;
        Ok(Tree::Map(fields))
    }
}

fn field<'a>(key: &'a str, tree: Tree<'a>) -> Field<'a> {
    (Cow::Borrowed(key), tree)
}

fn others<'a>(fields: &mut Vec<Field<'a>>, other: &'a Mapping) -> Result<()> {
    for (key, value) in other.iter() {
        fields.push(field(key, Tree::own(value)?));
    }
    Ok(())
}
