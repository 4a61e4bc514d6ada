//! Servers and proxies: what kubectl refuses, cannot reach, or reaches only in some places.

use super::{Case, HOST, good_token, jwt};
use serde_json::json;

const ELSEWHERE: &str = "whether it is reached depends on where kubectl runs";

pub(super) fn cases() -> Vec<Case> {
    [refused(), undialable(), slips(), no_server(), plain_http(), places(), rancher(), userinfo(), proxies(), names()]
        .concat()
}

fn names() -> Vec<Case> {
    let of = |name: &str| {
        Case::new("tls-server-name", format!("{name:?}")).cluster(serde_json::json!({"tls-server-name": name}))
    };
    ["https://k8s.example.com", "k8s.example.com:6443", "${HOST}", "<host>", "*.example.com"].map(of).to_vec()
}

/// A case for each server.
fn servers(row: &'static str, urls: &[&str], change: impl Fn(Case) -> Case) -> Vec<Case> {
    urls.iter().map(|url| change(Case::new(row, format!("{url:?}")).server(url))).collect()
}

fn refused() -> Vec<Case> {
    let urls = [
        "https://k8s.example.com:64x43",
        "https://k8s.example.com:-1",
        "https://k8s.example.com: 6443",
        "https://k8s.example.com:6443 ",
        " https://k8s.example.com:6443",
        "https://k8s .example.com:6443",
        "https://k8s.example.com:6443\n",
        "https://k8s.example.com\t:6443",
        "https://k8s.example.com:${PORT}",
        "https://{{ .Host }}:6443",
        "https://${API_SERVER}:6443",
        "https://[2001:db8::11:6443",
        "https://[2001:db8::11]6443",
        "https://k8s%zz.example.com:6443",
        "https://k8s%20.example.com:6443",
        "https://k8s.example.com:6443/%zz",
        "https:/k8s.example.com:6443",
        "https//k8s.example.com:6443",
        "https://",
        "://k8s.example.com:6443",
        "k8s.example.com:6443/api",
        "k8s.example.com/cluster",
        "/k8s.example.com:6443",
        "the API server",
    ];
    servers("url-refused", &urls, |case| case)
}

fn undialable() -> Vec<Case> {
    let urls = [
        "https://k8s.example.com:0",
        "https://k8s.example.com:65536",
        "https://k8s.example.com:644300/",
        "https://k8s.example.com:06443000/prefix",
        "https://k8s.example.com:6443:6443",
        "https://k8s.example.com:443:6443/",
        "https://:6443",
        "ftp://k8s.example.com:6443",
        "htps://k8s.example.com:6443",
        "tcp://k8s.example.com:6443",
        "wss://k8s.example.com",
        "httpss://k8s.example.com:6443",
    ];
    servers("url-undialable", &urls, Case::here)
}

fn slips() -> Vec<Case> {
    let urls = [
        "https://<IP>:6443",
        "https://https//k8s.example.com",
        "https://your.server.com:6443",
        "https://api.CLUSTER_NAME.example.com:6443",
        "https://undefined:6443",
        "https://name:password@<IP>:6443",
        "https://k8s.invalid:6443",
        "https://224.0.0.1:6443",
        "https://\u{ff4c}ocalhost:6443",
        "https://<your-server>:6443",
        "https://<k8s.example.com>:6443",
        "https://$API_SERVER:6443",
        "https://$(API_SERVER):6443",
        "https://[LOAD-BALANCER-DNS]:6443",
        "https://[LOAD_BALANCER]",
        "https://YOUR_SERVER:6443",
        "https://YOUR-CLUSTER-IP:6443",
        "https://CHANGEME:6443",
        "https://xxx.xxx.xxx.xxx:6443",
        "https://10.0.0.256:6443",
        "https://300.1.2.3:6443",
        "https://192.168.1.999",
        "https://https://k8s.example.com:6443",
        "https://http://k8s.example.com:6443",
        "https://https://10.0.0.1",
        "https://k8s1.example.com,k8s2.example.com:6443",
        "https://10.0.0.1,10.0.0.2,10.0.0.3:6443",
    ];
    servers("url-slip", &urls, |case| case)
}

fn no_server() -> Vec<Case> {
    let case = |name: &str| Case::new("no-server", name).undecided("something may listen at localhost:8080");
    vec![
        case("left out").cluster(json!({"server": null})),
        case("empty").server(""),
        case("left out, and no CA").cluster(json!({"server": null, "certificate-authority-data": null,
            "tls-server-name": HOST})),
        case("left out, with a token").cluster(json!({"server": null})).token(good_token()),
        case("null").cluster(json!({"server": null, "proxy-url": null, "extensions": []})),
    ]
}

fn plain_http() -> Vec<Case> {
    let urls = [
        "http://k8s.example.com:6443",
        "http://k8s.example.com",
        "HTTP://k8s.example.com:8080/",
        "k8s.example.com:6443",
        "k8s.example.com",
        "k8s.example.com:6443/",
        "http://203.0.113.10:8080",
        "203.0.113.10:6443",
    ];
    let mut cases = servers("plain-http", &urls, Case::plain);
    cases.push(
        Case::new("plain-http", "a token over http").server("http://k8s.example.com:6443").token(good_token()).plain(),
    );
    cases.push(
        Case::new("plain-http", "a token without a scheme").server("k8s.example.com").token(good_token()).plain(),
    );
    cases
}

