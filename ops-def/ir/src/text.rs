//! [`Body`] → text for people: one line for each instruction.

use std::fmt::{self, Display, Formatter, Write};

use crate::body::{BlockId, Body, Description, Edge, End, Inst, Type, ValueId};
use crate::set::Struct;

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::I8 => "i8",
            Type::I16 => "i16",
            Type::I32 => "i32",
            Type::I64 => "i64",
            Type::F32 => "f32",
            Type::F64 => "f64",
        })
    }
}

impl Display for ValueId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl Display for BlockId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

/// Values with commas between them.
struct List<'a>(&'a [ValueId]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl Display for Edge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.args[..] {
            [] => self.to.fmt(f),
            args => write!(f, "{}({})", self.to, List(args)),
        }
    }
}

/// Returns the name of a variant as an assembler would write it: `ShrUnsigned` → `shr_unsigned`.
fn mnemonic(variant: &dyn fmt::Debug) -> String {
    let mut variant = format!("{variant:?}");
    let mut name = String::new();
    for c in variant.drain(..) {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// A body with the names that it refers to by number.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    pub(crate) body: &'a Body,
    pub(crate) structs: &'a [Struct],
    pub(crate) functions: &'a [&'a str],
}

impl Named<'_> {
    fn write_place(&self, f: &mut Formatter<'_>, place: (ValueId, u32), description: Description) -> fmt::Result {
        let (address, offset) = place;
        write!(f, "[{address}{}]", if offset == 0 { String::new() } else { format!(" + {offset}") })?;
        let field = match description {
            Description::Plain => return Ok(()),
            Description::Bytes => return f.write_str(" bytes"),
            Description::Field { field } => field,
        };
        match self.structs.get(field.of as usize) {
            Some(of) => write!(f, " {}.{}", of.name, of.fields[field.index as usize]),
            None => write!(f, " s{}.{}", field.of, field.index),
        }
    }

    fn write_inst(&self, f: &mut Formatter<'_>, inst: &Inst) -> fmt::Result {
        if let Some(to) = inst.result() {
            write!(f, "{to}: {} = ", self.body.ty(to))?;
        }
        match inst {
            Inst::Const { to, bits } => match self.body.ty(*to) {
                Type::F32 => write!(f, "{:?}", f32::from_bits(*bits as u32)),
                Type::F64 => write!(f, "{:?}", f64::from_bits(*bits)),
                _ if *bits < 1 << 16 => write!(f, "{bits}"),
                _ => write!(f, "{bits:#x}"),
            },
            Inst::Unary { op, of, .. } => write!(f, "{} {of}", mnemonic(op)),
            Inst::Binary { op, a, b, .. } => write!(f, "{} {a}, {b}", mnemonic(op)),
            Inst::Select { condition, then, other, .. } => write!(f, "select {condition}, {then}, {other}"),
            Inst::Context { .. } => f.write_str("context"),
            Inst::FunctionWord { .. } => f.write_str("function_word"),
            Inst::Load { address, offset, description, .. } => {
                f.write_str("load ")?;
                self.write_place(f, (*address, *offset), *description)
            }
            Inst::Store { address, offset, description, value } => {
                f.write_str("store ")?;
                self.write_place(f, (*address, *offset), *description)?;
                write!(f, " = {value}")
            }
            Inst::WindowLoad { window, index, .. } => write!(f, "load {window}[{index}]"),
            Inst::WindowStore { window, index, value } => write!(f, "store {window}[{index}] = {value}"),
            Inst::WindowFill { window, value } => write!(f, "fill {window} = {value}"),
        }
    }

    fn write_end(&self, f: &mut Formatter<'_>, end: &End) -> fmt::Result {
        match end {
            End::Jump { edge } => write!(f, "jump {edge}"),
            End::Branch { condition, then, other } => write!(f, "branch {condition}, {then}, {other}"),
            End::Runtime { function, args, has_result, ok, err } => {
                match self.functions.get(function.0 as usize) {
                    Some(name) => write!(f, "runtime {name}({})", List(args))?,
                    None => write!(f, "runtime f{}({})", function.0, List(args))?,
                }
                write!(f, " ok {ok}{}", if *has_result { " with the result" } else { "" })?;
                err.as_ref().map_or(Ok(()), |err| write!(f, " err {err}"))
            }
            End::Next { results } if results.is_empty() => f.write_str("next"),
            End::Next { results } => write!(f, "next {}", List(results)),
            End::To { results, label } => {
                let label = self.body.blocks[0].params[label.0 as usize];
                write!(f, "to {label}")?;
                if results.is_empty() { Ok(()) } else { write!(f, ": {}", List(results)) }
            }
            End::Switch { index, labels } => {
                write!(f, "switch {index}, {}", self.body.blocks[0].params[labels.0 as usize])
            }
            End::Call { callee, window } => write!(f, "call {callee}, {window}"),
            End::TailCall { callee } => write!(f, "tail_call {callee}"),
            End::Return { value } => write!(f, "return {value}"),
            End::ReturnWindow { window } => write!(f, "return_window {window}"),
            End::Deopt => f.write_str("deopt"),
            End::Throw => f.write_str("throw"),
        }
    }
}

impl Display for Named<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (id, block) in self.body.blocks.iter().enumerate() {
            write!(f, "b{id}")?;
            if !block.params.is_empty() {
                f.write_char('(')?;
                for (index, &param) in block.params.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{param}: {}", self.body.ty(param))?;
                }
                f.write_char(')')?;
            }
            f.write_str(":\n")?;
            for inst in &block.insts {
                f.write_str("  ")?;
                self.write_inst(f, inst)?;
                f.write_char('\n')?;
            }
            f.write_str("  ")?;
            self.write_end(f, &block.end)?;
            f.write_char('\n')?;
        }
        Ok(())
    }
}

/// Structs and functions appear by number. [`Set::text_of`](crate::Set::text_of) has their names.
impl Display for Body {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Named { body: self, structs: &[], functions: &[] }.fmt(f)
    }
}
