//! Chains as they come about, each with its verdict, and with openssl's beside it.

use crate::common::openssl;
use crate::common::pki::pem;
use crate::plan::{Case, Made, Plan, agree, ca, client, judge, leaf, path_length};
use crate::{at, read};
use kubeconfig::cert::{ChainVerdict, Purpose, Verifier};
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};

const NOW: &str = "2026-11-22";

/// Who is asked about, who is trusted, who stands beside; the verdict, about whom, and the names on the way.
struct Story<'a> {
    name: &'static str,
    leaf: &'a str,
    cas: &'a [&'a str],
    others: &'a [&'a str],
    time: &'static str,
    verdict: ChainVerdict,
    about: &'static str,
    path: &'static [&'static str],
    namesake: bool,
    /// What openssl says, where that is something else, and why.
    openssl: Option<(u32, &'static str)>,
}

impl<'a> Story<'a> {
    fn new(name: &'static str, leaf: &'a str, cas: &'a [&'a str], others: &'a [&'a str]) -> Self {
        let (path, time): (&[&str], _) = (&["leaf", "root"], NOW);
        let (verdict, about) = (ChainVerdict::Trusted, "leaf");
        Story { name, leaf, cas, others, time, verdict, about, path, namesake: false, openssl: None }
    }

    fn path(mut self, path: &'static [&'static str]) -> Self {
        self.path = path;
        self
    }

    fn but(mut self, verdict: ChainVerdict, about: &'static str) -> Self {
        (self.verdict, self.about) = (verdict, about);
        self
    }

    fn with_namesake(mut self) -> Self {
        self.namesake = true;
        self
    }

    fn at(mut self, time: &'static str) -> Self {
        self.time = time;
        self
    }

    fn openssl(mut self, error: u32, because: &'static str) -> Self {
        self.openssl = Some((error, because));
        self
    }

    fn check(&self) {
        let cas: Vec<_> = self.cas.iter().map(|pem| read(pem)).collect();
        let others: Vec<_> = self.others.iter().map(|pem| read(pem)).collect();
        let leaf = read(self.leaf);
        let verifier = Verifier::new(&cas).with_intermediates(&others);
        let chain = verifier.verify(&leaf, Purpose::ClientAuth, at(self.time));
        let names: Vec<_> = chain.path().iter().filter_map(|c| c.common_name()).collect();
        let about = chain.certificate().common_name();
        let found = (chain.verdict(), about, names, chain.namesake().is_some());
        assert_eq!(found, (self.verdict, Some(self.about), self.path.to_vec(), self.namesake), "{}", self.name);
        assert_eq!(chain.is_trusted(), self.verdict == ChainVerdict::Trusted);
        if !openssl::available() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let case = Case { cas: self.cas, others: self.others, purpose: Purpose::ClientAuth, time: self.time };
        let errors = judge(&folder, &case, &[self.leaf]).remove(0);
        match self.openssl {
            None => assert!(agree(self.verdict, &errors), "{}: {:?}, openssl {errors:?}", self.name, self.verdict),
            Some((error, because)) => assert!(errors.contains(&error), "{}: openssl {errors:?}; {because}", self.name),
        }
    }
}

fn with_key_id(plan: Plan) -> Plan {
    Plan { authority_key_id: true, ..plan }
}

/// The same certificate with one bit of its signature changed.
fn tampered(made: &Made) -> String {
    let mut der = made.certificate.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    pem("CERTIFICATE", &der)
}

