//! The table `table`.

mod extra;
mod sort;

use mimeo::Thrown;

use super::string::Output;
use super::{Functions, define_module, set};
use crate::heap::Gc;
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::{Call, push_text};

const FUNCTIONS: Functions = &[
    ("concat", concat),
    ("foreach", foreach),
    ("foreachi", foreachi),
    ("getn", getn),
    ("insert", insert),
    ("maxn", maxn),
    ("move", move_values),
    ("pack", pack),
    ("remove", remove),
    ("sort", sort::sort),
];

pub(super) fn open(vm: &mut Vm) {
    let table = define_module(vm, "table", FUNCTIONS);
    let name = vm.host.heap.text(b"unpack");
    let unpack = vm.host.globals.get_text(name);
    set(&mut vm.host.heap, table, "unpack", unpack);
}

pub(super) use extra::preload;

/// The work of reading or moving a value of a table.
const WORK_PER_VALUE: usize = 16;

/// No number has a longer text.
const MAX_NUMBER: usize = 64;

/// Throws the error of an argument. As in LuaJIT, these functions report a missing argument as nil.
fn bad(call: &mut Call<'_>, index: u32, expected: &str) -> Thrown {
    let got = call.get(index).type_name();
    call.argument_error(index, format!("{expected} expected, got {got}"))
}

fn table(call: &mut Call<'_>, index: u32) -> Result<Gc<Table>, Thrown> {
    call.get(index).to_table().ok_or_else(|| bad(call, index, "table"))
}

fn function(call: &mut Call<'_>, index: u32) -> Result<Value, Thrown> {
    let value = call.get(index);
    if value.is_function() { Ok(value) } else { Err(bad(call, index, "function")) }
}

fn int32(call: &mut Call<'_>, index: u32) -> Result<i32, Thrown> {
    if call.has(index) { call.int32(index) } else { Err(bad(call, index, "number")) }
}

fn concat(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let separator = call.string_if_any(1)?;
    let separator = separator.as_ref().map_or(&[][..], |text| text.bytes());
    let from = if call.has(2) { call.int32(2)? } else { 1 };
    let to = if call.has(3) { call.int32(3)? } else { table.length() as i32 };
    let mut output = Output::new(call)?;
    for index in from..=to {
        call.work(WORK_PER_VALUE)?;
        let value = table.get(Value::number(f64::from(index)));
        if let Some(text) = value.to_text() {
            output.push(call, text.bytes())?;
        } else if !push_text(output.room(call, MAX_NUMBER)?, value) {
            let what = value.type_name();
            return Err(call.error(format!("invalid value ({what}) at index {index} in table for 'concat'")));
        }
        if index < to {
            output.push(call, separator)?;
        }
    }
    output.give(call)
}

fn foreach(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (table, function) = (table(call, 0)?, function(call, 1)?);
    // The function may remove the key with which the iteration continues.
    let kept = call.vm.host.kept.len();
    call.keep(Value::NIL);
    loop {
        let (key, value) = match table.next(call.vm.host.kept[kept]) {
            Ok(Some(field)) => field,
            Ok(None) => return call.give_all(&[]),
            Err(bad) => return Err(call.error(bad.to_string())),
        };
        call.vm.host.kept[kept] = key;
        let result = call.run(function, &[key, value])?;
        if !result.is_nil() {
            return call.give(result);
        }
    }
}

fn foreachi(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (table, function) = (table(call, 0)?, function(call, 1)?);
    for index in 1..=table.length() {
        let index = Value::number(index as f64);
        let result = call.run(function, &[index, table.get(index)])?;
        if !result.is_nil() {
            return call.give(result);
        }
    }
    call.give_all(&[])
}

fn getn(call: &mut Call<'_>) -> Result<(), Thrown> {
    let length = table(call, 0)?.length();
    call.give(Value::number(length as f64))
}

fn maxn(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let (mut max, mut place) = (0.0_f64, 0);
    while let Some((at, key, _)) = table.field_from(place) {
        call.work(WORK_PER_VALUE)?;
        max = max.max(key.to_number().unwrap_or(0.0));
        place = at + 1;
    }
    call.give(Value::number(max))
}

