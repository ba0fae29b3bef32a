//! C that a compiler turns into an object which must be refused.
//!
//! Where a built-in object has the same defect, the C has its name, and its sentence is written there.

use mimeo_def::stencil::Arch;

/// C after the prelude, with the function `op_x`.
#[derive(Debug)]
pub struct Compiled {
    /// The defect.
    pub name: &'static str,
    /// The symbols that the op declares.
    pub symbols: &'static [&'static str],
    /// The C.
    pub c: &'static str,
    /// The sentence of the refusal, if no built-in object has it.
    pub(super) sentence: Option<&'static str>,
    /// The only architecture for which compilers make the defect of it.
    pub(super) arch: Option<Arch>,
}

const fn like(name: &'static str, symbols: &'static [&'static str], c: &'static str) -> Compiled {
    Compiled { name, symbols, c, sentence: None, arch: None }
}

const fn other(
    name: &'static str,
    symbols: &'static [&'static str],
    c: &'static str,
    sentence: &'static str,
) -> Compiled {
    Compiled { sentence: Some(sentence), ..like(name, symbols, c) }
}

pub(super) const CASES: &[Compiled] = &[
    like(
        "a call to an undeclared function",
        &["HOLE_dst"],
        "extern uint64_t puts(uint64_t); OP(x) { WRITE_SLOT(HOLE_dst, puts(1)); TAIL CONTINUE(vm, base, frame); }",
    ),
    like(
        "a call to the continuation",
        &[],
        "OP(x) { CONTINUE(vm, base, frame); vm->core.exit = 7; TAIL CONTINUE(vm, base, frame); }",
    ),
    like(
        "a call to a label",
        &["JUMP_to"],
        "OP(x) { JUMP_to(vm, base, frame); vm->core.exit = 7; TAIL CONTINUE(vm, base, frame); }",
    ),
    other(
        "a static variable",
        &[],
        "static uint64_t count; OP(x) { vm->core.exit = ++count; TAIL CONTINUE(vm, base, frame); }",
        "uses writable data (`.bss`), which is not copied",
    ),
    like(
        "a variable",
        &[],
        "uint64_t count = 3; OP(x) { vm->core.exit = ++count; TAIL CONTINUE(vm, base, frame); }",
    ),
    like(
        "a thread's variable",
        &[],
        "extern __thread uint64_t count; OP(x) { vm->core.exit = ++count; TAIL CONTINUE(vm, base, frame); }",
    ),
    other(
        "an unused hole",
        &["HOLE_a", "HOLE_b"],
        "OP(x) { WRITE_SLOT(HOLE_a, 1); TAIL CONTINUE(vm, base, frame); }",
        "does not use `HOLE_b`, which the definition uses",
    ),
    other(
        "an undeclared hole",
        &["HOLE_dst"],
        "OP(x) { WRITE_SLOT(HOLE_dst, HOLE_64(HOLE_k)); TAIL CONTINUE(vm, base, frame); }",
        "uses `HOLE_k`, which this op does not declare",
    ),
    like("a return", &[], "OP(x) { }"),
    like("no code", &[], "OP(x) { __builtin_unreachable(); }"),
    like("another function", &[], "OP(y) { TAIL CONTINUE(vm, base, frame); }"),
    like("no final jump", &[], "OP(x) { __asm__ volatile(\"nop\"); __builtin_unreachable(); }"),
    other(
        "a jump table in the function",
        &["HOLE_a"],
        "OP(x) {
           static const void *const targets[] = { &&one, &&two, &&three };
           goto *targets[READ_SLOT(HOLE_a)];
           one:; TAIL CONTINUE(vm, base, frame);
           two:; TAIL EXIT_deopt(vm, base, frame);
           three:; TAIL EXIT_leave(vm, base, frame);
         }",
        "constant data `.rodata` holds addresses, as a jump table does",
    ),
    like(
        "too many constants",
        &["HOLE_dst"],
        "const uint64_t table[100] = { [99] = 1 };
         OP(x) { const uint64_t *t = table; __asm__(\"\" : \"+r\"(t)); WRITE_SLOT(HOLE_dst, t[3]); TAIL CONTINUE(vm, base, frame); }",
    ),
    Compiled {
        arch: Some(Arch::X86_64),
        ..like(
            "the whole address of a constant",
            &["HOLE_dst", "HOLE_a"],
            "const uint64_t number[4] = { 5, 6, 7, 8 };
             OP(x) { WRITE_SLOT(HOLE_dst, number[READ_SLOT(HOLE_a)]); TAIL CONTINUE(vm, base, frame); }",
        )
    },
];
