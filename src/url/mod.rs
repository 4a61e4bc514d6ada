//! The `server` and `proxy-url` of a cluster, read as Go's `net/url`, `net/http` and client-go read them.
//!
//! This is the one place of the crate that takes a URL apart. Everything else asks it: what kubectl would dial, whether it
//! refuses the URL, whether the host is the machine itself, and whether Rancher stands in between.
//!
//! ```
//! use kubeconfig::url::{Reach, ServerUrl, UrlFault};
//!
//! let server = ServerUrl::of("https://127.0.0.1:6443/@real.example.com");
//! assert_eq!(server.host(), "127.0.0.1"); // what stands after the first `/` is the path
//! assert_eq!(server.reach(), Reach::ThisMachine);
//!
//! let server = ServerUrl::of("https://rancher.example.com//k8s/%63lusters/c-m-abcdefgh");
//! assert_eq!(server.rancher_cluster().as_deref(), Some("c-m-abcdefgh"));
//!
//! assert!(matches!(ServerUrl::of("https://10.0.0.1:70000").fault(), Some(UrlFault::CannotConnect(_))));
//! assert!(matches!(ServerUrl::of("https://<IP>:6443").fault(), Some(UrlFault::Slip(_))));
//! ```
//!
//! # The rules
//! | what | rule | source |
//! |---|---|---|
//! | where the authority ends | at the first `/`, `?` or `#` | `net/url` `parse` |
//! | name and password | before the last `@` of the authority, and only there | `net/url` `parseAuthority` |
//! | no scheme, or no host | read again with `http://` in front; only `host`, `host:port` and a final `/` are taken then | client-go `rest/url_utils.go` |
//! | the port | after the last colon of the host; `443` or `80` without one | `net/url` `splitHostPort`, `net/http` `canonicalAddr` |
//! | a `#` behind a path | a part of the path | client-go `clientcmd/client_config.go` |
//! | the path of a request | unescaped, without empty steps, `.` and `..` | client-go `rest/request.go` |
//!
//! The tests compare a few hundred URLs with what a real kubectl did with them.

mod go;
mod host;
mod server;
mod shown;

pub use host::Reach;
pub(crate) use server::{Brackets, check_new_server, proxy_fault};
pub use server::{ServerUrl, UrlFault};
pub use shown::without_userinfo;
