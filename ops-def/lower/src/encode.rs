//! [`OpDef`] → its encodings: one [`Op`] for each combination of operand places.

use mimeo_def::op::{Control, OperandKind, Scalar};

use crate::ir::{Body, Kind};
use crate::module::Module;
use crate::op::{OpDef, ParamKind, ResultKind};
use crate::ty::{Ty, layout, mark_fields};

/// One encoded op of the instruction set.
pub(crate) struct Op {
    pub(crate) name: String,
    /// Index of its definition in [`Module::ops`].
    pub(crate) def: usize,
    /// The results, followed by the parameters that are operands.
    pub(crate) operands: Vec<Operand>,
    /// The operand of each parameter; `None` for `vm`.
    pub(crate) param_operand: Vec<Option<usize>>,
    pub(crate) len_units: u16,
    pub(crate) pops: u16,
    pub(crate) pushes: u16,
    pub(crate) control: Control,
}

/// An operand with its encoding.
pub(crate) struct Operand {
    pub(crate) name: String,
    pub(crate) kind: Encoding,
    pub(crate) unit: u16,
}

/// [`OperandKind`] with owned names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Slot { output: bool },
    Stack { index: u16, output: bool },
    Immediate { scalar: Scalar, space: Option<String> },
    Constant,
    Label,
    Labels,
    Window,
    StackWindow,
    Function,
    Cache { cell: String, size: u32, fields: Vec<u64> },
}

impl Encoding {
    pub(crate) fn len_units(&self) -> u16 {
        let kind = match *self {
            Encoding::Slot { output } => OperandKind::Slot { output },
            Encoding::Stack { index, output } => OperandKind::Stack { index, output },
            Encoding::Immediate { scalar, .. } => OperandKind::Immediate { scalar, space: None },
            Encoding::Constant => OperandKind::Constant,
            Encoding::Label => OperandKind::Label,
            Encoding::Labels => OperandKind::Labels,
            Encoding::Window => OperandKind::Window,
            Encoding::StackWindow => OperandKind::StackWindow,
            Encoding::Function => OperandKind::Function,
            Encoding::Cache { size, .. } => OperandKind::Cache { size, fields: &[] },
        };
        kind.len_units()
    }
}

/// Returns all encodings of a definition.
pub(crate) fn encodings(module: &Module, def: usize, body: &Body) -> Vec<Op> {
    let op = &module.ops[def];
    let choices: Vec<usize> = op
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| matches!(param.kind, ParamKind::Place { constant: true, .. }))
        .map(|(index, _)| index)
        .collect();
    // Bit i of the combination is set if choice i is a constant.
    (0..1u32 << choices.len())
        .map(|combination| {
            let constants: Vec<usize> = choices
                .iter()
                .enumerate()
                .filter(|(i, _)| combination >> i & 1 == 1)
                .map(|(_, &param)| param)
                .collect();
            encode(module, def, op, &constants, body)
        })
        .collect()
}

fn encode(module: &Module, def: usize, op: &OpDef, constants: &[usize], body: &Body) -> Op {
    let stack = module.args.stack;
    let mut name = op.name.clone();
    for &param in constants {
        name.push_str(&format!("_{}_constant", op.params[param].name));
    }
    let control = control(op, body);
    let mut encoded =
        Op { name, def, operands: Vec::new(), param_operand: Vec::new(), len_units: 1, pops: 0, pushes: 0, control };
    let results = op.result.kind.values();
    for index in 0..results {
        let name = if results == 1 { "dst".to_owned() } else { format!("dst{index}") };
        let in_slot = !stack || op.result_slot;
        let kind = if in_slot { Encoding::Slot { output: true } } else { Encoding::Stack { index, output: true } };
        encoded.pushes += u16::from(!in_slot);
        encoded.add(name, kind);
    }
    // The result of a call replaces its window.
    if stack && control.calls {
        encoded.pushes += 1;
    }
    for (index, param) in op.params.iter().enumerate() {
        let kind = match &param.kind {
            ParamKind::Vm => {
                encoded.param_operand.push(None);
                continue;
            }
            ParamKind::Value if stack => {
                encoded.pops += 1;
                Encoding::Stack { index: encoded.pops - 1, output: false }
            }
            ParamKind::Place { .. } if constants.contains(&index) => Encoding::Constant,
            ParamKind::Value | ParamKind::Place { .. } => Encoding::Slot { output: false },
            ParamKind::Imm { scalar, space } => Encoding::Immediate { scalar: *scalar, space: space.clone() },
            ParamKind::Constant => Encoding::Constant,
            ParamKind::Label => Encoding::Label,
            ParamKind::Labels => Encoding::Labels,
            ParamKind::Window if stack => Encoding::StackWindow,
            ParamKind::Window => Encoding::Window,
            ParamKind::Callee => Encoding::Function,
            ParamKind::Cache(cell) => {
                let ty = Ty::Struct(cell.clone());
                let size = layout(&ty, &module.structs).map_or(8, |layout| layout.size);
                let mut fields = vec![0; size.div_ceil(8) as usize];
                mark_fields(&ty, &module.structs, 0, &mut fields);
                Encoding::Cache { cell: cell.clone(), size, fields }
            }
        };
        encoded.param_operand.push(Some(encoded.operands.len()));
        encoded.add(param.name.clone(), kind);
    }
    encoded
}

impl Op {
    fn add(&mut self, name: String, kind: Encoding) {
        let name = self.free_name(name, &kind);
        let len = kind.len_units();
        let unit = if len == 0 { 0 } else { self.len_units };
        self.len_units += len;
        self.operands.push(Operand { name, kind, unit });
    }
}

/// Names of holes that do not belong to an operand.
const TAKEN: [&str; 3] = ["pc", "next_pc", "function_word"];

impl Op {
    /// Returns the name, changed until no hole has it: a parameter can be called `dst`, like the result.
    fn free_name(&self, name: String, kind: &Encoding) -> String {
        let holes = |name: &str, kind: &Encoding| match kind {
            Encoding::Labels | Encoding::Window | Encoding::StackWindow => {
                vec![name.to_owned(), format!("{name}_len")]
            }
            _ => vec![name.to_owned()],
        };
        // `_` binds nothing, but the assembler needs a name.
        let mut name = if name == "_" { "unused".to_owned() } else { name };
        let taken: Vec<String> = self.operands.iter().flat_map(|operand| holes(&operand.name, &operand.kind)).collect();
        while holes(&name, kind).iter().any(|hole| TAKEN.contains(&hole.as_str()) || taken.contains(hole)) {
            name.push('_');
        }
        name
    }
}

/// Derives from the body where control can go.
fn control(op: &OpDef, body: &Body) -> Control {
    let mut control = Control { falls_through: false, jumps: false, calls: false, tail_calls: false, returns: false };
    control.falls_through = matches!(op.result.kind, ResultKind::Values(_));
    body.root.walk(&mut |expr| match expr.kind {
        Kind::Next | Kind::Deopt => control.falls_through = true,
        Kind::Jump(_) | Kind::Switch(..) => control.jumps = true,
        Kind::Call(..) => control.calls = true,
        Kind::TailCall(_) => control.tail_calls = true,
        Kind::Ret(_) | Kind::RetWindow(_) => control.returns = true,
        _ => {}
    });
    control
}
