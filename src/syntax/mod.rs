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
mod spelled;
pub(crate) mod stream;
mod tag;
pub(crate) mod text;
mod tree;
mod value;
mod value_serde;
pub(crate) mod write;

pub use de::from_document;
pub use document::{Document, Limits, Node, NodeKind, Span};
pub use edit::{Editor, Step};
pub(crate) use edit::{is_value, same_values};
#[cfg(feature = "check")]
pub(crate) use effective::Pair;
pub use encoding::Encoding;
pub use scalar::{Resolved, ScalarStyle, resolve_plain};
pub use spelled::Scalar;
pub use stream::documents;
pub use value::{Mapping, Sequence, Value};
pub use write::{to_json, to_yaml};
