//! `mimeo-lua` on a terminal that `script` creates: typed keys → the text on the screen.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::run::command;

/// How long to wait for expected text.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A session on a terminal.
pub struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    /// Text on the screen that was not checked yet.
    seen: String,
}

impl Terminal {
    /// Starts a session with the history in this file. Returns `None` if `script` is not installed.
    pub fn open(history: &str) -> Option<Terminal> {
        Terminal::open_with(history, &[])
    }

    /// Works like [`open`](Self::open), with other environment variables.
    pub fn open_with(history: &str, variables: &[(&str, &str)]) -> Option<Terminal> {
        let is_there = Command::new("script").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !cfg!(target_os = "linux") || !is_there.is_ok_and(|status| status.success()) {
            println!("skipped: `script`, which creates terminals, is not installed");
            return None;
        }
        let inner = command(&[]);
        let mut outer = Command::new("script");
        // A shell that waited for the command would get the signal too, and could end by it.
        let line = format!("exec '{}'", inner.get_program().to_str()?);
        outer.args(["-qec", &line, "/dev/null"]).current_dir(inner.get_current_dir()?);
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        outer.env("MIMEO_LUA_HISTORY", history).env("TERM", "xterm").envs(variables.iter().copied());
        outer.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = outer.spawn().expect("`script` is installed");
        let keyboard = child.stdin.take().expect("a pipe");
        let mut output = child.stdout.take().expect("a pipe");
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(len @ 1..) = output.read(&mut bytes) {
                if sender.send(bytes[..len].to_vec()).is_err() {
                    break;
                }
            }
        });
        Some(Terminal { child, keyboard, screen, seen: String::new() })
    }

    /// Waits until this text follows the text that was checked before.
    pub fn sees(&mut self, text: &str) {
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            match self.screen.recv_timeout(TIMEOUT) {
                Ok(bytes) => self.seen += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("{text:?} is not on the screen, but {:?}", self.seen),
            }
        }
    }

    /// Waits for the prompt, and types keys.
    pub fn types(&mut self, keys: &str) -> &mut Terminal {
        self.sees("> ");
        self.press(keys);
        self
    }

    /// Types keys at once.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the session reads");
    }

    /// Ends the session.
    pub fn ends(mut self) {
        self.types("\x04");
        let status = self.child.wait().expect("it was started");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // An ended process cannot be killed.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}
