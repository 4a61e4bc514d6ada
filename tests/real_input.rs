//! scratch
mod common;
#[test]
fn kubectl_reads_every_shape() {
    let Some(kubectl) = common::kubectl::need_kubectl() else { return };
    for shape in common::shapes::all() {
        let folder = tempfile::tempdir().unwrap();
        let file = shape.lay_out(folder.path());
        let json = kubectl.view_raw_json(&file).unwrap_or_else(|e| panic!("{}: {e}\n{}", shape.name, shape.text));
        println!("== {}\n{}\n--\n{}", shape.name, shape.text, json);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c");
    std::fs::write(&path, common::canary::kubeconfig()).unwrap();
    kubectl.view_raw_json(&path).unwrap();
    let mut counts = (0, 0, 0);
    for b in common::canary::broken() {
        counts.0 += 1;
        if b.refused {
            counts.1 += 1;
            std::fs::write(&path, &b.bytes).unwrap();
            if kubectl.view_raw_json(&path).is_ok() {
                println!("ACCEPTED {}", b.how);
                counts.2 += 1;
            }
        }
    }
    println!("{counts:?}");
}
