//! [`Values`]: Cranelift's builder with what is known at the current place, so that nothing is computed or tested twice.

use std::collections::BTreeMap;

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlags, Value, types};
use cranelift_frontend::FunctionBuilder;
use mimeo_def::frame::CORE_BYTES;
use mimeo_ir::{Binary, Type, Unary};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::arithmetic::{binary, clif_type, constant, unary};
use crate::known::{Definitions, Expr, Known};
use crate::memory::{Access, Kind, Origin};
use crate::range::Range;

/// An access to memory that exists and is aligned.
pub(crate) fn trusted() -> MemFlags {
    MemFlags::trusted()
}

/// The most that is added to an address by an offset.
const MOST_ADDED: u64 = 1 << 20;

/// Builds a function.
pub(crate) struct Values<'f> {
    pub(crate) b: FunctionBuilder<'f>,
    pub(crate) known: Known,
    /// The first block, which dominates all others.
    entry: Block,
    /// Whether memory is typed.
    is_typed: bool,
    /// The machine's core.
    pub(crate) core: Value,
    definitions: Definitions,
    origins: FxHashMap<Value, Origin>,
    constants: FxHashMap<(Type, u64), Value>,
    /// What holds on all edges so far to a block that was not begun.
    incoming: FxHashMap<Block, Known>,
    /// The addresses of cells that hold the same as long as the code runs, if they do when it is entered.
    pub(crate) fixed_cells: FxHashSet<Value>,
    /// What the code takes such cells to hold: by address and size, the bits.
    pub(crate) held: BTreeMap<(u64, u32), u64>,
}

