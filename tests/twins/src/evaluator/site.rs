//! A verified function → its sites, which take the place of its native code.

use std::rc::Rc;

use mimeo::Function;
use mimeo::def::Pc;
use mimeo::def::frame::{CodeAddr, Exit};
use mimeo::tier::OpAt;

use super::run::Shared;

/// A place at which native code could be entered.
pub(super) struct Site {
    pub(super) kind: Kind,
    /// The code that contains the site; null at exits.
    pub(super) code: *const Code,
}

/// What happens at a site.
pub(super) enum Kind {
    /// Leaves native code.
    Exit(Exit),
    /// Counts an event, and continues with the next site.
    Poll(Pc),
    Op(Op),
}

/// An op of a function.
pub(super) struct Op {
    pub(super) pc: Pc,
    pub(super) next_pc: Pc,
    pub(super) opcode: usize,
}

impl Site {
    pub(super) fn exit(exit: Exit) -> Site {
        Site { kind: Kind::Exit(exit), code: std::ptr::null() }
    }

    pub(super) fn address(&self) -> CodeAddr {
        std::ptr::from_ref(self).expose_provenance()
    }
}

/// The sites of one function.
pub(super) struct Code {
    pub(super) function: *const Function,
    pub(super) shared: Rc<Shared>,
    sites: Vec<Site>,
    /// By code unit: the index of the site of the op that starts there. If the op has a poll, that is the site before.
    starts: Vec<Option<usize>>,
}

impl Code {
    /// Makes the sites of a function.
    pub(super) fn new(function: &Function, shared: &Rc<Shared>) -> Box<Code> {
        let (body, facts) = (function.body(), function.facts());
        let mut code = Box::new(Code {
            function,
            shared: Rc::clone(shared),
            sites: Vec::new(),
            starts: vec![None; body.code.len()],
        });
        let address: *const Code = &raw const *code;
        let mut polls = facts.polls.iter().copied().peekable();
        let mut pc = Pc(0);
        while let Some(&opcode) = body.code.get(pc.0 as usize) {
            let next_pc = Pc(pc.0 + u32::from(shared.ops[usize::from(opcode)].len_units));
            // Control reaches it.
            if facts.depth(pc).is_some() {
                if polls.next_if_eq(&pc).is_some() {
                    code.sites.push(Site { kind: Kind::Poll(pc), code: address });
                }
                code.starts[pc.0 as usize] = Some(code.sites.len());
                let op = Op { pc, next_pc, opcode: usize::from(opcode) };
                code.sites.push(Site { kind: Kind::Op(op), code: address });
            }
            pc = next_pc;
        }
        code
    }

    /// Returns the site at which callers enter the function: its first poll.
    pub(super) fn entry(&self) -> CodeAddr {
        self.sites[0].address()
    }

    /// Returns the site of an op.
    pub(super) fn op_at(&self, pc: Pc) -> Option<CodeAddr> {
        let index = (*self.starts.get(pc.0 as usize)?)?;
        Some(self.sites[index].address())
    }

    /// Returns the site at which a jump from `from` arrives.
    pub(super) fn target(&self, from: Pc, to: Pc) -> CodeAddr {
        let index = self.starts[to.0 as usize].expect("the verifier checks labels");
        self.sites[if to <= from { index - 1 } else { index }].address()
    }

    /// Returns the site after a poll.
    pub(super) fn after_poll(&self, pc: Pc) -> CodeAddr {
        self.op_at(pc).expect("a poll precedes an op")
    }

    /// Returns the op of a site with its operands.
    pub(super) fn at(&self, op: &Op) -> OpAt<'_> {
        // SAFETY: run (2): the function is loaded while its sites exist.
        let function = unsafe { &*self.function };
        OpAt::of(function, self.shared.ops, op.pc).expect("only ops that are reached have sites")
    }
}