#[test]
fn who_issued_it() {
    let root = ca("root").self_signed();
    let leaf = client().signed_by(&root);
    let own = client().self_signed();
    let k3s_client_ca = ca("k3s-client-ca@1700000000").self_signed();
    let k3s = client().signed_by(&k3s_client_ca);
    let again = ca("root").self_signed();
    let with_id = with_key_id(client()).signed_by(&root);
    let other_client = client().signed_by(&root);
    let by_client = Plan { name: "other", ..client() }.signed_by(&other_client);
    let unknown = ChainVerdict::UnknownIssuer;
    for story in [
        Story::new("its CA", &leaf.pem, &[&root.pem], &[]),
        Story::new("nobody is trusted", &leaf.pem, &[], &[]).but(unknown, "leaf").path(&["leaf"]),
        Story::new("its CA is there, but not trusted", &leaf.pem, &[&k3s_client_ca.pem], &[&root.pem])
            .but(ChainVerdict::SelfSigned, "root"),
        Story::new("self-signed", &own.pem, &[&root.pem], &[]).but(ChainVerdict::SelfSigned, "leaf").path(&["leaf"]),
        Story::new("self-signed and trusted", &own.pem, &[&own.pem], &[]).path(&["leaf"]),
        Story::new("trusted itself", &leaf.pem, &[&leaf.pem], &[]).path(&["leaf"]),
        Story::new("the servers' CA, as in K3s", &k3s.pem, &[&root.pem], &[&k3s.pem])
            .but(unknown, "leaf")
            .path(&["leaf"]),
        Story::new("a CA of the same name, as after rke cert rotate --rotate-ca", &leaf.pem, &[&again.pem], &[])
            .but(ChainVerdict::BadSignature, "leaf")
            .path(&["leaf"])
            .with_namesake(),
        Story::new("the same, with key identifiers", &with_id.pem, &[&again.pem], &[])
            .but(unknown, "leaf")
            .path(&["leaf"])
            .with_namesake(),
        Story::new("the old CA after the new", &leaf.pem, &[&again.pem, &root.pem], &[])
            .openssl(7, "it takes the first of that name"),
        Story::new("the old CA before the new", &leaf.pem, &[&root.pem, &again.pem], &[]),
        Story::new("both, with key identifiers", &with_id.pem, &[&again.pem, &root.pem], &[]),
        Story::new("changed on the way", &tampered(&leaf), &[&root.pem], &[])
            .but(ChainVerdict::BadSignature, "leaf")
            .path(&["leaf"])
            .with_namesake(),
        Story::new("signed by another client", &by_client.pem, &[&root.pem], &[&other_client.pem])
            .but(ChainVerdict::NotACa, "leaf")
            .path(&["other", "leaf", "root"]),
    ] {
        story.check();
    }
}

#[test]
fn the_way_up() {
    let root = ca("root").self_signed();
    let one = ca("one").signed_by(&root);
    let two = ca("two").signed_by(&one);
    let leaf = client().signed_by(&two);
    let stranger = ca("stranger").self_signed();
    let all = &["leaf", "two", "one", "root"];
    let (a, b) = (ca("a").self_signed(), ca("b").self_signed());
    let a_by_b = ca("a").signed_with(copy(&a), &b);
    let b_by_a = ca("b").signed_with(copy(&b), &a);
    let in_circle = client().signed_by(&a);
    for story in [
        Story::new("in order", &leaf.pem, &[&root.pem], &[&two.pem, &one.pem]).path(all),
        Story::new(
            "wrong order, duplicates, strangers, the root",
            &leaf.pem,
            &[&stranger.pem, &root.pem, &root.pem],
            &[&root.pem, &one.pem, &stranger.pem, &two.pem, &one.pem, &leaf.pem, &two.pem],
        )
        .path(all),
        Story::new("all in the bundle: the first is enough", &leaf.pem, &[&root.pem, &one.pem, &two.pem], &[])
            .path(&["leaf", "two"]),
        Story::new("one without its root is trusted", &leaf.pem, &[&one.pem], &[&two.pem])
            .path(&["leaf", "two", "one"]),
        Story::new("the one between is missing", &leaf.pem, &[&root.pem], &[&two.pem])
            .but(ChainVerdict::UnknownIssuer, "two")
            .path(&["leaf", "two"]),
        Story::new("one changed", &leaf.pem, &[&root.pem], &[&two.pem, &tampered(&one)])
            .but(ChainVerdict::BadSignature, "one")
            .path(&["leaf", "two", "one"])
            .with_namesake(),
        Story::new("a circle", &in_circle.pem, &[&root.pem], &[&a_by_b.pem, &b_by_a.pem])
            .but(ChainVerdict::UnknownIssuer, "b")
            .path(&["leaf", "a", "b"]),
    ] {
        story.check();
    }
}

/// The key of a CA, for a second certificate.
fn copy(made: &Made) -> rcgen::KeyPair {
    rcgen::KeyPair::from_pem(&made.issuer.key().serialize_pem()).unwrap()
}

