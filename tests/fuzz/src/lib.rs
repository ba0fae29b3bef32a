//! Bytes ↔ functions in bytecode, valid or not.
#![forbid(unsafe_code)]

use mimeo::asm::FunctionBody;

/// Limits for functions from bytes, so that every program ends soon: calls go to later functions only.
const FUNCTIONS: usize = 4;
const UNITS: usize = 250;

/// Returns functions for any bytes. Each function has the following layout; missing bytes are zeros.
///
/// | bytes | meaning |
/// |---|---|
/// | 1 | arity |
/// | 1 | number of locals |
/// | 1 | number of constants |
/// | 1 | number of units of code |
/// | 8 each | constants |
/// | 2 each | code |
pub fn functions(mut bytes: &[u8]) -> Vec<FunctionBody> {
    let mut functions = Vec::new();
    while !bytes.is_empty() && functions.len() < FUNCTIONS {
        let [arity, locals, constants, units] = take(&mut bytes);
        let constants = (0..constants).map(|_| u64::from_le_bytes(take(&mut bytes))).collect();
        let code = (0..usize::from(units).min(UNITS)).map(|_| u16::from_le_bytes(take(&mut bytes))).collect();
        functions.push(FunctionBody {
            name: format!("f{}", functions.len()),
            arity: arity.into(),
            locals: locals.into(),
            code,
            constants,
            ..FunctionBody::default()
        });
    }
    functions
}

/// Removes the first bytes.
fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let mut first = [0; N];
    let (taken, rest) = bytes.split_at(N.min(bytes.len()));
    first[..taken.len()].copy_from_slice(taken);
    *bytes = rest;
    first
}

/// Returns bytes from which [`functions`] makes these functions, or `None` if they exceed its limits.
pub fn bytes(functions: &[FunctionBody]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for body in functions {
        let units = u8::try_from(body.code.len()).ok().filter(|&units| usize::from(units) <= UNITS)?;
        let (arity, locals) = (u8::try_from(body.arity).ok()?, u8::try_from(body.locals).ok()?);
        bytes.extend([arity, locals, u8::try_from(body.constants.len()).ok()?, units]);
        bytes.extend(body.constants.iter().flat_map(|constant| constant.to_le_bytes()));
        bytes.extend(body.code.iter().flat_map(|unit| unit.to_le_bytes()));
    }
    (functions.len() <= FUNCTIONS).then_some(bytes)
}
