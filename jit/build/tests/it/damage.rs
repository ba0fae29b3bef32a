//! Tables that were changed on purpose and have a correct checksum: code that is no longer a stencil is refused with
//! the reason. Stencils that compute the wrong result are accepted; only a compiler could detect them.

use iced_x86::{Code, CpuidFeature, Decoder, DecoderOptions, FlowControl, Instruction};
use mimeo_build::prebuilt;
use mimeo_build::table::OwnedTable;
use mimeo_build::{Baseline, OwnedStencil, Part};
use mimeo_def::stencil::{Arch, Hole, HoleValue, PatchKind};
use mimeo_lower::Lowered;

use crate::fixture::language;
use crate::machine::{AARCH64, Machine, X86_64, folder, machine, machines};

/// A valid table, and its sources.
struct Sound {
    set: Lowered,
    table: OwnedTable,
}

impl Sound {
    /// Builds the table of some of the fixture's ops.
    fn new(machine: &Machine, ops: &[&str]) -> Sound {
        let work = folder("damage_work");
        let mut set = language();
        set.ops.retain(|op| ops.contains(&op.name.as_str()));
        let table = OwnedTable::build(&set, &machine.tools, &work, &work).unwrap();
        let sound = Sound { set, table };
        assert_eq!(sound.read(&sound.table), Ok(()));
        sound
    }

    /// Writes a table with its checksum, and reads it like a build.
    fn read(&self, table: &OwnedTable) -> Result<(), String> {
        let text = prebuilt::write("src/ops.rs", table.arch, std::slice::from_ref(table));
        let read = prebuilt::read(&text).map_err(|damaged| damaged.reason)?;
        read.table(&self.set, &Baseline::base(table.arch)).map(drop).map_err(|unfit| unfit.to_string())
    }

    /// Changes one op's stencil and reads the table. Returns the changed stencil and the result.
    fn with(&self, op: usize, change: impl FnOnce(&mut OwnedStencil)) -> (OwnedStencil, Result<(), String>) {
        let mut table = self.table.clone();
        let stencil = table.ops[op].stencil.as_mut().unwrap();
        change(stencil);
        let changed = stencil.clone();
        let outcome = self.read(&table);
        (changed, outcome)
    }
}

fn code(stencil: &OwnedStencil, part: Part) -> (&[u8], &[Hole]) {
    match part {
        Part::Hot => (&stencil.hot, &stencil.hot_holes),
        Part::Cold => (&stencil.cold, &stencil.cold_holes),
    }
}

fn code_mut(stencil: &mut OwnedStencil, part: Part) -> &mut Vec<u8> {
    match part {
        Part::Hot => &mut stencil.hot,
        Part::Cold => &mut stencil.cold,
    }
}

/// Inverts every bit of the ops' code, one at a time, and calls `look` for each table that is accepted.
fn invert_every_bit(machine: &Machine, ops: &[&str], look: fn(&str, &OwnedStencil, &OwnedStencil)) {
    let sound = Sound::new(machine, ops);
    let (mut accepted, mut refused) = (0, 0);
    for (index, op) in sound.table.ops.iter().enumerate() {
        let before = op.stencil.as_ref().unwrap();
        for part in [Part::Hot, Part::Cold] {
            for at in 0..code(before, part).0.len() {
                for bit in 0..8 {
                    let (after, outcome) = sound.with(index, |stencil| code_mut(stencil, part)[at] ^= 1 << bit);
                    match outcome {
                        Ok(()) => {
                            accepted += 1;
                            look(&format!("bit {bit} of {} byte {at} of `{}`", part.name(), op.name), before, &after);
                        }
                        Err(reason) => {
                            refused += 1;
                            let start = format!("is damaged: the stencil of `{}` ", op.name);
                            assert!(reason.starts_with(&start), "{reason}");
                        }
                    }
                }
            }
        }
    }
    // The audit ignores numbers and holes, but not opcodes and stack registers.
    assert!(accepted > 0 && refused > accepted / 8, "{accepted} accepted, {refused} refused, {}", machine.program);
}

/// Decodes a part by other means than the audit.
fn decoded(part: (&[u8], &[Hole])) -> Vec<Instruction> {
    let decoder = Decoder::with_ip(64, part.0, 0, DecoderOptions::NONE);
    decoder.into_iter().collect()
}

