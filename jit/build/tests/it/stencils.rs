//! The fixture's ops → the holes and jumps that their stencils must have with every compiler.

use mimeo_build::OwnedStencil;
use mimeo_build::extract;
use mimeo_build::object_file::Format;
use mimeo_build::table::generated_c;
use mimeo_build::toolchain::Unit;
use mimeo_def::CodeOffset;
use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention, Hole, HoleValue, PatchKind};
use mimeo_lower::LoweredOp;

use crate::fixture::{language, op, prelude, set};
use crate::machine::{Machine, machines};

/// Runs `check` on one op's stencil from every compiler.
fn each(test: &str, op_name: &str, check: impl Fn(&Machine, &OwnedStencil)) {
    let language = language();
    let op = language.ops.iter().find(|op| op.name == op_name).expect("the op is in the fixture");
    for machine in machines(test) {
        let text = generated_c(&language);
        let object = machine.tools.compile(Unit { stem: "all", text: &text, include: None }).unwrap();
        let stencil = extract::stencil(&object, &op.symbol(), &op.symbols, machine.tools.baseline())
            .unwrap_or_else(|refusal| panic!("{op_name} with {}: {refusal}", machine.program));
        check(&machine, &stencil);
    }
}

/// Runs `check` on one op's stencil from every compiler whose blocks are reordered, which excludes Mach-O.
fn each_in_order(test: &str, op_name: &str, check: impl Fn(&Machine, &OwnedStencil)) {
    each(test, op_name, |machine, stencil| {
        if machine.tools.format() != Format::MachO {
            check(machine, stencil);
        }
    });
}

/// Returns the kinds, values and addends of holes, in order.
fn shape(holes: &[Hole]) -> Vec<(PatchKind, HoleValue, i64)> {
    holes.iter().map(|hole| (hole.kind, hole.value, hole.addend)).collect()
}

/// Returns the length of the jump to the continuation.
fn jump_bytes(arch: Arch) -> u8 {
    match arch {
        Arch::X86_64 => 5,
        Arch::Aarch64 => 4,
    }
}

/// Returns a jump to `value`.
fn jump(arch: Arch, value: HoleValue) -> (PatchKind, HoleValue, i64) {
    match arch {
        Arch::X86_64 => (PatchKind::X86Rel32, value, -4),
        Arch::Aarch64 => (PatchKind::A64Branch26, value, 0),
    }
}

/// Returns a conditional jump to `value`.
fn branch(arch: Arch, value: HoleValue) -> (PatchKind, HoleValue, i64) {
    match arch {
        Arch::X86_64 => (PatchKind::X86Rel32, value, -4),
        Arch::Aarch64 => (PatchKind::A64Branch19, value, 0),
    }
}

/// Returns the access to a whole slot.
fn slot(arch: Arch, operand: u16) -> (PatchKind, HoleValue, i64) {
    let kind = match arch {
        Arch::X86_64 => PatchKind::X86Abs32Signed,
        Arch::Aarch64 => PatchKind::A64LoadOffset { shift: 3 },
    };
    (kind, HoleValue::Operand(operand), 0)
}

#[test]
fn a_move_is_a_load_a_store_and_a_jump_that_can_be_dropped() {
    each("move", "move", |machine, stencil| {
        let arch = machine.tools.arch();
        let expected = [slot(arch, 1), slot(arch, 0), jump(arch, HoleValue::Continue)];
        assert_eq!(shape(&stencil.hot_holes), expected, "{}", machine.program);
        assert_eq!(stencil.tail_jump, jump_bytes(arch));
        assert_eq!((stencil.cold.as_slice(), stencil.rodata.as_slice()), (&[][..], &[][..]));
        if (arch, machine.tools.convention()) == (Arch::X86_64, Convention::C) {
            // mov HOLE_a(%rsi), %rax; mov %rax, HOLE_dst(%rsi); jmp CONTINUE
            let code = b"\x48\x8b\x86\0\0\0\0\x48\x89\x86\0\0\0\0\xe9\0\0\0\0";
            assert_eq!(stencil.hot, code);
            let positions: Vec<_> = stencil.hot_holes.iter().map(|hole| hole.at).collect();
            assert_eq!(positions, [CodeOffset(3), CodeOffset(10), CodeOffset(15)]);
        }
    });
}

