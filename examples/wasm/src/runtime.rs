//! What ops call: traps, the change of instances, calls of the host, and bulk operations.

use mimeo::{Thrown, Window};

use crate::error::{Error, Fault, TrapCode};
use crate::host::{HostError, HostFunction};
use crate::instance::switch_to;
use crate::ops::ops::{Ops, Owner, Vm};

// SAFETY: (1) ops use a slot as an address only where a valid module has a reference, and handles are checked when the
// host makes one; the assembler and `load` are private. (2) Indices in the instructions were validated with the module
// whose instance the context describes, and accesses to memory and tables are compared with their sizes. (3) The context
// points to boxes and memory of the host, which are freed with the store. (4) There are no cells. (5) Functions belong to
// the store's machine, whose programs stay loaded. (6) No slot's address is taken. (7) Nothing is freed before the store
// is. (8) Runtime functions hold no reference across a call of the host. (9) Nothing is shared.
unsafe impl mimeo::TrustedOps for Ops {}

pub(crate) fn trap(vm: &mut Vm, code: u32) -> Thrown {
    vm.throw(TrapCode::from_number(code))
}

fn result_of(vm: &mut Vm, done: Option<()>, code: TrapCode) -> Result<(), Thrown> {
    done.ok_or_else(|| vm.throw(code))
}

pub(crate) fn enter(vm: &mut Vm) -> u64 {
    let before = vm.context.owner;
    switch_to(vm, vm.function_word() as *const Owner);
    before as u64
}

pub(crate) fn leave(vm: &mut Vm, owner: u64) {
    switch_to(vm, owner as *const Owner);
}

pub(crate) fn call_host(vm: &mut Vm, values: Window) -> Result<(), Thrown> {
    // SAFETY: only functions of the host's have this code, and each is the word of its own.
    let function = unsafe { &*(vm.function_word() as *const HostFunction) };
    let call = function.call.clone();
    let args: Vec<u64> = vm.values_of(values).collect();
    let owner = vm.context.owner;
    let results = call(vm, &args);
    // Memory may have grown, and a function that was called may have trapped.
    switch_to(vm, owner);
    match results {
        Ok(results) => {
            vm.set_slots(values.start(), &results);
            Ok(())
        }
        Err(HostError::Own(error)) => Err(vm.throw(Fault::Host(error))),
        Err(HostError::Nested(Error::Run(error))) => {
            Err(vm.throw_again(mimeo::Trap { kind: error.kind, backtrace: error.backtrace }))
        }
        Err(HostError::Nested(error)) => Err(vm.throw(Fault::Host(std::sync::Arc::new(error)))),
    }
}

/// Returns the index of the running instance's memory.
fn memory_of(vm: &Vm) -> u32 {
    running(vm).memory.expect("validation requires a memory")
}

fn running(vm: &Vm) -> &crate::instance::InstanceData {
    // SAFETY: an instance runs, and it stays where it is.
    let index = unsafe { (*vm.context.owner).index };
    &vm.host.instances[index]
}

fn table_of(vm: &Vm, table: u32) -> u32 {
    running(vm).tables[table as usize]
}

pub(crate) fn grow_memory(vm: &mut Vm, pages: u64) -> u64 {
    let memory = memory_of(vm);
    let before = vm.host.memories[memory].grow(pages);
    let owner = vm.context.owner;
    switch_to(vm, owner);
    before.unwrap_or(u64::from(u32::MAX))
}

pub(crate) fn init_memory(vm: &mut Vm, to: u64, from: u64, len: u64, segment: u32) -> Result<(), Thrown> {
    let memory = memory_of(vm);
    let data = running(vm).data[segment as usize].clone();
    let done = copy_data(&mut vm.host.memories[memory], to, &data, from, len);
    result_of(vm, done, TrapCode::OutOfBoundsMemory)
}

