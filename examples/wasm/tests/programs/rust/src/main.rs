//! A JSON parser and a compressor that others wrote, as a command: it works on standard input.

use std::io::{self, Read as _};
use std::process::ExitCode;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::Value;

fn main() -> ExitCode {
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input).expect("standard input can be read");
    let result = match std::env::args().nth(1).as_deref() {
        Some("json") => json(&input),
        Some("compress") => compress(&input),
        _ => Err("usage: others json|compress".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a document in two forms, and the sum of its numbers.
fn json(input: &[u8]) -> Result<(), String> {
    let value: Value = serde_json::from_slice(input).map_err(|error| error.to_string())?;
    println!("{value}\n{value:#}\n{:?}", sum(&value));
    Ok(())
}

fn sum(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().unwrap_or_default(),
        Value::Array(values) => values.iter().map(sum).sum(),
        Value::Object(fields) => fields.values().map(sum).sum(),
        Value::Null | Value::Bool(_) | Value::String(_) => 0.0,
    }
}

/// Compresses the input at every level, and prints how long and what the results are. Also reads them after each was
/// damaged.
fn compress(input: &[u8]) -> Result<(), String> {
    for level in 0..=10 {
        let mut compressed = compress_to_vec_zlib(input, level);
        let read = decompress_to_vec_zlib(&compressed).map_err(|error| error.to_string())?;
        assert!(read == input, "level {level}");
        println!("level {level}: {} bytes, {:016x}", compressed.len(), hash(&compressed));
        let middle = compressed.len() / 2;
        compressed[middle] ^= 0x55;
        match decompress_to_vec_zlib(&compressed) {
            Ok(other) => println!("damaged: {} bytes, {:016x}", other.len(), hash(&other)),
            Err(error) => println!("damaged: {error}, {:016x}", hash(&error.output)),
        }
    }
    Ok(())
}

/// The hash of Fowler, Noll and Vo (FNV-1a).
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
