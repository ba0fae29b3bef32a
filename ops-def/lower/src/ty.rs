//! Types of the op language, and the layouts that both tiers agree on.

use std::collections::BTreeMap;
use std::fmt;

use mimeo_def::op::Scalar;

/// A type of the op language.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Ty {
    Unit,
    /// Type of an expression that does not complete.
    Never,
    Scalar(Scalar),
    Usize,
    Isize,
    Ptr {
        mutable: bool,
        to: Box<Ty>,
    },
    /// A struct of the module.
    Struct(String),
    /// A type that the module does not define, which exists only behind pointers.
    Opaque(String),
    Option(Box<Ty>),
    /// `Result<T, Thrown>`
    Result(Box<Ty>),
    Tuple(Vec<Ty>),
    Flow,
    Thrown,
    Label,
    /// A list of labels.
    Labels,
    Window,
    Callee,
    Vm,
    /// `&` of a struct of `Cell`s: an inline-cache cell.
    Cell(String),
}

impl Ty {
    pub(crate) const BOOL: Ty = Ty::Scalar(Scalar::Bool);
    pub(crate) const F32: Ty = Ty::Scalar(Scalar::F32);
    pub(crate) const F64: Ty = Ty::Scalar(Scalar::F64);
    pub(crate) const I32: Ty = Ty::Scalar(Scalar::I32);
    pub(crate) const U32: Ty = Ty::Scalar(Scalar::U32);
    pub(crate) const U64: Ty = Ty::Scalar(Scalar::U64);

    /// Returns the type with this name, if it is a number, `bool` or one of the machine's types.
    pub(crate) fn from_name(name: &str) -> Option<Ty> {
        Some(match name {
            "bool" => Ty::BOOL,
            "i8" => Ty::Scalar(Scalar::I8),
            "i16" => Ty::Scalar(Scalar::I16),
            "i32" => Ty::I32,
            "i64" => Ty::Scalar(Scalar::I64),
            "u8" => Ty::Scalar(Scalar::U8),
            "u16" => Ty::Scalar(Scalar::U16),
            "u32" => Ty::U32,
            "u64" => Ty::U64,
            "f32" => Ty::F32,
            "f64" => Ty::F64,
            "usize" => Ty::Usize,
            "isize" => Ty::Isize,
            "Flow" => Ty::Flow,
            "Thrown" => Ty::Thrown,
            "Label" => Ty::Label,
            "Labels" => Ty::Labels,
            "Window" => Ty::Window,
            "Callee" => Ty::Callee,
            "Vm" => Ty::Vm,
            _ => return None,
        })
    }

    /// Returns width and signedness of an integer.
    pub(crate) fn integer(&self) -> Option<Integer> {
        let (bits, signed) = match self {
            Ty::Scalar(Scalar::I8) => (8, true),
            Ty::Scalar(Scalar::I16) => (16, true),
            Ty::Scalar(Scalar::I32) => (32, true),
            Ty::Scalar(Scalar::I64) | Ty::Isize => (64, true),
            Ty::Scalar(Scalar::U8) => (8, false),
            Ty::Scalar(Scalar::U16) => (16, false),
            Ty::Scalar(Scalar::U32) => (32, false),
            Ty::Scalar(Scalar::U64) | Ty::Usize => (64, false),
            _ => return None,
        };
        Some(Integer { bits, signed })
    }

    pub(crate) fn is_float(&self) -> bool {
        self.bits_of_float().is_some()
    }

    /// Returns the integer type with the bits of a float.
    pub(crate) fn bits_of_float(&self) -> Option<Ty> {
        match self {
            Ty::Scalar(Scalar::F32) => Some(Ty::U32),
            Ty::Scalar(Scalar::F64) => Some(Ty::U64),
            _ => None,
        }
    }

    /// Returns the bits of the number of this type that is nearest to a literal, and negative if `negative` is set.
    pub(crate) fn float_of_literal(&self, digits: &str, negative: bool) -> Option<u64> {
        Some(match self {
            Ty::Scalar(Scalar::F32) => {
                let value: f32 = digits.parse().ok()?;
                if negative { -value } else { value }.to_bits().into()
            }
            _ => {
                let value: f64 = digits.parse().ok()?;
                if negative { -value } else { value }.to_bits()
            }
        })
    }

    /// Returns the common type of two branches.
    pub(crate) fn join(&self, other: &Ty) -> Option<Ty> {
        match (self, other) {
            (Ty::Never, ty) | (ty, Ty::Never) => Some(ty.clone()),
            (a, b) if a == b => Some(a.clone()),
            _ => None,
        }
    }
}

/// Width and signedness of an integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer {
    pub(crate) bits: u32,
    pub(crate) signed: bool,
}

impl Integer {
    /// Returns the largest value.
    pub(crate) fn max(self) -> u64 {
        if self.signed { (1 << (self.bits - 1)) - 1 } else { u64::MAX >> (64 - self.bits) }
    }
}

