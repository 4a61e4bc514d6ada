//! Writing a kubeconfig in its own order.

use super::Kubeconfig;
use super::fields::ToValue;
use crate::error::Result;
use crate::syntax;
use crate::syntax::write::{Layout, Writer};

impl Kubeconfig {
    /// This kubeconfig as YAML, in its own order: unknown fields are kept with their spelling, nothing is added.
    ///
    /// kubectl reads it as the same configuration. Base64 stays on one line however long it is. For kubectl's own bytes
    /// see [`View`](super::View).
    ///
    /// ```
    /// use kubeconfig::{Cluster, Kubeconfig};
    /// let mut config = Kubeconfig::new();
    /// config.clusters.insert("prod", Cluster::new("https://prod.example.com:6443"));
    /// let yaml = config.to_yaml()?;
    /// assert!(yaml.ends_with("- name: prod\n  cluster:\n    server: https://prod.example.com:6443\n"));
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`syntax::to_yaml`].
    pub fn to_yaml(&self) -> Result<String> {
        let mut writer = Writer::new(Layout::OWN);
        self.write_fields(&mut writer);
        let mut text = writer.finish()?;
        // A file of nothing looks like a failure.
        if text.is_empty() {
            text.push_str("{}\n");
        }
        Ok(std::mem::take(&mut *text))
    }

    /// This kubeconfig as JSON, in its own order, with unknown fields.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`](crate::ErrorKind::Unrepresentable) for a number in an extension or an unknown
    /// field that is infinite or not a number.
    pub fn to_json(&self) -> Result<String> {
        syntax::to_json(&self.to_value())
    }
}
