//! Signatures, chains and key matches: what holds here holds for `openssl`, which is the judge. It is required where
//! `CI=true`; elsewhere the tests say what they skipped.
#![cfg(feature = "verify")]

mod bounds;
#[path = "../common/mod.rs"]
mod common;
mod facts;
mod field;
mod go;
mod kinds;
mod matrix;
mod pairs;
mod plan;
mod stories;

use kubeconfig::cert::{Certificate, certificates, parse_time};
use rustls_pki_types::UnixTime;

fn at(text: &str) -> UnixTime {
    parse_time(text).unwrap()
}

fn read(pem: &str) -> Certificate {
    certificates(pem.as_bytes()).unwrap().swap_remove(0)
}
