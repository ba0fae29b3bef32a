//! The process's own mappings while the corpus is compiled and run → whether memory was ever writable and executable.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use calc::{Options, Session};
use mimeo::jit::{Jit, JitConfig, Mode};
use mimeo_corpus::memory::{Mapping, mappings};

use crate::check::{Check, Findings, Skipped, World};

pub(crate) const CHECK: Check = Check {
    name: "executable_memory",
    proves: "While programs are compiled and run, no memory is both writable and executable, and no code is writable.",
    run,
};

fn run(world: &World) -> Result<Findings, Skipped> {
    if mappings().is_none() {
        return Err(Skipped("this system does not say what memory is".to_owned()));
    }
    let mut findings = Findings::default();
    let stop = AtomicBool::new(false);
    // One thread reads the mappings all the time; this one reads them after each program, while its code exists.
    let (observed, watched) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&stop));
        let observed: Vec<Observed> =
            world.corpus.iter().filter_map(|sample| observe(&sample.name, &sample.text)).collect();
        stop.store(true, Ordering::Relaxed);
        (observed, watcher.join())
    });
    let (looks, both) = watched.map_err(|_| Skipped("the system says no more what memory is".to_owned()))?;
    let functions: usize = observed.iter().map(|observed| observed.code.len()).sum();
    findings.figure("programs", observed.len());
    findings.figure("functions", functions);
    findings.figure("looks", looks + observed.len());
    findings.failures.extend(both.map(|line| format!("writable and executable: {line}")));
    findings.failures.extend(observed.iter().flat_map(judge));
    if functions == 0 || looks == 0 {
        findings.failures.push("no code was compiled".to_owned());
    }
    Ok(findings)
}

/// The code and the mappings after a program was compiled and run.
struct Observed {
    program: String,
    /// Addresses of functions, and of the code that enters and leaves them.
    code: Vec<Range<usize>>,
    mappings: Vec<Mapping>,
}

fn is_both(mapping: &Mapping) -> bool {
    mapping.is_writable && mapping.is_executable
}

/// Reads the mappings until `stop`. Returns how often, and the first mapping that was writable and executable.
fn watch(stop: &AtomicBool) -> (usize, Option<String>) {
    let (mut looks, mut both) = (0, None);
    while !stop.load(Ordering::Relaxed) {
        both = both.or_else(|| {
            mappings()
                .expect("the system says it")
                .iter()
                .find(|mapping| is_both(mapping))
                .map(|found| format!("{found:x?}"))
        });
        looks += 1;
    }
    (looks, both)
}

/// Runs a program natively, and compiles the functions that it does not call. Returns `None` if calc rejects it.
fn observe(name: &str, text: &str) -> Option<Observed> {
    let program = calc::compile(text).ok()?;
    let options = Options { jit: Some(JitConfig::new(Mode::On)), ..Options::default() };
    let mut session = Session::new(&program, options, Box::new(std::io::sink()));
    // The result does not matter here.
    let _ = session.run();
    let mut code: Vec<Range<usize>> = Vec::new();
    session.with_native_code(|_, view| code.push(view.start..view.start + view.bytes.len()));
    if let Some((start, bytes)) = session.jit().and_then(Jit::support_code) {
        code.push(start..start + bytes.len());
    }
    Some(Observed { program: name.to_owned(), code, mappings: mappings()? })
}

/// Returns memory that is writable and executable, and code that is not read-only and executable.
fn judge(observed: &Observed) -> Vec<String> {
    let Observed { program, code, mappings } = observed;
    let both = mappings.iter().filter(|mapping| is_both(mapping));
    let mut failures: Vec<String> =
        both.map(|mapping| format!("`{program}`: {mapping:x?} is writable and executable")).collect();
    for code in code {
        let holding = |at: usize| mappings.iter().find(move |mapping| mapping.range.contains(&at));
        // Neighbouring pages with the same permissions are one mapping.
        let (first, last) = (holding(code.start), holding(code.end - 1));
        let sealed = |mapping: Option<&Mapping>| {
            mapping.is_some_and(|mapping| mapping.is_readable && mapping.is_executable && !mapping.is_writable)
        };
        if !sealed(first) || !sealed(last) {
            failures.push(format!("`{program}`: code at {code:x?} is not sealed: {first:x?}"));
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process whose memory of code, and whose other memory, may be read, written and executed or not.
    fn observed(code: &str, data: &str) -> Observed {
        let mapping = |range, permissions: &str| Mapping {
            range,
            is_readable: permissions.contains('r'),
            is_writable: permissions.contains('w'),
            is_executable: permissions.contains('x'),
        };
        Observed {
            program: "p".into(),
            code: std::iter::once(0x1100..0x1200).collect(),
            mappings: vec![mapping(0x1000..0x2000, code), mapping(0x2000..0x3000, data)],
        }
    }

    #[test]
    fn writable_and_executable_memory_is_found() {
        assert_eq!(judge(&observed("rx", "rw")), Vec::<String>::new());
        let both = judge(&observed("rx", "rwx"));
        assert!(both.len() == 1 && both[0].ends_with("is writable and executable"), "{both:?}");
    }

    #[test]
    fn code_that_is_not_sealed_is_found() {
        for permissions in ["rw", "r", "x", ""] {
            let found = judge(&observed(permissions, "rw"));
            assert!(found.len() == 1 && found[0].contains("is not sealed"), "{found:?}");
        }
        let unmapped = Observed { mappings: Vec::new(), ..observed("rx", "rw") };
        assert!(judge(&unmapped)[0].ends_with("is not sealed: None"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_real_program_is_observed() {
        let observed = observe("p", "fn f(x) { return x; } print f(1);").expect("it compiles");
        assert_eq!(observed.code.len(), 3);
        assert_eq!(judge(&observed), Vec::<String>::new());
        assert!(observe("p", "print x;").is_none());
    }
}
