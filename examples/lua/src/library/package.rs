//! `require` and `module`: names of modules → their values.

mod search;

use mimeo::Thrown;

use super::base::load_file;
use super::{Functions, builtin, define, define_module, define_with, loaded_modules, set};
use crate::heap::{Event, Gc};
use crate::load::LoadError;
use crate::ops::ops::{Table, Text, Value, Vm};
use crate::runtime::{Call, frame_at, push_text};

use search::{CPATH, PATH, find, path_from_environment};

const FUNCTIONS: Functions = &[("loadlib", loadlib), ("searchpath", search::searchpath), ("seeall", seeall)];

/// Functions that have captured the table `package`.
const LOADERS: Functions = &[("preload", load_preloaded), ("lua", load_lua), ("c", load_c), ("croot", load_root)];

/// The message for modules written in C.
const NO_LIBRARIES: &str = "dynamic libraries not enabled; check your Lua installation";

pub(super) fn open(vm: &mut Vm) {
    let package = define_module(vm, "package", FUNCTIONS);
    let loaded = loaded_modules(vm);
    set(&mut vm.host.heap, package, "loaded", loaded.into());
    let preload = vm.host.heap.new_table(0, 0, 0);
    super::table::preload(vm, preload);
    set(&mut vm.host.heap, package, "preload", preload.into());
    for (name, text) in [
        ("config", b"/\n;\n?\n!\n-\n".to_vec()),
        ("path", path_from_environment("LUA_PATH", PATH)),
        ("cpath", path_from_environment("LUA_CPATH", CPATH)),
    ] {
        let text = vm.host.heap.text(&text);
        set(&mut vm.host.heap, package, name, text.into());
    }
    let loaders = vm.host.heap.new_table(LOADERS.len() as u32, 0, 0);
    for (index, &(name, function)) in (1..).zip(LOADERS) {
        let loader = builtin(vm, name, function, &[package.into()]);
        vm.host.heap.set_index(loaders, index, loader);
    }
    set(&mut vm.host.heap, package, "loaders", loaders.into());
    let globals = vm.host.globals;
    // A mark for a module that is being loaded.
    let sentinel = vm.host.heap.new_userdata(None);
    define_with(vm, globals, "require", require, &[package.into(), sentinel.into()]);
    define(vm, globals, &[("module", module)]);
}

/// Returns a field of the table `package`, which the function has captured.
fn field(call: &mut Call<'_>, name: &str) -> Value {
    let package = call.builtin().captured()[0].to_table().expect("the function captures it");
    let name = call.heap().text(name.as_bytes());
    package.get_text(name)
}

fn require(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    let sentinel = call.builtin().captured()[1];
    let loaded = loaded_modules(call.vm);
    call.keep(loaded.into());
    let module = loaded.get(name.into());
    if module.truth() {
        if module.is_same(sentinel) {
            let message = [b"loop or previous error loading module '", name.bytes(), b"'"].concat();
            return Err(call.error(message));
        }
        return call.give(module);
    }
    let loader = find_loader(call, name)?;
    let store = |call: &mut Call<'_>, value| call.heap().set_field(loaded, name, value);
    store(call, sentinel);
    let value = call.run(loader, &[name.into()])?;
    if !value.is_nil() {
        store(call, value);
    }
    if loaded.get(name.into()).is_same(sentinel) {
        store(call, Value::TRUE);
    }
    call.give(loaded.get(name.into()))
}

/// Returns the function that loads a module, from the first of the loaders that has one.
fn find_loader(call: &mut Call<'_>, name: Gc<Text>) -> Result<Value, Thrown> {
    let Some(loaders) = field(call, "loaders").to_table() else {
        return Err(call.error("'package.loaders' must be a table"));
    };
    call.keep(loaders.into());
    let mut message = [b"module '", name.bytes(), b"' not found:"].concat();
    for index in 1.. {
        let loader = loaders.get_index(index);
        if loader.is_nil() {
            break;
        }
        let found = call.run(loader, &[name.into()])?;
        if found.is_function() {
            return Ok(found);
        }
        push_text(&mut message, found);
    }
    Err(call.error(message))
}

fn load_preloaded(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    let Some(preload) = field(call, "preload").to_table() else {
        return Err(call.error("'package.preload' must be a table"));
    };
    let found = preload.get(name.into());
    if found.is_nil() {
        let message = call.text([b"\n\tno field package.preload['", name.bytes(), b"']"].concat());
        return call.give(message);
    }
    call.give(found)
}

