//! placeholder
use super::text::Slice;
use super::value::{Scalar, Value};
use std::cell::RefCell;

/// The name under which [`Value`] asks our own deserializer to hand it over whole, with its spelling.
pub(crate) const VALUE: &str = "$kubeconfig::Value";
/// The name under which base64 data asks for a slice of the document instead of a copy.
pub(crate) const SLICE: &str = "$kubeconfig::Slice";

/// The name under which a key of the model asks for its spelling.
pub(crate) const KEY: &str = "$kubeconfig::Key";

enum Handover {
    Key(Scalar),
    Value(Value),
    Slice(Slice),
}

thread_local! {
    static HANDOVER: RefCell<Option<Handover>> = const { RefCell::new(None) };
}

pub(crate) fn take_handover() -> Option<Value> {
    match HANDOVER.take() {
        Some(Handover::Value(value)) => Some(value),
        _ => None,
    }
}

pub(crate) fn take_slice() -> Option<Slice> {
    match HANDOVER.take() {
        Some(Handover::Slice(slice)) => Some(slice),
        _ => None,
    }
}

pub(crate) fn take_key_spelling() -> Option<Scalar> {
    match HANDOVER.take() {
        Some(Handover::Key(scalar)) => Some(scalar),
        _ => None,
    }
}
