//! [`Walk`]: a body, and what is known about its parameters → where the bits of a computed NaN become visible, and what
//! is known when the body returns. It follows the paths through the body in the order of evaluation.

use std::collections::BTreeSet;
use std::rc::Rc;

use proc_macro2::Span;

use super::known::{Choice, Env, Facts, Float, Flow, Known, Place, join, join_all, join_known};
use crate::catalogue::Problem;
use crate::ir::{Binary, Body, Expr, Intrinsic, Kind, LocalId, Stmt};
use crate::module::Module;
use crate::ty::Ty;

/// A place where the bits of a computed NaN become visible.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) span: Span,
    pub(super) problem: Problem,
}

/// What is known when a body returns.
#[derive(Default)]
pub(super) struct Exits {
    /// About the parameters and the result, or the value in its `Some` or `Ok`. If the result is a `bool`, an `Option`
    /// or a `Result`, this holds where it is `true`, `Some` or `Ok`.
    pub(super) yes: Option<(Vec<Known>, Known)>,
    /// About the parameters, where it is not.
    pub(super) no: Option<Vec<Known>>,
}

/// What is known on the two paths after a condition.
pub(super) struct Split {
    pub(super) yes: Flow,
    pub(super) no: Flow,
    /// The value inside the `Some` or `Ok`.
    pub(super) payload: Known,
}

/// What a helper does with arguments about which certain facts are known.
pub(super) struct Call {
    pub(super) exits: Exits,
    pub(super) found: Vec<Found>,
}

/// Follows the calls of helpers.
pub(super) trait Follow {
    /// Follows a call, and adds its problems to `found`.
    fn call(&mut self, call: &Expr, name: &str, args: &[Expr], known: &[Known], found: &mut Vec<Found>) -> Rc<Call>;
}