fn places() -> Vec<Case> {
    let this_machine = [
        "https://127.0.0.1:6443",
        "https://127.8.9.10:6443",
        "https://localhost:6443",
        "https://LocalHost",
        "https://localhost.:6443",
        "https://api.localhost:6443",
        "https://localhost.localdomain:6443",
        "https://ip6-localhost:6443",
        "https://[::1]:6443",
        "https://[0:0:0:0:0:0:0:1]:6443",
        "https://0.0.0.0:6443",
        "https://[::]:6443",
        "https://[::ffff:127.0.0.1]:6443",
        "https://[::ffff:7f00:1]:6443",
        "https://127.1:6443",
        "https://2130706433:6443",
        "https://0x7f000001:6443",
        "https://127.0.0.1:6443/@k8s.example.com",
        "https://127.0.0.1?@k8s.example.com",
        "https://127.0.0.1#@k8s.example.com",
    ];
    let inside = [
        "https://kubernetes.default.svc",
        "https://kubernetes.default.svc:443",
        "https://kubernetes.default.svc.cluster.local",
        "https://kubernetes.default.svc.cluster.local.:443",
        "https://Kubernetes.Default.SVC:443",
        "https://apiserver.kube-system.svc.cluster.local:6443",
        "https://kubernetes.default",
    ];
    let link = [
        "https://169.254.10.20:6443",
        "https://169.254.255.254",
        "https://[fe80::1]:6443",
        "https://[fe80::1%25eth0]:6443",
        "https://[febf::20]:6443",
    ];
    let no_brackets = [
        "https://2001:db8::11:6443",
        "https://2001:db8:1:2:3:4:5:6:6443",
        "https://fd00:10::a:6443/",
        "https://2001:DB8::AB:8443",
    ];
    let undecided = |case: Case| case.undecided(ELSEWHERE);
    [
        servers("this-machine", &this_machine, undecided),
        servers("inside-cluster", &inside, undecided),
        servers("same-link", &link, undecided),
        servers("no-brackets", &no_brackets, undecided),
    ]
    .concat()
}

fn rancher() -> Vec<Case> {
    let urls = [
        "https://rancher.example.com/k8s/clusters/c-m-7xk2m9qd",
        "https://rancher.example.com/k8s/clusters/c-7xk2m/",
        "https://rancher.example.com:8443/k8s/clusters/local",
        "https://rancher.example.com//k8s//clusters/c-7xk2m",
        "https://rancher.example.com/k8s/%63lusters/c-7xk2m",
        "https://rancher.example.com/v3/../k8s/clusters/c-7xk2m",
        "https://rancher.example.com/./k8s/clusters/c-7xk2m",
        "https://10.20.30.40/k8s/clusters/c-m-7xk2m9qd",
    ];
    servers("rancher-proxy", &urls, |case| case.undecided("Rancher may be there or not"))
}

fn userinfo() -> Vec<Case> {
    let urls = [
        "https://admin:kp-5f4dcc3b5aa765d61d83@k8s.example.com:6443",
        "https://admin@k8s.example.com:6443",
        "https://:kp-5f4dcc3b5aa765d61d83@k8s.example.com:6443",
        "https://ad%40min:kp-5f4dcc3b5aa765d61d83@k8s.example.com:6443/",
    ];
    // An API server that is shown a certificate does not look at the rest.
    servers("userinfo", &urls, |case| case.token(good_token()))
}

fn proxies() -> Vec<Case> {
    let with = |row: &'static str, urls: &[&str], why: Option<&'static str>| {
        let case = |url: &&str| {
            let case = Case::new(row, format!("{url:?}")).cluster(json!({"proxy-url": url}));
            match why {
                Some(why) => case.undecided(why),
                None => case,
            }
        };
        urls.iter().map(case).collect::<Vec<Case>>()
    };
    let outside = Some("it would call a proxy outside of this machine");
    let mut cases = [
        with(
            "proxy-refused",
            &[
                "ftp://proxy.example.com:3128",
                "socks4://proxy.example.com:1080",
                "proxy.example.com:3128",
                "proxy.example.com",
                "//proxy.example.com:3128",
                "10.0.0.9:3128",
                "http://proxy.example.com:31x28",
                "http://proxy example.com:3128",
                "http://${PROXY}:3128",
                "http//proxy.example.com:3128",
            ],
            None,
        ),
        with(
            "proxy-undialable",
            &[
                "http://proxy.example.com:0",
                "http://proxy.example.com:99999",
                "socks5://proxy.example.com:65536",
                "https://proxy.example.com:70000",
            ],
            outside,
        ),
        with(
            "proxy-slip",
            &["http://<proxy>:3128", "http://YOUR_PROXY:3128", "socks5://$PROXY:1080", "https://[PROXY-HOST]:3128"],
            outside,
        ),
        with(
            "proxy",
            &[
                "http://proxy.example.com:3128",
                "HTTP://proxy.example.com:3128",
                "https://proxy.example.com",
                "socks5://10.9.8.7:1080",
                "http://user:kp-5f4dcc3b5aa765d61d83@proxy.example.com:3128",
                "http://[2001:db8::9]:3128/",
            ],
            outside,
        ),
        with(
            "proxy-here",
            &[
                "http://127.0.0.1:3128",
                "http://localhost:3128",
                "socks5://[::1]:1080",
                "https://0.0.0.0:8443",
                "http://127.0.0.1:3128/@proxy.example.com",
                "http://user@localhost:3128",
                "http://",
                "https:///",
                "http://:3128",
            ],
            Some("something may listen there"),
        ),
    ]
    .concat();
    let token = jwt(json!({"sub": "system:serviceaccount:ops:behind-a-proxy"}));
    let behind = Case::new("proxy", "with a token").cluster(json!({"proxy-url": "http://proxy.example.com:3128"}));
    cases.push(behind.token(&token).undecided("it would call a proxy outside of this machine"));
    cases
}
