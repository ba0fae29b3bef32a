//! Tables and arguments → their elements, one by one or all at once.

use mimeo::Thrown;

use crate::ops::ops::Value;
use crate::runtime::Call;

/// Maximal number of results.
const MAX_RESULTS: i64 = 60_000;

pub(super) fn next(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    // Skipping fields without a value takes time. It costs no fuel, because their number depends on addresses.
    call.vm.check_interrupt()?;
    match table.next(call.get(1)) {
        Ok(Some((key, value))) => call.give_all(&[key, value]),
        Ok(None) => call.give(Value::NIL),
        Err(bad) => Err(call.error_without_place(bad.to_string())),
    }
}

/// Returns `next`, which it has captured.
pub(super) fn pairs(call: &mut Call<'_>) -> Result<(), Thrown> {
    call.any(0)?;
    let table = call.table(0)?;
    let next = call.builtin().captured()[0];
    call.give_all(&[next, table.into(), Value::NIL])
}

/// Returns [`ipairs_next`], which it has captured.
pub(super) fn ipairs(call: &mut Call<'_>) -> Result<(), Thrown> {
    call.any(0)?;
    let table = call.table(0)?;
    let next = call.builtin().captured()[0];
    call.give_all(&[next, table.into(), Value::number(0.0)])
}

pub(super) fn ipairs_next(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (table, index) = (call.table(0)?, call.number(1)? + 1.0);
    let value = table.get(Value::number(index));
    if value.is_nil() { call.give_all(&[]) } else { call.give_all(&[Value::number(index), value]) }
}

pub(super) fn select(call: &mut Call<'_>) -> Result<(), Thrown> {
    let given = i64::from(call.len()) - 1;
    if call.get(0).to_text().is_some_and(|text| text.bytes().first() == Some(&b'#')) {
        return call.give(Value::number(given as f64));
    }
    let mut from = i64::from(call.int32(0)?);
    if from < 0 {
        from += given + 1;
    }
    if from < 1 {
        return Err(call.argument_error(0, "index out of range"));
    }
    let values = call.rest(u32::try_from(from).unwrap_or(u32::MAX));
    call.give_all(&values)
}

pub(super) fn unpack(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let from = i64::from(call.int32_or(1, 1)?);
    let to = if call.has(2) { i64::from(call.int32(2)?) } else { table.length() as i64 };
    if from > to {
        return call.give_all(&[]);
    }
    if to.saturating_sub(from) >= MAX_RESULTS {
        return Err(call.error("too many results to unpack"));
    }
    call.work((to - from + 1) as usize * 16)?;
    let values: Vec<Value> = (from..=to).map(|index| table.get(Value::number(index as f64))).collect();
    call.give_all(&values)
}
