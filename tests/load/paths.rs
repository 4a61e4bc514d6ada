use kubeconfig::load::Os;
use proptest::prelude::*;

/// From Go's `path/filepath/path_test.go`.
#[test]
fn clean() {
    let both: &[(&str, &str)] = &[
        ("abc", "abc"),
        ("abc/def", "abc/def"),
        (".", "."),
        ("..", ".."),
        ("../..", "../.."),
        ("/abc", "/abc"),
        ("/", "/"),
        ("", "."),
        ("abc/", "abc"),
        ("abc/def/", "abc/def"),
        ("./", "."),
        ("../../abc/", "../../abc"),
        ("abc//def//ghi", "abc/def/ghi"),
        ("abc//", "abc"),
        ("abc/./def", "abc/def"),
        ("/./abc/def", "/abc/def"),
        ("abc/def/ghi/../jkl", "abc/def/jkl"),
        ("abc/def/../..", "."),
        ("/abc/def/../..", "/"),
        ("abc/def/../../..", ".."),
        ("/abc/def/../../..", "/"),
        ("abc/def/../../../ghi/jkl/../../../mno", "../../mno"),
        ("/../abc", "/abc"),
        ("a/../b:/../../c", "../c"),
        ("abc/./../def", "def"),
        ("abc//./../def", "def"),
        ("abc/../../././../def", "../../def"),
    ];
    for (path, want) in both {
        assert_eq!(Os::Unix.clean(path), *want, "{path}");
        assert_eq!(Os::Windows.clean(path), want.replace('/', "\\"), "{path}");
    }
    for (path, want) in [("//abc", "/abc"), ("///abc", "/abc"), ("//abc//", "/abc"), (r"a\..\b", r"a\..\b")] {
        assert_eq!(Os::Unix.clean(path), want, "{path}");
    }
    for (path, want) in [
        (r"c:", r"c:."),
        (r"c:\", r"c:\"),
        (r"c:\abc", r"c:\abc"),
        (r"c:abc\..\..\.\.\..\def", r"c:..\..\def"),
        (r"c:\abc\def\..\..", r"c:\"),
        (r"c:\..\abc", r"c:\abc"),
        (r"c:..\abc", r"c:..\abc"),
        (r"c:\b:\..\..\..\d", r"c:\d"),
        (r"\", r"\"),
        (r"/", r"\"),
        (r"\\i\..\c$", r"\\i\..\c$"),
        (r"\\i\..\i\c$", r"\\i\..\i\c$"),
        (r"\\i\..\I\c$", r"\\i\..\I\c$"),
        (r"\\host\share\foo\..\bar", r"\\host\share\bar"),
        (r"//host/share/foo/../baz", r"\\host\share\baz"),
        (r"\\host\share\foo\..\..\..\..\bar", r"\\host\share\bar"),
        (r"\\.\C:\a\..\..\..\..\bar", r"\\.\C:\bar"),
        (r"\\.\C:\\\\a", r"\\.\C:\a"),
        (r"\\a\b\..\c", r"\\a\b\c"),
        (r"\\a\b", r"\\a\b"),
        (r".\c:", r".\c:"),
        (r".\c:\foo", r".\c:\foo"),
        (r".\c:foo", r".\c:foo"),
        (r"//abc", r"\\abc"),
        (r"///abc", r"\\\abc"),
        (r"//abc//", r"\\abc\\"),
        (r"a/../c:", r".\c:"),
        (r"a\..\c:", r".\c:"),
        (r"a/../c:/a", r".\c:\a"),
        (r"a/../../c:", r"..\c:"),
        (r"foo:bar", r"foo:bar"),
        (r"/a/../??/a", r"\.\??\a"),
    ] {
        assert_eq!(Os::Windows.clean(path), want, "{path}");
    }
}

#[test]
fn join() {
    for (a, b, want) in [
        ("a", "b", "a/b"),
        ("a", "", "a"),
        ("", "b", "b"),
        ("/", "a", "/a"),
        ("/", "", "/"),
        ("a/", "b", "a/b"),
        ("a/", "", "a"),
        ("", "", ""),
        ("/", "a/b", "/a/b"),
        ("//", "a", "/a"),
        ("/a", "../../b", "/b"),
    ] {
        assert_eq!(Os::Unix.join(a, b), want, "{a} {b}");
    }
    for (a, b, want) in [
        (r"directory", "file", r"directory\file"),
        (r"C:\Windows\", "System32", r"C:\Windows\System32"),
        (r"C:\Windows\", "", r"C:\Windows"),
        (r"C:\", "Windows", r"C:\Windows"),
        (r"C:", "a", r"C:a"),
        (r"C:", r"a\b", r"C:a\b"),
        (r"C:.", "a", r"C:a"),
        (r"C:a", "b", r"C:a\b"),
        (r"\\host\share", "foo", r"\\host\share\foo"),
        (r"//host/share", "foo/bar", r"\\host\share\foo\bar"),
        (r"\", r"\\host\share", r"\host\share"),
        (r"\", "a", r"\a"),
        (r"\", r"??\a", r"\.\??\a"),
        (r"C:\Users\u\.kube", "../ca.crt", r"C:\Users\u\ca.crt"),
        ("", "", ""),
    ] {
        assert_eq!(Os::Windows.join(a, b), want, "{a} {b}");
    }
}

#[test]
fn dir() {
    for (path, want) in [
        ("", "."),
        (".", "."),
        ("/.", "/"),
        ("/", "/"),
        ("/foo", "/"),
        ("x/", "x"),
        ("abc", "."),
        ("a/b/c.x", "a/b"),
        ("-", "."),
    ] {
        assert_eq!(Os::Unix.dir(path), want, "{path}");
    }
    for (path, want) in [
        (r"c:\", r"c:\"),
        (r"c:.", r"c:."),
        (r"c:\a\b", r"c:\a"),
        (r"c:a\b", r"c:a"),
        (r"c:a\b\c", r"c:a\b"),
        (r"\\host\share", r"\\host\share"),
        (r"\\host\share\", r"\\host\share\"),
        (r"\\host\share\a", r"\\host\share\"),
        (r"\\host\share\a\b", r"\\host\share\a"),
    ] {
        assert_eq!(Os::Windows.dir(path), want, "{path}");
    }
}

#[test]
fn is_abs() {
    for (path, want) in
        [("", false), ("/", true), ("/usr/bin/gcc", true), ("..", false), ("lala", false), (r"C:\", false)]
    {
        assert_eq!(Os::Unix.is_abs(path), want, "{path}");
    }
    for (path, want) in [
        (r"C:\", true),
        (r"c\", false),
        (r"c::", false),
        (r"c:", false),
        (r"/", false),
        (r"\", false),
        (r"\Windows", false),
        (r"c:a\b", false),
        (r"c:\a\b", true),
        (r"c:/a/b", true),
        (r"\\host\share", true),
        (r"\\host\share\foo", true),
        (r"//host/share/foo/bar", true),
        (r"\\?\a\b\c", true),
        (r"\??\a\b\c", true),
    ] {
        assert_eq!(Os::Windows.is_abs(path), want, "{path}");
    }
}

#[test]
fn split_list() {
    assert!(Os::Unix.split_list("").is_empty() && Os::Windows.split_list("").is_empty());
    assert_eq!(Os::Unix.split_list(":a:"), ["", "a", ""]);
    for (list, want) in [
        (r#""a""#, &["a"][..]),
        (r#"";""#, &[";"]),
        (r#""a;b""#, &["a;b"]),
        (r#"";";"#, &[";", ""]),
        (r#";";""#, &["", ";"]),
        (r#"a";"b"#, &["a;b"]),
        (r#"a; ""b"#, &["a", " b"]),
        (r#""a;b"#, &["a;b"]),
        (r#"""a;b"#, &["a", "b"]),
        (r#""""a;b"#, &["a;b"]),
        (r#"a";b"#, &["a;b"]),
        (r#"a;b";c"#, &["a", "b;c"]),
        (r#""a";b";c"#, &["a", "b;c"]),
    ] {
        assert_eq!(Os::Windows.split_list(list), want, "{list}");
    }
}

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(path in r"(a|b|C:|\.|/|\\){0,12}") {
        // No `/:` and no `/??`: Go takes them for volumes, and cleaning those is not idempotent there either.
        for os in [Os::Unix, Os::Windows] {
            let once = os.clean(&path);
            prop_assert_eq!(os.clean(&once), once.clone(), "{:?} {}", os, path);
            prop_assert_eq!(os.is_abs(&once), os.is_abs(&path), "{:?} {}", os, path);
        }
    }

    #[test]
    fn any_text_is_a_path(a in any::<String>(), b in any::<String>()) {
        for os in [Os::Unix, Os::Windows] {
            let _ = (os.clean(&a), os.join(&a, &b), os.dir(&a), os.is_abs(&a), os.split_list(&a));
        }
    }
}
