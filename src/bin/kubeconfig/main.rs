mod args;
fn main() {
    let _ = args::parse(std::env::args_os().collect()).map_err(|s| {
        let _ = s.error.print();
        std::process::exit(s.status.into())
    });
}
