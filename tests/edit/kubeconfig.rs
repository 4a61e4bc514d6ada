//! Changes to a kubeconfig, on a file as people keep it: the diff is the lines meant, and no others.

use kubeconfig::config::{Data, Edit, Section};
use kubeconfig::syntax::Document;
use kubeconfig::{AuthInfo, Cluster, Context, ErrorKind, Kubeconfig, Secret};

/// By hand: comments everywhere, quotes, dashes indented, aligned values, unknown fields, a text in lines, brackets.
pub(crate) const FILE: &str = r#"# The clusters of the shop.
# Ask ops before you change anything.

apiVersion: v1
kind: Config
current-context: "staging"   # production on purpose not

clusters:
  # The one that earns the money.
  - name: production
    cluster:
      server:  https://prod.example.com:6443   # behind the VPN
      certificate-authority-data: Q0EtUFJPRA==
      x-owner: ops                             # not kubectl's, ours

  # For trying out.
  - name: staging
    cluster:
      # no CA: a public certificate
      server: 'https://staging.example.com'

contexts:
  - name: production
    context: {cluster: production, user: admin}
  - name: staging
    context:
      cluster: staging
      user: developer
      namespace: shop # the only one there
  # - name: old
  #   context: {cluster: old, user: admin}

users:
  - name: admin
    user:
      # expires in May
      client-certificate-data: Q0VSVA==
      client-key-data: |
        S0
        VZ
  - name: developer
    user:
      exec:
        command: login
        args:
          - --issuer=https://id.example.com # ours
          - --scope=shop
          # the rest
          - --quiet
        env:
          - {name: HTTPS_PROXY, value: "proxy:3128"}
        apiVersion: client.authentication.k8s.io/v1
        interactiveMode: Never

# the end
"#;

/// The lines that go and come, those that stay left out.
fn diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut lengths = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let longer = lengths[i + 1][j].max(lengths[i][j + 1]);
            lengths[i][j] = if old[i] == new[j] { lengths[i + 1][j + 1] + 1 } else { longer };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && lengths[i + 1][j] >= lengths[i][j + 1] {
            out.push_str(&format!("-{}", old[i]));
            i += 1;
        } else {
            out.push_str(&format!("+{}", new[j]));
            j += 1;
        }
    }
    out
}

pub(crate) fn edited(text: &str, change: impl FnOnce(&mut Kubeconfig)) -> Document {
    let document = Document::parse(text).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    let mut wanted = config.clone();
    change(&mut wanted);
    let edited = Edit::of(&document, &config).to(&wanted).unwrap_or_else(|error| panic!("{error}\n{text}")).unwrap();
    // What kubectl would read, compared by other means than the editor's own.
    let json = |config: &Kubeconfig| {
        let mut json = serde_json::to_value(config).unwrap();
        for list in ["clusters", "users", "contexts", "extensions"] {
            if let Some(entries) = json.get_mut(list).and_then(|list| list.as_array_mut()) {
                entries.sort_by_key(|entry| entry["name"].to_string());
            }
        }
        json
    };
    assert_eq!(json(&Kubeconfig::from_document(&edited).unwrap()), json(&wanted));
    edited
}

#[track_caller]
fn check(change: impl FnOnce(&mut Kubeconfig), expected: &str) {
    let edited = edited(FILE, change);
    let diff = diff(FILE, edited.text());
    assert!(diff == expected, "wanted\n{expected}\ngot\n{diff}\n{}", edited.text());
}

#[test]
fn nothing() {
    let document = Document::parse(FILE).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    assert!(Edit::of(&document, &config).to(&config).unwrap().is_none());
    let mut other_order = config.clone();
    let production = other_order.contexts.remove("production").unwrap();
    other_order.contexts.insert("production", production);
    assert!(Edit::of(&document, &config).to(&other_order).unwrap().is_none());
}

#[test]
fn use_context() {
    check(
        |config| config.current_context = Some("production".into()),
        "-current-context: \"staging\"   # production on purpose not\n\
         +current-context: \"production\"   # production on purpose not\n",
    );
    check(|config| config.current_context = None, "-current-context: \"staging\"   # production on purpose not\n");
}

#[test]
fn set_cluster() {
    check(
        |config| {
            let cluster = config.clusters.get_mut("production").unwrap();
            cluster.server = Some("https://10.0.0.1:6443".into());
            cluster.certificate_authority_data = None;
            cluster.insecure_skip_tls_verify = true;
        },
        "-      server:  https://prod.example.com:6443   # behind the VPN\n\
         -      certificate-authority-data: Q0EtUFJPRA==\n\
         +      server:  https://10.0.0.1:6443   # behind the VPN\n\
         +      insecure-skip-tls-verify: true\n",
    );
    check(
        |config| {
            let mut cluster = Cluster::new("https://new.example.com");
            cluster.certificate_authority_data = Some(Data::encode(b"ca"));
            config.clusters.insert("new", cluster);
        },
        "+  - name: new\n\
         +    cluster:\n\
         +      server: https://new.example.com\n\
         +      certificate-authority-data: Y2E=\n\
         +\n",
    );
}

