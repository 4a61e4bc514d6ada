//! Text and tree: YAML and JSON as kubectl reads and writes them. Knows nothing of Kubernetes.

pub(crate) mod de;
mod document;
mod scalar;
mod tag;
pub(crate) mod text;
mod value;
pub(crate) mod write;

pub use document::{Document, Limits, Node, Span};
pub use scalar::{Resolved, resolve_plain};
pub use value::{Mapping, Scalar, ScalarStyle, Value};
pub use write::{to_json, to_yaml};
