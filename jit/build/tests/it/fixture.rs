//! A manually lowered instruction set → the output of `mimeo-lower` for it, with the prelude's own macros.

use mimeo_def::Fingerprint;
use mimeo_def::frame::Exit;
use mimeo_def::stencil::HoleValue;
use mimeo_lower::{Lowered, LoweredOp, PRELUDE, StencilSource, Symbol};

/// Symbols that every op of the fixture may declare.
const LANGUAGE: &str = "
struct Vm { Core core; Slot *globals; };
extern Continuation JUMP_to;
extern Continuation EXIT_call COLD, EXIT_return COLD;
extern char HOLE_a[], HOLE_b[], HOLE_dst[], HOLE_k[], HOLE_callee[], HOLE_args[];
extern PLATFORM Outcome RUNTIME_add_slow(Vm *vm, uint64_t a, uint64_t b) COLD;
#define OP(name) STENCIL op_##name(Vm *vm, Slot *base, Frame *frame)
HELPER double bits_to_double(uint64_t bits) { union { uint64_t u; double d; } x = { bits }; return x.d; }
HELPER uint64_t double_to_bits(double d) { union { double d; uint64_t u; } x = { d }; return x.u; }
";

/// Returns the declared symbols. Operands are numbered in the order of the names.
pub(crate) fn declare(names: &[&str]) -> Vec<Symbol> {
    let mut symbols = Symbol::common();
    for (index, name) in names.iter().enumerate() {
        let index = index as u16;
        let (required, name) = match name.strip_suffix('?') {
            Some(name) => (false, name),
            None => (true, *name),
        };
        let value = match name {
            "EXIT_call" => HoleValue::Exit(Exit::Call),
            "EXIT_return" => HoleValue::Exit(Exit::Return),
            name if name.starts_with("RUNTIME_") => HoleValue::Runtime(0),
            _ => HoleValue::Operand(index),
        };
        symbols.push(Symbol { name: name.to_owned(), value, required });
    }
    symbols
}

/// Creates an op with generated C.
pub(crate) fn op(name: &str, symbols: &[&str], c: &str) -> LoweredOp {
    LoweredOp {
        name: name.to_owned(),
        line: 1,
        fingerprint: Fingerprint { operands: 1, body: Fingerprint::hash(c.as_bytes()), reached: 3, layout: 4 },
        source: StencilSource::Generated(c.to_owned()),
        required: false,
        transfers: matches!(name, "call" | "ret"),
        symbols: declare(symbols),
    }
}

/// Returns the C before every op.
pub(crate) fn prelude() -> String {
    format!("{PRELUDE}{LANGUAGE}")
}

/// Creates an instruction set.
pub(crate) fn set(name: &str, ops: Vec<LoweredOp>) -> Lowered {
    Lowered { name: name.to_owned(), line: 1, prelude: prelude(), ops }
}

/// Returns ops with every shape of stencil.
pub(crate) fn language() -> Lowered {
    set(
        "calc",
        vec![
            op("add", &["HOLE_dst", "HOLE_a", "HOLE_b", "RUNTIME_add_slow"], ADD),
            op("jump_if_lt", &["HOLE_a", "HOLE_b", "JUMP_to"], JUMP_IF_LT),
            op("jump_if_zero", &["HOLE_a", "JUMP_to"], JUMP_IF_ZERO),
            op("jump_if_lt_double", &["HOLE_a", "HOLE_b", "JUMP_to"], JUMP_IF_LT_DOUBLE),
            op("scale", &["HOLE_dst", "HOLE_a"], SCALE),
            op("negate", &["HOLE_dst", "HOLE_a"], NEGATE),
            op("check", &["HOLE_dst", "HOLE_k", "HOLE_a"], CHECK),
            op("call", &["HOLE_callee", "HOLE_args"], CALL),
            op("ret", &["HOLE_a"], RET),
            op("print", &["HOLE_dst", "HOLE_a", "RUNTIME_add_slow"], PRINT),
            op("bits", &["HOLE_dst", "HOLE_a"], BITS),
            op("pick", &["HOLE_dst", "HOLE_a"], PICK),
            op("count_loop", &["HOLE_a", "HOLE_b", "JUMP_to"], COUNT_LOOP),
            op("move", &["HOLE_dst", "HOLE_a"], MOVE),
            op("copy", &["HOLE_dst", "HOLE_a"], &MOVE.replace("op_move", "op_copy").replace("OP(move)", "OP(copy)")),
            op("jump", &["JUMP_to"], "OP(jump) { TAIL JUMP_to(vm, base, frame); }"),
            op("nop", &[], "OP(nop) { TAIL CONTINUE(vm, base, frame); }"),
            op("fail", &[], "OP(fail) { frame->pc = HOLE_OFFSET(HOLE_pc); TAIL EXIT_throw(vm, base, frame); }"),
        ],
    )
}

