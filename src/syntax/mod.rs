//! Text and tree: YAML and JSON as kubectl reads and writes them. Knows nothing of Kubernetes.

pub(crate) mod de;
mod document;
mod edit;
mod effective;
mod encoding;
mod lines;
mod parser;
mod properties;
mod read;
mod scalar;
mod scalars;
mod scanner;
pub(crate) mod stream;
mod tag;
pub(crate) mod text;
mod tree;
mod value;
mod value_serde;
pub(crate) mod write;

pub use de::from_document;
pub use document::{Document, Limits, Node, NodeKind, Span};
pub(crate) use edit::same_values;
pub use edit::{Editor, Step};
#[cfg(feature = "check")]
pub(crate) use effective::Pair;
pub use encoding::Encoding;
pub use scalar::{Resolved, ScalarStyle, resolve_plain};
pub use stream::documents;
pub use value::{Mapping, Scalar, Value};
pub use write::{to_json, to_yaml};
