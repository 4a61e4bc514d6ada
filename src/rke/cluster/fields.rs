//! The fields as a list: for tests, for suggestions, for those who make forms or schemas out of it.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A text; in cluster.yml any unquoted scalar is one.
    String,
    /// `true` or `false`; in cluster.yml also `yes`, `on` and the other words of YAML 1.1.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A whole number, or a text as `25%`.
    IntOrString,
    /// A part of Kubernetes' own API, handed on as it is.
    Value,
}

/// A field of [`ClusterConfig`](super::ClusterConfig) that holds a value (and not other fields).
///
/// Paths are written with dots; `[]` stands for the items of a list, `*` for the keys of a map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Field {
    /// Where it is in cluster.yml: `services.kube-api.service_cluster_ip_range`.
    pub yaml: String,
    /// Where it is in rkestate, below `rkeConfig`: `services.kubeApi.serviceClusterIpRange`.
    pub json: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is secret, or may hold secrets: the model wraps it in [`Secret`](crate::Secret).
    pub is_secret: bool,
}

/// Walks over the types and notes the fields.
pub(crate) struct Lister<'a> {
    fields: &'a mut Vec<Field>,
    yaml: String,
    json: String,
    /// Inside a part whose JSON keys hold in cluster.yml as well.
    json_keys: bool,
    is_secret: bool,
}

impl Lister<'_> {
    /// What `list` notes.
    pub(super) fn fields(list: impl FnOnce(&mut Lister<'_>)) -> Vec<Field> {
        let mut fields = Vec::new();
        list(&mut Lister {
            fields: &mut fields,
            yaml: String::new(),
            json: String::new(),
            json_keys: false,
            is_secret: false,
        });
        fields
    }

    /// A field, and by `list` those below it; `json_keys` where its JSON keys hold in cluster.yml as well.
    pub(crate) fn field(&mut self, yaml: &str, json: &str, json_keys: bool, list: impl FnOnce(&mut Self)) {
        let (yaml_len, json_len, outside) = (self.yaml.len(), self.json.len(), self.json_keys);
        push(&mut self.yaml, if outside { json } else { yaml });
        push(&mut self.json, json);
        self.json_keys |= json_keys;
        list(self);
        self.yaml.truncate(yaml_len);
        self.json.truncate(json_len);
        self.json_keys = outside;
    }

    pub(crate) fn secret(&mut self) {
        self.is_secret = true;
    }

    pub(crate) fn leaf(&mut self, kind: Kind) {
        let is_secret = std::mem::take(&mut self.is_secret);
        self.fields.push(Field { yaml: self.yaml.clone(), json: self.json.clone(), kind, is_secret });
    }

    pub(crate) fn inside_list(&mut self, inner: impl FnOnce(&mut Self)) {
        self.inside("[]", inner);
    }

    pub(crate) fn inside_map(&mut self, inner: impl FnOnce(&mut Self)) {
        self.inside(".*", inner);
    }

    fn inside(&mut self, step: &str, inner: impl FnOnce(&mut Self)) {
        let (yaml_len, json_len) = (self.yaml.len(), self.json.len());
        self.yaml.push_str(step);
        self.json.push_str(step);
        inner(self);
        self.yaml.truncate(yaml_len);
        self.json.truncate(json_len);
    }
}

fn push(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}
