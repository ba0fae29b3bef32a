//! The table `jit`: what the native tier is, and whether functions may use it.

use mimeo::Thrown;

use super::{Functions, define, define_module, loaded_modules, set};
use crate::heap::{Closure, Gc};
use crate::ops::ops::{Callee, Value, Vm};
use crate::runtime::{Call, Switch, frame_at};

const FUNCTIONS: Functions = &[("flush", flush), ("off", off), ("on", on), ("status", status)];

/// The version of LuaJIT whose language and library this is.
const LUAJIT_VERSION: f64 = 20100.0;

/// The work of compiling again what was dropped.
const WORK_PER_FLUSH: usize = 1 << 14;

pub(super) fn open(vm: &mut Vm) {
    let jit = define_module(vm, "jit", FUNCTIONS);
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let os = match os {
        "linux" => "Linux",
        "macos" => "OSX",
        "windows" => "Windows",
        _ if os.ends_with("bsd") => "BSD",
        _ => "Other",
    };
    let arch = match arch {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    for (name, text) in [("version", concat!("mimeo ", env!("CARGO_PKG_VERSION"))), ("os", os), ("arch", arch)] {
        let text = vm.host.heap.text(text.as_bytes());
        set(&mut vm.host.heap, jit, name, text.into());
    }
    set(&mut vm.host.heap, jit, "version_num", Value::number(LUAJIT_VERSION));
    let opt = vm.host.heap.new_table(0, 1, 0);
    define(vm, opt, &[("start", start)]);
    set(&mut vm.host.heap, jit, "opt", opt.into());
    let loaded = loaded_modules(vm);
    set(&mut vm.host.heap, loaded, "jit.opt", opt.into());
}

/// Returns whether functions are compiled.
fn status(call: &mut Call<'_>) -> Result<(), Thrown> {
    let is_on = call.vm.host.switch.as_ref().is_some_and(Switch::is_on);
    call.give(Value::boolean(is_on))
}

fn on(call: &mut Call<'_>) -> Result<(), Thrown> {
    set_mode(call, true)
}

fn off(call: &mut Call<'_>) -> Result<(), Thrown> {
    set_mode(call, false)
}

/// Allows or forbids native code: for everything, or for the functions that the arguments name.
fn set_mode(call: &mut Call<'_>, is_on: bool) -> Result<(), Thrown> {
    match functions(call)? {
        Some(functions) => {
            for callee in functions {
                call.vm.set_native(callee, is_on).expect("a closure keeps its program loaded");
            }
        }
        None => {
            if let Some(switch) = &call.vm.host.switch {
                switch.set(is_on);
            }
        }
    }
    call.give_all(&[])
}

/// Drops native code, which is compiled again when it is needed.
fn flush(call: &mut Call<'_>) -> Result<(), Thrown> {
    call.work(WORK_PER_FLUSH)?;
    // LuaJIT numbers its traces; here there are none.
    if call.get(0).is_number() {
        return call.give_all(&[]);
    }
    let functions = functions(call)?;
    if let Some(switch) = &call.vm.host.switch {
        match functions {
            Some(functions) => {
                for callee in functions {
                    let function = call.vm.function(callee).expect("a closure keeps its program loaded");
                    switch.control().evict(function.id());
                }
            }
            None => switch.control().evict_all(),
        }
    }
    call.give_all(&[])
}

/// The optimisations of LuaJIT do not exist here, so choosing them has no effect.
fn start(call: &mut Call<'_>) -> Result<(), Thrown> {
    call.give_all(&[])
}

/// Returns the functions that the arguments name, or `None` if there are no arguments: a function, or true for the
/// caller; then true for the functions in it as well, or false for those alone.
fn functions(call: &mut Call<'_>) -> Result<Option<Vec<Callee>>, Thrown> {
    let first = call.get(0);
    let closure = match first {
        Value::NIL => return Ok(None),
        Value::TRUE => frame_at(call.vm, 1).and_then(|frame| frame.closure()),
        _ => first.to_closure(),
    };
    let Some(closure) = closure else { return Err(call.type_error(0, "function")) };
    let (has_own, has_inner) = match call.get(1) {
        Value::FALSE => (false, true),
        Value::TRUE => (true, true),
        _ => (true, false),
    };
    let own = has_own.then(|| closure.prototype().callee);
    let inner = if has_inner { functions_in(closure) } else { Vec::new() };
    Ok(Some(own.into_iter().chain(inner).collect()))
}

/// Returns the functions that are written in a function. In their chunk, they follow it.
fn functions_in(closure: Gc<Closure>) -> Vec<Callee> {
    let own = closure.prototype();
    let chunk = own.chunk();
    let after = chunk.parts().prototypes.iter().skip_while(|prototype| !std::ptr::eq(*prototype, own)).skip(1);
    let is_inside = |line: u32, end_line: u32| own.line == 0 || own.line <= line && end_line <= own.end_line;
    after.take_while(|of| is_inside(of.line, of.end_line)).map(|of| of.callee).collect()
}
