//! Files of every era of Rancher with every kind of endpoint, each labelled with the answer that is true.

use super::*;
use kubeconfig::rancher::SavedTokens;

/// How a version of Rancher writes its files.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Era {
    /// The user is called by Rancher's id of the user, and the token names the cluster.
    V2_2,
    /// The user is called like the cluster; the token as before.
    V2_3,
    /// A token of its own for each download.
    V2_6,
    /// Several clusters in a file, with comments.
    V2_12,
    /// The same with tokens of a new form.
    V2_15,
}

const ERAS: [Era; 5] = [Era::V2_2, Era::V2_3, Era::V2_6, Era::V2_12, Era::V2_15];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Login {
    Token,
    Exec,
}

/// The direct way into the cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ace {
    None,
    Fqdn,
    FqdnPublic,
    Nodes,
    /// Nodes that are the machine itself: a file for the node.
    Loopback,
}

const ACES: [Ace; 5] = [Ace::None, Ace::Fqdn, Ace::FqdnPublic, Ace::Nodes, Ace::Loopback];
const TTL_DAYS: i64 = 30;

impl Era {
    fn has_comments(self) -> bool {
        matches!(self, Era::V2_12 | Era::V2_15)
    }

    fn token_name(self) -> &'static str {
        match self {
            Era::V2_2 | Era::V2_3 => "kubeconfig-user-46tmn.c-7xk2m",
            Era::V2_6 | Era::V2_12 => "kubeconfig-u-abcde12345k9xzp",
            Era::V2_15 => "ext/token-x7k2m",
        }
    }

    fn user_name(self) -> &'static str {
        if self == Era::V2_2 { "user-46tmn" } else { "prod" }
    }

    fn id(self) -> &'static str {
        if matches!(self, Era::V2_2 | Era::V2_3) { "c-7xk2m" } else { "c-m-7xk2m9qd" }
    }
}

/// The file, made five days ago.
fn file(era: Era, login: Login, ace: Ace) -> File {
    let mut file = File::new();
    if era.has_comments() {
        file = file.made(5, TTL_DAYS as u64 * DAY).way("rancher", json!({"server": RANCHER}), "rancher");
        file = file.user(
            "rancher",
            credentials(login, &era.token_name().replace("k9x", "shr").replace("x7k", "shr"), era.id()),
        );
    }
    // Without an endpoint there is no token for the cluster: that of Rancher 2.2 to 2.5 names none, that of 2.12 is shared.
    let (user, name) = match (ace, era) {
        (Ace::None, Era::V2_12 | Era::V2_15) => ("rancher", String::new()),
        (Ace::None, Era::V2_2 | Era::V2_3) => (era.user_name(), "kubeconfig-user-46tmn".to_owned()),
        _ => (era.user_name(), era.token_name().to_owned()),
    };
    if user != "rancher" {
        file = file.user(user, credentials(login, &name, era.id()));
    }
    file = file.way("prod", proxy(era.id()), user);
    match ace {
        Ace::None => file,
        Ace::Fqdn => file.way("prod-fqdn", server("https://prod.k8s.example.com:6443"), user),
        Ace::FqdnPublic => file.way("prod-fqdn", json!({"server": "https://prod.k8s.example.com"}), user),
        Ace::Nodes => file.way("prod-cp1", server("https://192.0.2.11:6443"), user).way(
            "prod-cp2",
            server("https://192.0.2.12:6443"),
            user,
        ),
        Ace::Loopback => file.way("prod-cp1", server("https://127.0.0.1:6443"), user),
    }
}

fn credentials(login: Login, name: &str, id: &str) -> Value {
    match login {
        Login::Token => token(&format!("{name}:{SECRET}")),
        Login::Exec => json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "rancher",
            "args": ["token", "--server=rancher.example.com", "--user=prod", format!("--cluster={id}")]}}),
    }
}

/// What to assume beside the file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Beside {
    Nothing,
    OnNode,
    /// Downloaded five days ago.
    Downloaded,
    /// The token's object, with an end in ten days.
    Saved,
    /// The same with no end.
    SavedForever,
    /// The token's object, turned off.
    SavedOff,
}

const BESIDE: [Beside; 6] =
    [Beside::Nothing, Beside::OnNode, Beside::Downloaded, Beside::Saved, Beside::SavedForever, Beside::SavedOff];

