//! Code that cannot be copied → the sentence that says why. Cases are data: the declared symbols, the C, the sentence.

use mimeo_build::object_file::Format;
use mimeo_build::toolchain::Unit;
use mimeo_build::{Baseline, extract};
use mimeo_def::stencil::Arch;

use crate::fixture::{declare, prelude};
use crate::machine::{Machine, machines};

/// A case: a name, the symbols that the op declares, its C, the sentence.
type Case = (&'static str, &'static [&'static str], &'static str, &'static str);

/// Cases in plain C, for every compiler.
const PLAIN: &[Case] = &[
    (
        "undeclared function",
        &["HOLE_dst"],
        "extern uint64_t puts(uint64_t); OP(bad) { WRITE_SLOT(HOLE_dst, puts(1)); TAIL CONTINUE(vm, base, frame); }",
        "calls `puts`, which is not a runtime function of this op",
    ),
    (
        "continuation that is not the last thing",
        &[],
        "OP(bad) { CONTINUE(vm, base, frame); vm->core.exit = 7; TAIL CONTINUE(vm, base, frame); }",
        "calls `CONTINUE` instead of jumping there",
    ),
    (
        "label that is not the last thing",
        &["JUMP_to"],
        "OP(bad) { JUMP_to(vm, base, frame); vm->core.exit = 7; TAIL CONTINUE(vm, base, frame); }",
        "calls `JUMP_to` instead of jumping there",
    ),
    (
        "static variable",
        &[],
        "static uint64_t count; OP(bad) { vm->core.exit = ++count; TAIL CONTINUE(vm, base, frame); }",
        "uses writable data (`.bss`), which is not copied",
    ),
    (
        "global variable",
        &[],
        "uint64_t count = 3; OP(bad) { vm->core.exit = ++count; TAIL CONTINUE(vm, base, frame); }",
        "uses writable data (`count`), which is not copied",
    ),
    (
        "thread-local variable",
        &[],
        "extern __thread uint64_t count; OP(bad) { vm->core.exit = ++count; TAIL CONTINUE(vm, base, frame); }",
        "uses the thread-local variable `count`",
    ),
    (
        "hole that the definition has and the code has not",
        &["HOLE_a", "HOLE_b"],
        "OP(bad) { WRITE_SLOT(HOLE_a, 1); TAIL CONTINUE(vm, base, frame); }",
        "does not use `HOLE_b`, which the definition uses",
    ),
    (
        "hole that the code has and the definition has not",
        &["HOLE_dst"],
        "OP(bad) { WRITE_SLOT(HOLE_dst, HOLE_64(HOLE_k)); TAIL CONTINUE(vm, base, frame); }",
        "uses `HOLE_k`, which this op does not declare",
    ),
    ("return", &[], "OP(bad) { }", "returns at 0x0 instead of jumping to the continuation or an exit"),
    ("nothing at all", &[], "OP(bad) { __builtin_unreachable(); }", "`op_bad` has no code"),
    (
        "no function",
        &[],
        "OP(good) { TAIL CONTINUE(vm, base, frame); }",
        "the object file defines no function `op_bad`",
    ),
    (
        "no final jump",
        &[],
        "OP(bad) { __asm__ volatile(\"nop\"); __builtin_unreachable(); }",
        "runs off the end of its hot code",
    ),
    (
        "jump table",
        &["HOLE_a"],
        "OP(bad) {
           static const void *const targets[] = { &&one, &&two, &&three };
           goto *targets[READ_SLOT(HOLE_a)];
           one:; TAIL CONTINUE(vm, base, frame);
           two:; TAIL EXIT_deopt(vm, base, frame);
           three:; TAIL EXIT_leave(vm, base, frame);
         }",
        "constant data `.rodata` holds addresses, as a jump table does",
    ),
    (
        "large constants",
        &["HOLE_dst"],
        "const uint64_t table[100] = { [99] = 1 };
         OP(bad) { const uint64_t *t = table; __asm__(\"\" : \"+r\"(t)); WRITE_SLOT(HOLE_dst, t[3]); TAIL CONTINUE(vm, base, frame); }",
        "constant data `table` is 800 bytes long, over the limit of 512",
    ),
];

/// Cases for x86-64, with inline assembly for code that C cannot express.
const X86_64: &[Case] = &[
    (
        "unbalanced frame",
        &[],
        "OP(bad) { __asm__ volatile(\"pushq %rax\"); TAIL CONTINUE(vm, base, frame); }",
        "leaves the stencil at 0x1 with 8 bytes on the native stack",
    ),
    (
        "frame of the caller",
        &[],
        "OP(bad) { __asm__ volatile(\"addq $16, %rsp\"); TAIL CONTINUE(vm, base, frame); }",
        "leaves the stencil at 0x0 with -16 bytes on the native stack",
    ),
    (
        "different depths",
        &[],
        "OP(bad) { __asm__ volatile(\"je 1f\\n\\tpushq %rax\\n1:\\tnop\"); TAIL CONTINUE(vm, base, frame); }",
        "reaches 0x3 with 0 bytes on the native stack on one path and 8 on another",
    ),
    (
        "stack pointer from elsewhere",
        &[],
        "OP(bad) { __asm__ volatile(\"movq %rbp, %rsp\"); TAIL CONTINUE(vm, base, frame); }",
        "changes the stack pointer at 0x0 by an unknown amount",
    ),
    (
        "global offset table",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"pushq HOLE_a@GOTPCREL(%rip)\\n\\tpopq %rax\"); TAIL CONTINUE(vm, base, frame); }",
        "refers to `HOLE_a` through the global offset table, which copied code does not have",
    ),
    (
        "8-bit field",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"movb $HOLE_a, %al\"); TAIL CONTINUE(vm, base, frame); }",
        "relocation `R_X86_64_8` against `HOLE_a` has no patch kind",
    ),
    (
        "memory at the address of a hole",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"addq HOLE_a(%rip), %rax\"); TAIL CONTINUE(vm, base, frame); }",
        "uses `HOLE_a` as an address relative to the code, not as a number",
    ),
    (
        "call of a hole",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"call HOLE_a\"); TAIL CONTINUE(vm, base, frame); }",
        "calls `HOLE_a`, which is not a runtime function of this op",
    ),
    (
        "continuation as a number",
        &[],
        "OP(bad) { __asm__ volatile(\"movabsq $CONTINUE, %rax\"); TAIL CONTINUE(vm, base, frame); }",
        "uses `CONTINUE` in an instruction that is not a jump",
    ),
    (
        "exit read as data",
        &[],
        "OP(bad) { __asm__ volatile(\"movq EXIT_deopt(%rip), %rax\"); TAIL CONTINUE(vm, base, frame); }",
        "uses `EXIT_deopt` in an instruction that is not a jump",
    ),
    (
        "middle of the continuation",
        &[],
        "OP(bad) { __asm__ volatile(\"jmp CONTINUE+8\"); TAIL CONTINUE(vm, base, frame); }",
        "jumps 8 bytes past the start of `CONTINUE`",
    ),
    (
        "tail call of a runtime function",
        &["RUNTIME_add_slow"],
        "OP(bad) { __asm__ volatile(\"jmp RUNTIME_add_slow\"); TAIL CONTINUE(vm, base, frame); }",
        "uses runtime function `RUNTIME_add_slow` in an instruction that is not a call",
    ),
    (
        "call to its own code",
        &[],
        "OP(bad) { __asm__ volatile(\"call 1f\\n1:\"); TAIL CONTINUE(vm, base, frame); }",
        "calls its own code at 0x0, but can only call runtime functions",
    ),
    (
        "indirect call",
        &[],
        "OP(bad) { __asm__ volatile(\"call *%rax\"); TAIL CONTINUE(vm, base, frame); }",
        "calls through a register or memory at 0x0",
    ),
    (
        "system call",
        &[],
        "OP(bad) { __asm__ volatile(\"syscall\"); TAIL CONTINUE(vm, base, frame); }",
        "makes a system call, starts a transaction or accesses processor state at 0x0",
    ),
    (
        "address of its own code",
        &[],
        "OP(bad) { __asm__ volatile(\"leaq 1f(%rip), %rax\\n1:\"); TAIL CONTINUE(vm, base, frame); }",
        "takes the address of its own code (`op_bad`)",
    ),
    (
        "data between instructions",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\".long HOLE_a\"); TAIL CONTINUE(vm, base, frame); }",
        "the hole for `HOLE_a` at 0x0 is not an operand field of an instruction",
    ),
    (
        "overlapping holes",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"movabsq $HOLE_a, %rax\\n\\t.reloc .-8, R_X86_64_32, HOLE_a\"); TAIL CONTINUE(vm, base, frame); }",
        "the hole for `HOLE_a` at 0x2 overlaps the one before it",
    ),
    (
        "invalid instruction",
        &[],
        "OP(bad) { __asm__ volatile(\".byte 0x06\"); TAIL CONTINUE(vm, base, frame); }",
        "has an invalid instruction at 0x0",
    ),
    (
        "jump into an instruction",
        &[],
        "OP(bad) { __asm__ volatile(\"je 1f+2\\n1:\\tmovabsq $1, %rax\"); TAIL CONTINUE(vm, base, frame); }",
        "jumps to 0x4, which is not the start of an instruction",
    ),
    (
        "size over the budget",
        &[],
        "OP(bad) { __asm__ volatile(\".fill 5000, 1, 0x90\"); TAIL CONTINUE(vm, base, frame); }",
        "its code is 5005 bytes long, over the budget of 4096",
    ),
    (
        "absolute address of constants",
        &["HOLE_dst", "HOLE_a"],
        "const uint64_t table[4] = { 5, 6, 7, 8 };
         OP(bad) { WRITE_SLOT(HOLE_dst, table[READ_SLOT(HOLE_a)]); TAIL CONTINUE(vm, base, frame); }",
        "reads its constants (`table`) through a 32-bit absolute address, which cannot hold every address",
    ),
];

/// Cases for AArch64.
const AARCH64: &[Case] = &[
    (
        "unbalanced frame",
        &[],
        "OP(bad) { __asm__ volatile(\"str x0, [sp, #-16]!\"); TAIL CONTINUE(vm, base, frame); }",
        "leaves the stencil at 0x4 with 16 bytes on the native stack",
    ),
    (
        "unbalanced pair",
        &[],
        "OP(bad) { __asm__ volatile(\"sub sp, sp, #48\\n\\tldp d0, d1, [sp], #32\"); TAIL CONTINUE(vm, base, frame); }",
        "leaves the stencil at 0x8 with 16 bytes on the native stack",
    ),
    (
        "stack pointer from elsewhere",
        &[],
        "OP(bad) { __asm__ volatile(\"mov sp, x9\"); TAIL CONTINUE(vm, base, frame); }",
        "changes the stack pointer at 0x0 by an unknown amount",
    ),
    (
        "global offset table",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"adrp x9, :got:HOLE_a\"); TAIL CONTINUE(vm, base, frame); }",
        "refers to `HOLE_a` through the global offset table, which copied code does not have",
    ),
    (
        "address of a hole",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\"adr x9, HOLE_a\"); TAIL CONTINUE(vm, base, frame); }",
        "uses `HOLE_a` as an address relative to the code, not as a number",
    ),
    (
        "data between instructions",
        &["HOLE_a"],
        "OP(bad) { __asm__ volatile(\".word HOLE_a - .\"); TAIL CONTINUE(vm, base, frame); }",
        "has an invalid instruction at 0x0",
    ),
    (
        "literal in its own code",
        &[],
        "OP(bad) { __asm__ volatile(\"ldr x9, 1f\\n1:\"); TAIL CONTINUE(vm, base, frame); }",
        "takes the address of its own code (`op_bad`)",
    ),
    (
        "exit by its address",
        &[],
        "OP(bad) { __asm__ volatile(\"adr x9, EXIT_deopt\"); TAIL CONTINUE(vm, base, frame); }",
        "uses `EXIT_deopt` in an instruction that is not a jump",
    ),
    (
        "tail call of a runtime function",
        &["RUNTIME_add_slow"],
        "OP(bad) { __asm__ volatile(\"b RUNTIME_add_slow\"); TAIL CONTINUE(vm, base, frame); }",
        "uses runtime function `RUNTIME_add_slow` in an instruction that is not a call",
    ),
    (
        "indirect call",
        &[],
        "OP(bad) { __asm__ volatile(\"blr x9\"); TAIL CONTINUE(vm, base, frame); }",
        "calls through a register or memory at 0x0",
    ),
    (
        "system call",
        &[],
        "OP(bad) { __asm__ volatile(\"svc #0\"); TAIL CONTINUE(vm, base, frame); }",
        "makes a system call, starts a transaction or accesses processor state at 0x0",
    ),
    (
        "size over the budget",
        &[],
        "OP(bad) { __asm__ volatile(\".rept 1100\\n\\tnop\\n\\t.endr\"); TAIL CONTINUE(vm, base, frame); }",
        "its code is 4404 bytes long, over the budget of 4096",
    ),
];

/// Compiles a case and returns the sentence.
fn refusal(machine: &Machine, (name, symbols, c, _): Case) -> String {
    let text = format!("{}\n{c}\n", prelude());
    let object = match machine.tools.compile(Unit { stem: "bad", text: &text, include: None }) {
        Ok(object) => object,
        Err(error) => panic!("{name} with {}: {error}", machine.program),
    };
    match extract::stencil(&object, "op_bad", &declare(symbols), machine.tools.baseline()) {
        Ok(stencil) => format!("accepted: {stencil:x?}"),
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn invalid_objects_are_refused_with_the_reason() {
    let mut wrong = Vec::new();
    // Inline assembly and section names depend on the format; `mimeo extract --selftest` covers the other formats.
    for machine in machines("refusals").into_iter().filter(|machine| machine.tools.format() == Format::Elf) {
        let special = match machine.tools.arch() {
            Arch::X86_64 => X86_64,
            Arch::Aarch64 => AARCH64,
        };
        for case in PLAIN.iter().chain(special) {
            let (found, expected) = (refusal(&machine, *case), case.3);
            if found != expected {
                wrong
                    .push(format!("{} with {}:\n  expected {expected}\n  found    {found}\n", case.0, machine.program));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.concat());
}

#[test]
fn other_files_are_refused() {
    let refusal =
        extract::stencil(b"not an object", "op_bad", &[], &Baseline::base(Arch::X86_64)).unwrap_err().to_string();
    assert!(refusal.starts_with("the object file cannot be read: it is not an ELF, Mach-O or COFF file"), "{refusal}");
}
