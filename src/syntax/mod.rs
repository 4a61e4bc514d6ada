//! Text and tree: YAML and JSON as kubectl reads and writes them. Knows nothing of Kubernetes.

pub(crate) mod de;
mod document;
mod edit;
mod effective;
mod encoding;
mod parser;
mod properties;
mod scalar;
mod scalars;
mod scanner;
pub(crate) mod stream;
mod tag;
pub(crate) mod text;
mod tree;
mod value;
pub(crate) mod write;

pub use de::from_document;
pub use document::{Document, Limits, Node, NodeKind, Span};
pub(crate) use edit::same_values;
pub use edit::{Editor, Step};
pub use encoding::Encoding;
pub use scalar::{Resolved, resolve_plain};
pub use stream::documents;
pub use value::{Mapping, Scalar, ScalarStyle, Value};
pub use write::{to_json, to_yaml};
