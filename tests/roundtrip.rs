//! What is written as YAML reads back as the same.

use kubeconfig::config::View;
use kubeconfig::{AuthInfo, Cluster, Context, Kubeconfig};
use proptest::prelude::*;

fn config() -> impl Strategy<Value = Kubeconfig> {
    let pieces = [
        "yes",
        "012",
        "~",
        "- a",
        "a: b",
        " ",
        "  ",
        "'",
        "\"",
        "\\",
        "\n",
        "\t",
        "😀",
        "\u{1}",
        "\r",
        "\u{2028}",
        "\u{feff}",
        "12:30",
        "2001-01-01",
        "=",
        "<<",
        "%",
        "@",
        "!x",
        "&a",
        "*a",
        "#",
        "?",
        "---",
        "...",
        "{",
        "[",
        ",",
        ":",
        "|",
        "é",
        "word word word word word word word word word word",
    ];
    let piece = prop_oneof![4 => proptest::sample::select(pieces.to_vec()).prop_map(String::from), 1 => "[ -~]{0,8}"];
    let text = proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
    let texts = proptest::collection::vec((text.clone(), text.clone()), 0..4);
    (texts, text).prop_map(|(pairs, current)| {
        let mut config = Kubeconfig::new();
        config.current_context = Some(current);
        for (one, two) in pairs {
            config.contexts.insert(two.as_str(), Context::new(one.as_str(), two.as_str()));
            config.clusters.insert(one.as_str(), Cluster::new(two.as_str()));
            let mut user = AuthInfo::with_token(two.as_str());
            user.impersonate_user_extra.insert(two.clone(), Some(vec![one.clone()]));
            config.users.insert(one.as_str(), user);
            let nested = serde_json::json!({two.as_str(): [one.as_str(), {"k": two.as_str()}]});
            config.extensions.insert(one, nested.into());
        }
        config
    })
}

fn same(back: &Kubeconfig, config: &Kubeconfig) -> Result<(), TestCaseError> {
    prop_assert_eq!(&back.users, &config.users);
    prop_assert_eq!(&back.clusters, &config.clusters);
    prop_assert_eq!(&back.contexts, &config.contexts);
    prop_assert_eq!(back.current_context(), config.current_context());
    prop_assert_eq!(back.to_json().unwrap(), config.to_json().unwrap());
    Ok(())
}

proptest! {
    #[test]
    fn own_yaml(config in config()) {
        let back: Kubeconfig = config.to_yaml().unwrap().parse().unwrap();
        same(&back, &config)?;
        prop_assert_eq!(back.to_yaml().unwrap(), config.to_yaml().unwrap());
    }

    #[test]
    fn kubectl_yaml(config in config()) {
        let yaml = View::of(&config).raw(true).to_yaml().unwrap();
        // kubectl writes the key `<<` bare, and then can't read it; its bytes are what a view is.
        prop_assume!(!yaml.contains("<<:"));
        let back: Kubeconfig = yaml.parse().unwrap();
        prop_assert_eq!(View::of(&back).raw(true).to_yaml().unwrap(), yaml);
    }
}
