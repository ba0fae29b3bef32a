//! Damaged files → refusals and stencils, never a panic: the same files in each run.
//!
//! Fuzz targets do the same with files that coverage chooses: see `tests/fuzz`.

mod damage;

use mimeo_build::object_file::Format;
use mimeo_cli::{fuzz, selftest};

use damage::Damage;

/// Number of files for each format.
const FILES: usize = 4000;

/// Damages the samples and reads the results.
fn smoke(samples: &[Vec<u8>], read: fn(&[u8]) -> Option<usize>) {
    let mut damage = Damage::new(1);
    let found: Vec<usize> = (0..FILES).filter_map(|_| read(&damage.damaged(samples))).collect();
    // Otherwise all damage would be in headers.
    assert!(found.iter().any(|&stencils| stencils > 0) && found.len() < FILES, "{} were read", found.len());
}

fn smoke_objects(format: Format) {
    let formats = selftest::FORMATS.into_iter().filter(|(of, _)| *of == format);
    let objects = formats.flat_map(|(_, arch)| selftest::objects(format, arch));
    smoke(&objects.map(|(_, bytes)| bytes).collect::<Vec<_>>(), fuzz::read_object);
}

#[test]
fn elf() {
    smoke_objects(Format::Elf);
}

#[test]
fn mach_o() {
    smoke_objects(Format::MachO);
}

#[test]
fn coff() {
    smoke_objects(Format::Coff);
}

#[test]
fn tables() {
    smoke(&[fuzz::sample_table().into_bytes()], fuzz::read_table);
}