#[test]
fn a_conditional_jump_goes_directly_to_its_label_and_falls_through() {
    for op in ["jump_if_lt", "jump_if_lt_double", "jump_if_zero"] {
        each_in_order(op, op, |machine, stencil| {
            let arch = machine.tools.arch();
            let holes = shape(&stencil.hot_holes);
            let label = if op == "jump_if_zero" { 1 } else { 2 };
            let expected = [branch(arch, HoleValue::Operand(label)), jump(arch, HoleValue::Continue)];
            assert!(holes.ends_with(&expected), "{op} with {}: {holes:?}", machine.program);
            assert_eq!(stencil.tail_jump, jump_bytes(arch), "{op} with {}", machine.program);
            assert!(stencil.cold.is_empty(), "{op} with {}", machine.program);
        });
    }
}

#[test]
fn a_loop_falls_through_to_the_next_op_when_it_ends() {
    each_in_order("loops", "count_loop", |machine, stencil| {
        let arch = machine.tools.arch();
        let continues = stencil.hot_holes.iter().filter(|hole| hole.value == HoleValue::Continue).count();
        assert_eq!((continues, stencil.tail_jump), (1, jump_bytes(arch)), "{}", machine.program);
        assert!(stencil.cold.is_empty(), "{}", machine.program);
    });
}

#[test]
fn slow_paths_are_cold() {
    each_in_order("slow_paths", "add", |machine, stencil| {
        let arch = machine.tools.arch();
        assert!(stencil.hot_holes.iter().any(|hole| hole.value == HoleValue::Cold), "{}", machine.program);
        assert!(stencil.hot_holes.iter().all(|hole| !matches!(hole.value, HoleValue::Runtime(_) | HoleValue::Exit(_))));
        assert_eq!(stencil.tail_jump, jump_bytes(arch), "{}", machine.program);
        let cold: Vec<_> = stencil.cold_holes.iter().map(|hole| hole.value).collect();
        for value in [HoleValue::Pc, HoleValue::Runtime(0), HoleValue::Exit(Exit::Throw), HoleValue::Continue] {
            assert!(cold.contains(&value), "{value:?} with {}: {cold:?}", machine.program);
        }
    });
}

#[test]
fn a_test_of_one_bit_falls_through_to_the_next_op() {
    // On AArch64 these are branches of short range.
    let slow = "OUTLINED slow(Vm *vm, Slot *base, Frame *frame) {
          frame->pc = HOLE_OFFSET(HOLE_pc);
          TAIL EXIT_throw(vm, base, frame);
        }";
    let bodies = [
        "if (READ_SLOT(HOLE_a) & 8) TAIL slow(vm, base, frame);",
        "if (!(READ_SLOT(HOLE_a) & 8)) TAIL slow(vm, base, frame);",
        "if ((int32_t)READ_SLOT(HOLE_a) < 0) TAIL EXIT_deopt(vm, base, frame);",
        "uint64_t a = READ_SLOT(HOLE_a);
         if (a & 8) TAIL slow(vm, base, frame);
         if (!(a & 64)) TAIL EXIT_leave(vm, base, frame);",
    ];
    let ops: Vec<LoweredOp> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| {
            let slow = if body.contains("slow") { slow } else { "" }.replace("slow", &format!("slow{index}"));
            let body = body.replace("slow", &format!("slow{index}"));
            let c = format!("{slow}\nOP(bit{index}) {{ {body} TAIL CONTINUE(vm, base, frame); }}");
            op(&format!("bit{index}"), &["HOLE_a"], &c)
        })
        .collect();
    let set = set("bits", ops);
    for machine in machines("one_bit").iter().filter(|machine| machine.tools.format() != Format::MachO) {
        let object = machine.tools.compile(Unit { stem: "bits", text: &generated_c(&set), include: None }).unwrap();
        for op in &set.ops {
            let stencil = extract::stencil(&object, &op.symbol(), &op.symbols, machine.tools.baseline()).unwrap();
            let continues = stencil.hot_holes.iter().filter(|hole| hole.value == HoleValue::Continue).count();
            let expected = (1, jump_bytes(machine.tools.arch()));
            assert_eq!((continues, stencil.tail_jump), expected, "{} with {}", op.name, machine.program);
        }
    }
}

#[test]
fn exits_leave_the_hot_part() {
    for op in ["check", "call"] {
        each_in_order(op, op, |machine, stencil| {
            let exit = HoleValue::Exit(Exit::Deopt);
            assert!(stencil.hot_holes.iter().all(|hole| hole.value != exit), "{op} with {}", machine.program);
            assert!(stencil.cold_holes.iter().any(|hole| hole.value == exit), "{op} with {}", machine.program);
        });
    }
}

