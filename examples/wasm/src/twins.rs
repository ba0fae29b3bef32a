//! Every op does the same in the interpreter, in native code and by its body, in an instance that has everything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use mimeo::Control;
use mimeo::def::op::{OpInfo, OperandInfo};
use mimeo_twins::{Language, Random, twins};

use crate::host::Host;
use crate::instance::switch_to;
use crate::ops::ops::{Context, Machine, Ops, Owner, Vm};
use crate::store::{StoreContextMut, state};
use crate::value::{FuncType, Val, ValType};
use crate::{Engine, Extern, Func, Instance, Module};

/// A module with at least two items in each index space. Its own functions have the indices 1 and 2.
const MODULE: &str = r#"(module
    (type $unary (func (param i32) (result i32)))
    (import "" "f" (func (type $unary)))
    (memory 1 2) (data "passive") (data (i32.const 0) "active")
    (table 4 8 funcref) (table 3 8 funcref)
    (global (mut i32) (i32.const 5)) (global (mut i64) (i64.const 6))
    (elem func 1 2) (elem (i32.const 0) func 1 0 2)
    (func (export "a") (type $unary) local.get 0)
    (func (export "b") (param i64) (result i64) local.get 0))"#;

/// Values that stand for the addresses of the running instance, of the host's function, and of all functions.
const OWNER: u64 = 0x7777_0000;
const HOST_FUNCTION: u64 = 0x7776_0000;
const FUNCTIONS: u64 = 0x7777_0001;

struct Wasm {
    module: Module,
    /// What addresses in either machine stand for.
    known: RefCell<HashMap<u64, u64>>,
}

// SAFETY: ops do not use the values of slots as addresses, except `leave_instance`, which gets an instance.
unsafe impl Language<Ops> for Wasm {
    type Snapshot = (String, Bytes);

    fn state(&self, _random: &mut Random) -> (Context, Host) {
        state(&self.module.inner.engine, 0, Box::new(()), Control::default())
    }

    fn prepare(&self, machine: &mut Machine) {
        let mut store = StoreContextMut::<()>::idle(machine);
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let imported = Func::new(&mut store, ty, |_, args| match args {
            [Val::I32(0)] => Err("zero".into()),
            _ => Ok(args.to_vec()),
        });
        let imported = imported.expect("there is memory");
        Instance::new(&mut store, &self.module, &[Extern::Func(imported)]).expect("the import fits");
        let vm = store.vm();
        let (owner, imported) = (vm.host.instances.address(0), vm.host.host_functions.address(0));
        switch_to(vm, owner.cast::<Owner>());
        let mut known = self.known.borrow_mut();
        known.extend([(owner as u64, OWNER), (imported as u64, HOST_FUNCTION)]);
        known.extend(
            (0..vm.host.functions.len())
                .map(|index| (vm.host.functions.address(index) as u64, FUNCTIONS + u64::from(index))),
        );
    }

    fn localize(&self, vm: &mut Vm, value: u64) -> u64 {
        if value == OWNER { vm.host.instances.address(0) as u64 } else { value }
    }

    fn snapshot(&self, vm: &Vm) -> (String, Bytes) {
        let Host { instances, memories, tables, globals, .. } = &vm.host;
        let elements =
            [0, 1].map(|table| tables[table].elements.iter().map(|&bits| self.name(bits)).collect::<Vec<_>>());
        let globals = [0, 1].map(|global| globals[global].bits);
        // SAFETY: it is null, or an owner of the store's.
        let owner = unsafe { vm.context.owner.as_ref() }.map(|owner| owner.index);
        let seen = (vm.context.memory_bytes, owner);
        let segments: Vec<_> = instances[0].data.iter().map(|segment| segment.len()).collect();
        let text = format!("{elements:x?} {globals:?} {seen:?} {segments:?}");
        (text, Bytes(memories[0].bytes().to_vec()))
    }

    fn value(&self, random: &mut Random) -> u64 {
        // Many are near the sizes of memory and tables.
        match random.below(4) {
            0 => random.below(12),
            1 => (1 << 16) - random.below(12),
            2 => random.edge_f64().to_bits(),
            _ => random.edge_bits(),
        }
    }

    fn operand(&self, op: &OpInfo, operand: &OperandInfo, random: &mut Random) -> Option<u64> {
        Some(match (op.name, operand.name) {
            (_, "owner") => OWNER * random.below(2),
            ("get_global" | "set_global", "index") => random.below(2),
            ("call_import" | "function", "index") => random.below(3),
            ("set_global_value_constant", "index") => random.below(2),
            (_, "table" | "segment") => random.below(2),
            (_, "tables") => random.below(2) << 32 | random.below(2),
            _ => return None,
        })
    }

    fn function_word(&self, op: &OpInfo, vm: &Vm) -> u64 {
        match op.name {
            "host_call" => vm.host.host_functions.address(0) as u64,
            _ => vm.host.instances.address(0) as u64,
        }
    }

    fn shortest_window(&self, _op: &OpInfo) -> u16 {
        1
    }

    fn same(&self, interpreted: u64, native: u64) -> bool {
        self.name(interpreted) == self.name(native)
    }
}

impl Wasm {
    /// Returns what an address stands for, or the value itself.
    fn name(&self, bits: u64) -> u64 {
        self.known.borrow().get(&bits).copied().unwrap_or(bits)
    }
}

/// The bytes of a memory.
#[derive(PartialEq)]
struct Bytes(Vec<u8>);

impl fmt::Debug for Bytes {
    /// Writes those that are not 0, with their addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().enumerate().filter(|(_, byte)| **byte != 0)).finish()
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    let module = Module::new(&Engine::default(), MODULE).expect("the module is valid");
    let report = twins::<Ops>(Wasm { module, known: RefCell::default() });
    assert_eq!(report.skipped, []);
}
