//! A program of calc and a configuration → its [`Behaviour`], and the native tier's statistics.

use ::calc::ops::ops::Ops;
use ::calc::{Options, Session};
use mimeo::MachineBuilder;
use mimeo::jit::{Jit, JitConfig, Stats};

use crate::program::PLENTY_OF_FUEL;
use crate::{Behaviour, Captured};

/// Runs a program in this process.
///
/// # Panics
///
/// If native code is requested but unavailable.
pub fn run(text: &str, jit: Option<JitConfig>) -> (Behaviour, Stats) {
    let wants_jit = jit.is_some();
    let options = Options { jit, ..Options::default() };
    run_with(
        text,
        options,
        |builder| builder,
        |session| {
            let reason = session.jit().and_then(Jit::unavailable);
            assert!(session.jit().is_some() == wants_jit && reason.is_none(), "{reason:?}");
            session.jit().map(Jit::stats).unwrap_or_default()
        },
    )
}

/// Runs a program in this process, in a machine that `customize` has completed. Returns its behaviour, and what `inspect`
/// returns afterwards, or the default if the program has errors.
pub fn run_with<T: Default>(
    text: &str,
    options: Options,
    customize: impl FnOnce(MachineBuilder<Ops>) -> MachineBuilder<Ops>,
    inspect: impl FnOnce(&mut Session) -> T,
) -> (Behaviour, T) {
    let program = match ::calc::compile(text) {
        Ok(program) => program,
        Err(errors) => {
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            return (Behaviour::new("", &errors), T::default());
        }
    };
    let out = Captured::default();
    let mut session = Session::with_builder(&program, options, Box::new(out.clone()), customize);
    session.machine().vm_mut().set_fuel(Some(PLENTY_OF_FUEL));
    let error = session.run().err().map(|error| error.to_string());
    let events = session.machine().vm().fuel().map(|left| PLENTY_OF_FUEL - left);
    let inspected = inspect(&mut session);
    (Behaviour { output: out.bytes(), error, events }, inspected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_behaviour_of_a_program_is_captured() {
        let run = |text| run(text, None).0;
        assert_eq!(run("print(7);"), Behaviour { events: Some(1), ..Behaviour::new("7\n", &[""; 0]) });
        let found = run("print(7);\nprint(1 / 0);");
        assert_eq!(found.output, b"7\n");
        assert!(found.error.expect("it divides by 0").starts_with("2:"));
        assert!(run("print(").error.expect("it does not parse").contains(": error: "));
    }
}