#[test]
fn set_context() {
    check(
        |config| config.contexts.get_mut("production").unwrap().namespace = Some("shop".into()),
        "-    context: {cluster: production, user: admin}\n\
         +    context: {cluster: production, user: admin, namespace: shop}\n",
    );
    check(
        |config| config.contexts.get_mut("staging").unwrap().namespace = None,
        "-      namespace: shop # the only one there\n",
    );
    check(
        |config| drop(config.contexts.insert("yes", Context::new("staging", "admin"))),
        "+  - name: \"yes\"\n\
         +    context:\n\
         +      cluster: staging\n\
         +      user: admin\n",
    );
}

#[test]
fn set_credentials() {
    check(
        |config| config.users.get_mut("admin").unwrap().client_key_data = Some(Secret::new(Data::encode(b"new"))),
        "-      client-key-data: |\n\
         -        S0\n\
         -        VZ\n\
         +      client-key-data: bmV3\n",
    );
    check(
        |config| *config.users.get_mut("developer").unwrap() = AuthInfo::with_token("t: 1"),
        "-      exec:\n\
         -        command: login\n\
         -        args:\n\
         -          - --issuer=https://id.example.com # ours\n\
         -          - --scope=shop\n\
         -          # the rest\n\
         -          - --quiet\n\
         -        env:\n\
         -          - {name: HTTPS_PROXY, value: \"proxy:3128\"}\n\
         -        apiVersion: client.authentication.k8s.io/v1\n\
         -        interactiveMode: Never\n\
         +      token: 't: 1'\n",
    );
    check(
        |config| {
            let exec = config.users.get_mut("developer").unwrap().exec.as_mut().unwrap();
            let args = exec.args.as_mut().unwrap();
            args.remove(1);
            args.insert(0, Secret::new("get".into()));
            let env = exec.env.as_mut().unwrap();
            env[0].value = Some(Secret::new("other:3128".into()));
            let mut variable = env[0].clone();
            variable.name = Some("NO_PROXY".into());
            variable.value = Some(Secret::new("a, b".into()));
            env.push(variable);
        },
        "+          - get\n\
         -          - --scope=shop\n\
         -          - {name: HTTPS_PROXY, value: \"proxy:3128\"}\n\
         +          - {name: HTTPS_PROXY, value: \"other:3128\"}\n\
         +          - {name: NO_PROXY, value: 'a, b'}\n",
    );
}

#[test]
fn rename() {
    check(
        |config| {
            config.contexts.rename("staging", "stage");
            config.current_context = Some("stage".into());
        },
        "-current-context: \"staging\"   # production on purpose not\n\
         +current-context: \"stage\"   # production on purpose not\n\
         -  - name: staging\n\
         +  - name: stage\n",
    );
}

/// Everything that has the name gets another one at once.
#[test]
fn rename_all() {
    let document = Document::parse(FILE).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    let mut wanted = config.clone();
    wanted.contexts.rename("staging", "stage");
    wanted.clusters.rename("staging", "stage");
    wanted.users.rename("developer", "dev");
    wanted.contexts.get_mut("stage").unwrap().cluster = Some("stage".into());
    wanted.contexts.get_mut("stage").unwrap().user = Some("dev".into());
    let edit = Edit::of(&document, &config).renamed(Section::Contexts, "staging", "stage");
    let edited = edit.to(&wanted).unwrap().unwrap();
    let expected = "-  - name: staging\n\
         +  - name: stage\n\
         -  - name: staging\n\
         +  - name: stage\n\
         -      cluster: staging\n\
         -      user: developer\n\
         +      cluster: stage\n\
         +      user: dev\n\
         -  - name: developer\n\
         +  - name: dev\n";
    assert_eq!(diff(FILE, edited.text()), expected);
}

/// Two entries that change their names: only the caller can know.
#[test]
fn swap() {
    let document = Document::parse(FILE).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    let mut wanted = config.clone();
    wanted.clusters.rename("production", "other");
    wanted.clusters.rename("staging", "production");
    wanted.clusters.rename("other", "staging");
    let edit = Edit::of(&document, &config).renamed(Section::Clusters, "production", "staging").renamed(
        Section::Clusters,
        "staging",
        "production",
    );
    let edited = edit.to(&wanted).unwrap().unwrap();
    let expected = "-  - name: production\n\
         +  - name: staging\n\
         -  - name: staging\n\
         +  - name: production\n";
    assert_eq!(diff(FILE, edited.text()), expected);
}

