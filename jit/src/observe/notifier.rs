//! Compiled code → notifications of the observers that [`JitConfig::observers`](crate::JitConfig::observers) names.

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;

use crate::memory::{CodeBuf, Executable};
use crate::observe::code_region::CodeRegion;
use crate::observe::observer::{Image, Observer, Opened, Opener};
use crate::observe::observers::Observers;

/// The observers of one machine's code. If one cannot be notified, the program still runs, and the reason is kept.
#[derive(Debug)]
pub(crate) struct Notifier {
    observers: Vec<(&'static str, Box<dyn Observer>)>,
    failure: Option<String>,
}

/// Native code, and the images that observers keep of it.
#[derive(Debug)]
pub(crate) struct ObservedCode {
    /// Dropped before the code.
    _images: Vec<Image>,
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

impl Notifier {
    /// Opens the requested observers.
    pub(crate) fn new(observers: Observers, opener: Opener) -> Self {
        let mut notifier = Notifier { observers: Vec::new(), failure: None };
        if observers == Observers::None {
            return notifier;
        }
        let Opener(Some(open)) = opener else {
            notifier.failure = Some("no observers are built into this program".to_owned());
            return notifier;
        };
        for Opened { name, observer } in open(observers) {
            match observer {
                Ok(observer) => notifier.observers.push((name, observer)),
                Err(error) => notifier.failure = Some(format!("{name}: {error}")),
            }
        }
        notifier
    }

    /// Returns why an observer is not notified, if one is not.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Notifies the observers of new code. `entries` are the offsets at which only the return address is on the native
    /// stack.
    pub(crate) fn appeared(
        &mut self,
        name: &str,
        code: CodeBuf<Executable>,
        entries: impl Iterator<Item = CodeOffset>,
    ) -> ObservedCode {
        if self.observers.is_empty() {
            return ObservedCode { _images: Vec::new(), code };
        }
        let entries: Vec<CodeOffset> = entries.collect();
        let (start, bytes) = (code.address(CodeOffset(0)), code.bytes());
        let region = CodeRegion { name, start, bytes, entries: &entries };
        let (mut images, failure) = (Vec::new(), &mut self.failure);
        self.observers.retain_mut(|(name, observer)| match observer.appeared(&region) {
            Ok(image) => {
                images.extend(image);
                true
            }
            Err(error) => {
                *failure = Some(format!("{name}: {error}"));
                false
            }
        });
        ObservedCode { _images: images, code }
    }
}

#[cfg(test)]
mod tests;
