//! Work trees of git.

use super::*;

#[test]
fn work_trees_are_found() {
    let folder = Folder::new();
    for path in ["repo/.git", "repo/sub/deep", "linked", "empty/.git", "plain"] {
        fs::create_dir_all(folder.path(path)).unwrap();
    }
    folder.file("repo/.git/HEAD", "ref: refs/heads/main\n");
    folder.file("linked/.git", "gitdir: ../repo/.git/worktrees/linked\n");
    folder.link("into", "repo/sub");
    folder.link("dangling", "repo/new");
    folder.link("repo/out", "../plain/new");
    for (path, tree) in [
        ("repo", Some("repo")),
        ("repo/new", Some("repo")),
        ("repo/sub/deep/new", Some("repo")),
        ("repo/missing/deeper/new", Some("repo")),
        ("plain/../repo/new", Some("repo")),
        ("into/deep/new", Some("repo")),
        ("dangling", Some("repo")),
        ("linked/new", Some("linked")),
        ("repo/out", None),
        ("plain/new", None),
        ("empty/new", None),
        ("repo/../plain/new", None),
    ] {
        let tree = tree.map(|name| folder.path(name).canonicalize().unwrap());
        assert_eq!(git_work_tree(&folder.path(path)), tree, "{path}");
    }
}