#[test]
fn constants_are_copied() {
    each("constants", "scale", |machine, stencil| {
        if machine.tools.arch() == Arch::Aarch64 {
            // Constructed in registers.
            assert!(stencil.rodata.is_empty(), "{}", machine.program);
            return;
        }
        let value = |hole: &&Hole| {
            // Nothing follows the field, so the addend is 4 less than the position of the constant.
            let at = (hole.addend + 4) as usize;
            f64::from_le_bytes(stencil.rodata[at..at + 8].try_into().unwrap())
        };
        let mut read: Vec<f64> =
            stencil.hot_holes.iter().filter(|hole| hole.value == HoleValue::Rodata).map(|hole| value(&hole)).collect();
        read.sort_by(f64::total_cmp);
        assert_eq!(read, [0.3, 1.5], "{}", machine.program);
    });
}

#[test]
fn tables_that_are_read_through_registers_are_copied_where_addresses_are_relative() {
    let c = "const uint64_t table[4] = { 5, 6, 7, 8 };
             OP(look) { WRITE_SLOT(HOLE_dst, table[READ_SLOT(HOLE_a) & 3]); TAIL CONTINUE(vm, base, frame); }";
    let op: LoweredOp = op("look", &["HOLE_dst", "HOLE_a"], c);
    for machine in machines("look").iter().filter(|machine| machine.tools.arch() == Arch::Aarch64) {
        let text = format!("{}{c}", prelude());
        let object = machine.tools.compile(Unit { stem: "look", text: &text, include: None }).unwrap();
        let stencil = extract::stencil(&object, "op_look", &op.symbols, machine.tools.baseline()).unwrap();
        assert_eq!(stencil.rodata, [5u64, 6, 7, 8].map(u64::to_le_bytes).concat(), "{}", machine.program);
        let kinds: Vec<_> =
            stencil.hot_holes.iter().filter(|h| h.value == HoleValue::Rodata).map(|h| (h.kind, h.addend)).collect();
        assert_eq!(kinds, [(PatchKind::A64AdrPage21, 0), (PatchKind::A64AddPageOffset, 0)], "{}", machine.program);
    }
}

#[test]
fn numbers_are_opaque_to_the_compiler() {
    each("numbers", "check", |machine, stencil| {
        let kinds = |operand| {
            let of_operand = stencil.hot_holes.iter().filter(|hole| hole.value == HoleValue::Operand(operand));
            let mut kinds: Vec<_> = of_operand.map(|hole| hole.kind).collect();
            // A relaxed pair sets the upper half first.
            kinds.sort_by_key(|kind| match kind {
                PatchKind::A64MovWide { shift } => *shift,
                _ => 0,
            });
            kinds
        };
        let (k, a) = (kinds(1), kinds(2));
        match machine.tools.arch() {
            Arch::X86_64 => assert_eq!((k, a), (vec![PatchKind::X86Abs32], vec![PatchKind::X86Abs64])),
            Arch::Aarch64 => {
                let wide = |shifts: &[u8]| shifts.iter().map(|shift| PatchKind::A64MovWide { shift: *shift }).collect();
                assert_eq!((k, a), (wide(&[0, 16]), wide(&[0, 16, 32, 48])));
            }
        }
    });
}

#[test]
fn branches_within_the_cold_part_are_filled_in() {
    // Two cold functions, one of which continues in the other.
    let c = "
        OUTLINED second(Vm *vm, Slot *base, Frame *frame) {
          if (vm->globals == 0) TAIL EXIT_deopt(vm, base, frame);
          vm->core.exit = 9;
          TAIL EXIT_leave(vm, base, frame);
        }
        OUTLINED first(Vm *vm, Slot *base, Frame *frame) {
          frame->pc = HOLE_OFFSET(HOLE_pc);
          if (frame->function == 0) TAIL EXIT_throw(vm, base, frame);
          TAIL second(vm, base, frame);
        }
        OP(two) {
          if (READ_SLOT(HOLE_a) == 0) TAIL first(vm, base, frame);
          TAIL CONTINUE(vm, base, frame);
        }";
    let set = set("two", vec![op("two", &["HOLE_a"], c)]);
    for machine in machines("two") {
        let object = machine.tools.compile(Unit { stem: "two", text: &generated_c(&set), include: None }).unwrap();
        let stencil = extract::stencil(&object, "op_two", &set.ops[0].symbols, machine.tools.baseline()).unwrap();
        let own = |hole: &Hole| matches!(hole.value, HoleValue::Cold | HoleValue::Hot);
        assert!(stencil.hot_holes.iter().any(own), "{}: {stencil:?}", machine.program);
        assert!(!stencil.cold_holes.iter().any(own), "{}: {stencil:?}", machine.program);
    }
}
