//! Expressions → values, which are the numbers that they consist of.

use std::cmp::Ordering;

use mimeo_ir::{Binary, BlockId, Edge, End, FunctionId, Type, Unary, ValueId};

use super::assigned::assigned;
use super::leaves::{Leaves, payload_ty};
use super::lowerer::{Loop, Lowerer};
use super::place::Place;
use super::target::Target;
use crate::ir::{self, Expr, Kind, LocalId, Stmt};
use crate::ty::Ty;

impl Lowerer<'_> {
    /// Evaluates an expression of one number.
    pub(super) fn one(&mut self, expr: &Expr) -> ValueId {
        match self.expr(expr)[..] {
            [value] => value,
            // Nothing follows an expression that does not complete.
            _ => self.out.number(Type::I64, 0),
        }
    }

    /// Evaluates an expression that becomes a part of type `ty` of something else.
    pub(super) fn part(&mut self, expr: &Expr, ty: &Ty) -> Leaves {
        let leaves = self.expr(expr);
        if expr.ty == Ty::Never { self.zeros(ty) } else { leaves }
    }

    /// Evaluates an expression.
    pub(super) fn expr(&mut self, expr: &Expr) -> Leaves {
        let ty = &expr.ty;
        match &expr.kind {
            Kind::Int(bits) => vec![self.out.number(self.number_type(ty), *bits)],
            Kind::Float(bits) => vec![self.out.number(self.number_type(ty), *bits)],
            Kind::Bool(value) => vec![self.out.number(Type::I8, (*value).into())],
            Kind::Unit => Leaves::new(),
            Kind::FunctionWord => vec![self.out.function_word()],
            Kind::Local(local) => self.local(*local),
            Kind::Const(name) => {
                let constant = &self.module.consts[name];
                self.constant(&constant.value, &constant.ty)
            }
            Kind::WindowSlot(window, index) => {
                let (window, index) = (self.local(*window)[0], self.one(index));
                let word = self.out.window_load(window, index);
                self.leaves_of_word(word, ty)
            }
            Kind::Context | Kind::Field(..) | Kind::Deref(_) | Kind::DerefUnaligned(_) => match self.place(expr) {
                Place::Leaves(leaves) => leaves,
                Place::Memory(memory) => self.load(memory, ty),
            },
            Kind::Not(a) => {
                let a = self.one(a);
                vec![if *ty == Ty::BOOL { self.out.invert(a) } else { self.out.unary(self.out.ty(a), Unary::Not, a) }]
            }
            // Blocks of an optimized loop are ordered by what its runs did.
            Kind::Expect(a, _) => self.expr(a),
            Kind::Negate(a) => {
                let a = self.one(a);
                vec![self.out.unary(self.out.ty(a), Unary::FloatNegate, a)]
            }
            Kind::Binary(op, a, b) => {
                let (left, right) = (self.one(a), self.one(b));
                vec![self.binary(*op, &a.ty, left, right)]
            }
            Kind::And(a, b) | Kind::Or(a, b) => {
                let is_and = matches!(expr.kind, Kind::And(..));
                if is_total(b) {
                    let (a, b) = (self.one(a), self.one(b));
                    return vec![self.out.binary(if is_and { Binary::And } else { Binary::Or }, a, b)];
                }
                let known = Expr::new(Kind::Bool(!is_and), Ty::BOOL, expr.span);
                if is_and { self.choose(a, b, &known, ty) } else { self.choose(a, &known, b, ty) }
            }
            Kind::Cast(a) => {
                let value = self.one(a);
                vec![self.cast(value, &a.ty, ty)]
            }
            Kind::Intrinsic(intrinsic, args) => self.intrinsic(*intrinsic, args),
            Kind::If(condition, then, other) => self.choose(condition, then, other, ty),
            Kind::While(condition, body) => {
                self.repeat(condition, body);
                Leaves::new()
            }
            Kind::Break => {
                let of = self.loops.last().expect("the checker lets `break` be in loops only");
                let (exit, assigned) = (of.exit, of.assigned.clone());
                let values = assigned.into_iter().flat_map(|local| self.local(local)).collect();
                self.out.jump(exit, values);
                Leaves::new()
            }
            Kind::Block(statements, tail) => {
                self.statements(statements);
                tail.as_ref().map_or_else(Leaves::new, |tail| self.expr(tail))
            }
            Kind::Return(value) => {
                let target = self.target.clone();
                self.end(value, &target);
                Leaves::new()
            }
            Kind::Try(inner) => self.propagate(inner, ty),
            Kind::Helper(name, args) => {
                let after = self.out.block(&self.leaf_types(ty));
                self.inline(name, args, &Target::Value(after));
                self.out.switch(after)
            }
            Kind::Runtime(name, args) => self.runtime(name, args, ty),
            Kind::Struct(name, parts) => {
                let fields = &self.module.structs[name].fields;
                parts.iter().zip(fields).flat_map(|(part, (_, ty))| self.part(part, ty)).collect()
            }
            Kind::Tuple(parts) => parts.iter().flat_map(|part| self.part(part, &part.ty)).collect(),
            Kind::Some(value) | Kind::Ok(value) => {
                let payload = self.part(value, payload_ty(ty));
                let good = self.out.number(Type::I8, 1);
                std::iter::once(good).chain(payload).collect()
            }
            Kind::None => self.zeros(ty),
            Kind::Err(thrown) => {
                self.expr(thrown);
                self.zeros(ty)
            }
            Kind::IsGood(local) => self.local(*local)[..1].to_vec(),
            Kind::Payload(local) => self.local(*local)[1..].to_vec(),
            Kind::Assign(place, value) => {
                let value = self.part(value, &place.ty);
                self.assign(place, value);
                Leaves::new()
            }
            Kind::Fill(window, value) => {
                let (value, window) = (self.word(value), self.local(*window)[0]);
                self.out.window_fill(window, value);
                Leaves::new()
            }
            Kind::WindowLen(local) => {
                let word = self.local(*local)[0];
                let bits = self.out.number(Type::I64, 32);
                vec![self.out.binary(Binary::ShrUnsigned, word, bits)]
            }
            Kind::Next
            | Kind::Jump(_)
            | Kind::Switch(..)
            | Kind::Call(..)
            | Kind::TailCall(_)
            | Kind::Ret(_)
            | Kind::RetWindow(_)
            | Kind::Deopt => {
                unreachable!("the checker lets a flow stand at the end of an op only")
            }
        }
    }

    /// Returns the numbers of a variable. One without a value is read only where nothing is reached.
    pub(super) fn local(&mut self, local: LocalId) -> Leaves {
        match &self.env[local.0] {
            Some(leaves) => leaves.clone(),
            None => self.zeros(&self.locals[local.0].ty),
        }
    }

    fn binary(&mut self, op: ir::Binary, of: &Ty, a: ValueId, b: ValueId) -> ValueId {
        let signed = of.integer().is_some_and(|integer| integer.signed);
        let by_kind = |float, signed_op, unsigned| match (of.is_float(), signed) {
            (true, _) => float,
            (false, true) => signed_op,
            (false, false) => unsigned,
        };
        let less = by_kind(Binary::FloatLess, Binary::LessSigned, Binary::LessUnsigned);
        let less_equal = by_kind(Binary::FloatLessEqual, Binary::LessEqualSigned, Binary::LessEqualUnsigned);
        let (op, a, b) = match op {
            ir::Binary::Add => (Binary::FloatAdd, a, b),
            ir::Binary::Sub => (Binary::FloatSub, a, b),
            ir::Binary::Mul => (Binary::FloatMul, a, b),
            ir::Binary::Div => (Binary::FloatDiv, a, b),
            ir::Binary::BitAnd => (Binary::And, a, b),
            ir::Binary::BitOr => (Binary::Or, a, b),
            ir::Binary::BitXor => (Binary::Xor, a, b),
            ir::Binary::Eq => (by_kind(Binary::FloatEqual, Binary::Equal, Binary::Equal), a, b),
            ir::Binary::Ne => (by_kind(Binary::FloatNotEqual, Binary::NotEqual, Binary::NotEqual), a, b),
            ir::Binary::Lt => (less, a, b),
            ir::Binary::Le => (less_equal, a, b),
            ir::Binary::Gt => (less, b, a),
            ir::Binary::Ge => (less_equal, b, a),
        };
        self.out.binary(op, a, b)
    }

    fn cast(&mut self, value: ValueId, from: &Ty, to: &Ty) -> ValueId {
        let to_type = self.number_type(to);
        let is_signed = |ty: &Ty| ty.integer().is_some_and(|integer| integer.signed);
        match (from.is_float(), to.is_float()) {
            (true, true) => match self.out.ty(value).bits().cmp(&to_type.bits()) {
                Ordering::Equal => value,
                Ordering::Less => self.out.unary(to_type, Unary::FloatPromote, value),
                Ordering::Greater => self.out.unary(to_type, Unary::FloatDemote, value),
            },
            (true, false) if is_signed(to) => self.out.unary(to_type, Unary::FloatToSigned, value),
            (true, false) => self.out.unary(to_type, Unary::FloatToUnsigned, value),
            (false, true) => {
                let wide = self.out.resize(value, is_signed(from), Type::I64);
                let op = if is_signed(from) { Unary::FloatFromSigned } else { Unary::FloatFromUnsigned };
                self.out.unary(to_type, op, wide)
            }
            (false, false) => self.out.resize(value, is_signed(from), to_type),
        }
    }

    /// Evaluates one of two expressions.
    fn choose(&mut self, condition: &Expr, then: &Expr, other: &Expr, ty: &Ty) -> Leaves {
        let mut ends = Vec::new();
        for ((arm, env), expr) in self.branch(condition).into_iter().zip([then, other]) {
            self.out.switch(arm);
            self.env = env;
            let leaves = self.expr(expr);
            // The block that is current now ends with a jump to what follows both.
            let end = self.out.block(&[]);
            self.out.jump(end, Vec::new());
            if expr.ty != Ty::Never {
                ends.push((end, leaves, std::mem::take(&mut self.env)));
            }
        }
        self.join(ends, ty)
    }

    /// Continues after arms, each with its last block, its value and the variables there.
    fn join(&mut self, arms: Vec<(BlockId, Leaves, Vec<Option<Leaves>>)>, ty: &Ty) -> Leaves {
        let [first, rest @ ..] = &arms[..] else { return self.zeros(ty) };
        // Variables that every arm gave a value, and not the same.
        let changed: Vec<usize> = (0..self.locals.len())
            .filter(|&local| arms.iter().all(|(_, _, env)| env[local].is_some()))
            .filter(|&local| rest.iter().any(|(_, _, env)| env[local] != first.2[local]))
            .collect();
        let leaves_of = |(_, value, env): &(BlockId, Leaves, Vec<Option<Leaves>>)| -> Leaves {
            value.iter().chain(changed.iter().flat_map(|&local| env[local].iter().flatten())).copied().collect()
        };
        let types: Vec<Type> = leaves_of(first).into_iter().map(|leaf| self.out.ty(leaf)).collect();
        let after = self.out.block(&types);
        for arm in &arms {
            let args = leaves_of(arm);
            self.out.switch(arm.0);
            self.out.jump(after, args);
        }
        let mut params = self.out.switch(after);
        let value = params.drain(..first.1.len()).collect();
        // A variable that not all arms gave a value has none.
        self.env = (0..self.locals.len())
            .map(|local| first.2[local].clone().filter(|_| rest.iter().all(|(_, _, env)| env[local].is_some())))
            .collect();
        for local in changed {
            for leaf in self.env[local].iter_mut().flatten() {
                *leaf = params.remove(0);
            }
        }
        value
    }

    fn repeat(&mut self, condition: &Expr, body: &Expr) {
        let assigned = assigned(&[condition, body]).into_iter().filter(|local| self.env[local.0].is_some());
        let assigned: Vec<LocalId> = assigned.collect();
        let values = |env: &[Option<Leaves>]| -> Leaves {
            assigned.iter().flat_map(|local| env[local.0].iter().flatten()).copied().collect()
        };
        let at_start = values(&self.env);
        let types: Vec<Type> = at_start.iter().map(|&leaf| self.out.ty(leaf)).collect();
        let (head, exit) = (self.out.block(&types), self.out.block(&types));
        self.out.jump(head, at_start);
        let params = self.out.switch(head);
        self.set_all(&assigned, params);
        let [(inside, env), (last, at_head)] = self.branch(condition);
        self.out.switch(inside);
        self.env = env;
        self.loops.push(Loop { exit, assigned: assigned.clone() });
        self.expr(body);
        self.loops.pop();
        let at_end = values(&self.env);
        self.out.jump(head, at_end);
        self.out.switch(last);
        self.env = at_head;
        let at_head = values(&self.env);
        self.out.jump(exit, at_head);
        let params = self.out.switch(exit);
        self.set_all(&assigned, params);
    }

    fn set_all(&mut self, locals: &[LocalId], values: Leaves) {
        let mut values = values.into_iter();
        for local in locals {
            for leaf in self.env[local.0].iter_mut().flatten() {
                *leaf = values.next().expect("a block has a parameter for each number");
            }
        }
    }

    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Let(local, None) => self.env[local.0] = None,
                Stmt::Let(local, Some(value)) => {
                    let ty = if value.ty == Ty::Never { None } else { Some(value.ty.clone()) };
                    let leaves = self.expr(value);
                    self.env[local.0] = ty.map(|_| leaves);
                }
                Stmt::Expr(expr) => {
                    self.expr(expr);
                }
            }
        }
    }

    /// Evaluates `inner?`.
    fn propagate(&mut self, inner: &Expr, payload: &Ty) -> Leaves {
        let (good, bad) = (self.out.block(&self.leaf_types(payload)), self.out.block(&[]));
        let leaves = self.expr(inner);
        self.deliver(leaves, &inner.ty, &Target::Outcome(good, bad));
        self.out.switch(bad);
        let target = self.target.clone();
        self.fail(&target);
        self.out.switch(good)
    }

    /// Calls a runtime function, and returns its value, with what an `Err` means in it.
    fn runtime(&mut self, name: &str, args: &[Expr], ty: &Ty) -> Leaves {
        match ty {
            Ty::Result(of) => {
                let after = self.out.block(&self.leaf_types(ty));
                let (ok, err) = (self.out.block(&self.word_of(of)), self.out.block(&[]));
                self.call(name, args, of, ok, Some(err));
                self.out.switch(err);
                let bad = self.zeros(ty);
                self.out.jump(after, bad);
                let payload = self.switch_to_result(ok, of);
                let good = self.out.number(Type::I8, 1);
                self.out.jump(after, std::iter::once(good).chain(payload).collect());
                self.out.switch(after)
            }
            ty => {
                let ok = self.out.block(&self.word_of(ty));
                self.call(name, args, ty, ok, None);
                self.switch_to_result(ok, ty)
            }
        }
    }

    /// Returns the parameters of the block in which the result of a runtime function arrives.
    pub(super) fn word_of(&self, result: &Ty) -> Vec<Type> {
        if matches!(result, Ty::Unit | Ty::Thrown) { Vec::new() } else { vec![Type::I64] }
    }

    /// Continues in the block in which the result of a runtime function arrives.
    pub(super) fn switch_to_result(&mut self, ok: BlockId, result: &Ty) -> Leaves {
        match self.out.switch(ok)[..] {
            [word] => self.leaves_of_word(word, result),
            _ => Leaves::new(),
        }
    }

    /// Ends the block with the call of a runtime function, whose result without an error has the type `result`.
    pub(super) fn call(&mut self, name: &str, args: &[Expr], result: &Ty, ok: BlockId, err: Option<BlockId>) {
        let mut words = Vec::new();
        let values: Vec<(Leaves, &Ty)> = args.iter().map(|arg| (self.part(arg, &arg.ty), &arg.ty)).collect();
        for (leaves, ty) in values {
            words.extend(leaves.first().map(|&leaf| self.word_of_leaf(leaf, ty)));
        }
        let (function, _) = self.module.runtime(name).expect("the checker knows the function");
        let edge = |to| Edge { to, args: Vec::new() };
        self.out.end(End::Runtime {
            function: FunctionId(function as u32),
            args: words,
            has_result: !self.word_of(result).is_empty(),
            ok: edge(ok),
            err: err.map(edge),
        });
    }
}

/// Returns `true` if an expression can be evaluated in any state, costs little and changes nothing.
fn is_total(expr: &Expr) -> bool {
    let mut is_total = true;
    expr.walk(&mut |part| {
        is_total &= matches!(
            part.kind,
            Kind::Int(_)
                | Kind::Float(_)
                | Kind::Bool(_)
                | Kind::Local(_)
                | Kind::Const(_)
                | Kind::Not(_)
                | Kind::Expect(..)
                | Kind::Negate(_)
                | Kind::Binary(..)
                | Kind::IsGood(_)
        ) || matches!(&part.kind, Kind::Field(base, _) if matches!(base.kind, Kind::Local(_)) && !matches!(base.ty, Ty::Cell(_)));
    });
    is_total
}
