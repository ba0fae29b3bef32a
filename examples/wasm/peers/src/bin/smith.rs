//! Runs random modules of wasm-smith in mimeo-wasm, in several modes, and in wasmi, and compares what they do.
//!
//! `cargo run --release --bin smith [-- MODULES [SEED]]`. Each exported function is called with numbers near 0. Results,
//! traps, globals and the memory must be the same. Then each module is damaged, and must be refused or accepted. A failure prints the number of the module, which is also a seed.

use std::hash::{DefaultHasher, Hash, Hasher};

use mimeo::jit::{JitConfig, Mode};
use wasm_smith::{Config, Module};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a module did: a line for each call, and the state in the end.
type Report = Vec<String>;

/// A line for a call that was too deep, after which the engines cannot be compared.
const TOO_DEEP: &str = "call stack exhausted";

/// Returns a module, which ends, or `None` if the bytes were too few.
fn module(seed: u64) -> Option<Vec<u8>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(4096)
    .collect();
    let config = Config {
        canonicalize_nans: true,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        max_imports: 0,
        memory64_enabled: false,
        // Whether something without a maximum can grow is for each engine to decide.
        memory_max_size_required: true,
        table_max_size_required: true,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 1000,
        max_tables: 2,
        max_instructions: 300,
        min_funcs: 1,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let mut module = Module::new(config, &mut arbitrary::Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(2000).ok()?;
    Some(module.to_bytes()).filter(|bytes| !has_free_nans(bytes))
}

/// Damages a module in several ways, one byte or the length at a time. Each must be refused or be a module: neither a
/// panic, nor a translation that the verifier refuses, which is one.
fn damage(seed: u64, bytes: &[u8]) -> usize {
    let engine = wasm::Engine::default();
    let mut accepted = 0;
    for step in 0..16_u64 {
        let number = hash(&[seed.to_le_bytes(), step.to_le_bytes()].concat()) as usize;
        let mut damaged = bytes.to_vec();
        match step {
            0 => damaged.truncate(number % bytes.len()),
            _ => damaged[number % bytes.len()] ^= 1 << (number >> 32 & 7),
        }
        accepted += usize::from(wasm::Module::from_binary(&engine, &damaged).is_ok());
    }
    accepted
}

/// Returns whether a module converts floats to others, whose NaNs wasm-smith does not make canonical.
fn has_free_nans(bytes: &[u8]) -> bool {
    use wasmparser::{Operator, Parser, Payload};
    Parser::new(0).parse_all(bytes).any(|payload| {
        let Ok(Payload::CodeSectionEntry(body)) = payload else { return false };
        let operators = body.get_operators_reader().expect("the module is valid");
        operators.into_iter().any(|op| matches!(op, Ok(Operator::F32DemoteF64 | Operator::F64PromoteF32)))
    })
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn in_mimeo(bytes: &[u8], jit: JitConfig) -> Result<Report> {
    use wasm::{Extern, Val, ValType};
    let show = |value: Val| match value {
        Val::I32(value) => format!("{value:#x}"),
        Val::I64(value) => format!("{value:#x}"),
        Val::F32(bits) => format!("{bits:#x}"),
        Val::F64(bits) => format!("{bits:#x}"),
        Val::FuncRef(function) => format!("{}", function.is_some()),
        Val::ExternRef(reference) => format!("{}", reference.is_some()),
    };
    let error = |error: wasm::Error| match error.trap_code() {
        // wasmi has one word for both.
        Some(wasm::TrapCode::UndefinedElement) => wasm::TrapCode::OutOfBoundsTable.to_string(),
        _ => error.to_string(),
    };
    let engine = wasm::Engine::new(wasm::Config::default().with_jit(jit));
    let module = wasm::Module::from_binary(&engine, bytes)?;
    let mut store = wasm::Store::new(&engine, ());
    let instance = match wasm::Linker::new().instantiate(&mut store, &module) {
        Ok(instance) => instance,
        Err(failure) => return Ok(vec![error(failure)]),
    };
    let mut report = Report::new();
    let mut exports = instance.exports(&store);
    exports.sort_by(|(one, _), (other, _)| one.cmp(other));
    for &(ref name, item) in &exports {
        if let Extern::Func(function) = item {
            let args = function.ty(&store).params.into_iter().enumerate().map(|(index, ty)| match ty {
                ValType::I32 => Val::I32(index as i32),
                ValType::I64 => Val::I64(-(index as i64)),
                ValType::F32 => Val::from(index as f32),
                ValType::F64 => Val::from(index as f64),
                reference => reference.default_value(),
            });
            // The second call finds the code of the first.
            let args: Vec<Val> = args.collect();
            for _ in 0..2 {
                report.push(match function.call(&mut store, &args) {
                    Ok(results) => format!("{name}: {}", results.into_iter().map(show).collect::<Vec<_>>().join(" ")),
                    Err(failure) => error(failure),
                });
            }
        }
    }
    for (name, item) in exports {
        match item {
            Extern::Global(global) => report.push(format!("{name} = {}", show(global.get(&store)))),
            Extern::Memory(memory) => report.push(format!("{name} {:x}", hash(memory.data(&store)))),
            _ => {}
        }
    }
    Ok(report)
}

fn in_wasmi(bytes: &[u8]) -> Result<Report> {
    use wasmi::{Extern, TrapCode, Val, ValType};
    let show = |value: &Val| match value {
        Val::I32(value) => format!("{value:#x}"),
        Val::I64(value) => format!("{value:#x}"),
        Val::F32(value) => format!("{:#x}", value.to_bits()),
        Val::F64(value) => format!("{:#x}", value.to_bits()),
        Val::FuncRef(function) => format!("{}", !function.is_null()),
        Val::ExternRef(reference) => format!("{}", !reference.is_null()),
        other => format!("{other:?}"),
    };
    let error = |error: wasmi::Error| {
        let message = match error.as_trap_code() {
            Some(TrapCode::UnreachableCodeReached) => "unreachable",
            Some(TrapCode::MemoryOutOfBounds) => "out of bounds memory access",
            Some(TrapCode::TableOutOfBounds) => "out of bounds table access",
            Some(TrapCode::IndirectCallToNull) => "uninitialized element",
            Some(TrapCode::IntegerDivisionByZero) => "integer divide by zero",
            Some(TrapCode::IntegerOverflow) => "integer overflow",
            Some(TrapCode::BadConversionToInteger) => "invalid conversion to integer",
            Some(TrapCode::StackOverflow) => TOO_DEEP,
            Some(TrapCode::BadSignature) => "indirect call type mismatch",
            // A segment that does not fit: the reason is before the details.
            _ => return error.to_string().split(':').next().unwrap_or_default().to_owned(),
        };
        message.to_owned()
    };
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, bytes)?;
    let mut store = wasmi::Store::new(&engine, ());
    let instance = match wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module) {
        Ok(instance) => instance,
        Err(failure) => return Ok(vec![error(failure)]),
    };
    let mut report = Report::new();
    let mut exports: Vec<(String, Extern)> = module
        .exports()
        .filter_map(|export| Some((export.name().to_owned(), instance.get_export(&store, export.name())?)))
        .collect();
    exports.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, item) in &exports {
        if let Extern::Func(function) = item {
            let ty = function.ty(&store);
            let args = ty.params().iter().enumerate().map(|(index, ty)| match ty {
                ValType::I32 => Val::I32(index as i32),
                ValType::I64 => Val::I64(-(index as i64)),
                ValType::F32 => Val::F32((index as f32).into()),
                ValType::F64 => Val::F64((index as f64).into()),
                reference => Val::default_for_ty(*reference),
            });
            let args: Vec<Val> = args.collect();
            for _ in 0..2 {
                let mut results: Vec<Val> = ty.results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
                report.push(match function.call(&mut store, &args, &mut results) {
                    Ok(()) => format!("{name}: {}", results.iter().map(show).collect::<Vec<_>>().join(" ")),
                    Err(failure) => error(failure),
                });
            }
        }
    }
    for (name, item) in &exports {
        match item {
            Extern::Global(global) => report.push(format!("{name} = {}", show(&global.get(&store)))),
            Extern::Memory(memory) => report.push(format!("{name} {:x}", hash(memory.data(&store)))),
            _ => {}
        }
    }
    Ok(report)
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().map_or(Ok(1000), |count| count.parse())?;
    let first: u64 = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let on = || JitConfig::new(Mode::On);
    let optimized = || on().with_optimize(Mode::On);
    let modes = || {
        [
            ("interpreted", JitConfig::new(Mode::Off)),
            ("native", on()),
            ("optimized", optimized().optimized_by(mimeo::optimize::open)),
        ]
    };
    let (mut compared, mut calls, mut trapped, mut accepted) = (0, 0, 0, 0);
    for seed in first..first + count {
        let Some(bytes) = module(seed) else { continue };
        let expected = in_wasmi(&bytes).map_err(|error| format!("module {seed}: wasmi: {error}"))?;
        // How deep calls can be is each engine's own.
        let deep = |report: &Report| report.iter().position(|line| line == TOO_DEEP);
        let mut end = deep(&expected).unwrap_or(usize::MAX);
        for (mode, jit) in modes() {
            let given = in_mimeo(&bytes, jit).map_err(|error| format!("module {seed}, {mode}: {error}"))?;
            end = end.min(deep(&given).unwrap_or(usize::MAX));
            let lines = given.len().max(expected.len()).min(end);
            if let Some(at) = (0..lines).find(|&at| given.get(at) != expected.get(at)) {
                let (given, expected) = (given.get(at), expected.get(at));
                return Err(format!("module {seed}, {mode}: {given:?} instead of {expected:?}").into());
            }
        }
        compared += 1;
        accepted += damage(seed, &bytes);
        calls += expected.len();
        trapped += expected.iter().filter(|line| !line.contains([':', '=', ' '])).count();
    }
    println!("{compared} modules, {calls} results, {trapped} of them traps of one word: no difference");
    println!("{} damaged modules, {accepted} of them accepted", 16 * compared);
    Ok(())
}
