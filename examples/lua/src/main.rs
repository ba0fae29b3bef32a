//! The command `mimeo-lua`: runs a program.

use std::process::ExitCode;

use lua::{Lua, Options};
use mimeo::jit::{JitConfig, Mode};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut mode = Mode::Auto;
    if let Some(text) = arguments.next_if(|argument| argument.starts_with("--jit=")) {
        mode = text["--jit=".len()..].parse().expect("a mode");
    }
    let path = arguments.next().expect("a script");
    let source = std::fs::read(&path).expect("it can be read");
    let mut lua = Lua::new(Options { jit: Some(JitConfig { mode, ..JitConfig::default() }), ..Options::default() });
    let name = format!("@{path}");
    let function = match lua.load(&source, name.as_bytes()) {
        Ok(function) => function,
        Err(message) => {
            eprintln!("mimeo-lua: {}", String::from_utf8_lossy(&message));
            return ExitCode::FAILURE;
        }
    };
    match lua.call(function, &[]) {
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(exit) = failure.exit {
                lua.leave(exit);
                std::process::exit(exit.code);
            }
            eprintln!("mimeo-lua: {}", String::from_utf8_lossy(&lua::runtime::error_text(failure.value)));
            ExitCode::FAILURE
        }
    }
}
