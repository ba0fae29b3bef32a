//! Damaged files → refusals and stencils, never a panic.
//!
//! `MIMEO_FUZZ_SECONDS` says how long for each format (2), `MIMEO_FUZZ_SEED` where to start (1), and
//! `MIMEO_FUZZ_OBJECTS` names a folder with objects of real compilers to damage as well.

use std::time::Duration;
use std::{env, fs};

use mimeo_build::object_file::{Format, Object};
use mimeo_cli::{fuzz, selftest};

/// The number in a variable.
fn variable(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`")))
}

/// Objects of compilers, where some are given.
fn real_objects(format: Format) -> Vec<Vec<u8>> {
    let Some(folder) = env::var_os("MIMEO_FUZZ_OBJECTS") else { return Vec::new() };
    let files = fs::read_dir(folder).expect("the folder with objects can be read");
    let files =
        files.map(|file| fs::read(file.expect("its entries can be read").path()).expect("an object can be read"));
    files.filter(|bytes| Object::parse(bytes).is_ok_and(|object| object.format == format)).collect()
}

fn fuzz_format(format: Format) {
    let mut samples = real_objects(format);
    for (_, arch) in selftest::FORMATS.into_iter().filter(|(of, _)| *of == format) {
        samples.extend(selftest::objects(format, arch).into_iter().map(|(_, bytes)| bytes));
    }
    let time = Duration::from_secs(variable("MIMEO_FUZZ_SECONDS", 2));
    let seed = variable("MIMEO_FUZZ_SEED", 1);
    match fuzz::run(&samples, seed, time, fuzz::extract_all) {
        Ok(tally) => {
            println!("{}: {tally:?} from {} samples", format.name(), samples.len());
            // Otherwise the damage goes no further than the header.
            assert!(tally.read > 0 && tally.stencils > 0 && tally.read < tally.files, "{tally:?}");
        }
        Err(panicked) => {
            let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("panics-{}.o", format.name()));
            fs::write(&file, &panicked.bytes).expect("the temporary folder can be written");
            panic!("{} panics: {}", file.display(), panicked.message);
        }
    }
}

#[test]
fn elf() {
    fuzz_format(Format::Elf);
}

#[test]
fn mach_o() {
    fuzz_format(Format::MachO);
}

#[test]
fn coff() {
    fuzz_format(Format::Coff);
}
