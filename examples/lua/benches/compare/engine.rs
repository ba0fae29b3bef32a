//! The names of engines → the commands that run a program in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An engine that can run programs.
#[derive(Debug)]
pub struct Engine {
    /// The name in options and in the JSON.
    pub name: &'static str,
    /// The name in tables.
    pub label: &'static str,
    /// The colour of its bars.
    pub color: &'static str,
    command: &'static str,
    options: &'static [&'static str],
}

/// The engine that the others are compared with, if it is installed.
pub const BASELINE: &str = "lua5.1";

/// The modes of mimeo-lua, the last with optimized loops, then other engines.
pub const ENGINES: [Engine; 7 + cfg!(feature = "optimize") as usize] = [
    engine("off", "mimeo-lua --jit=off", "#9ecae1", OURS, &["--jit=off"]),
    engine("on", "mimeo-lua --jit=on", "#4292c6", OURS, &["--jit=on", "--optimize=off"]),
    engine("auto", "mimeo-lua --jit=auto", "#08519c", OURS, &["--jit=auto", "--optimize=off"]),
    #[cfg(feature = "optimize")]
    engine("optimized", "mimeo-lua, optimized", "#08306b", OURS, &["--jit=auto", "--optimize=auto"]),
    engine("lua5.1", "lua5.1", "#636363", "lua5.1", &[]),
    engine("lua5.4", "lua5.4", "#bdbdbd", "lua5.4", &[]),
    engine("luajit-joff", "luajit -joff", "#fdae6b", "luajit", &["-joff"]),
    engine("luajit", "luajit", "#d94801", "luajit", &[]),
];

const OURS: &str = env!("CARGO_BIN_EXE_mimeo-lua");

const fn engine(
    name: &'static str,
    label: &'static str,
    color: &'static str,
    command: &'static str,
    options: &'static [&'static str],
) -> Engine {
    Engine { name, label, color, command, options }
}

impl Engine {
    /// Returns `true` if it is installed on this machine.
    pub fn is_installed(&self) -> bool {
        let version = Command::new(self.command).arg("-v").stdin(Stdio::null()).stdout(Stdio::null()).output();
        version.is_ok_and(|output| output.status.success())
    }

    /// Returns the command for a file of a directory, in a fixed environment.
    pub fn command(&self, folder: &Path, file: &str, argument: Option<&str>) -> Command {
        let mut command = Command::new(PathBuf::from(self.command));
        for name in
            ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF", "MIMEO_TRACE", "LUA_INIT", "LUA_INIT_5_4"]
        {
            command.env_remove(name);
        }
        command.args(self.options).arg(file).args(argument).current_dir(folder).stdin(Stdio::null());
        command
    }
}
