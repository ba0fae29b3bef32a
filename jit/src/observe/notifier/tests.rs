//! Checks what observers are notified of, and what happens to those that fail.

use std::io;
use std::sync::Mutex;

use super::*;
use crate::config::{JitConfig, Mode};
use crate::observe::OpenObservers;
use crate::tiny::programs::{Run, checked, machine, scaled};

/// The notifications that the observers of one test received. Each test has its own list.
type Notes = Mutex<Vec<String>>;

/// Notes the code that appears and disappears; fails if its list is `None`.
#[derive(Debug)]
struct Noter(Option<&'static Notes>);

/// The image of code, which notes when it is dropped.
struct Shown(&'static Notes, String);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(format!("{} disappears", self.1));
    }
}

impl Observer for Noter {
    fn appeared(&mut self, region: &CodeRegion<'_>) -> io::Result<Option<Image>> {
        let notes = self.0.ok_or_else(|| io::Error::other("nothing is shown"))?;
        assert!(region.bytes.len() > 1 && region.entries.contains(&CodeOffset(0)));
        notes.lock().unwrap().push(format!("{} appears", region.name));
        Ok(Some(Box::new(Shown(notes, region.name.to_owned()))))
    }
}

fn run(open: OpenObservers) -> Run {
    let config = JitConfig::new(Mode::On).with_observers(Observers::All).observed_by(open);
    machine(vec![checked(1), scaled()], Some(config))
}

#[test]
fn code_appears_before_it_runs_and_disappears_before_its_memory_is_freed() {
    static NOTES: Notes = Mutex::new(Vec::new());
    fn open(observers: Observers) -> Vec<Opened> {
        assert_eq!(observers, Observers::All);
        vec![Opened { name: "noter", observer: Ok(Box::new(Noter(Some(&NOTES)))) }]
    }
    let mut run = run(open);
    assert_eq!(run.call(0, &[2]), Ok(1005));
    assert_eq!(*NOTES.lock().unwrap(), ["mimeo support appears", "checked appears", "scaled appears"]);
    let scaled = run.machine.functions(run.linked).nth(1).unwrap().id();
    run.jit().control().evict(scaled);
    // The first call consults the tier, which drops the code; the second one compiles the function again.
    for _ in 0..2 {
        assert_eq!(run.call(1, &[2]), Ok(5));
    }
    let notes = NOTES.lock().unwrap().split_off(3);
    assert_eq!(notes, ["scaled disappears", "scaled appears"]);
    assert_eq!(run.jit().observer_failure(), None);
    drop(run);
    let mut last = NOTES.lock().unwrap().split_off(3);
    last.sort();
    assert_eq!(last, ["checked disappears", "mimeo support disappears", "scaled disappears"]);
}

#[test]
fn an_observer_that_fails_is_not_notified_again_and_the_others_are() {
    static NOTES: Notes = Mutex::new(Vec::new());
    fn open(_: Observers) -> Vec<Opened> {
        vec![
            Opened { name: "closed", observer: Err(io::Error::other("there is no file")) },
            Opened { name: "broken", observer: Ok(Box::new(Noter(None))) },
            Opened { name: "noter", observer: Ok(Box::new(Noter(Some(&NOTES)))) },
        ]
    }
    let mut run = run(open);
    assert_eq!(run.call(1, &[2]), Ok(5));
    assert_eq!(run.jit().observer_failure(), Some("broken: nothing is shown"));
    assert_eq!(*NOTES.lock().unwrap(), ["mimeo support appears", "scaled appears"]);
    let closed = |_| vec![Opened { name: "closed", observer: Err(io::Error::other("there is no file")) }];
    let notifier = Notifier::new(Observers::PerfMap, Opener(Some(closed)));
    assert_eq!(notifier.failure(), Some("closed: there is no file"));
}

#[test]
fn a_request_for_observers_that_are_not_built_in_is_reported() {
    assert_eq!(Notifier::new(Observers::None, Opener::default()).failure(), None);
    let failure = Notifier::new(Observers::All, Opener::default()).failure().map(str::to_owned);
    assert_eq!(failure.as_deref(), Some("no observers are built into this program"));
}
