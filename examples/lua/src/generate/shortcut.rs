//! Calls of some builtins → ops that make the call unnecessary, and stand before it.
//!
//! Whether a function is a builtin is known only when it is called. The generator goes by the name: a field of a global,
//! a local that was declared with one, or a method.

use lua_syntax::parse::{Expression, Origin, SuffixKind, Variable};
use lua_syntax::syntax::StringId;
use mimeo::asm::{Place, Target};
use mimeo::def::Slot;

use super::access::{Called, Destination};
use super::function::Generator;
use crate::ops::ops::{Assembler, Value};

/// Emits the op of a builtin with one argument.
type Unary = fn(&mut Assembler, Slot, Slot, Slot, Target);
/// Emits the op of a builtin with two arguments.
type Binary = fn(&mut Assembler, Slot, Slot, Slot, Place<Value>, Target);

/// Emits the op of a builtin with three arguments.
type Ternary = fn(&mut Assembler, Slot, Slot, Slot, Slot, Place<Value>, Target);

/// A builtin that has an op of its own.
#[derive(Clone, Copy)]
pub(super) enum Shortcut {
    /// With one argument.
    Unary(Unary),
    /// With two arguments.
    Binary(Binary),
    /// With two arguments, of which the second is 1 if it is not passed.
    BinaryOrOne(Binary),
    /// With three arguments, of which the third is -1 if it is not passed.
    TernaryOrLast(Ternary),
    /// `select`, with an index and `...`.
    Select,
}

impl Shortcut {
    /// Returns that of a method of strings with so many arguments, apart from the string.
    fn of_method(name: &[u8], arguments: usize) -> Option<Shortcut> {
        Shortcut::of(Some(b"string"), name, arguments + 1)
    }

    /// Returns that of a global function, or of one of a module, with so many arguments.
    fn of(module: Option<&[u8]>, name: &[u8], arguments: usize) -> Option<Shortcut> {
        let shortcut = match (module, name) {
            (Some(b"math"), b"abs") => Shortcut::Unary(Assembler::call_abs),
            (Some(b"math"), b"ceil") => Shortcut::Unary(Assembler::call_ceil),
            (Some(b"math"), b"floor") => Shortcut::Unary(Assembler::call_floor),
            (Some(b"math"), b"sqrt") => Shortcut::Unary(Assembler::call_sqrt),
            (
                Some(b"math"),
                b"acos" | b"asin" | b"atan" | b"cos" | b"cosh" | b"deg" | b"exp" | b"log" | b"log10" | b"rad" | b"sin"
                | b"sinh" | b"tan" | b"tanh",
            ) => Shortcut::Unary(Assembler::call_float),
            (Some(b"math"), b"max") => Shortcut::Binary(Assembler::call_max),
            (Some(b"math"), b"min") => Shortcut::Binary(Assembler::call_min),
            (Some(b"bit"), b"arshift") => Shortcut::Binary(Assembler::call_arshift),
            (Some(b"bit"), b"band") => Shortcut::Binary(Assembler::call_band),
            (Some(b"bit"), b"bor") => Shortcut::Binary(Assembler::call_bor),
            (Some(b"bit"), b"bxor") => Shortcut::Binary(Assembler::call_bxor),
            (Some(b"bit"), b"lshift") => Shortcut::Binary(Assembler::call_lshift),
            (Some(b"bit"), b"rshift") => Shortcut::Binary(Assembler::call_rshift),
            (Some(b"string"), b"byte") => Shortcut::BinaryOrOne(Assembler::call_byte),
            (Some(b"string"), b"sub") => Shortcut::TernaryOrLast(Assembler::call_sub),
            (None, b"select") => Shortcut::Select,
            _ => return None,
        };
        let fits = match shortcut {
            Shortcut::Unary(_) => arguments == 1,
            Shortcut::Binary(_) => arguments == 2,
            Shortcut::BinaryOrOne(_) => arguments == 1 || arguments == 2,
            Shortcut::TernaryOrLast(_) => arguments == 2 || arguments == 3,
            Shortcut::Select => arguments == 2,
        };
        fits.then_some(shortcut)
    }

    /// Returns the index of the argument that can be a constant.
    fn constant_at(self) -> Option<usize> {
        match self {
            Shortcut::Unary(_) => None,
            Shortcut::Binary(_) | Shortcut::BinaryOrOne(_) => Some(1),
            Shortcut::TernaryOrLast(_) => Some(2),
            Shortcut::Select => Some(0),
        }
    }
}

