//! Compiled code → whoever is to be told of it: [`Told`], as [`JitConfig::observers`](crate::JitConfig::observers) says.

use std::io;

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;

use crate::config::Observers;
use crate::memory::{CodeBuf, Executable};
use crate::observe::code_region::CodeRegion;
use crate::observe::gdb::GdbImage;
use crate::observe::perf_map::PerfMap;

/// The observers of one machine's code. What cannot be told is not: the program runs all the same, and the reason is
/// kept.
#[derive(Debug)]
pub(crate) struct Told {
    perf_map: Option<PerfMap>,
    debugger: bool,
    failure: Option<String>,
}

/// Native code, and what observers were told of it. They are told that it goes before its memory does.
#[derive(Debug)]
pub(crate) struct ObservedCode {
    /// Taken back when it is dropped, which is before the code.
    _image: Option<GdbImage>,
    code: CodeBuf<Executable>,
}

impl ObservedCode {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.code.bytes()
    }

    pub(crate) fn footprint_bytes(&self) -> usize {
        self.code.footprint_bytes()
    }

    #[inline]
    pub(crate) fn address(&self, offset: CodeOffset) -> CodeAddr {
        self.code.address(offset)
    }
}

impl Told {
    pub(crate) fn new(observers: Observers) -> Self {
        let mut told = Told { perf_map: None, debugger: false, failure: None };
        if matches!(observers, Observers::PerfMap | Observers::All) {
            told.perf_map = told.keep("perf map", PerfMap::open());
        }
        told.debugger = matches!(observers, Observers::Debugger | Observers::All);
        told
    }

    /// Why an observer is not told, if there is one like that.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Tells of new code. `entries` are the places where nothing but the return address is on the native stack.
    pub(crate) fn tell(&mut self, name: &str, code: CodeBuf<Executable>, entries: &[CodeOffset]) -> ObservedCode {
        let region = CodeRegion { name, start: code.address(CodeOffset(0)), bytes: code.bytes(), entries };
        if let Some(Err(error)) = self.perf_map.as_mut().map(|map| map.add(&region)) {
            self.failure = Some(format!("perf map: {error}"));
            self.perf_map = None;
        }
        let mut image = None;
        if self.debugger {
            image = self.keep("debugger", GdbImage::register(&[region]));
            self.debugger = image.is_some();
        }
        ObservedCode { _image: image, code }
    }

    fn keep<T>(&mut self, what: &str, result: io::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.failure = Some(format!("{what}: {error}"));
                None
            }
        }
    }
}