fn load_lua(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    let path = path_field(call, "path")?;
    match find(name.bytes(), &path, b".", b"/") {
        Ok(file) => match load_file(call.vm, Some(&file), None, None) {
            Ok(function) => call.give(function),
            Err(LoadError::Stopped(stop)) => Err(stop),
            Err(LoadError::Message(message)) => Err(loading_failed(call, name, &file, &message)),
        },
        Err(message) => {
            let message = call.text(message);
            call.give(message)
        }
    }
}

/// Modules written in C are found, but cannot be loaded.
fn load_c(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    find_c(call, name, name.bytes())
}

/// One library can contain all submodules of a module.
fn load_root(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    match name.bytes().iter().position(|&byte| byte == b'.') {
        Some(dot) => find_c(call, name, &name.bytes()[..dot]),
        None => call.give_all(&[]),
    }
}

/// Finds a library for a module written in C.
fn find_c(call: &mut Call<'_>, name: Gc<Text>, library: &[u8]) -> Result<(), Thrown> {
    let path = path_field(call, "cpath")?;
    match find(library, &path, b".", b"/") {
        Ok(file) => Err(loading_failed(call, name, &file, NO_LIBRARIES.as_bytes())),
        Err(message) => {
            let message = call.text(message);
            call.give(message)
        }
    }
}

/// Returns a field of the table `package` that must be a string or a number.
fn path_field(call: &mut Call<'_>, name: &str) -> Result<Vec<u8>, Thrown> {
    let mut path = Vec::new();
    let value = field(call, name);
    if push_text(&mut path, value) { Ok(path) } else { Err(call.error(format!("'package.{name}' must be a string"))) }
}

fn loading_failed(call: &mut Call<'_>, name: Gc<Text>, file: &[u8], message: &[u8]) -> Thrown {
    let message =
        [b"error loading module '", name.bytes(), b"' from file '", file, b"':\n\t".as_slice(), message].concat();
    call.error(message)
}

fn loadlib(call: &mut Call<'_>) -> Result<(), Thrown> {
    call.string(0)?;
    call.string(1)?;
    let results = [Value::NIL, call.text(NO_LIBRARIES), call.text("absent")];
    call.give_all(&results)
}

fn seeall(call: &mut Call<'_>) -> Result<(), Thrown> {
    let module = call.table(0)?;
    let metatable = match module.metatable() {
        Some(metatable) => metatable,
        None => {
            let metatable = call.heap().new_table(0, 1, 0);
            call.heap().set_metatable(module, Some(metatable));
            metatable
        }
    };
    let (globals, index) = (call.vm.host.globals, call.heap().event_name(Event::Index));
    call.heap().set_field(metatable, index, globals.into());
    call.give_all(&[])
}

fn module(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    let loaded = loaded_modules(call.vm);
    let module = match loaded.get(name.into()).to_table() {
        Some(module) => module,
        None => {
            let Some(module) = global_table(call, name) else {
                let message = [b"name conflict for module '", name.bytes(), b"'"].concat();
                return Err(call.error(message));
            };
            call.heap().set_field(loaded, name, module.into());
            module
        }
    };
    let heap = call.heap();
    let key = heap.text(b"_NAME");
    if module.get_text(key).is_nil() {
        let package_len = name.bytes().iter().rposition(|&byte| byte == b'.').map_or(0, |dot| dot + 1);
        let package = heap.text(&name.bytes()[..package_len]);
        set(heap, module, "_M", module.into());
        set(heap, module, "_NAME", name.into());
        set(heap, module, "_PACKAGE", package.into());
    }
    let Some(caller) = frame_at(call.vm, 1).and_then(|frame| frame.closure()) else {
        return Err(call.error("'module' not called from a Lua function"));
    };
    call.heap().set_environment(caller, module);
    for index in 1..call.len() {
        let option = call.get(index);
        call.run(option, &[module.into()])?;
    }
    call.give_all(&[])
}

/// Returns the table that a dotted name refers to, starting from the globals, and creates what is missing. Returns
/// `None` if another value is there.
fn global_table(call: &mut Call<'_>, name: Gc<Text>) -> Option<Gc<Table>> {
    let mut table = call.vm.host.globals;
    for part in name.bytes().split(|&byte| byte == b'.') {
        let key = call.heap().text(part);
        table = match table.get_text(key) {
            Value::NIL => {
                let inner = call.heap().new_table(0, 0, 0);
                call.heap().set_field(table, key, inner.into());
                inner
            }
            value => value.to_table()?,
        };
    }
    Some(table)
}