#[test]
fn delete() {
    check(
        |config| drop(config.clusters.remove("production")),
        "-  # The one that earns the money.\n\
         -  - name: production\n\
         -    cluster:\n\
         -      server:  https://prod.example.com:6443   # behind the VPN\n\
         -      certificate-authority-data: Q0EtUFJPRA==\n\
         -      x-owner: ops                             # not kubectl's, ours\n",
    );
    check(
        |config| drop(config.contexts.remove("staging")),
        "-  - name: staging\n\
         -    context:\n\
         -      cluster: staging\n\
         -      user: developer\n\
         -      namespace: shop # the only one there\n",
    );
    check(
        |config| config.contexts.retain(|_, _| false),
        "-contexts:\n\
         -  - name: production\n\
         -    context: {cluster: production, user: admin}\n\
         -  - name: staging\n\
         -    context:\n\
         -      cluster: staging\n\
         -      user: developer\n\
         -      namespace: shop # the only one there\n\
         +contexts: []\n",
    );
}

#[test]
fn what_is_not_there_yet() {
    check(
        |config| {
            config.preferences.colors = true;
            config.extensions.insert("tool", serde_json::json!({"on": [1, "no"]}).into());
        },
        "+extensions:\n\
         +  - name: tool\n\
         +    extension:\n\
         +      \"on\":\n\
         +        - 1\n\
         +        - \"no\"\n\
         +\n\
         +preferences:\n\
         +  colors: true\n\
         +\n",
    );
    let edited = edited("", |config| {
        config.clusters.insert("c", Cluster::new("https://c"));
        config.current_context = Some("c".into());
    });
    assert_eq!(edited.text(), "clusters:\n- name: c\n  cluster:\n    server: https://c\ncurrent-context: c\n");
}

/// As kubectl writes it: `cluster` before `name`.
#[test]
fn in_the_order_of_its_neighbour() {
    let text = "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority: a\n    server: https://a\n  name: a\nkind: Config\n";
    let edited = edited(text, |config| {
        let mut cluster = Cluster::new("https://b");
        cluster.certificate_authority = Some("b".into());
        config.clusters.insert("b", cluster);
    });
    let expected = "+- cluster:\n+    certificate-authority: b\n+    server: https://b\n+  name: b\n";
    assert_eq!(diff(text, edited.text()), expected);
}

#[test]
fn json() {
    let text = "{\"apiVersion\":\"v1\",\"contexts\":[{\"name\":\"a\",\"context\":{\"cluster\":\"c\",\"user\":\"u\"}}],\"users\":null}";
    let edited = edited(text, |config| {
        config.contexts.insert("b", Context::new("c", "u"));
        config.users.insert("u", AuthInfo::with_token("t"));
    });
    assert_eq!(
        edited.text(),
        "{\"apiVersion\":\"v1\",\"contexts\":[{\"name\":\"a\",\"context\":{\"cluster\":\"c\",\"user\":\"u\"}},\
         {\"name\":\"b\",\"context\":{\"cluster\":\"c\",\"user\":\"u\"}}],\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"t\"}}]}"
    );
    assert!(serde_json::from_str::<serde_json::Value>(edited.text()).is_ok());
}

/// What the model has no room for is no change: nulls, defaults, odd spellings, entries hidden by others.
#[test]
fn what_is_not_read_stays() {
    let text = "clusters:\n- name: a\n  cluster: {server: x, disable-compression: no, tls-server-name: ~}\n  cluster: # again\n    \
                server: https://a\n    tls-server-name:\n    extensions:\n    - name: e\n    - name: e\n      extension: 0x10\n\
                - \n- name: c\nusers: null\ncontexts: []\n";
    let edited = edited(text, |config| {
        config.clusters.get_mut("a").unwrap().proxy_url = Some("http://p".into());
        config.clusters.get_mut("a").unwrap().extensions.insert("f", true.into());
        config.clusters.get_mut("").unwrap().server = Some("https://nameless".into());
    });
    let expected = "+    proxy-url: http://p\n\
                    +    - name: f\n+      extension: true\n\
                    -- \n+- cluster:\n+    server: https://nameless\n";
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&diff(text, edited.text())), lines(expected), "{}", edited.text());
}

/// kubectl's unversioned type is written anew, as kubectl writes it: as v1.
#[test]
fn internal() {
    let text = "apiVersion: __internal\nkind: Config\nclusters:\n  c: {server: s}\nusers:\n  u: {act-as: bob}\n";
    let edited = edited(text, |config| drop(config.contexts.insert("n", Context::default())));
    assert!(edited.text().starts_with("apiVersion: v1\nkind: Config\nclusters:\n- name: c\n"), "{}", edited.text());
    assert!(edited.text().contains("as: bob"), "{}", edited.text());
}

#[test]
fn what_kubectl_could_not_read_is_refused() {
    let document = Document::parse(FILE).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    for (change, kind) in [
        ((|config| config.kind = Some("Other".into())) as fn(&mut Kubeconfig), ErrorKind::Version),
        (|config| config.api_version = Some("v2".into()), ErrorKind::Version),
        (|config| drop(config.extensions.insert("e", f64::INFINITY.into())), ErrorKind::Unrepresentable),
    ] {
        let mut wanted = config.clone();
        change(&mut wanted);
        let error = Edit::of(&document, &config).to(&wanted).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.position(), None, "{error}");
    }
}