pub(super) struct Walk<'a> {
    calls: &'a mut dyn Follow,
    module: &'a Module,
    body: &'a Body,
    /// Parameters that the body assigns to.
    assigned: BTreeSet<LocalId>,
    /// Type of a helper's result; `None` for an op, whose result is visible outside.
    result: Option<Ty>,
    exits: Exits,
    pub(super) found: Vec<Found>,
    /// What is known at the `break`s of each enclosing loop.
    breaks: Vec<Flow>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(calls: &'a mut dyn Follow, module: &'a Module, body: &'a Body, result: Option<Ty>) -> Self {
        let assigned = assigned(&body.root);
        Walk { calls, module, body, assigned, result, exits: Exits::default(), found: Vec::new(), breaks: Vec::new() }
    }

    pub(super) fn run(mut self, params: &[Known]) -> (Exits, Vec<Found>) {
        let mut flow = Some(Env::new(self.body.locals.len(), params));
        self.exit_with(&self.body.root, &mut flow);
        (self.exits, self.found)
    }

    /// Follows the value that the body returns.
    fn exit_with(&mut self, value: &Expr, flow: &mut Flow) {
        let Some(result) = &self.result else {
            let outside = || Problem::NanLeaves("the op's result");
            return self.leave(value, flow, &outside);
        };
        let split = if is_choice(result) {
            self.split(value, flow.take())
        } else {
            let payload = self.eval(value, flow);
            Split { yes: flow.take(), no: None, payload }
        };
        if let Some(env) = split.yes {
            let known = (env.params(self.body.params, &self.assigned), split.payload.without_facts());
            self.exits.yes = Some(match self.exits.yes.take() {
                Some((params, value)) => (join_all(&params, &known.0), join_known(&value, &known.1)),
                None => known,
            });
        }
        self.exit_no(split.no);
    }

    fn exit_no(&mut self, flow: Flow) {
        let Some(env) = flow else { return };
        let params = env.params(self.body.params, &self.assigned);
        self.exits.no = Some(match self.exits.no.take() {
            Some(known) => join_all(&known, &params),
            None => params,
        });
    }

    /// Follows a value to a place where its bits are visible.
    pub(super) fn leave(&mut self, value: &Expr, flow: &mut Flow, problem: &dyn Fn() -> Problem) {
        match &value.kind {
            Kind::Block(statements, Some(tail)) => {
                self.statements(statements, flow);
                self.leave(tail, flow, problem);
            }
            Kind::If(condition, then, other) => {
                let mut split = self.split(condition, flow.take());
                self.leave(then, &mut split.yes, problem);
                self.leave(other, &mut split.no, problem);
                *flow = join(split.yes, split.no);
            }
            Kind::Ok(value) | Kind::Some(value) => self.leave(value, flow, problem),
            Kind::Struct(_, parts) | Kind::Tuple(parts) => {
                parts.iter().for_each(|part| self.leave(part, flow, problem));
            }
            _ => {
                let known = self.eval(value, flow);
                if known.is_computed() {
                    self.found.push(Found { span: value.span, problem: problem() });
                }
            }
        }
    }

    fn statements(&mut self, statements: &[Stmt], flow: &mut Flow) {
        for statement in statements {
            match statement {
                Stmt::Let(local, value) => {
                    let known = value.as_ref().map_or(Known::Unset, |value| self.eval(value, flow));
                    assign(&(*local, Vec::new()), value.as_ref(), &known, flow);
                }
                Stmt::Expr(expr) => {
                    self.eval(expr, flow);
                }
            }
        }
    }

    /// Follows an expression that decides a branch: a `bool`, an `Option` or a `Result`.
    pub(super) fn split(&mut self, expr: &Expr, mut flow: Flow) -> Split {
        if flow.is_none() {
            return Split { yes: None, no: None, payload: Known::Unset };
        }
        let plain = |yes, no| Split { yes, no, payload: Known::Plain };
        match &expr.kind {
            Kind::Bool(true) => plain(flow, None),
            Kind::Bool(false) => plain(None, flow),
            Kind::Not(a) if expr.ty == Ty::BOOL => {
                let split = self.split(a, flow);
                plain(split.no, split.yes)
            }
            Kind::Expect(a, _) => self.split(a, flow),
            Kind::And(a, b) => {
                let one = self.split(a, flow);
                let other = self.split(b, one.yes);
                plain(other.yes, join(one.no, other.no))
            }
            Kind::Or(a, b) => {
                let one = self.split(a, flow);
                let other = self.split(b, one.no);
                plain(join(one.yes, other.yes), other.no)
            }
            Kind::Binary(op, a, b) if is_float_comparison(expr) => {
                self.eval(a, &mut flow);
                self.eval(b, &mut flow);
                let (mut yes, mut no) = (flow.clone(), flow);
                // Every comparison with a NaN is false, except `!=`.
                let numbers = if *op == Binary::Ne { &mut no } else { &mut yes };
                let changed = assigned(expr);
                narrow(a, &Known::Float(Float::Number), numbers, &changed);
                narrow(b, &Known::Float(Float::Number), numbers, &changed);
                plain(yes, no)
            }
            Kind::Intrinsic(Intrinsic::FloatIsNan, args) => {
                self.eval(&args[0], &mut flow);
                let (yes, mut no) = (flow.clone(), flow);
                narrow(&args[0], &Known::Float(Float::Number), &mut no, &assigned(expr));
                plain(yes, no)
            }
            Kind::If(condition, then, other) => {
                let split = self.split(condition, flow);
                let then = self.split(then, split.yes);
                let other = self.split(other, split.no);
                let payload = join_known(&then.payload, &other.payload);
                Split { yes: join(then.yes, other.yes), no: join(then.no, other.no), payload }
            }
            Kind::Block(statements, Some(tail)) => {
                self.statements(statements, &mut flow);
                self.split(tail, flow)
            }
            Kind::Some(value) | Kind::Ok(value) => {
                let payload = self.eval(value, &mut flow);
                Split { yes: flow, no: None, payload }
            }
            Kind::None => Split { yes: None, no: flow, payload: Known::Unset },
            Kind::Err(thrown) => {
                self.eval(thrown, &mut flow);
                Split { yes: None, no: flow, payload: Known::Unset }
            }
            Kind::Helper(name, args) => self.helper(expr, name, args, flow),
            _ => {
                let known = self.eval(expr, &mut flow);
                let (mut yes, mut no) = (flow.clone(), flow);
                let Known::Choice(choice) = known else { return Split { yes, no, payload: known } };
                yes.iter_mut().for_each(|env| env.apply(&choice.yes));
                no.iter_mut().for_each(|env| env.apply(&choice.no));
                if let Kind::IsGood(local) = expr.kind {
                    no.iter_mut().for_each(|env| env.empty(local));
                }
                Split { yes, no, payload: choice.payload }
            }
        }
    }

    /// Follows an expression, and returns what is known about its value.
    pub(super) fn eval(&mut self, expr: &Expr, flow: &mut Flow) -> Known {
        let Some(env) = flow else { return Known::Unset };
        if splits(expr) {
            return self.eval_choice(expr, flow);
        }
        match &expr.kind {
            Kind::Float(bits) => Known::of_bits(*bits, &expr.ty),
            Kind::Const(name) => {
                let constant = &self.module.consts[name];
                Known::of_value(&constant.value, &constant.ty, &self.module.structs)
            }
            Kind::Local(local) => env.get(*local).clone(),
            Kind::Payload(local) => env.get(*local).part(0),
            Kind::Field(base, index) => self.eval(base, flow).part(*index),
            Kind::Context => self.given(&expr.ty),
            Kind::Deref(of) | Kind::DerefUnaligned(of) | Kind::WindowSlot(_, of) => {
                self.eval(of, flow);
                self.given(&expr.ty)
            }
            Kind::Negate(a) => self.eval(a, flow),
            Kind::Binary(op, a, b) if expr.ty.is_float() => {
                let (a, b) = (self.eval(a, flow).float(), self.eval(b, flow).float());
                Known::Float(sum(*op, a, b))
            }
            Kind::Cast(a) => {
                let known = self.eval(a, flow);
                match (expr.ty.is_float(), a.ty.is_float()) {
                    (true, true) if a.ty == expr.ty => known,
                    (true, true) => Known::Float(converted(known.float(), &expr.ty)),
                    (true, false) => Known::Float(Float::Finite),
                    _ => Known::Plain,
                }
            }
            Kind::Intrinsic(intrinsic, args) => self.intrinsic(expr, *intrinsic, args, flow),
            Kind::If(condition, then, other) => {
                let mut split = self.split(condition, flow.take());
                let then = self.eval(then, &mut split.yes);
                let other = self.eval(other, &mut split.no);
                *flow = join(split.yes, split.no);
                join_known(&then, &other)
            }
            Kind::While(condition, body) => {
                self.repeat(condition, body, flow);
                Known::Plain
            }
            Kind::Break => {
                let left = flow.take();
                if let Some(breaks) = self.breaks.last_mut() {
                    *breaks = join(breaks.take(), left);
                }
                Known::Unset
            }
            Kind::Block(statements, tail) => {
                self.statements(statements, flow);
                tail.as_ref().map_or(Known::Plain, |tail| self.eval(tail, flow))
            }
            Kind::Return(value) => {
                self.exit_with(value, flow);
                *flow = None;
                Known::Unset
            }
            Kind::Ret(value) => {
                self.leave(value, flow, &|| Problem::NanLeaves("the function's result"));
                Known::Plain
            }
            Kind::Try(inner) => {
                let split = self.split(inner, flow.take());
                if self.result.is_some() {
                    self.exit_no(split.no);
                }
                *flow = split.yes;
                split.payload
            }
            Kind::Helper(name, args) => {
                let split = self.helper(expr, name, args, flow.take());
                *flow = split.yes;
                split.payload
            }
            Kind::Runtime(_, args) => {
                for arg in args {
                    self.leave(arg, flow, &|| Problem::NanLeaves("an argument of a runtime function"));
                }
                self.computed(&expr.ty)
            }
            Kind::Struct(_, parts) | Kind::Tuple(parts) => {
                Known::parts(parts.iter().map(|part| self.eval(part, flow)).collect())
            }
            Kind::IsGood(local) => match env.get(*local) {
                Known::Choice(choice) => {
                    let (yes, no) = (choice.yes.clone(), choice.no.clone());
                    Known::Choice(Box::new(Choice { payload: Known::Plain, yes, no }))
                }
                _ => Known::Plain,
            },
            Kind::Fill(_, value) => {
                self.leave(value, flow, &|| Problem::NanLeaves("stored"));
                Known::Plain
            }
            Kind::Assign(place, value) => {
                if let Some(place) = variable(place) {
                    let known = self.eval(value, flow);
                    assign(&place, Some(value), &known, flow);
                } else {
                    self.leave(value, flow, &|| Problem::NanLeaves("stored"));
                    self.eval(place, flow);
                }
                Known::Plain
            }
            _ => {
                expr.children(&mut |child| {
                    self.eval(child, flow);
                });
                self.computed(&expr.ty)
            }
        }
    }

    /// Follows an expression that decides a branch, where both paths continue together.
    fn eval_choice(&mut self, expr: &Expr, flow: &mut Flow) -> Known {
        let Split { yes, no, payload } = self.split(expr, flow.take());
        *flow = join(yes.clone(), no.clone());
        let Some(both) = &*flow else { return Known::Unset };
        let facts = |side: Flow| side.map_or_else(Facts::new, |env| env.more_than(both));
        Known::choice(payload, facts(yes), facts(no))
    }

    fn intrinsic(&mut self, expr: &Expr, intrinsic: Intrinsic, args: &[Expr], flow: &mut Flow) -> Known {
        let known: Vec<Known> = args.iter().map(|arg| self.eval(arg, flow)).collect();
        match intrinsic {
            Intrinsic::FloatToBits => {
                if known[0].is_computed() {
                    self.found.push(Found { span: expr.span, problem: Problem::NanBits });
                }
                Known::Plain
            }
            Intrinsic::FloatFromBits => Known::Float(Float::Given),
            Intrinsic::FloatQuiet => known[0].at_most(Float::Given),
            // Like `-`, it is defined for NaNs too: it changes only the sign bit.
            Intrinsic::FloatAbs => known[0].clone(),
            // The sign is a part of the bits.
            Intrinsic::FloatIsSignNegative | Intrinsic::FloatCopySign => {
                if let (Some(sign), Some(arg)) = (known.last(), args.last())
                    && sign.is_computed()
                {
                    let problem = Problem::NanLeaves("asked for its sign");
                    self.found.push(Found { span: arg.span, problem });
                }
                if intrinsic == Intrinsic::FloatCopySign { known[0].clone() } else { Known::Plain }
            }
            Intrinsic::FloatMinimum | Intrinsic::FloatMaximum => {
                let worst = known[0].float().max(known[1].float());
                Known::Float(if worst <= Float::Number { worst } else { Float::Computed })
            }
            Intrinsic::FloatMinimumNumber | Intrinsic::FloatMaximumNumber => {
                let (a, b) = (known[0].float(), known[1].float());
                Known::Float(match a.min(b) {
                    Float::Finite | Float::Number => a.max(b).min(Float::Number),
                    Float::Given | Float::Computed => Float::Computed,
                })
            }
            Intrinsic::FloatFloor | Intrinsic::FloatCeil | Intrinsic::FloatTrunc | Intrinsic::FloatRoundTiesEven => {
                let float = known[0].float();
                Known::Float(if float <= Float::Number { float } else { Float::Computed })
            }
            _ => self.computed(&expr.ty),
        }
    }

    fn repeat(&mut self, condition: &Expr, body: &Expr, flow: &mut Flow) {
        let mut head = flow.take();
        loop {
            self.breaks.push(None);
            let mut split = self.split(condition, head.clone());
            self.eval(body, &mut split.yes);
            let breaks = self.breaks.pop().flatten();
            let next = join(head.clone(), split.yes);
            if next == head {
                *flow = join(split.no, breaks);
                return;
            }
            head = next;
        }
    }

    fn helper(&mut self, call: &Expr, name: &str, args: &[Expr], mut flow: Flow) -> Split {
        let known: Vec<Known> = args.iter().map(|arg| self.eval(arg, &mut flow).without_facts()).collect();
        if flow.is_none() {
            return Split { yes: None, no: None, payload: Known::Unset };
        }
        let followed = self.calls.call(call, name, args, &known, &mut self.found);
        let exits = &followed.exits;
        let changed = assigned(call);
        let side = |params: &Vec<Known>| {
            let mut flow = flow.clone();
            for (arg, known) in args.iter().zip(params) {
                narrow(arg, known, &mut flow, &changed);
            }
            flow
        };
        let payload = exits.yes.as_ref().map_or(Known::Unset, |(_, payload)| payload.clone());
        Split {
            yes: exits.yes.as_ref().and_then(|(params, _)| side(params)),
            no: exits.no.as_ref().and_then(side),
            payload,
        }
    }

    fn given(&self, ty: &Ty) -> Known {
        Known::of(ty, Float::Given, &self.module.structs)
    }

    fn computed(&self, ty: &Ty) -> Known {
        Known::of(ty, Float::Computed, &self.module.structs)
    }
}