fn insert(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let length = table.length();
    let at = match call.len() {
        2 => length as i64 + 1,
        3 => i64::from(call.int32(1)?),
        _ => return Err(call.error("wrong number of arguments to 'insert'")),
    };
    let value = call.get(call.len() - 1);
    match (u32::try_from(at), u32::try_from(length)) {
        (Ok(at @ 1..), Ok(length)) if length < u32::MAX => {
            call.claim(table.growth(Value::number(f64::from(at.max(length + 1)))))?;
            insert_at(call, table, at, length, value)?;
        }
        // Indices below 1 are not in the array.
        _ => {
            for index in (at..=length as i64).rev() {
                call.work(WORK_PER_VALUE)?;
                let moved = table.get(Value::number(index as f64));
                store(call, table, index + 1, moved)?;
            }
            store(call, table, at, value)?;
        }
    }
    call.give_all(&[])
}

fn remove(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = table(call, 0)?;
    let length = table.length();
    let at = if call.has(1) { i64::from(call.int32(1)?) } else { length as i64 };
    if at < 1 || at > length as i64 {
        return call.give_all(&[]);
    }
    let value = table.get(Value::number(at as f64));
    match (u32::try_from(at), u32::try_from(length)) {
        (Ok(at), Ok(length)) => remove_at(call, table, at, length)?,
        _ => {
            for index in at..length as i64 {
                call.work(WORK_PER_VALUE)?;
                let moved = table.get(Value::number((index + 1) as f64));
                store(call, table, index, moved)?;
            }
            store(call, table, length as i64, Value::NIL)?;
        }
    }
    call.give(value)
}

/// Number of values that are moved at once.
const PART: u32 = 1 << 16;

/// Moves the values from `at` up to `length` up by one, and sets the one at `at`.
fn insert_at(call: &mut Call<'_>, table: Gc<Table>, at: u32, length: u32, value: Value) -> Result<(), Thrown> {
    let mut end = length;
    while end.saturating_sub(at) > PART {
        // The place that this part leaves is filled by the next one.
        let from = end - PART + 1;
        call.heap().insert_index(table, from, end, Value::NIL);
        call.work(PART as usize)?;
        end = from - 1;
    }
    call.heap().insert_index(table, at, end, value);
    call.work(end.saturating_sub(at) as usize)
}

/// Moves the values after `at` up to `length` down by one, and removes the last.
fn remove_at(call: &mut Call<'_>, table: Gc<Table>, mut at: u32, length: u32) -> Result<(), Thrown> {
    while length - at > PART {
        // The place that this part leaves is filled by the next one.
        call.heap().remove_index(table, at, at + PART);
        call.work(PART as usize)?;
        at += PART;
    }
    call.heap().remove_index(table, at, length);
    call.work((length - at) as usize)
}

/// Sets `table[index] = value`.
fn store(call: &mut Call<'_>, table: Gc<Table>, index: i64, value: Value) -> Result<(), Thrown> {
    let key = Value::number(index as f64);
    call.claim(table.growth(key))?;
    call.heap().set(table, key, value).expect("an integer is a key");
    Ok(())
}

fn move_values(call: &mut Call<'_>) -> Result<(), Thrown> {
    let from = table(call, 0)?;
    let (first, last, to) = (int32(call, 1)?, int32(call, 2)?, int32(call, 3)?);
    let target = if call.has(4) { table(call, 4)? } else { from };
    let (first, last, to) = (i64::from(first), i64::from(last), i64::from(to));
    let mut put = |index: i64| {
        call.work(WORK_PER_VALUE)?;
        let value = from.get(Value::number(index as f64));
        store(call, target, index + to - first, value)
    };
    if to > last || to <= first || target != from {
        (first..=last).try_for_each(&mut put)?;
    } else {
        (first..=last).rev().try_for_each(&mut put)?;
    }
    call.give(target.into())
}

fn pack(call: &mut Call<'_>) -> Result<(), Thrown> {
    let len = call.len();
    call.claim(Table::size_for(len, 1))?;
    let table = call.heap().new_table(len, 1, 0);
    for index in 0..len {
        let value = call.get(index);
        call.heap().set_index(table, index + 1, value);
    }
    set(call.heap(), table, "n", Value::number(f64::from(len)));
    call.give(table.into())
}
