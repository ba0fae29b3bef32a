//! A language whose programs panic on demand → the results of its handle.

use std::mem::MaybeUninit;

use mimeo_jit::{JitConfig, Settings, StatsFormat};

use super::*;
use crate::{Problem, call, create, destroy, put, read};

struct Probe;

/// A program: its text, the settings that it was loaded with, and a machine that runs nothing.
struct Text(String, JitConfig, Machine<calc::ops::ops::Ops>);

impl Drop for Text {
    fn drop(&mut self) {
        assert!(!self.0.contains("drop"), "in drop");
    }
}

impl Language for Probe {
    type Ops = calc::ops::ops::Ops;
    type Program = Text;

    fn load(text: &str, setup: Setup) -> Result<Text, Vec<Problem>> {
        assert!(!text.contains("load"), "in load");
        // SAFETY: both go into one machine.
        let (context, host) = unsafe { calc::state(Vec::new(), Box::new(setup.output)) };
        let machine = Machine::builder(context, host).control(setup.control).build();
        Ok(Text(text.to_owned(), setup.jit, machine))
    }

    fn run(program: &mut Text) -> Result<(), Failure> {
        assert!(!program.0.contains("run"), "in run");
        let JitConfig { mode, threshold, trace, .. } = &program.1;
        let problem = Problem { position: Some((1, 2)), message: format!("{mode}, {threshold}, {trace}") };
        Err(Failure { status: Status::RuntimeError, problems: vec![problem] })
    }

    fn jit(_program: &Text) -> Option<&Jit<Self::Ops>> {
        None
    }

    fn machine(program: &mut Text) -> &mut Machine<Self::Ops> {
        &mut program.2
    }
}

struct Opaque(Handle<Probe>);

impl AsRef<Handle<Probe>> for Opaque {
    fn as_ref(&self) -> &Handle<Probe> {
        &self.0
    }
}

/// Creates a handle like C code.
fn made() -> *mut Opaque {
    let mut handle = MaybeUninit::uninit();
    assert_eq!(create(Some(&mut handle), Opaque), Status::Ok);
    // SAFETY: with this status the handle was written.
    unsafe { handle.assume_init() }
}

/// Returns the status of a call, and the message that can be read after it.
fn status(handle: *mut Opaque, body: impl FnOnce(&Handle<Probe>) -> Result<(), Failure>) -> (Status, String) {
    // SAFETY: the handle is from `made`, and used by this thread only.
    let status = unsafe { call(handle, body) };
    let mut message = MaybeUninit::uninit();
    let text = |handle: &Handle<Probe>| {
        let failure = handle.failure.borrow();
        failure.as_ref().map_or(String::new(), |(failure, _)| failure.problems[0].message.clone())
    };
    // SAFETY: as above.
    assert_eq!(unsafe { read(handle, |handle| put(Some(&mut message), text(handle))) }, Status::Ok);
    // SAFETY: with this status it was written.
    (status, unsafe { message.assume_init() })
}

fn destroyed(handle: *mut Opaque) -> Status {
    // SAFETY: the handle is from `made`, and no longer used.
    unsafe { destroy(handle) }
}

fn panicked(message: &str) -> (Status, String) {
    (Status::Panic, format!("panic: {message}"))
}

#[test]
fn a_panic_while_loading_keeps_the_current_program() {
    let handle = made();
    assert_eq!(status(handle, |handle| handle.load(b"fine")).0, Status::Ok);
    assert_eq!(status(handle, |handle| handle.load(b"load")), panicked("in load"));
    assert_eq!(status(handle, Handle::run), (Status::RuntimeError, "auto, 10, false".to_owned()));
    assert_eq!(destroyed(handle), Status::Ok);
}

#[test]
fn a_panic_while_running_drops_the_program() {
    let handle = made();
    assert_eq!(status(handle, |handle| handle.load(b"run")).0, Status::Ok);
    assert_eq!(status(handle, Handle::run), panicked("in run"));
    assert_eq!(status(handle, Handle::run).0, Status::NoProgram);
    assert_eq!(status(handle, |handle| handle.load(b"run, then drop")).0, Status::Ok);
    assert_eq!(status(handle, Handle::run), panicked("in drop"));
    assert_eq!(status(handle, Handle::run).0, Status::NoProgram);
    assert_eq!(destroyed(handle), Status::Ok);
}

#[test]
fn a_panic_while_a_program_is_dropped_is_a_status() {
    let handle = made();
    assert_eq!(status(handle, |handle| handle.load(b"drop")).0, Status::Ok);
    assert_eq!(status(handle, |handle| handle.load(b"drop, the next")), panicked("in drop"));
    assert_eq!(status(handle, Handle::run).0, Status::RuntimeError);
    assert_eq!(destroyed(handle), Status::Panic);
}

#[test]
fn a_panic_in_the_wrapper_gives_no_handle() {
    let mut handle = MaybeUninit::new(std::ptr::dangling_mut::<Opaque>());
    assert_eq!(create(Some(&mut handle), |_: Handle<Probe>| -> Opaque { panic!("in wrap") }), Status::Panic);
    // SAFETY: it was initialised from the start.
    assert!(unsafe { handle.assume_init() }.is_null());
}

#[test]
fn a_program_is_loaded_with_the_current_settings() {
    let handle = made();
    let set = |handle: &Handle<Probe>| {
        handle.set_threshold(3);
        handle.set_trace(true);
        handle.set_mode(Mode::Off as c_int)
    };
    assert_eq!(status(handle, set).0, Status::Ok);
    assert_eq!(status(handle, |handle| handle.load(b"")).0, Status::Ok);
    assert_eq!(status(handle, Handle::run).1, "off, 3, true");
    // A machine without a native tier has no statistics, but has a capability.
    assert_eq!(status(handle, |handle| handle.stats(1).map(|text| assert_eq!(text.len, 0))).0, Status::Ok);
    assert_eq!(status(handle, |handle| handle.capability().map(|found| assert_eq!(found.threshold, 3))).0, Status::Ok);
    assert_eq!(destroyed(handle), Status::Ok);
}

#[test]
fn the_trace_that_the_environment_requests_is_recorded() {
    let mut settings = Settings::default();
    settings.report = Report(Some(StatsFormat::Trace));
    let (handle, status) = Handle::<Probe>::new(Ok(settings.recording()));
    assert_eq!((status, handle.wanted_stats()), (Status::Ok, crate::StatsFormat::Trace));
    assert!(handle.jit_config().trace);
}

#[test]
fn texts_are_valid_until_the_end_of_the_next_call() {
    let handle = made();
    let mut text = crate::Text::EMPTY;
    let kept = |handle: &Handle<Probe>| {
        text = handle.keep("kept");
        Ok(())
    };
    assert_eq!(status(handle, kept).0, Status::Ok);
    let load = |handle: &Handle<Probe>| {
        // SAFETY: this is the next call, and the text is its argument.
        handle.load(unsafe { crate::bytes(text.bytes, text.len + 1) }?)
    };
    assert_eq!(status(handle, load).0, Status::Ok);
    // SAFETY: the handle is from `made`, and of this thread.
    let handle_ref = unsafe { &*handle };
    assert!(matches!(&*handle_ref.0.program.borrow(), State::Loaded(Text(loaded, ..)) if loaded == "kept\0"));
    assert!(handle_ref.0.texts.borrow().is_empty());
    assert_eq!(destroyed(handle), Status::Ok);
}