/// Returns the effect of an instruction on the stack pointer.
fn stack_effect(instruction: &Instruction) -> i64 {
    match instruction.code() {
        Code::Add_rm64_imm8 | Code::Add_rm64_imm32 if format!("{:?}", instruction.op0_register()) == "RSP" => {
            instruction.immediate(1) as i64
        }
        Code::Sub_rm64_imm8 | Code::Sub_rm64_imm32 if format!("{:?}", instruction.op0_register()) == "RSP" => {
            -(instruction.immediate(1) as i64)
        }
        _ => i64::from(instruction.stack_pointer_increment()),
    }
}

/// Checks on x86-64 that control leaves by the same holes or by none, that the effect on the stack is the same, and
/// that no newer processor is required.
fn look_at_x86_64(what: &str, before: &OwnedStencil, after: &OwnedStencil) {
    let is_base = |feature: &CpuidFeature| {
        let base = [
            CpuidFeature::INTEL8086,
            CpuidFeature::INTEL186,
            CpuidFeature::INTEL286,
            CpuidFeature::INTEL386,
            CpuidFeature::INTEL486,
            CpuidFeature::X64,
            CpuidFeature::CMOV,
            CpuidFeature::CX8,
            CpuidFeature::SSE,
            CpuidFeature::SSE2,
            CpuidFeature::MULTIBYTENOP,
            CpuidFeature::PAUSE,
        ];
        base.contains(feature)
    };
    for part in [Part::Hot, Part::Cold] {
        let (old, new) = (decoded(code(before, part)), decoded(code(after, part)));
        let (_, holes) = code(after, part);
        let effects = |code: &[Instruction]| code.iter().map(stack_effect).filter(|by| *by != 0).collect::<Vec<_>>();
        assert_eq!(effects(&new), effects(&old), "{what}");
        let count = |code: &[Instruction], of| code.iter().filter(|one| one.flow_control() == of).count();
        for flow in [FlowControl::IndirectBranch, FlowControl::IndirectCall, FlowControl::Return] {
            assert!(count(&new, flow) <= count(&old, flow), "{what}: {flow:?}");
        }
        for instruction in &new {
            let features = instruction.cpuid_features();
            assert!(!instruction.is_invalid() && features.iter().all(is_base), "{what}: {features:?}");
            let start = instruction.ip() as u32;
            let hole = holes.iter().find(|hole| (start..start + instruction.len() as u32).contains(&hole.at.0));
            match (instruction.flow_control(), hole) {
                (FlowControl::Next | FlowControl::IndirectBranch, _) => {}
                (FlowControl::Call, Some(hole)) => assert!(matches!(hole.value, HoleValue::Runtime(_)), "{what}"),
                (FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch, Some(hole)) => {
                    assert_eq!(hole.kind, PatchKind::X86Rel32, "{what}");
                }
                (FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch, None) => {
                    let target = instruction.near_branch_target();
                    assert!(new.iter().any(|other| other.ip() == target), "{what}: {target}");
                }
                (other, _) => panic!("{what}: {other:?}"),
            }
        }
    }
}

/// Checks the same on AArch64, by counting the words that could break it.
fn look_at_aarch64(what: &str, before: &OwnedStencil, after: &OwnedStencil) {
    for part in [Part::Hot, Part::Cold] {
        let words = |stencil| {
            let (bytes, _) = code(stencil, part);
            bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect::<Vec<_>>()
        };
        let (old, new) = (words(before), words(after));
        let count = |words: &[u32], mask, value| words.iter().filter(|word| *word & mask == value).count();
        // Jumps and calls through registers, returns; exceptions and the system; words of SVE and SME.
        assert!(count(&new, 0xfe00_0000, 0xd600_0000) <= count(&old, 0xfe00_0000, 0xd600_0000), "{what}");
        assert_eq!(count(&new, 0xff00_0000, 0xd400_0000), 0, "{what}");
        assert_eq!(count(&new, 0x1e00_0000, 0x0400_0000) + count(&new, 0x9e00_0000, 0x8000_0000), 0, "{what}");
        // Additions to the stack pointer, and accesses that move it.
        for (mask, value) in [(0x3f80_001f, 0x1100_001f), (0x3a80_03e0, 0x2880_03e0), (0x3b20_07e0, 0x3800_07e0)] {
            assert_eq!(count(&new, mask, value), count(&old, mask, value), "{what}");
        }
        // Calls go to the runtime, through holes.
        for (index, word) in new.iter().enumerate().filter(|(_, word)| *word & 0xfc00_0000 == 0x9400_0000) {
            let hole = code(after, part).1.iter().find(|hole| hole.at.0 as usize == index * 4);
            assert!(hole.is_some_and(|hole| matches!(hole.value, HoleValue::Runtime(_))), "{what}: {word:#x}");
        }
    }
}

