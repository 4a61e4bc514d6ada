//! A TCP server with a thread for each connection, that can be stopped: what [`super::apiserver`] and [`super::network`]
//! stand on.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a connection may be silent. No test waits that long for anything that works.
const SILENCE: Duration = Duration::from_secs(20);

/// A running server; stopped when dropped.
pub struct Service {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    stopped: bool,
    /// The open connections, so that they can be ended from outside.
    open: BTreeMap<u64, TcpStream>,
    count: u64,
}

impl Service {
    /// Listens on a free port of 127.0.0.1, and calls `serve` with each connection on a thread of its own.
    pub fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Service {
        let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let listening = Mutex::new(Some(thread::spawn(move || listen(listener, &shared, &Arc::new(serve)))));
        Service { address, state, listening }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all connections and closes the port: who calls now is refused, as by a machine on which nothing runs.
    pub fn stop(&self) {
        let mut state = lock(&self.state);
        state.stopped = true;
        for stream in state.open.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(state);
        if let Some(listening) = lock(&self.listening).take() {
            // It sits and waits for a connection; this is one.
            let _ = TcpStream::connect_timeout(&self.address, SILENCE);
            let _ = listening.join();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A connection that is being served; ended when that is over, by a panic too.
struct Open {
    state: Arc<Mutex<State>>,
    number: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(stream) = lock(&self.state).open.remove(&self.number) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn listen(listener: TcpListener, state: &Arc<Mutex<State>>, serve: &Arc<impl Fn(TcpStream) + Send + Sync + 'static>) {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let mut now = lock(state);
        if now.stopped {
            break;
        }
        set_up(&stream).expect("a socket with a time limit");
        let number = now.count;
        now.count += 1;
        now.open.insert(number, stream.try_clone().expect("a second handle of the socket"));
        drop(now);
        let (state, serve) = (Arc::clone(state), Arc::clone(serve));
        threads.push(thread::spawn(move || {
            let _open = Open { state, number };
            serve(stream);
        }));
    }
    drop(listener);
    for thread in threads {
        // One that panicked has said so on stderr, and its client got no answer: the test sees that.
        let _ = thread.join();
    }
}

/// A time limit, and no waiting for more to send, which would cost 40 ms a piece.
pub(super) fn set_up(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_write_timeout(Some(SILENCE))
}

/// The lock, also of one whose holder panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
