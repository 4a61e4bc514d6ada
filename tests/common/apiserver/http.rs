//! HTTP/1.1 by hand: requests without a body, one after the other on a connection.

use super::login::Stream;
use std::io::{self, Read, Write};

/// The most a request may have.
const LIMIT: usize = 64 << 10;

/// A request.
pub(super) struct Asked {
    /// With the query.
    pub(super) path: String,
    /// Only `GET` is answered.
    pub(super) is_get: bool,
    /// The bearer token.
    pub(super) token: Option<String>,
    /// Whether the client takes a `Table`, which kubectl prints as it is.
    pub(super) takes_table: bool,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    /// JSON.
    pub(super) body: String,
}

/// The next request; `None` where the client is done, silent for too long, or says something else.
pub(super) fn read(stream: &mut Stream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    // Byte by byte, out of rustls's buffer: what follows the headers is the next request's.
    while !bytes.ends_with(b"\r\n\r\n") {
        if bytes.len() == LIMIT || stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.extend(byte);
    }
    let text = String::from_utf8(bytes).ok()?;
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?, first.next()?);
    let mut asked = Asked { path: path.to_owned(), is_get: method == "GET", token: None, takes_table: false };
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "authorization" => asked.token = value.strip_prefix("Bearer ").map(str::to_owned),
            "accept" => asked.takes_table |= value.contains("as=Table;v=v1;"),
            // A body would be taken for the next request.
            "content-length" if value != "0" => return None,
            "transfer-encoding" => return None,
            _ => {}
        }
    }
    Some(asked)
}

/// Writes the answer; the connection stays open.
pub(super) fn write(stream: &mut Stream, answer: &Answer) -> io::Result<()> {
    let reason = match answer.status {
        200 => "OK",
        401 => "Unauthorized",
        404 => "Not Found",
        _ => "Method Not Allowed",
    };
    write!(
        stream,
        "HTTP/1.1 {} {reason}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        answer.status,
        answer.body.len(),
        answer.body
    )?;
    stream.flush()
}
