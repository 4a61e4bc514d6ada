//! The network between clients and servers, so that files can be tried as they are, with the names and addresses that
//! stand in them.
//!
//! kubectl and helm are given it as `HTTPS_PROXY`. For `https://prod.k8s.example.com:6443` they then say `CONNECT
//! prod.k8s.example.com:6443`, and are connected with the server of the test that was put there. TLS is between client and
//! server as ever. Nothing leaves the machine: a host where no server was put can't be reached.

use super::service::{Service, lock, set_up};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A network; gone when dropped.
pub struct Network {
    service: Service,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    hosts: Mutex<BTreeMap<String, SocketAddr>>,
    called: Mutex<Vec<String>>,
}

impl Network {
    /// A network with nobody in it.
    pub fn start() -> Network {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let service = Service::start(move |client| {
            // A client that goes away early is its own business.
            let _ = connect(client, &own);
        });
        Network { service, shared }
    }

    /// Puts the server at `address` where `host` is, a `name:port` or `[address]:port`.
    pub fn put(&self, host: &str, address: SocketAddr) {
        lock(&self.shared.hosts).insert(host.to_owned(), address);
    }

    /// Every `host:port` that was called, in order, found or not.
    pub fn called(&self) -> Vec<String> {
        lock(&self.shared.called).clone()
    }

    /// What to set `HTTPS_PROXY` to.
    pub fn url(&self) -> String {
        format!("http://{}", self.service.address())
    }
}

/// One `CONNECT host:port`, and then all bytes in both directions.
fn connect(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?.take(64 << 10));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::from("not empty");
    while !header.trim_end().is_empty() {
        header.clear();
        reader.read_line(&mut header)?;
    }
    let Some(host) = request.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
        return client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
    };
    lock(&shared.called).push(host.to_owned());
    let address = lock(&shared.hosts).get(host).copied();
    let server = address.and_then(|address| TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok());
    let Some(server) = server else {
        return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    };
    set_up(&server)?;
    // A client waits for this answer before it says more, so nothing of TLS was read ahead.
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let there = thread::spawn({
        let (client, server) = (client.try_clone()?, server.try_clone()?);
        move || pump(&client, &server)
    });
    pump(&server, &client);
    let _ = there.join();
    Ok(())
}

/// Bytes from one to the other until one of them ends; then both are told.
fn pump(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