pub(crate) const ADD: &str = "
OUTLINED op_add_slow(Vm *vm, Slot *base, Frame *frame, uint64_t a, uint64_t b) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  Outcome outcome = RUNTIME_add_slow(vm, a, b);
  if (outcome.status) return EXIT_throw(vm, base, frame);
  WRITE_SLOT(HOLE_dst, outcome.value);
  return CONTINUE(vm, base, frame);
}
OP(add) {
  uint64_t a = READ_SLOT(HOLE_a), b = READ_SLOT(HOLE_b);
  int32_t sum;
  if (a >> 48 == 0xfff8 && b >> 48 == 0xfff8) {
    if (!__builtin_add_overflow((int32_t)a, (int32_t)b, &sum)) {
      WRITE_SLOT(HOLE_dst, 0xfff8000000000000 | (uint32_t)sum);
      TAIL CONTINUE(vm, base, frame);
    }
  }
  return op_add_slow(vm, base, frame, a, b);
}";

pub(crate) const JUMP_IF_LT: &str = "
OP(jump_if_lt) {
  if ((int32_t)READ_SLOT(HOLE_a) < (int32_t)READ_SLOT(HOLE_b)) TAIL JUMP_to(vm, base, frame);
  TAIL CONTINUE(vm, base, frame);
}";

const JUMP_IF_ZERO: &str = "
OP(jump_if_zero) {
  if ((int32_t)READ_SLOT(HOLE_a) == 0) TAIL JUMP_to(vm, base, frame);
  TAIL CONTINUE(vm, base, frame);
}";

const JUMP_IF_LT_DOUBLE: &str = "
OP(jump_if_lt_double) {
  if (bits_to_double(READ_SLOT(HOLE_a)) < bits_to_double(READ_SLOT(HOLE_b))) TAIL JUMP_to(vm, base, frame);
  TAIL CONTINUE(vm, base, frame);
}";

const SCALE: &str = "
OP(scale) {
  WRITE_SLOT(HOLE_dst, double_to_bits(bits_to_double(READ_SLOT(HOLE_a)) * 1.5 + 0.3));
  TAIL CONTINUE(vm, base, frame);
}";

const NEGATE: &str = "
OP(negate) {
  WRITE_SLOT(HOLE_dst, double_to_bits(-bits_to_double(READ_SLOT(HOLE_a))));
  TAIL CONTINUE(vm, base, frame);
}";

const CHECK: &str = "
OP(check) {
  if (HOLE_32(HOLE_k) > 5) {
    frame->pc = HOLE_OFFSET(HOLE_pc);
    TAIL EXIT_deopt(vm, base, frame);
  }
  WRITE_SLOT(HOLE_dst, HOLE_64(HOLE_a));
  TAIL CONTINUE(vm, base, frame);
}";

const CALL: &str = "
OP(call) {
  const Function *callee = (const Function *)HOLE_64(HOLE_callee);
  Slot *window = (Slot *)((char *)base + HOLE_OFFSET(HOLE_args));
  if ((uint64_t)((char *)vm->core.stack_limit - (char *)window) < callee->frame_bytes || frame == vm->core.frame_limit) {
    frame->pc = HOLE_OFFSET(HOLE_pc);
    TAIL EXIT_deopt(vm, base, frame);
  }
  frame->pc = HOLE_OFFSET(HOLE_next_pc);
  frame->ret = (Continuation *)HOLE_CODE(CONTINUE);
  frame[1].function = callee;
  frame[1].base = window;
  TAIL callee->entry(vm, window, frame + 1);
}";

const RET: &str = "
OP(ret) {
  *base = READ_SLOT(HOLE_a);
  frame--;
  TAIL frame->ret(vm, frame->base, frame);
}";

const PRINT: &str = "
OP(print) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  Outcome outcome = RUNTIME_add_slow(vm, READ_SLOT(HOLE_a), 1);
  if (outcome.status) TAIL EXIT_throw(vm, base, frame);
  WRITE_SLOT(HOLE_dst, outcome.value);
  TAIL CONTINUE(vm, base, frame);
}";

const BITS: &str = "
OP(bits) {
  uint64_t a = READ_SLOT(HOLE_a), sum = 0;
  while (a) { sum += a & 1; a >>= 1; }
  WRITE_SLOT(HOLE_dst, sum);
  TAIL CONTINUE(vm, base, frame);
}";

const PICK: &str = "
OP(pick) {
  uint64_t a = READ_SLOT(HOLE_a);
  switch ((uint32_t)a) {
    case 0: a = 17; break;
    case 1: a = 23; break;
    case 2: a = 99; break;
    case 3: a = 1234; break;
    case 4: a = 5512; break;
    case 5: a = 1; break;
    case 6: a = 7;
  }
  WRITE_SLOT(HOLE_dst, a);
  TAIL CONTINUE(vm, base, frame);
}";

const MOVE: &str = "
OP(move) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  TAIL CONTINUE(vm, base, frame);
}";

const COUNT_LOOP: &str = "
OP(count_loop) {
  int32_t next = (int32_t)READ_SLOT(HOLE_a) + 1;
  if (next < (int32_t)READ_SLOT(HOLE_b)) {
    WRITE_SLOT(HOLE_a, (uint64_t)(uint32_t)next);
    TAIL JUMP_to(vm, base, frame);
  }
  TAIL CONTINUE(vm, base, frame);
}";
