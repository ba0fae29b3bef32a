//! The command `mimeo-calc`.
fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let program = calc::compile(&text).unwrap();
    let jit = match std::env::args().nth(2).as_deref() { Some("off") => None, _ => Some(mimeo::jit::JitConfig{mode: mimeo::jit::Mode::On, ..Default::default()}) };
    let mut session = calc::Session::new(&program, calc::Options { jit, ..Default::default() }, Box::new(std::io::stdout()));
    let r = session.run(); println!("{:?} {:?}", session.unavailable(), r);
    if let Some(j) = session.jit() { println!("{}", j.stats()); }
}