/// Returns what is known about the result of a float operation.
fn sum(op: Binary, a: Float, b: Float) -> Float {
    let (best, worst) = (a.min(b), a.max(b));
    match op {
        // Only the sum of two infinities can be a NaN.
        Binary::Add | Binary::Sub if best == Float::Finite && worst <= Float::Number => Float::Number,
        // Only the product of 0 and an infinity can be a NaN.
        Binary::Mul if worst == Float::Finite => Float::Number,
        _ => Float::Computed,
    }
}

/// Returns what is known about a float that is cast to another type of floats.
fn converted(from: Float, to: &Ty) -> Float {
    match from {
        // Its nearest float with fewer bits can be infinite.
        Float::Finite if *to == Ty::F32 => Float::Number,
        Float::Finite | Float::Number => from,
        Float::Given | Float::Computed => Float::Computed,
    }
}

/// Adds a fact about the value of an expression, and about the values that it was computed from.
fn narrow(expr: &Expr, known: &Known, flow: &mut Flow, changed: &BTreeSet<LocalId>) {
    if let Some(place) = variable(expr) {
        if !changed.contains(&place.0) {
            flow.iter_mut().for_each(|env| env.learn(&place, known));
        }
        return;
    }
    // These operations turn a NaN into a NaN.
    let Known::Float(Float::Finite | Float::Number) = known else { return };
    let number = Known::Float(Float::Number);
    match &expr.kind {
        Kind::Binary(Binary::Add | Binary::Sub | Binary::Mul | Binary::Div, a, b) => {
            narrow(a, &number, flow, changed);
            narrow(b, &number, flow, changed);
        }
        Kind::Negate(a) => narrow(a, &number, flow, changed),
        Kind::Cast(a) if a.ty.is_float() => narrow(a, &number, flow, changed),
        Kind::Intrinsic(
            Intrinsic::FloatAbs
            | Intrinsic::FloatSqrt
            | Intrinsic::FloatFloor
            | Intrinsic::FloatCeil
            | Intrinsic::FloatTrunc
            | Intrinsic::FloatRoundTiesEven
            | Intrinsic::FloatCopySign
            | Intrinsic::FloatQuiet,
            args,
        ) => narrow(&args[0], &number, flow, changed),
        Kind::Intrinsic(Intrinsic::FloatMinimum | Intrinsic::FloatMaximum, args) => {
            args.iter().for_each(|arg| narrow(arg, &number, flow, changed));
        }
        _ => {}
    }
}