fn assuming(era: Era, beside: Beside, at: UnixTime) -> Outage {
    let saved = |expires: &str, enabled: bool| {
        let name = era.token_name().trim_start_matches("ext/");
        let object = json!({"apiVersion": "cluster.cattle.io/v3", "kind": "ClusterAuthToken", "enabled": enabled,
            "metadata": {"name": name, "namespace": "cattle-system"}, "userName": "u-abcde12345", "expiresAt": expires,
            "hash": "$2:/wECAwAJCAc:H19I0uJ74pKfQaRohNTsyb+GVXuBB3uZigK3fjnt41U"});
        SavedTokens::read_all(object.to_string()).unwrap()
    };
    let outage = Outage::at(at);
    match beside {
        Beside::Nothing => outage,
        Beside::OnNode => outage.on_node(true),
        Beside::Downloaded => outage.downloaded(days(-5)),
        Beside::Saved => outage.saved_tokens(saved(&rfc3339(days(10)), true)),
        Beside::SavedForever => outage.saved_tokens(saved("", true)),
        Beside::SavedOff => outage.saved_tokens(saved("", false)),
    }
}

/// The label: days from now to the end, `i64::MAX` for never; `Err` where the answer is not yes whatever the time.
fn label(era: Era, login: Login, ace: Ace, beside: Beside) -> Result<i64, Verdict> {
    let is_out_of_reach = ace == Ace::Loopback && beside != Beside::OnNode;
    if ace == Ace::None || is_out_of_reach {
        return Err(Verdict::No);
    }
    // Its program may have a login that has not ended.
    if login == Login::Exec {
        return Err(Verdict::Unknown);
    }
    match beside {
        Beside::SavedOff => Err(Verdict::No),
        Beside::Saved => Ok(10),
        Beside::SavedForever => Ok(i64::MAX),
        _ if era.has_comments() => Ok(TTL_DAYS - 5),
        Beside::Downloaded if matches!(era, Era::V2_2 | Era::V2_3) => Ok(i64::MAX),
        Beside::Downloaded => Ok(30 - 5),
        Beside::Nothing | Beside::OnNode => Err(Verdict::Unknown),
    }
}

#[test]
fn every_era_with_every_endpoint() {
    let mut files = 0;
    let mut answers = 0;
    for era in ERAS {
        for login in [Login::Token, Login::Exec] {
            for ace in ACES {
                files += 1;
                let loaded = file(era, login, ace).load();
                for beside in BESIDE {
                    for at in [-4, 0, 9, 11, 24, 26, 100] {
                        let what = format!("{era:?} {login:?} {ace:?} {beside:?}, in {at} days");
                        let report = assuming(era, beside, days(at)).run(&[&loaded]);
                        assert_eq!(report.clusters.len(), 1, "{what}: {report:#?}");
                        let cluster = &report.clusters[0];
                        let expected = match label(era, login, ace, beside) {
                            Err(verdict) => verdict,
                            // No public authority need have signed what answers there.
                            Ok(end) if at < end && ace == Ace::FqdnPublic => Verdict::Unknown,
                            Ok(end) if at < end => Verdict::Yes,
                            Ok(_) => Verdict::No,
                        };
                        assert_verdict(&what, cluster, expected);
                        assert_eq!((cluster.name.as_str(), cluster.cluster_id.as_deref()), ("prod", Some(era.id())));
                        answers += 1;
                        if let (Verdict::Yes, Ok(end)) = (expected, label(era, login, ace, beside)) {
                            for way in cluster.by() {
                                // The CA in the file ends some day, a token without an end never.
                                let agrees = match end {
                                    i64::MAX => until(way).is_some(),
                                    end => until(way) == Some(days(end)),
                                };
                                assert!(agrees, "{what}: {way:#?}");
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(files >= 40, "{files} files");
    eprintln!("{files} files, {answers} answers");
}

/// 2.0 and 2.1 know only the way through Rancher.
#[test]
fn before_there_was_a_direct_way() {
    let file = File::new().user("user-46tmn", token(&format!("kubeconfig-user-46tmn:{SECRET}"))).way(
        "prod",
        proxy("c-7xk2m"),
        "user-46tmn",
    );
    for beside in BESIDE {
        let cluster = one_with(&file, &assuming(Era::V2_2, beside, today()));
        assert_verdict("2.0", &cluster, Verdict::No);
        assert_eq!(wrong(&cluster), "prod: only through Rancher");
    }
}