impl Generator<'_> {
    /// Returns the builtin that a call with these arguments probably calls.
    pub(super) fn shortcut(&self, called: Called<'_>, destination: Option<Destination>) -> Option<Shortcut> {
        let (last, before) = called.suffixes.split_last()?;
        let has_one_result =
            matches!(destination, None | Some(Destination::One(_) | Destination::Some(0 | 1) | Destination::Returned));
        let is_open = |arguments: &[Expression<'_>]| arguments.last().is_some_and(Expression::is_multiple);
        let text = |id: StringId| self.function.strings.text(id);
        match last.kind {
            _ if !has_one_result => None,
            SuffixKind::Call(arguments) => {
                let Origin { global, field } =
                    Origin::of(self.function.locals, self.function.upvalues, called.base, before)?;
                let (module, name) = field.map_or((None, global), |field| (Some(global), field));
                let shortcut = Shortcut::of(module.map(text), text(name), arguments.len())?;
                let fits = match shortcut {
                    // All its values are returned.
                    Shortcut::Select if matches!(destination, Some(Destination::Returned)) => false,
                    Shortcut::Select => matches!(arguments, [_, Expression::Vararg]),
                    _ => !is_open(arguments),
                };
                fits.then_some(shortcut)
            }
            SuffixKind::Method { name, arguments } if !is_open(arguments) => {
                Shortcut::of_method(text(name), arguments.len())
            }
            _ => None,
        }
    }

    /// Evaluates the arguments, and appends the op of a builtin. What follows, up to `done`, fills the rest of the window
    /// and calls the function. `first` is the slot of an argument that is there already. Returns `true` if an unknown
    /// number of arguments is passed.
    pub(super) fn short_call(
        &mut self,
        shortcut: Shortcut,
        window: Slot,
        function: Slot,
        first: Option<Slot>,
        arguments: &[Expression<'_>],
        done: Target,
    ) -> bool {
        let (arguments, rest) = match (shortcut, arguments) {
            (Shortcut::Select, [index, rest]) => (std::slice::from_ref(index), Some(rest)),
            _ => (arguments, None),
        };
        let mut operands: Vec<Place<Value>> = first.into_iter().map(Place::Slot).collect();
        let mut late = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            let slot = self.take();
            let may_be_constant = shortcut.constant_at() == Some(operands.len());
            let operand = self.operand(argument, &arguments[index + 1..], may_be_constant, slot);
            if operand != Place::Slot(slot) {
                late.push((slot, operand));
            }
            operands.push(operand);
        }
        let slot = |index: usize| match operands[index] {
            Place::Slot(slot) => slot,
            Place::Constant(_) => unreachable!("only the last argument can be a constant"),
        };
        let last = |default: f64| {
            let index = shortcut.constant_at().unwrap_or_default();
            operands.get(index).copied().unwrap_or(Place::Constant(Value::number(default)))
        };
        let asm = &mut self.asm;
        match shortcut {
            Shortcut::Unary(op) => op(asm, window, function, slot(0), done),
            Shortcut::Binary(op) | Shortcut::BinaryOrOne(op) => op(asm, window, function, slot(0), last(1.0), done),
            Shortcut::TernaryOrLast(op) => op(asm, window, function, slot(0), slot(1), last(-1.0), done),
            Shortcut::Select => asm.call_select(window, function, self.rest, operands[0], done),
        }
        for (slot, operand) in late {
            self.asm.copy(slot, operand);
        }
        if let Some(rest) = rest {
            self.values(rest, Destination::Open);
        }
        rest.is_some()
    }

    /// Returns an argument as an operand of the op: a local or a constant if no argument after it can change the local,
    /// or else `slot`, into which it is evaluated.
    fn operand(
        &mut self,
        argument: &Expression<'_>,
        later: &[Expression<'_>],
        may_be_constant: bool,
        slot: Slot,
    ) -> Place<Value> {
        let is_simple = |expression: &Expression<'_>| {
            matches!(expression, Expression::Number(_) | Expression::String(_) | Expression::Variable { .. })
        };
        match argument {
            Expression::Variable { variable: Variable::Local(local), .. } if later.iter().all(is_simple) => {
                return Place::Slot(self.slot(*local));
            }
            Expression::Number(_) | Expression::String(_) if may_be_constant => {
                if let Some(constant) = self.constant_of(argument) {
                    return Place::Constant(constant);
                }
            }
            _ => {}
        }
        self.into(argument, slot);
        Place::Slot(slot)
    }
}