/// Copies a part of a segment to memory, if both have as much.
pub(crate) fn copy_data(
    memory: &mut crate::memory::LinearMemory,
    to: u64,
    data: &[u8],
    from: u64,
    len: u64,
) -> Option<()> {
    let source = data.get(from as usize..(from + len) as usize)?;
    memory.range(to, len)?.copy_from_slice(source);
    Some(())
}

pub(crate) fn copy_memory(vm: &mut Vm, to: u64, from: u64, len: u64) -> Result<(), Thrown> {
    let memory = memory_of(vm);
    let bytes = vm.host.memories[memory].bytes_mut();
    let is_inside = from + len <= bytes.len() as u64 && to + len <= bytes.len() as u64;
    let done = is_inside.then(|| bytes.copy_within(from as usize..(from + len) as usize, to as usize));
    result_of(vm, done, TrapCode::OutOfBoundsMemory)
}

pub(crate) fn fill_memory(vm: &mut Vm, to: u64, byte: u64, len: u64) -> Result<(), Thrown> {
    let memory = memory_of(vm);
    let done = vm.host.memories[memory].range(to, len).map(|bytes| bytes.fill(byte as u8));
    result_of(vm, done, TrapCode::OutOfBoundsMemory)
}

pub(crate) fn drop_data(vm: &mut Vm, segment: u32) {
    let index = running(vm).owner.index;
    vm.host.instances[index].data[segment as usize] = [].into();
}

pub(crate) fn get_element(vm: &mut Vm, index: u64, table: u32) -> Result<u64, Thrown> {
    let table = table_of(vm, table);
    let element = vm.host.tables[table].elements.get(index as usize).copied();
    element.ok_or_else(|| vm.throw(TrapCode::OutOfBoundsTable))
}

pub(crate) fn set_element(vm: &mut Vm, index: u64, value: u64, table: u32) -> Result<(), Thrown> {
    let table = table_of(vm, table);
    let done = vm.host.tables[table].elements.get_mut(index as usize).map(|element| *element = value);
    result_of(vm, done, TrapCode::OutOfBoundsTable)
}

pub(crate) fn grow_table(vm: &mut Vm, value: u64, count: u64, table: u32) -> u64 {
    let table = table_of(vm, table);
    vm.host.tables[table].grow(value, count).unwrap_or(u64::from(u32::MAX))
}

pub(crate) fn fill_table(vm: &mut Vm, to: u64, value: u64, len: u64, table: u32) -> Result<(), Thrown> {
    let table = table_of(vm, table);
    let done = vm.host.tables[table].range(to, len).map(|elements| elements.fill(value));
    result_of(vm, done, TrapCode::OutOfBoundsTable)
}

pub(crate) fn init_table(vm: &mut Vm, to: u64, from: u64, len: u64, table: u32, segment: u32) -> Result<(), Thrown> {
    let table = table_of(vm, table);
    let elements = running(vm).elements[segment as usize].clone();
    let source = elements.get(from as usize..(from + len) as usize);
    let target = vm.host.tables[table].range(to, len);
    let done = source.zip(target).map(|(source, target)| target.copy_from_slice(source));
    result_of(vm, done, TrapCode::OutOfBoundsTable)
}

pub(crate) fn copy_table(vm: &mut Vm, to: u64, from: u64, len: u64, tables: u64) -> Result<(), Thrown> {
    let (target, source) = (table_of(vm, (tables >> 32) as u32), table_of(vm, tables as u32));
    let copied = vm.host.tables[source].range(from, len).map(|elements| elements.to_vec());
    let target = vm.host.tables[target].range(to, len);
    let done = copied.zip(target).map(|(copied, target)| target.copy_from_slice(&copied));
    result_of(vm, done, TrapCode::OutOfBoundsTable)
}

pub(crate) fn drop_elements(vm: &mut Vm, segment: u32) {
    let index = running(vm).owner.index;
    vm.host.instances[index].elements[segment as usize] = [].into();
}
