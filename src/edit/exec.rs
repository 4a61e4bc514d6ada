//! The part of `set-credentials` that is about the command.

use super::context::change;
use super::path;
use crate::config::{ExecConfig, ExecEnvVar, set};
use crate::error::Result;
use crate::secret::Secret;
use std::path::Path;

/// Fields of an exec plugin to change. What is `None` stays. `Debug` shows no arguments and no values.
///
/// Without a command, in the user or here, they do nothing, as in kubectl.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetExec {
    /// A name looked up in `$PATH`, or a path, which starts from the kubeconfig's folder. Another command than before begins without
    /// arguments.
    ///
    /// kubectl writes `./plugin` as `plugin`, which then is looked up in `$PATH`; here a path stays a path.
    pub command: Option<String>,
    /// The protocol: `client.authentication.k8s.io/v1` or `/v1beta1`.
    pub api_version: Option<String>,
    /// The arguments, in the place of those there are.
    pub args: Option<Vec<Secret<String>>>,
    /// Variables of its environment to set; `None` removes one.
    pub env: Vec<(String, Option<Secret<String>>)>,
    /// `Never`, `IfAvailable` or `Always`.
    pub interactive_mode: Option<String>,
    /// Whether the command is handed the cluster's data.
    pub provide_cluster_info: Option<bool>,
}

impl SetExec {
    /// The same for a kubeconfig in `folder`: with the command as it is to be written.
    pub(super) fn in_folder(&self, folder: &Path) -> Result<Self> {
        let command = self.command.as_deref().map(|command| path::of_command(command, folder)).transpose()?;
        Ok(SetExec { command, ..self.clone() })
    }

    pub(super) fn apply(&self, exec: &mut Option<Box<ExecConfig>>) {
        if self.command.is_some() {
            let exec = exec.get_or_insert_default();
            if set(&exec.command) != set(&self.command) {
                exec.args = None;
            }
            change(&mut exec.command, &self.command);
        }
        let Some(exec) = exec else { return };
        change(&mut exec.api_version, &self.api_version);
        change(&mut exec.interactive_mode, &self.interactive_mode);
        if let Some(provide) = self.provide_cluster_info {
            exec.provide_cluster_info = provide;
        }
        if let Some(args) = &self.args {
            exec.args = Some(args.clone());
        }
        for (name, value) in &self.env {
            set_variable(exec, name, value);
        }
    }
}

fn set_variable(exec: &mut ExecConfig, name: &str, value: &Option<Secret<String>>) {
    let is_it = |variable: &ExecEnvVar| variable.name.as_deref().unwrap_or_default() == name;
    let Some(value) = value else {
        if let Some(env) = &mut exec.env {
            env.retain(|variable| !is_it(variable));
        }
        return;
    };
    let env = exec.env.get_or_insert_default();
    match env.iter_mut().find(|variable| is_it(variable)) {
        Some(variable) => variable.value = Some(value.clone()),
        None => {
            env.push(ExecEnvVar { name: Some(name.to_owned()), value: Some(value.clone()), ..ExecEnvVar::default() })
        }
    }
}
