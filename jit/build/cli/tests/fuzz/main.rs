//! Damaged files → refusals and stencils, never a panic.
//!
//! `MIMEO_FUZZ_SECONDS` sets the time for each format (default 2), `MIMEO_FUZZ_SEED` the seed (default 1), and
//! `MIMEO_FUZZ_OBJECTS` a folder with additional objects from real compilers.

mod damage;

use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use mimeo_build::object_file::{Format, Object};
use mimeo_build::table::{OwnedOp, OwnedTable};
use mimeo_build::{Baseline, OwnedStencil, prebuilt};
use mimeo_cli::selftest;
use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention, Hole, HoleValue, PatchKind};
use mimeo_def::{CodeOffset, Fingerprint};

/// Returns the number in a variable.
fn variable(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`")))
}

/// Returns the objects from real compilers, if there are any.
fn real_objects(format: Format) -> Vec<Vec<u8>> {
    let Some(folder) = env::var_os("MIMEO_FUZZ_OBJECTS") else { return Vec::new() };
    let files = fs::read_dir(folder).expect("the folder with objects can be read");
    let files =
        files.map(|file| fs::read(file.expect("its entries can be read").path()).expect("an object can be read"));
    files.filter(|bytes| Object::parse(bytes).is_ok_and(|object| object.format == format)).collect()
}

fn fuzz_samples(name: &str, samples: &[Vec<u8>], consume: fn(&[u8], &mut damage::Tally)) {
    let time = Duration::from_secs(variable("MIMEO_FUZZ_SECONDS", 2));
    let seed = variable("MIMEO_FUZZ_SEED", 1);
    match damage::run(samples, seed, time, consume) {
        Ok(tally) => {
            println!("{name}: {tally:?} from {} samples", samples.len());
            // Otherwise all damage would be in headers.
            assert!(tally.read > 0 && tally.stencils > 0 && tally.read < tally.files, "{tally:?}");
        }
        Err(panicked) => {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("panics-{name}"));
            fs::write(&file, &panicked.bytes).expect("the temporary folder can be written");
            panic!("{} panics: {}", file.display(), panicked.message);
        }
    }
}

fn fuzz_format(format: Format) {
    let mut samples = real_objects(format);
    for (_, arch) in selftest::FORMATS.into_iter().filter(|(of, _)| *of == format) {
        samples.extend(selftest::objects(format, arch).into_iter().map(|(_, bytes)| bytes));
    }
    fuzz_samples(format.name(), &samples, damage::extract_all);
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

#[test]
fn tables() {
    let code = |bytes: &[u8], holes: Vec<Hole>| OwnedStencil {
        hot: bytes.to_vec(),
        hot_holes: holes,
        tail_jump: 1,
        ..OwnedStencil::default()
    };
    let hole = |at, kind, value| Hole { at: CodeOffset(at), kind, value, addend: -4 };
    let fingerprint = Fingerprint { operands: 1, body: 2, reached: 3, layout: 4 };
    let op = |name: &str, stencil| OwnedOp {
        name: name.to_owned(),
        fingerprint,
        handwritten: None,
        required: false,
        stencil,
    };
    let holes = vec![
        hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(1)),
        hole(8, PatchKind::X86Rel32, HoleValue::Continue),
    ];
    let table = OwnedTable {
        name: "demo".to_owned(),
        arch: Arch::X86_64,
        baseline: Baseline::base(Arch::X86_64),
        convention: Convention::C,
        compiler: "cc 1.0".to_owned(),
        flags: "-O2".to_owned(),
        enter: code(&[0xc3], Vec::new()),
        exits: vec![code(&[0xc3], Vec::new()); Exit::ALL.len()],
        deopt_op: code(&[0xc3], Vec::new()),
        poll: code(&[0xc3], Vec::new()),
        ops: vec![op("add", Ok(code(&[0; 12], holes))), op("print", Err("uses `x`".to_owned()))],
    };
    let text = prebuilt::write("src/ops.rs", Arch::X86_64, &[table.clone(), table]);
    fuzz_samples("tables", &[text.into_bytes()], damage::read_table);
}
