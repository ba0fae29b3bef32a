//! The corpora of the tests → seeds for the fuzz targets, one folder for each target in the given folder.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use mimeo_cli::{fuzz, selftest};
use mimeo_corpus::program::{CALC, LUA};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).expect("usage: seeds FOLDER"));
    let objects = selftest::FORMATS.into_iter().flat_map(|(format, arch)| selftest::objects(format, arch));
    write(&folder.join("objects"), objects.map(|(_, bytes)| bytes))?;
    write(&folder.join("tables"), [fuzz::sample_table().into_bytes()])?;
    let programs = CALC.programs(100).into_iter().filter_map(|program| calc::compile(&program.text).ok());
    let programs = programs.filter_map(|program| mimeo_fuzz::bytes(program.functions()));
    // The first byte selects calc's instruction set.
    write(&folder.join("bytecode"), programs.map(|bytes| [&[0][..], &bytes].concat()))?;
    write(&folder.join("lua"), LUA.programs(100).into_iter().map(|program| program.text.into_bytes()))
}

fn write(folder: &Path, seeds: impl IntoIterator<Item = Vec<u8>>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (index, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(index.to_string()), seed)?;
    }
    Ok(())
}