fn assign(place: &Place, value: Option<&Expr>, known: &Known, flow: &mut Flow) {
    let Some(env) = flow else { return };
    env.assign(place, known.clone());
    if let (Some(of), []) = (value.and_then(variable), place.1.as_slice()) {
        env.copy(place.0, of);
    }
}

/// Returns the variable, or the part of one, that an expression names; `None` for a place in memory.
fn variable(expr: &Expr) -> Option<Place> {
    match &expr.kind {
        Kind::Local(local) if !matches!(expr.ty, Ty::Cell(_)) => Some((*local, Vec::new())),
        Kind::Payload(local) => Some((*local, vec![0])),
        Kind::Field(base, index) => {
            let (local, mut path) = variable(base)?;
            path.push(*index);
            Some((local, path))
        }
        _ => None,
    }
}

/// Returns the variables that an expression assigns to, wholly or in part.
fn assigned(expr: &Expr) -> BTreeSet<LocalId> {
    let mut locals = BTreeSet::new();
    expr.walk(&mut |part| {
        if let Kind::Assign(place, _) = &part.kind {
            locals.extend(variable(place).map(|(local, _)| local));
        }
    });
    locals
}

fn is_choice(ty: &Ty) -> bool {
    matches!(ty, Ty::Option(_) | Ty::Result(_)) || *ty == Ty::BOOL
}

fn is_float_comparison(expr: &Expr) -> bool {
    matches!(&expr.kind, Kind::Binary(_, a, _) if a.ty.is_float() && expr.ty == Ty::BOOL)
}

/// Returns `true` if [`Walk::split`] knows more about an expression than its value.
fn splits(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Bool(_)
        | Kind::Expect(..)
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::Some(_)
        | Kind::Ok(_)
        | Kind::None
        | Kind::Err(_)
        | Kind::Intrinsic(Intrinsic::FloatIsNan, _) => true,
        Kind::Not(_) => expr.ty == Ty::BOOL,
        Kind::Binary(..) => is_float_comparison(expr),
        Kind::If(..) | Kind::Block(_, Some(_)) | Kind::Helper(..) => is_choice(&expr.ty),
        _ => false,
    }
}