pub(crate) fn scalar_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "i8",
        Scalar::I16 => "i16",
        Scalar::I32 => "i32",
        Scalar::I64 => "i64",
        Scalar::U8 => "u8",
        Scalar::U16 => "u16",
        Scalar::U32 => "u32",
        Scalar::U64 => "u64",
        Scalar::F32 => "f32",
        Scalar::F64 => "f64",
    }
}

/// Writes the type as an author would.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Unit => f.write_str("()"),
            Ty::Never => f.write_str("!"),
            Ty::Scalar(scalar) => f.write_str(scalar_name(*scalar)),
            Ty::Usize => f.write_str("usize"),
            Ty::Isize => f.write_str("isize"),
            Ty::Ptr { mutable, to } => write!(f, "*{} {to}", if *mutable { "mut" } else { "const" }),
            Ty::Struct(name) | Ty::Opaque(name) => f.write_str(name),
            Ty::Option(of) => write!(f, "Option<{of}>"),
            Ty::Result(of) => write!(f, "Result<{of}, Thrown>"),
            Ty::Tuple(of) => {
                f.write_str("(")?;
                for (i, ty) in of.iter().enumerate() {
                    write!(f, "{}{ty}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Ty::Flow => f.write_str("Flow"),
            Ty::Thrown => f.write_str("Thrown"),
            Ty::Label => f.write_str("Label"),
            Ty::Labels => f.write_str("Labels"),
            Ty::Window => f.write_str("Window"),
            Ty::Callee => f.write_str("Callee"),
            Ty::Vm => f.write_str("&mut Vm"),
            Ty::Cell(name) => write!(f, "&{name}"),
        }
    }
}

/// The same text in the IR that people read.
impl fmt::Debug for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A `repr(C)` or `repr(transparent)` struct of the module.
#[derive(Debug, Clone)]
pub(crate) struct Struct {
    pub(crate) name: String,
    /// Name (a tuple field's is its index) and type; in an inline-cache cell, the type inside the `Cell`.
    pub(crate) fields: Vec<(String, Ty)>,
    /// Whether it is an inline-cache cell, whose fields are `Cell`s.
    pub(crate) is_cell: bool,
}

/// The structs of a module, by name.
pub(crate) type Structs = BTreeMap<String, Struct>;

/// Returns `true` for the name of an inline-cache cell.
pub(crate) fn is_cell(name: &str, structs: &Structs) -> bool {
    structs.get(name).is_some_and(|of| of.is_cell)
}

/// Size and alignment in bytes on every target that has stencils; they are all LP64 or LLP64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) size: u32,
    pub(crate) align: u32,
}

/// Returns the layout of a type that can be in memory.
pub(crate) fn layout(ty: &Ty, structs: &Structs) -> Option<Layout> {
    let plain = |size| Some(Layout { size, align: size });
    match ty {
        Ty::Scalar(scalar) => plain(scalar.size_bytes()),
        Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Callee => plain(8),
        Ty::Struct(name) => Some(struct_layout(structs.get(name)?, structs)?.0),
        _ => None,
    }
}

/// Returns the layout of a struct, and the offset of each field in bytes.
pub(crate) fn struct_layout(of: &Struct, structs: &Structs) -> Option<(Layout, Vec<u32>)> {
    let mut whole = Layout { size: 0, align: 1 };
    let mut offsets = Vec::new();
    for (_, ty) in &of.fields {
        let Layout { size, align } = layout(ty, structs)?;
        let offset = whole.size.next_multiple_of(align);
        offsets.push(offset);
        whole = Layout { size: offset + size, align: whole.align.max(align) };
    }
    whole.size = whole.size.next_multiple_of(whole.align);
    Some((whole, offsets))
}

/// Sets the bits of `words` that belong to a field, for a value of type `ty` that begins at the byte `at`.
pub(crate) fn mark_fields(ty: &Ty, structs: &Structs, at: u32, words: &mut [u64]) {
    let parts = match ty {
        Ty::Struct(name) => structs.get(name).and_then(|of| Some((of, struct_layout(of, structs)?.1))),
        _ => None,
    };
    if let Some((of, offsets)) = parts {
        for ((_, ty), offset) in of.fields.iter().zip(offsets) {
            mark_fields(ty, structs, at + offset, words);
        }
        return;
    }
    // Every target with stencils is little-endian.
    for byte in at..at + layout(ty, structs).map_or(0, |layout| layout.size) {
        if let Some(word) = words.get_mut(byte as usize / 8) {
            *word |= 0xff << (byte % 8 * 8);
        }
    }
}

/// Returns the type inside nested structs of one field.
pub(crate) fn transparent<'a>(ty: &'a Ty, structs: &'a Structs) -> &'a Ty {
    match ty {
        Ty::Struct(name) => match structs.get(name).map(|s| s.fields.as_slice()) {
            Some([(_, inner)]) => transparent(inner, structs),
            _ => ty,
        },
        _ => ty,
    }
}
