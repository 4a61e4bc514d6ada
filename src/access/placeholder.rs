//! What stands in a file in place of a secret.

/// What a program prints in place of a secret, or what a template holds.
pub(super) fn placeholder(secret: &str) -> Option<&'static str> {
    const VIEW: &str = "what `kubectl config view` prints in place of a secret";
    const TEMPLATE: &str = "a placeholder";
    let secret = secret.trim();
    match secret {
        "REDACTED" | "DATA+OMITTED" | "DATA OMITTED" => return Some(VIEW),
        "[hidden]" | "[HIDDEN]" => return Some("what this program prints in place of a secret"),
        _ => {}
    }
    // Of a token of Rancher's the name may stay.
    let last = secret.rsplit(':').next().unwrap_or_default();
    let is_named = last.len() > 2 && last.starts_with('<') && last.ends_with('>');
    if last.len() > 2 && last.chars().all(|c| matches!(c, '*' | '•')) || last == "REDACTED" || is_named {
        return Some(TEMPLATE);
    }
    let upper = secret.to_ascii_uppercase();
    if matches!(upper.as_str(), "REDACTED" | "<REDACTED>" | "[REDACTED]" | "**REDACTED**" | "OMITTED" | "<OMITTED>") {
        return Some(VIEW);
    }
    let is_all = |c: char| secret.chars().count() >= 3 && secret.chars().all(|one| one == c);
    let between = |open: &str, close: &str| {
        secret.len() > open.len() + close.len() && secret.starts_with(open) && secret.ends_with(close)
    };
    let is_template = ["ENC[", "op://", "ref+", "vault:"].iter().any(|start| secret.starts_with(start));
    let is_cut_off = secret.ends_with("...") || secret.ends_with('…');
    let is_crossed_out = secret.len() > 4 && secret.contains(['x', 'X']) && secret.chars().all(|c| "xX-".contains(c));
    if is_template || is_cut_off || is_crossed_out || between("[", "]") || between("{", "}") || between("__", "__") {
        return Some(TEMPLATE);
    }
    if matches!(secret, "undefined" | "null" | "None") || secret.trim_matches('*') == "REDACTED" {
        return Some(TEMPLATE);
    }
    let is_pair =
        between("<", ">") || between("${", "}") || between("{{", "}}") || between("$(", ")") || between("%", "%");
    if is_pair || ['*', 'x', 'X', '.', '•', '-', '?', '#'].into_iter().any(is_all) || is_variable(secret) {
        return Some(TEMPLATE);
    }
    const WORDS: &[&str] = &[
        "TOKEN",
        "YOUR_TOKEN",
        "YOUR-TOKEN",
        "YOUR_TOKEN_HERE",
        "YOUR-TOKEN-HERE",
        "YOURTOKEN",
        "MY_TOKEN",
        "MY-TOKEN",
        "BEARER_TOKEN",
        "BEARER-TOKEN",
        "ACCESS_TOKEN",
        "CHANGEME",
        "CHANGE_ME",
        "CHANGE-ME",
        "REPLACEME",
        "REPLACE_ME",
        "REPLACE-ME",
        "PLACEHOLDER",
        "TODO",
        "FIXME",
        "SECRET",
        "PASSWORD",
        "YOUR_PASSWORD",
        "YOUR-PASSWORD",
        "TBD",
        "N/A",
        "NONE",
        "NULL",
        "INSERT_TOKEN_HERE",
        "TOKEN_HERE",
        "TOKEN-HERE",
        "SERVICE_ACCOUNT_TOKEN",
        "SENSITIVE",
        "(SENSITIVE VALUE)",
        "(SENSITIVE)",
        "PASTE_TOKEN_HERE",
        "REPLACE_WITH_TOKEN",
        "YOURTOKENHERE",
        "<TOKEN>",
        "HIDDEN",
        "MASKED",
        "XXXXX",
    ];
    // Words in small letters may be somebody's token in a lab; `token` alone is used so in many examples.
    let is_word =
        WORDS.contains(&upper.as_str()) && (secret == upper || upper.contains(['_', '-']) || is_telling(&upper));
    is_word.then_some(TEMPLATE)
}

fn is_telling(upper: &str) -> bool {
    ["CHANGEME", "REPLACEME", "PLACEHOLDER", "YOURTOKEN", "YOURTOKENHERE", "(SENSITIVE)"].contains(&upper)
}

/// `$TOKEN`
fn is_variable(secret: &str) -> bool {
    secret.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
