//! A table that was read from a file → the result of the audit that freshly compiled code has to pass.

use mimeo_def::frame::Exit;
use mimeo_lower::{Lowered, Symbol};

use crate::audit::{self, Declared, Role};
use crate::extract;
use crate::refusal::Refusal;
use crate::stencil::OwnedStencil;
use crate::table::OwnedTable;

/// Audits every stencil except those of stale ops, which the macro refuses.
///
/// # Errors
///
/// The name of the first refused stencil, as it appears in a sentence, and the reason.
pub(super) fn table(table: &OwnedTable, set: &Lowered) -> Result<(), (String, Refusal)> {
    let support = Symbol::of_support();
    let check = |name: String, symbol: &str, stencil: &OwnedStencil, symbols: &[Symbol], role| {
        let declared = Declared { symbols, role, baseline: &table.baseline };
        stencil_again(stencil, symbol, &declared).map_err(|refusal| (name, refusal))
    };
    check("`enter`".to_owned(), "mimeo_enter", &table.enter, &support, Role::Enter)?;
    for (exit, stencil) in Exit::ALL.into_iter().zip(&table.exits) {
        let name = exit.name();
        check(format!("the exit `{name}`"), &format!("mimeo_exit_{name}"), stencil, &support, Role::Exit)?;
    }
    let op = Role::Op { transfers: false };
    check("`OP_DEOPT`".to_owned(), "mimeo_deopt_op", &table.deopt_op, &support, op)?;
    check("`poll`".to_owned(), "mimeo_poll", &table.poll, &support, op)?;
    check("`graft`".to_owned(), "mimeo_graft", &table.graft, &Symbol::of_graft(), Role::Op { transfers: true })?;
    for op in &table.ops {
        let lowered = set.ops.iter().find(|lowered| lowered.name == op.name && lowered.fingerprint == op.fingerprint);
        if let (Some(lowered), Ok(stencil)) = (lowered, &op.stencil) {
            let role = Role::Op { transfers: lowered.transfers };
            check(format!("`{}`", op.name), &lowered.symbol(), stencil, &lowered.symbols, role)?;
        }
    }
    Ok(())
}

/// Audits one stencil, and checks that the length of its final jump is correct.
fn stencil_again(stencil: &OwnedStencil, symbol: &str, declared: &Declared<'_>) -> Result<(), Refusal> {
    let draft = extract::reread(stencil, declared.baseline.arch(), symbol, declared.symbols)?;
    let sealed = audit::check(draft, declared)?;
    match sealed.tail_jump == stencil.tail_jump {
        true => Ok(()),
        false => Err(Refusal::TailJump { stated_bytes: stencil.tail_jump, found_bytes: sealed.tail_jump }),
    }
}