#[test]
fn x86_64_code_with_an_inverted_bit_is_refused_or_only_computes() {
    let machines = machines("damage_x86_64");
    let Some(machine) = machines.iter().find(|machine| machine.program.ends_with(X86_64)) else { return };
    invert_every_bit(machine, &["add", "jump_if_lt", "scale", "print"], look_at_x86_64);
    invert_every_bit(machine, &["call", "ret", "count_loop", "bits"], look_at_x86_64);
}

#[test]
fn aarch64_code_with_an_inverted_bit_is_refused_or_only_computes() {
    let machines = machines("damage_aarch64");
    let Some(machine) = machines.iter().find(|machine| machine.program.ends_with(AARCH64)) else { return };
    invert_every_bit(machine, &["add", "jump_if_lt", "scale", "print"], look_at_aarch64);
    invert_every_bit(machine, &["call", "ret", "count_loop", "bits"], look_at_aarch64);
}

#[test]
fn code_that_is_not_a_stencil_is_refused_with_the_reason() {
    let machine = machine("cc", crate::machine::host(), &folder("damage_reasons"));
    let sound = Sound::new(&machine, &["add", "move"]);
    let at_start = |words: &'static [u8]| {
        let (_, outcome) = sound.with(1, |stencil| {
            stencil.hot.splice(..0, words.iter().copied());
            let by = words.len() as u32;
            stencil.hot_holes.iter_mut().for_each(|hole| hole.at.0 += by);
        });
        outcome.unwrap_err()
    };
    let cases: &[(&[u8], &str)] = match machine.tools.arch() {
        Arch::X86_64 => &[
            (b"\xc3", "returns at 0x0 instead of jumping to the continuation or an exit"),
            (
                b"\xff\xe0",
                "jumps through a register or memory at 0x0, which only ops that call, return or jump to one of several labels may do",
            ),
            (b"\xff\xd0", "calls through a register or memory at 0x0"),
            (b"\xe8\0\0\0\0", "calls its own code at 0x0, but can only call runtime functions"),
            (b"\x0f\x05", "makes a system call, starts a transaction or accesses processor state at 0x0"),
            (b"\xfd", "makes a system call, starts a transaction or accesses processor state at 0x0"),
            (b"\xcc", "has a trap instruction at 0x0"),
            (b"\x06", "has an invalid instruction at 0x0"),
            (b"\xf3\x0f\xb8\xc0", "needs popcnt at 0x0, which the baseline (x86-64) does not have"),
            (b"\x48\x89\xc4", "changes the stack pointer at 0x0 by an unknown amount"),
            (b"\x48\x89\x44\x24\x08", "accesses the native stack outside its own frame at 0x0"),
            (b"\x50", "leaves the stencil at 0xf with 8 bytes on the native stack"),
            (b"\xeb\x02\x90", "jumps to 0x4, which is not the start of an instruction"),
        ],
        Arch::Aarch64 => &[
            (b"\xc0\x03\x5f\xd6", "returns at 0x0 instead of jumping to the continuation or an exit"),
            (
                b"\x00\x02\x1f\xd6",
                "jumps through a register or memory at 0x0, which only ops that call, return or jump to one of several labels may do",
            ),
            (b"\x00\x02\x3f\xd6", "calls through a register or memory at 0x0"),
            (b"\x01\0\0\xd4", "makes a system call, starts a transaction or accesses processor state at 0x0"),
            (b"\x20\0\x20\xd4", "has a trap instruction at 0x0"),
            (b"\xe0\x07\0\xf9", "accesses the native stack outside its own frame at 0x0"),
            (b"\x41\0\x20\xf8", "needs lse at 0x0, which the baseline (armv8-a) does not have"),
            (b"\x3f\x01\0\x91", "changes the stack pointer at 0x0 by an unknown amount"),
        ],
    };
    for (words, expected) in cases {
        assert_eq!(at_start(words), format!("is damaged: the stencil of `move` {expected}"));
    }
}

