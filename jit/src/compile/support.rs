//! The entry and exit stencils → [`Support`], sealed code.
//!
//! Contract of this island:
//! 1. The table's `enter` is an [`Enter`](mimeo_interp::tier::Enter) that runs stencils until an exit and returns the
//!    exit's number; the table was validated, and its build audited the code.

use mimeo_def::CodeOffset;
use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::{Hole, HoleValue, Stencil, Table};
use mimeo_interp::tier::{Enter, Markers, NativeEntry};

use crate::compile::patch::patch;
use crate::errors::Unavailable;
use crate::memory::{CodeBuf, CodePool};
use crate::observe::{Notifier, ObservedCode};

/// Every part starts at a multiple of this.
const ALIGN: u32 = 16;

/// The support code of one table.
#[derive(Debug)]
pub(crate) struct Support {
    code: ObservedCode,
    enter: Enter,
    exits: [CodeOffset; Exit::ALL.len()],
}

/// The places of the parts of a support stencil.
#[derive(Clone, Copy)]
struct Placed {
    hot: u32,
    cold: u32,
    rodata: u32,
}

impl Support {
    /// Copies and seals the support code of a validated table.
    pub(crate) fn new(table: &Table, pool: &mut CodePool, notifier: &mut Notifier) -> Result<Self, Unavailable> {
        let stencils: Vec<&Stencil> = [&table.enter].into_iter().chain(table.exits).collect();
        let mut end = 0;
        let mut room = |part: &[u8]| {
            let start = end;
            end = (end + part.len() as u32).next_multiple_of(ALIGN);
            start
        };
        let placed: Vec<Placed> = stencils
            .iter()
            .map(|stencil| Placed { hot: room(stencil.hot), cold: room(stencil.cold), rodata: room(stencil.rodata) })
            .collect();
        let mut buf = CodeBuf::in_pool(pool, end as usize).map_err(Unavailable::Memory)?;
        let address = buf.address(CodeOffset(0));
        for (stencil, at) in stencils.iter().zip(&placed) {
            let code = buf.bytes_mut();
            emit_part(code, at.hot, stencil.hot, stencil.hot_holes, address, at)?;
            emit_part(code, at.cold, stencil.cold, stencil.cold_holes, address, at)?;
            emit_part(code, at.rodata, stencil.rodata, &[], address, at)?;
        }
        let code = buf.seal().map_err(Unavailable::Memory)?;
        let exits = std::array::from_fn(|index| CodeOffset(placed[index + 1].hot));
        // SAFETY: (1) says what is there; code buffer (1): `native_entry` says how long it may be called.
        let enter = unsafe { code.entry(CodeOffset(placed[0].hot)) };
        let entries = placed.iter().map(|at| CodeOffset(at.hot));
        Ok(Support { code: notifier.appeared("mimeo support", code, entries), enter, exits })
    }

    /// Returns the address of an exit.
    pub(crate) fn exit(&self, exit: Exit) -> CodeAddr {
        self.code.address(self.exits[exit as usize - 1])
    }

    /// Returns the machine code of all support stencils.
    pub(crate) fn code(&self) -> &ObservedCode {
        &self.code
    }

    /// Returns how native code is entered and left. Valid as long as `self`.
    pub(crate) fn native_entry(&self) -> NativeEntry {
        let markers = Markers {
            call: self.exit(Exit::Call),
            ret: self.exit(Exit::Return),
            finish: self.exit(Exit::Finish),
            stop: self.exit(Exit::Poll),
        };
        NativeEntry { enter: self.enter, markers }
    }
}

fn emit_part(
    code: &mut [u8],
    start: u32,
    stencil: &[u8],
    holes: &[Hole],
    address: CodeAddr,
    at: &Placed,
) -> Result<(), Unavailable> {
    let part = &mut code[start as usize..][..stencil.len()];
    part.copy_from_slice(stencil);
    for hole in holes {
        let target = match hole.value {
            HoleValue::Cold => at.cold,
            HoleValue::Rodata => at.rodata,
            // Validation has checked that these stencils refer only to themselves.
            _ => at.hot,
        };
        patch(part, hole, (address + target as usize) as u64, address + start as usize).map_err(Unavailable::Patch)?;
    }
    Ok(())
}
