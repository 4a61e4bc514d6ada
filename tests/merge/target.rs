//! What is merged into keeps its names: only what comes in gets others, and nothing is added twice.

use super::*;
use OnConflict::Rename;

/// Clusters, users and contexts of a file, as in [`text`].
type File = [&'static str; 3];

/// The contexts after a merge into the first of the files, and what was said.
fn into(files: &[File]) -> (Vec<String>, Vec<String>, Merged) {
    let place = Place::new();
    for (i, [clusters, users, contexts]) in files.iter().enumerate() {
        place.write(&format!("{i}.yaml"), &text(clusters, users, contexts));
    }
    let loaded: Vec<Loaded> = (0..files.len()).map(|i| place.load(&format!("{i}.yaml"))).collect();
    let merged = merge_as(&loaded[1..], |merge| merge.target(&loaded[0]).on_conflict(Rename)).unwrap();
    let said = merged.report().to_string().replace(&format!("{}/", place.0.path().display()), "");
    (shown(&merged), said.lines().map(str::to_owned).collect(), merged)
}

const A: File = ["default=a", "default=1", "default=default/default"];
const B: File = ["default=b", "default=2", "default=default/default"];

#[test]
fn names_of_the_target_stay() {
    type Row = (&'static str, &'static [File], &'static [&'static str], [&'static [&'static str]; 2]);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("the second gets another name", &[A, B], &["default=a/1", "default-b=b/2"], [&["default", "default-b"], &["default", "default-b"]]),
        ("two that come in with one name", &[["", "", ""], A, B], &["default-a=a/1", "default-b=b/2"],
            [&["default-a", "default-b"], &["default-a", "default-b"]]),
        ("there under another name", &[["default=a p=b", "default=1 q=2", "default=default/default prod=p/q"], B],
            &["default=a/1", "prod=b/2"], [&["default", "p"], &["default", "q"]]),
        ("there under another name that is free", &[["p=b", "q=2", "prod=p/q"], B], &["prod=b/2"], [&["p"], &["q"]]),
        ("the cluster alone is there", &[["p=b", "q=1", "prod=p/q"], B], &["prod=b/1", "default=b/2"], [&["p"], &["default", "q"]]),
        ("a second name within one file", &[["", "", ""], ["k=a l=a", "u=1", "c=k/u d=l/u"]], &["c=a/1", "d=a/1"],
            [&["k", "l"], &["u"]]),
        ("a second name within one file, which is taken", &[["", "", "d=/"], ["k=a", "u=1", "c=k/u d=k/u"]], &["d=/", "c=a/1"],
            [&["k"], &["u"]]),
        ("the same in two files", &[["", "", ""], ["k=a", "u=1", "c=k/u"], ["l=a", "v=1", "d=l/v"]], &["c=a/1"], [&["k"], &["u"]]),
        ("the same in two files, which needs a name", &[A, B, ["default-b=b", "v=2", "w=default-b/v"]], &["default=a/1", "default-b=b/2"],
            [&["default", "default-b"], &["default", "default-b"]]),
        // What the target's context names and lacks must not come in from elsewhere.
        ("dangling in the target", &[["a=a", "", "a=a/admin"], ["b=b", "admin=2", "b=b/admin"]], &["a=a/admin?", "b=b/2"],
            [&["a", "b"], &["admin-b"]]),
        ("dangling in what comes in", &[["b=b", "admin=2", "b=b/admin"], ["a=a", "", "a=a/admin"]], &["b=b/2", "a=a/admin-missing?"],
            [&["a", "b"], &["admin"]]),
        ("the target's context names the one that sorts last", &[["k2=h", "u2=1", "c=k2/u2"], ["k1=h", "u1=1", "c=k1/u1"]], &["c=h/1"],
            [&["k2"], &["u2"]]),
        ("new names are taken", &[["c=a c-b=x", "u=1 u-b=3", "c=c/u c-b=c-b/u-b"], ["c=b", "u=2", "c=c/u"]],
            &["c=a/1", "c-b=x/3", "c-1=b/2"], [&["c", "c-1", "c-b"], &["u", "u-1", "u-b"]]),
    ];
    for (what, files, contexts, [clusters, users]) in rows {
        let (shown, said, merged) = into(files);
        assert_eq!(shown, *contexts, "{what}: {said:?}");
        assert_eq!(names(merged.config().clusters.names()), *clusters, "{what}: {said:?}");
        assert_eq!(names(merged.config().users.names()), *users, "{what}: {said:?}");
        assert!(merged.report().left_out.is_empty(), "{what}: {said:?}");
        // Again into what came out: nothing is different.
        let target = Loaded::from_config(merged.to_yaml().parse().unwrap(), "/");
        let place = Place::new();
        let inputs: Vec<Loaded> = (1..files.len())
            .map(|i| {
                let [clusters, users, contexts] = files[i];
                place.write(&format!("{i}.yaml"), &text(clusters, users, contexts));
                place.load(&format!("{i}.yaml"))
            })
            .collect();
        let again = merge_as(&inputs, |merge| merge.target(&target).on_conflict(Rename)).unwrap();
        assert_eq!(again.to_yaml(), merged.to_yaml(), "{what}");
    }
    let (_, said, _) = into(rows[2].1);
    for (kind, there) in [("cluster", "p"), ("user", "q"), ("context", "prod")] {
        let line = said.iter().find(|line| line.starts_with(&format!("the {kind} default of 1.yaml:1:")));
        assert!(line.is_some_and(|line| line.ends_with(&format!(" is there already as {there}"))), "{said:?}");
    }
}

#[test]
fn a_target_that_is_not_there_is_no_input() {
    let none = Loaded::from_config(Default::default(), "/");
    let one = Loaded::from_config(text("k=h", "", "c=k/").parse().unwrap(), "/");
    let merged = merge_as([&one], |merge| merge.target(&none).on_conflict(Rename)).unwrap();
    assert_eq!(
        merged.report().to_string(),
        "1 context, 1 cluster and 0 users from 1 input; no context is the current one\n"
    );
}