#[test]
fn holes_that_do_not_fit_are_refused_with_the_reason() {
    let machine = machine("cc", crate::machine::host(), &folder("damage_holes"));
    let sound = Sound::new(&machine, &["add", "move"]);
    let last = |stencil: &mut OwnedStencil| stencil.hot_holes.len() - 1;
    let reason = |change: &dyn Fn(&mut OwnedStencil)| sound.with(1, change).1.unwrap_err();
    let of_move = |rest: &str| format!("is damaged: the stencil of `move` {rest}");
    let to_exit = reason(&|s| {
        let last = last(s);
        s.hot_holes[last].value = HoleValue::Pc;
    });
    assert_eq!(to_exit, of_move("uses `HOLE_pc` as an address relative to the code, not as a number"));
    let past = reason(&|s| {
        let last = last(s);
        s.hot_holes[last].addend += 16;
    });
    assert_eq!(past, of_move("jumps 16 bytes past the start of `CONTINUE`"));
    let far = reason(&|s| {
        let last = last(s);
        s.hot_holes[last].addend = i64::MAX;
    });
    assert_eq!(
        far,
        of_move(&format!(
            "the object file cannot be read: `CONTINUE` is referred to at a distance of {} bytes",
            i64::MAX
        ))
    );
    let other = reason(&|s| s.hot_holes[0].value = HoleValue::Operand(7));
    assert_eq!(other, of_move("uses `Operand(7)`, which this op does not declare"));
    let unused = reason(&|s| s.hot_holes[0].value = s.hot_holes[1].value);
    assert_eq!(unused, of_move("does not use `HOLE_a`, which the definition uses"));
    let without = reason(&|s| {
        s.hot_holes.remove(0);
    });
    assert_eq!(without, of_move("does not use `HOLE_a`, which the definition uses"));
    let moved = reason(&|s| s.hot_holes[0].at.0 += 1);
    assert!(moved.contains("is not an operand field of an instruction"), "{moved}");
    let end = reason(&|s| s.tail_jump = 0);
    let len_bytes = if machine.tools.arch() == Arch::X86_64 { 5 } else { 4 };
    assert_eq!(end, of_move(&format!("ends in a jump of {len_bytes} bytes to the continuation, but the table says 0")));
    let constants = reason(&|s| s.rodata = vec![0; 600]);
    assert_eq!(constants, of_move("constant data `op_move` is 600 bytes long, over the limit of 512"));
}

#[test]
fn stencils_that_do_not_belong_to_an_op_are_audited() {
    let machine = machine("cc", crate::machine::host(), &folder("damage_support"));
    let sound = Sound::new(&machine, &["move"]);
    let nop: &[u8] = if machine.tools.arch() == Arch::X86_64 { b"\x90" } else { b"\x1f\x20\x03\xd5" };
    let refused = |change: &dyn Fn(&mut OwnedTable)| {
        let mut table = sound.table.clone();
        change(&mut table);
        sound.read(&table).unwrap_err()
    };
    let nothing = OwnedStencil { hot: nop.to_vec(), ..OwnedStencil::default() };
    let runs_off = "runs off the end of its hot code";
    let enter = refused(&|table| table.enter = nothing.clone());
    assert_eq!(enter, format!("is damaged: the stencil of `enter` {runs_off}"));
    let exit = refused(&|table| table.exits[5] = nothing.clone());
    assert_eq!(exit, format!("is damaged: the stencil of the exit `throw` {runs_off}"));
    let deopt = refused(&|table| table.deopt_op = nothing.clone());
    assert_eq!(deopt, format!("is damaged: the stencil of `OP_DEOPT` {runs_off}"));
    let poll = refused(&|table| table.poll = nothing.clone());
    assert_eq!(poll, format!("is damaged: the stencil of `poll` {runs_off}"));
    let graft = refused(&|table| table.graft = nothing.clone());
    assert_eq!(graft, format!("is damaged: the stencil of `graft` {runs_off}"));
}
