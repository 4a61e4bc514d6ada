//! Go's `url.Parse`.

/// Whether `server` is https: `None` where client-go takes it for no server at all.
pub(super) fn server(server: &str) -> Option<bool> {
    Some(server.to_ascii_lowercase().starts_with("https://"))
}
