//! A language that does what its program's text says, panics above all → what its handle makes of that.

use std::mem::MaybeUninit;

use mimeo_jit::{JitConfig, Settings, StatsFormat};

use super::*;
use crate::{call, create, destroy, put, read};

struct Probe;

/// The text, and the settings that it was loaded with.
struct Text(String, JitConfig);

impl Drop for Text {
    fn drop(&mut self) {
        assert!(!self.0.contains("drop"), "in drop");
    }
}

impl Language for Probe {
    type Ops = calc::ops::ops::Ops;
    type Program = Text;

    fn load(text: &str, config: JitConfig, _output: Output) -> Result<Text, Vec<Problem>> {
        assert!(!text.contains("load"), "in load");
        Ok(Text(text.to_owned(), config))
    }

    fn run(program: &mut Text) -> Result<(), Problem> {
        assert!(!program.0.contains("run"), "in run");
        let JitConfig { mode, threshold, trace, .. } = &program.1;
        Err(Problem { position: Some((1, 2)), message: format!("{mode}, {threshold}, {trace}") })
    }

    fn jit(_program: &Text) -> Option<&Jit<Self::Ops>> {
        None
    }
}

struct Opaque(Handle<Probe>);

impl AsRef<Handle<Probe>> for Opaque {
    fn as_ref(&self) -> &Handle<Probe> {
        &self.0
    }
}

/// Makes a handle as C does.
fn made() -> *mut Opaque {
    let mut handle = MaybeUninit::uninit();
    assert_eq!(create(Some(&mut handle), Opaque), Status::Ok);
    // SAFETY: with this status there is a handle.
    unsafe { handle.assume_init() }
}

/// A call, and the message that it leaves.
fn status(handle: *mut Opaque, body: impl FnOnce(&Handle<Probe>) -> Result<(), Failure>) -> (Status, String) {
    // SAFETY: the handle is from `made`, and of this thread.
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
    // SAFETY: the handle is from `made`, and not used any more.
    unsafe { destroy(handle) }
}

fn panicked(message: &str) -> (Status, String) {
    (Status::Panic, format!("panic: {message}"))
}

#[test]
fn a_panic_while_loading_leaves_the_program_that_is_there() {
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
fn a_panic_while_a_program_goes_is_a_status() {
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
fn a_program_is_loaded_with_the_settings_of_then() {
    let handle = made();
    let set = |handle: &Handle<Probe>| {
        handle.set_threshold(3);
        handle.set_trace(true);
        handle.set_mode(Mode::Off as c_int)
    };
    assert_eq!(status(handle, set).0, Status::Ok);
    assert_eq!(status(handle, |handle| handle.load(b"")).0, Status::Ok);
    assert_eq!(status(handle, Handle::run).1, "off, 3, true");
    // A machine without a native tier has no statistics, and says what it could do.
    assert_eq!(status(handle, |handle| handle.stats(1).map(|text| assert_eq!(text.len, 0))).0, Status::Ok);
    assert_eq!(status(handle, |handle| handle.capability().map(|found| assert_eq!(found.threshold, 3))).0, Status::Ok);
    assert_eq!(destroyed(handle), Status::Ok);
}

#[test]
fn the_trace_that_a_user_wants_is_recorded() {
    let mut settings = Settings::default();
    settings.report = Report(Some(StatsFormat::Trace));
    let (handle, status) = Handle::<Probe>::new(Ok(settings.recording()));
    assert_eq!((status, handle.wanted_stats()), (Status::Ok, crate::StatsFormat::Trace));
    assert!(handle.jit_config().trace);
}

#[test]
fn texts_last_to_the_next_call_and_through_it() {
    let handle = made();
    let mut text = crate::Text::EMPTY;
    let kept = |handle: &Handle<Probe>| {
        text = handle.keep("kept");
        Ok(())
    };
    assert_eq!(status(handle, kept).0, Status::Ok);
    let load = |handle: &Handle<Probe>| {
        // SAFETY: this is the next call, of which the text is an argument.
        handle.load(unsafe { crate::bytes(text.bytes, text.len + 1) }?)
    };
    assert_eq!(status(handle, load).0, Status::Ok);
    // SAFETY: the handle is from `made`, and of this thread.
    let handle_ref = unsafe { &*handle };
    assert!(matches!(&*handle_ref.0.program.borrow(), State::Loaded(Text(loaded, _)) if loaded == "kept\0"));
    assert!(handle_ref.0.texts.borrow().is_empty());
    assert_eq!(destroyed(handle), Status::Ok);
}
