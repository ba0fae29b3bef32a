//! The command `mimeo-wasm`.

fn main() -> std::process::ExitCode {
    wasm::command::main()
}