#[test]
fn cross_signed_and_renewed() {
    let old = ca("old root").self_signed();
    let root = ca("root").self_signed();
    let crossed = ca("root").signed_with(copy(&root), &old);
    let crossed_then = ca("root").years(2000, 2010).signed_with(copy(&root), &old);
    let one = ca("one").signed_by(&root);
    let leaf = client().signed_by(&one);
    let one_over = ca("one").years(2000, 2010).signed_with(copy(&one), &root);
    // The CA has a new key, which its old one vouches for under the same name.
    let short = Plan { ca: path_length(0), ..ca("rolled") }.self_signed();
    let rolled = with_key_id(ca("rolled")).signed_by(&short);
    let by_rolled = with_key_id(client()).signed_by(&rolled);
    for story in [
        Story::new("up to the new root", &leaf.pem, &[&root.pem], &[&one.pem, &crossed.pem])
            .path(&["leaf", "one", "root"]),
        Story::new("up to the old root", &leaf.pem, &[&old.pem], &[&one.pem, &crossed.pem, &root.pem])
            .path(&["leaf", "one", "root", "old root"]),
        Story::new("the cross-signed one is over", &leaf.pem, &[&old.pem], &[&one.pem, &crossed_then.pem])
            .but(ChainVerdict::Expired, "root")
            .path(&["leaf", "one", "root", "old root"]),
        Story::new("over, but not needed", &leaf.pem, &[&old.pem, &root.pem], &[&one.pem, &crossed_then.pem])
            .path(&["leaf", "one", "root"]),
        Story::new("a cross-signed one is trusted", &leaf.pem, &[&crossed.pem], &[&one.pem])
            .path(&["leaf", "one", "root"]),
        Story::new("renewed, the old one first", &leaf.pem, &[&root.pem], &[&one_over.pem, &one.pem])
            .path(&["leaf", "one", "root"]),
        Story::new("renewed, the old one last", &leaf.pem, &[&root.pem], &[&one.pem, &one_over.pem])
            .path(&["leaf", "one", "root"]),
        Story::new("renewed, but the bundle has the old one", &leaf.pem, &[&one_over.pem], &[&one.pem])
            .but(ChainVerdict::Expired, "one")
            .path(&["leaf", "one"]),
        Story::new(
            "a new key signed with the old does not count as one below",
            &by_rolled.pem,
            &[&short.pem],
            &[&rolled.pem],
        )
        .path(&["leaf", "rolled", "rolled"]),
    ] {
        story.check();
    }
}

#[test]
fn extensions_and_versions() {
    let root = ca("root").self_signed();
    let critical = |plan: Plan| {
        let mut unknown = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
        unknown.set_criticality(true);
        Plan { extensions: vec![unknown], ..plan }
    };
    let harmless = |plan: Plan| {
        let unknown = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
        Plan { extensions: vec![unknown], ..plan }
    };
    let critical_root = critical(ca("root")).self_signed();
    let constrained = {
        // nameConstraints: only names below example.com.
        let value = [0x30, 0x11, 0xa0, 0x0f, 0x30, 0x0d, 0x82, 0x0b].into_iter().chain(*b"example.com").collect();
        Plan { extensions: vec![CustomExtension::from_oid_content(&[2, 5, 29, 30], value)], ..ca("root") }.self_signed()
    };
    let any = leaf(&[ExtendedKeyUsagePurpose::Any]).signed_by(&root);
    let no_signatures = Plan { usages: vec![KeyUsagePurpose::KeyEncipherment], ..client() }.signed_by(&root);
    let by_usage_alone = Plan { ca: IsCa::NoCa, ..ca("root") }.self_signed();
    let edge = client().years(2020, 2037).signed_by(&root);
    for story in [
        Story::new("critical, unknown", &critical(client()).signed_by(&root).pem, &[&root.pem], &[])
            .but(ChainVerdict::UnsupportedExtension, "leaf"),
        Story::new(
            "critical, unknown, in the root",
            &client().signed_by(&critical_root).pem,
            &[&critical_root.pem],
            &[],
        )
        .but(ChainVerdict::UnsupportedExtension, "root"),
        Story::new("unknown", &harmless(client()).signed_by(&root).pem, &[&root.pem], &[]),
        Story::new("the first second", &edge.pem, &[&root.pem], &[]).at("2020-01-01"),
        Story::new("names are constrained", &client().signed_by(&constrained).pem, &[&constrained.pem], &[])
            .but(ChainVerdict::UnsupportedExtension, "root")
            .openssl(0, "it looks whether the name is allowed"),
        Story::new("the last second", &edge.pem, &[&root.pem], &[])
            .at("2037-01-01")
            .openssl(10, "RFC 5280, 4.1.2.5: both ends belong to it; Go agrees"),
        Story::new("for any purpose", &any.pem, &[&root.pem], &[])
            .openssl(26, "RFC 5280, 4.2.1.12; Go agrees with that"),
        Story::new("a key for encryption", &no_signatures.pem, &[&root.pem], &[]).openssl(26, "Go does not look at it"),
        Story::new("a CA by key usage alone", &client().signed_by(&by_usage_alone).pem, &[&by_usage_alone.pem], &[])
            .but(ChainVerdict::NotACa, "root"),
    ] {
        story.check();
    }
}
