//! Any model: written and read back it is the same, and written again the same text.

#![no_main]

use arbitrary::{Result, Unstructured};
use kubeconfig::Secret;
use kubeconfig::config::{
    AuthInfo, AuthProviderConfig, Cluster, Context, Data, Entries, ExecConfig, ExecEnvVar, Kubeconfig, Preferences,
};
use kubeconfig::syntax::{Mapping, Scalar, Value};
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(config) = config(&mut Unstructured::new(bytes)) else { return };
    // Infinity is an error: YAML has words for it, but kubectl takes none of them.
    if let Ok(text) = config.to_yaml() {
        let again = read(&text);
        same(&config, &again, &text);
        let twice = again.to_yaml().expect("what was read can be written");
        let third = read(&twice);
        same(&again, &third, &twice);
        assert_eq!(third.to_yaml().ok(), Some(twice), "writing what was written is stable");
    }
    if let Ok(text) = config.to_json() {
        match Kubeconfig::from_slice(text.as_bytes()) {
            Ok(again) => same(&config, &again, &text),
            // It is JSON to everybody; kubectl, which reads it as YAML, takes no key beyond 1,024 characters.
            Err(error) => assert!(has_long_key(&text), "{error}\n{text}"),
        }
    }
});

fn read(text: &str) -> Kubeconfig {
    Kubeconfig::from_slice(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn has_long_key(json: &str) -> bool {
    let json: Json = serde_json::from_str(json).expect("JSON");
    let mut left = vec![&json];
    while let Some(value) = left.pop() {
        match value {
            Json::Array(items) => left.extend(items),
            Json::Object(map) => {
                if map.keys().any(|key| Json::from(key.as_str()).to_string().chars().count() > 1_000) {
                    return true;
                }
                left.extend(map.values());
            }
            _ => {}
        }
    }
    false
}

/// Compares as data: how a scalar was quoted may differ.
fn same(a: &Kubeconfig, b: &Kubeconfig, text: &str) {
    let [a, b] = [a, b].map(|config| numbers(serde_json::to_value(config).unwrap()));
    assert_eq!(a, b, "{text}");
}

/// Whole floats as integers: JSON, and Go's way to write it, make no difference between `3.0` and `3`.
fn numbers(value: Json) -> Json {
    match value {
        Json::Number(number) if number.is_f64() => {
            let text = number.as_f64().unwrap_or_default().to_string();
            match (text.parse::<i64>(), text.parse::<u64>()) {
                (Ok(i), _) => i.into(),
                (_, Ok(u)) => u.into(),
                _ => Json::Number(number),
            }
        }
        Json::Array(items) => items.into_iter().map(numbers).collect(),
        Json::Object(map) => Json::Object(map.into_iter().map(|(key, value)| (key, numbers(value))).collect()),
        other => other,
    }
}

fn config(u: &mut Unstructured<'_>) -> Result<Kubeconfig> {
    let mut config = Kubeconfig::new();
    if u.arbitrary()? {
        config.api_version = None;
        config.kind = None;
    }
    config.current_context = option(u, text)?;
    config.clusters = entries(u, cluster)?;
    config.users = entries(u, user)?;
    config.contexts = entries(u, context)?;
    config.extensions = entries(u, |u| value(u, 4))?;
    let mut preferences = Preferences::default();
    preferences.colors = u.arbitrary()?;
    preferences.extensions = entries(u, |u| value(u, 2))?;
    config.preferences = preferences;
    config.other = other(u)?;
    Ok(config)
}

fn cluster(u: &mut Unstructured<'_>) -> Result<Cluster> {
    let mut it = Cluster::default();
    it.server = option(u, text)?;
    it.tls_server_name = option(u, text)?;
    it.insecure_skip_tls_verify = u.arbitrary()?;
    it.certificate_authority = option(u, text)?;
    it.certificate_authority_data = option(u, data)?;
    it.proxy_url = option(u, text)?;
    it.disable_compression = u.arbitrary()?;
    it.extensions = entries(u, |u| value(u, 3))?;
    it.other = other(u)?;
    Ok(it)
}

fn user(u: &mut Unstructured<'_>) -> Result<AuthInfo> {
    let mut it = AuthInfo::default();
    it.client_certificate = option(u, text)?;
    it.client_certificate_data = option(u, data)?;
    it.client_key = option(u, text)?;
    it.client_key_data = option(u, data)?.map(Secret::new);
    it.token = option(u, text)?.map(Secret::new);
    it.token_file = option(u, text)?;
    it.impersonate = option(u, text)?;
    it.impersonate_uid = option(u, text)?;
    it.impersonate_groups = list(u, text)?;
    it.impersonate_user_extra = list(u, |u| Ok((text(u)?, option(u, |u| list(u, text))?)))?.into_iter().collect();
    it.username = option(u, text)?;
    it.password = option(u, text)?.map(Secret::new);
    it.auth_provider = option(u, |u| {
        let mut provider = AuthProviderConfig::default();
        provider.name = option(u, text)?;
        provider.config = option(u, |u| Ok(list(u, |u| Ok((text(u)?, Secret::new(text(u)?))))?.into_iter().collect()))?;
        provider.other = other(u)?;
        Ok(provider)
    })?
    .map(Box::new);
    it.exec = option(u, exec)?.map(Box::new);
    it.extensions = entries(u, |u| value(u, 3))?;
    it.other = other(u)?;
    Ok(it)
}

fn exec(u: &mut Unstructured<'_>) -> Result<ExecConfig> {
    let mut it = ExecConfig::default();
    it.command = option(u, text)?;
    it.args = option(u, |u| list(u, |u| text(u).map(Secret::new)))?;
    it.env = option(u, |u| list(u, variable))?;
    it.api_version = option(u, text)?;
    it.install_hint = option(u, text)?;
    it.provide_cluster_info = u.arbitrary()?;
    it.interactive_mode = option(u, text)?;
    it.other = other(u)?;
    Ok(it)
}

fn variable(u: &mut Unstructured<'_>) -> Result<ExecEnvVar> {
    let mut it = ExecEnvVar::default();
    it.name = option(u, text)?;
    it.value = option(u, text)?.map(Secret::new);
    it.other = other(u)?;
    Ok(it)
}

fn context(u: &mut Unstructured<'_>) -> Result<Context> {
    let mut it = Context::default();
    it.cluster = option(u, text)?;
    it.user = option(u, text)?;
    it.namespace = option(u, text)?;
    it.extensions = entries(u, |u| value(u, 3))?;
    it.other = other(u)?;
    Ok(it)
}

/// Any text; often one that YAML reads as something else.
fn text(u: &mut Unstructured<'_>) -> Result<String> {
    const AWKWARD: &[&str] = &[
        "",
        " ",
        "~",
        "null",
        "yes",
        "n",
        "on",
        "012",
        "0x1F",
        "1_000",
        "1e3",
        ".inf",
        "<<",
        "=",
        "- a",
        "a: b",
        "a #b",
        "#",
        "!x",
        "&a",
        "*a",
        "?",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "\"",
        "---",
        "...",
        "\n",
        "a\nb\n",
        "\n\na",
        " a",
        "a ",
        "\t",
        "\r\n",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "😀",
        "2001-01-01",
        "12:30:45",
        "[",
        "{}",
        ",",
    ];
    if u.arbitrary()? { Ok(u.choose(AWKWARD)?.to_string()) } else { u.arbitrary() }
}

fn data(u: &mut Unstructured<'_>) -> Result<Data> {
    u.arbitrary::<&[u8]>().map(Data::encode)
}

fn option<'a, T>(u: &mut Unstructured<'a>, make: impl FnOnce(&mut Unstructured<'a>) -> Result<T>) -> Result<Option<T>> {
    if u.arbitrary()? { make(u).map(Some) } else { Ok(None) }
}

fn list<'a, T>(u: &mut Unstructured<'a>, mut make: impl FnMut(&mut Unstructured<'a>) -> Result<T>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=3)?).map(|_| make(u)).collect()
}

fn entries<'a, T: Clone>(
    u: &mut Unstructured<'a>,
    mut make: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Entries<T>> {
    let mut entries: Entries<T> = list(u, |u| Ok((text(u)?, make(u)?)))?.into_iter().collect();
    let names: Vec<String> = entries.names().map(String::from).collect();
    for name in names {
        if let Some(beside) = entries.other_mut(&name) {
            *beside = other(u)?;
        }
    }
    Ok(entries)
}

/// Unknown fields: their keys begin so that none is a known one.
fn other(u: &mut Unstructured<'_>) -> Result<Mapping> {
    Ok(list(u, |u| Ok((format!("x-{}", text(u)?), value(u, 2)?)))?.into_iter().collect())
}

fn value(u: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 6 } else { 8 })? {
        0 => Value::null(),
        1 => u.arbitrary::<bool>()?.into(),
        2 => u.arbitrary::<i64>()?.into(),
        3 => u.arbitrary::<u64>()?.into(),
        4 => u.arbitrary::<f64>()?.into(),
        5 => Value::Scalar(Scalar::plain(text(u)?)),
        6 => Value::string(text(u)?),
        7 => list(u, |u| value(u, depth - 1))?.into(),
        _ => Value::Mapping(list(u, |u| Ok((text(u)?, value(u, depth - 1)?)))?.into_iter().collect()),
    })
}