impl<'f> Values<'f> {
    /// Builds in the block after the entry, which is built, and whose first parameter is the core.
    pub(crate) fn new(b: FunctionBuilder<'f>, entry: Block, is_typed: bool) -> Values<'f> {
        Values {
            is_typed,
            core: b.block_params(entry)[0],
            b,
            known: Known::default(),
            entry,
            definitions: Definitions::default(),
            origins: FxHashMap::default(),
            constants: FxHashMap::default(),
            incoming: FxHashMap::default(),
            fixed_cells: FxHashSet::default(),
            held: BTreeMap::new(),
        }
    }

    /// Returns a number with these bits, as far as they belong to the type.
    pub(crate) fn constant(&mut self, ty: Type, bits: u64) -> Value {
        let bits = bits & Range::of(ty).hi;
        if let Some(&value) = self.constants.get(&(ty, bits)) {
            return value;
        }
        let mut cursor = FuncCursor::new(self.b.func).at_first_insertion_point(self.entry);
        let value = constant(cursor.ins(), ty, bits);
        self.constants.insert((ty, bits), value);
        self.definitions.insert(value, Expr::Const(ty, bits));
        self.origins.insert(value, Origin::Language);
        value
    }

    /// Returns the value of an expression.
    pub(crate) fn value(&mut self, expr: Expr) -> Value {
        let expr = match self.with_any_nans(expr) {
            Expr::Load(access) => {
                if let Some(value) = self.held_by_cell(&access) {
                    return value;
                }
                Expr::Load(self.at_base(access))
            }
            expr => expr,
        };
        if let Some(value) = self.known.value(&expr).or_else(|| self.simplified(&expr)) {
            return value;
        }
        let ins = self.b.ins();
        let (value, origin) = match expr {
            Expr::Const(ty, bits) => return self.constant(ty, bits),
            Expr::Unary(op, _, to, of) => (unary(&mut self.b, op, to, of), self.origin(of)),
            Expr::Binary(op, _, x, y) => (binary(&mut self.b, op, x, y), self.origin(x).with(self.origin(y))),
            Expr::Select(condition, then, other) => {
                (ins.select(condition, then, other), self.origin(then).with(self.origin(other)))
            }
            Expr::Context => (ins.iadd_imm(self.core, CORE_BYTES as i64), Origin::Context),
            Expr::Load(access) => {
                let Access { ty, address, offset, .. } = access;
                (ins.load(clif_type(ty), access.flags(), address, offset as i32), Origin::Language)
            }
        };
        self.origins.insert(value, origin);
        self.definitions.insert(value, expr);
        self.known.define(expr, value);
        value
    }

    /// Returns the value of an expression that need not be computed, or that is another one which takes less.
    fn simplified(&mut self, expr: &Expr) -> Option<Value> {
        if let Some(bits) = self.known.decide(&self.definitions, expr) {
            return Some(self.constant(expr.ty()?, bits));
        }
        match *expr {
            // A sum with a constant overflows if it is on the wrong side of the other operand.
            Expr::Binary(op @ (Binary::AddOverflowsSigned | Binary::SubOverflowsSigned), ty, a, b) => {
                let is_sum = op == Binary::AddOverflowsSigned;
                let is_up = self.range(b).value().map(|b| b <= Range::not_negative(ty).hi)? == is_sum;
                let result = self.value(Expr::Binary(if is_sum { Binary::Add } else { Binary::Sub }, ty, a, b));
                let (less, more) = if is_up { (result, a) } else { (a, result) };
                Some(self.value(Expr::Binary(Binary::LessSigned, ty, less, more)))
            }
            Expr::Unary(Unary::FloatFromBits, _, to, bits) => match self.definitions.get(&bits) {
                Some(&Expr::Unary(Unary::FloatToBits, _, _, double)) => Some(double),
                Some(&Expr::Load(access)) if self.known.value(&Expr::Load(access)) == Some(bits) => {
                    // The word need not be read, then, if it is not used as one.
                    let Access { address, offset, .. } = access;
                    let float = self.b.ins().load(clif_type(to), access.flags(), address, offset as i32);
                    self.origins.insert(float, Origin::Language);
                    self.definitions.insert(float, *expr);
                    self.known.define(*expr, float);
                    Some(float)
                }
                _ => None,
            },
            Expr::Unary(Unary::FloatToBits, _, _, double) => match self.definitions.get(&double) {
                Some(&Expr::Unary(Unary::FloatFromBits, _, _, bits)) => Some(bits),
                _ => None,
            },
            Expr::Unary(Unary::Truncate, _, to, wide) => match self.definitions.get(&wide) {
                Some(&Expr::Unary(Unary::ZeroExtend, from, _, narrow)) if from == to => Some(narrow),
                _ => None,
            },
            Expr::Select(condition, then, other) => {
                self.range(condition).value().map(|bits| if bits == 0 { other } else { then })
            }
            _ => None,
        }
    }

    /// Returns the double with these bits.
    pub(crate) fn double_of(&mut self, bits: Value) -> Value {
        self.value(Expr::Unary(Unary::FloatFromBits, Type::I64, Type::F64, bits))
    }

    /// Returns the bits of a double.
    pub(crate) fn bits_of(&mut self, double: Value) -> Value {
        self.value(Expr::Unary(Unary::FloatToBits, Type::F64, Type::I64, double))
    }

    /// Returns a value as a word: a narrower integer extended with zeros, a float as its bits.
    pub(crate) fn word(&mut self, ty: Type, value: Value) -> Value {
        match ty {
            Type::I64 => value,
            Type::F64 => self.bits_of(value),
            Type::F32 => {
                let bits = self.value(Expr::Unary(Unary::FloatToBits, Type::F32, Type::I32, value));
                self.word(Type::I32, bits)
            }
            _ => self.value(Expr::Unary(Unary::ZeroExtend, ty, Type::I64, value)),
        }
    }

    /// Returns the value of a type that a word holds.
    pub(crate) fn of_word(&mut self, ty: Type, word: Value) -> Value {
        match ty {
            Type::I64 => word,
            Type::F64 => self.double_of(word),
            Type::F32 => {
                let bits = self.of_word(Type::I32, word);
                self.value(Expr::Unary(Unary::FloatFromBits, Type::I32, Type::F32, bits))
            }
            _ => self.value(Expr::Unary(Unary::Truncate, Type::I64, ty, word)),
        }
    }

    /// Returns what a field of a cell holds now, if the code takes it for that.
    fn held_by_cell(&mut self, access: &Access) -> Option<Value> {
        let Some(&Expr::Const(_, address)) = self.definitions.get(&access.address) else { return None };
        if !self.fixed_cells.contains(&access.address) || !access.ty.is_int() {
            return None;
        }
        let (at, len) = (address + u64::from(access.offset), access.ty.bytes() as usize);
        let mut bytes = [0; size_of::<u64>()];
        let from = std::ptr::with_exposed_provenance::<u8>(at as usize);
        // SAFETY: it is a field of a cell of an op of a loaded function, and cells are changed only by this thread.
        unsafe { from.copy_to_nonoverlapping(bytes.as_mut_ptr(), len) };
        let bits = u64::from_le_bytes(bytes);
        self.held.insert((at, access.ty.bytes()), bits);
        Some(self.constant(access.ty, bits))
    }

    /// Returns an access with what is added to its address in its offset: accesses to one object then have one address. More
    /// may be known of where the sum points than of where the base does.
    fn at_base(&self, access: Access) -> Access {
        if let Some(&Expr::Binary(Binary::Add, Type::I64, a, b)) = self.definitions.get(&access.address) {
            for (base, added) in [(a, b), (b, a)] {
                if let Some(&Expr::Const(_, added)) = self.definitions.get(&added)
                    && added <= MOST_ADDED
                    && u64::from(access.offset) <= MOST_ADDED
                    && self.origin(base) == self.origin(access.address)
                {
                    return Access { address: base, offset: access.offset + added as u32, ..access };
                }
            }
        }
        access
    }

    /// Writes to memory.
    pub(crate) fn store(&mut self, access: Access, value: Value) {
        let access = self.at_base(access);
        let of_float = match self.definitions.get(&value) {
            Some(&Expr::Unary(Unary::FloatToBits, _, _, float)) => float,
            _ => value,
        };
        self.b.ins().store(access.flags(), of_float, access.address, access.offset as i32);
        let to = access.kind(self.origin(access.address));
        self.forget_where(to, |load| load.address != access.address || load.overlaps(&access));
        self.known.define(Expr::Load(access), value);
    }

    /// Forgets what memory of a kind holds.
    pub(crate) fn forget(&mut self, kind: Kind) {
        self.forget_where(kind, |_| true);
    }

    /// Forgets what memory of a kind holds, as far as a condition holds.
    fn forget_where(&mut self, kind: Kind, may_change: impl Fn(&Access) -> bool) {
        let (origins, is_typed) = (&self.origins, self.is_typed);
        let origin = |of: Value| origins.get(&of).copied().unwrap_or(Origin::Unknown);
        self.known.forget(|load| load.kind(origin(load.address)).meets(kind, is_typed) && may_change(load));
    }

    fn origin(&self, value: Value) -> Origin {
        self.origins.get(&value).copied().unwrap_or(Origin::Unknown)
    }

    /// Notes what a value points to if it is an address.
    pub(crate) fn set_origin(&mut self, value: Value, origin: Origin) {
        self.origins.insert(value, origin);
    }

    /// Returns the range in which an integer is.
    pub(crate) fn range(&self, value: Value) -> Range {
        self.known.range(&self.definitions, value)
    }

    /// Returns what defines a value.
    pub(crate) fn definition(&self, value: Value) -> Option<&Expr> {
        self.definitions.get(&value)
    }

    /// Returns what defines the values.
    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Returns whether a value is a double.
    pub(crate) fn is_double(&self, value: Value) -> bool {
        self.b.func.dfg.value_type(value) == types::F64
    }

    /// Returns whether a float is known not to be a NaN.
    pub(crate) fn is_number(&self, value: Value) -> bool {
        self.known.is_number(&self.definitions, value)
    }

    /// Continues with a block to which all edges lead that will, and returns whether there is one.
    pub(crate) fn begin(&mut self, block: Block) -> bool {
        let Some(known) = self.incoming.remove(&block) else { return false };
        self.known = known;
        self.b.switch_to_block(block);
        self.b.seal_block(block);
        true
    }

    /// Continues with a block to which further edges will lead. `known` holds on all of them.
    pub(crate) fn begin_loop(&mut self, block: Block, known: Known) {
        self.incoming.remove(&block);
        self.known = known;
        self.b.switch_to_block(block);
    }

    /// Continues with a block of which nothing is known.
    pub(crate) fn begin_elsewhere(&mut self, block: Block) {
        self.known = Known::default();
        self.b.switch_to_block(block);
    }

    /// Returns what holds on the edges to a block so far.
    pub(crate) fn on_edges_to(&self, block: Block) -> Option<&Known> {
        self.incoming.get(&block)
    }

    /// Notes that an edge leads to a block, on which `known` holds. Exits do not ask for it.
    fn note(&mut self, block: Block, known: Known) {
        if !self.b.func.layout.is_cold(block) {
            self.incoming.entry(block).and_modify(|all| all.meet(&known)).or_insert(known);
        }
    }

    /// Continues with a block, and ends this one.
    pub(crate) fn jump(&mut self, to: Block, args: &[BlockArg]) {
        let known = std::mem::take(&mut self.known);
        self.note(to, known);
        self.b.ins().jump(to, args);
    }

    /// Continues with one of two blocks, and ends this one.
    pub(crate) fn branch(&mut self, condition: Value, then: (Block, &[BlockArg]), other: (Block, &[BlockArg])) {
        if let Some(bits) = self.range(condition).value() {
            let (to, args) = if bits == 0 { other } else { then };
            return self.jump(to, args);
        }
        if let Some(negated) = self.known.negated(&self.definitions, condition) {
            return self.branch(negated, other, then);
        }
        let known = std::mem::take(&mut self.known);
        for (to, holds) in [(then.0, true), (other.0, false)] {
            if !self.b.func.layout.is_cold(to) {
                let mut known = known.clone();
                known.learn(&self.definitions, condition, holds);
                self.note(to, known);
            }
        }
        self.b.ins().brif(condition, then.0, then.1, other.0, other.1);
    }

    /// Leaves for `exit` if a condition holds, and continues.
    pub(crate) fn leave_if(&mut self, condition: Value, exit: Block) {
        let stays = self.b.create_block();
        self.b.ins().brif(condition, exit, &[], stays, &[]);
        self.b.switch_to_block(stays);
        self.b.seal_block(stays);
    }
}
