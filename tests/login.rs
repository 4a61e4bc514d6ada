mod common;
use common::{
    apiserver::{ApiServer, Config},
    clients::need_clients,
    network::Network,
    pki::world,
    shapes_rancher,
};
#[test]
fn first() {
    let network = Network::start();
    let server = ApiServer::start(
        Config::cluster("prod", &world().balancer_ca, &["prod.k8s.example.com"])
            .token("kubeconfig-u-abcde12345k9xzp:ffffffffffffffffffffffffffffffffffffffffffffffffffffff", "u-abcde"),
    );
    network.put("prod.k8s.example.com:6443", server.addr());
    let folder = tempfile::tempdir().unwrap();
    let file = shapes_rancher::ace_fqdn().lay_out(folder.path());
    for client in need_clients(Some(&network)) {
        eprintln!("{:?}", client.log_in(&file, Some("prod-fqdn")));
        eprintln!("{:?}", client.log_in(&file, Some("prod")));
    }
    eprintln!("{:#?} {:#?}", server.requests(), network.called());
}
