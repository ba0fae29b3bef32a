//! Jumps to lone jumps → jumps to the final targets, without the code that becomes unreachable.

use std::collections::{HashMap, HashSet};

use super::line::{Kind, Line};
use super::{CODE_SECTION, CONTINUE};

/// Threads jumps and drops unreachable code until nothing changes.
pub(super) fn thread(lines: &mut Vec<Line>) {
    // Each iteration retargets or drops a line permanently, so the number of lines bounds the iterations.
    for _ in 0..=lines.len() {
        let retargeted = retarget(lines);
        let dropped = sweep(lines);
        if !retargeted && !dropped {
            break;
        }
    }
}

/// Retargets jumps and branches whose target is a lone jump.
fn retarget(lines: &mut [Line]) -> bool {
    let jumps = lone_jumps(lines);
    let mut changed = false;
    for line in lines {
        if !matches!(line.kind, Kind::Jump(_) | Kind::Branch(_)) {
            continue;
        }
        let Some(first) = line.target() else { continue };
        let mut seen = HashSet::from([first]);
        let mut target = first;
        // A chain of jumps ends or forms a cycle, which can be left at any point.
        while let Some(jump) = jumps.get(target) {
            if jump.falls_off && jump.section == line.section {
                break;
            }
            if !seen.insert(jump.target.as_str()) {
                break;
            }
            target = &jump.target;
        }
        if target != first {
            let target = target.to_owned();
            line.retarget(&target);
            changed = true;
        }
    }
    changed
}

/// The jump that follows a label.
struct LoneJump {
    target: String,
    section: String,
    /// Whether it is the jump to the continuation at the end of its section. Once that jump is dropped, a short branch
    /// to the label reaches the continuation.
    falls_off: bool,
}

/// Returns the labels directly before a jump.
fn lone_jumps(lines: &[Line]) -> HashMap<String, LoneJump> {
    let mut jumps = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        let Kind::Label(name) = &line.kind else { continue };
        let next = lines[index + 1..].iter().position(|line| !matches!(line.kind, Kind::Label(_) | Kind::Blank));
        let Some(next) = next.map(|next| index + 1 + next) else { continue };
        let Kind::Jump(target) = &lines[next].kind else { continue };
        let last = !lines[next + 1..]
            .iter()
            .take_while(|after| after.section == line.section && after.kind != Kind::Directive)
            .any(Line::is_code);
        let jump =
            LoneJump { target: target.clone(), section: line.section.clone(), falls_off: last && target == CONTINUE };
        jumps.insert(name.clone(), jump);
    }
    jumps
}

/// Drops code after a jump that no label makes reachable.
fn sweep(lines: &mut Vec<Line>) -> bool {
    let before = lines.len();
    let mentioned: HashSet<&str> = lines.iter().flat_map(Line::mentions).collect();
    let mut keep = vec![true; before];
    let mut unreachable = false;
    for (index, line) in lines.iter().enumerate() {
        if !line.section.starts_with(CODE_SECTION) {
            unreachable = false;
            continue;
        }
        match &line.kind {
            // A label that is not local can be reached from anywhere.
            Kind::Label(name) if !name.starts_with(".L") || mentioned.contains(name.as_str()) => unreachable = false,
            Kind::Label(_) | Kind::Blank => {}
            // A directive can start anything, and inline assembly can define labels.
            Kind::Directive | Kind::Opaque => unreachable = false,
            _ if unreachable => keep[index] = false,
            _ => unreachable = line.ends_flow(),
        }
    }
    let mut keep = keep.into_iter();
    lines.retain(|_| keep.next() != Some(false));
    lines.len() != before
}

#[cfg(test)]
mod tests {
    use mimeo_def::stencil::Arch;

    use super::super::line::parse;
    use super::thread;

    fn threaded(arch: Arch, text: &str) -> String {
        let mut lines = parse(arch, text);
        thread(&mut lines);
        lines.iter().map(|line| line.text.trim().to_owned() + "\n").collect()
    }

    #[test]
    fn gcc_x86_64_exit_of_a_branch() {
        // `if (a < b) return JUMP_to(…); return CONTINUE(…);`
        let text = "op_jlt:
            cmpl %eax, HOLE_a(%rsi)
            jl .L11
            jmp CONTINUE
            .L11:
            jmp JUMP_to
            .size op_jlt, .-op_jlt\n";
        let expected = "op_jlt:\ncmpl %eax, HOLE_a(%rsi)\njl JUMP_to\njmp CONTINUE\n.L11:\n.size op_jlt, .-op_jlt\n";
        assert_eq!(threaded(Arch::X86_64, text), expected);
    }

    #[test]
    fn gcc_aarch64_trampolines_to_the_cold_section() {
        let text = "op_add:
            bne .L9
            tbz x0, 3, .L10
            b CONTINUE
            .L9:
            b .L6
            .L10:
            b .L6
            .section .text.unlikely.op_add
            .L6:
            mov x2, x8
            b op_add_slow0\n";
        let expected = "op_add:\nbne .L6\ntbz x0, 3, .L10\nb CONTINUE\n.L9:\n.L10:\nb .L6\n\
            .section .text.unlikely.op_add\n.L6:\nmov x2, x8\nb op_add_slow0\n";
        assert_eq!(threaded(Arch::Aarch64, text), expected);
    }

    #[test]
    fn chains_are_followed_and_cycles_are_left() {
        let chain = "f:\nje .L1\nret\n.L1:\njmp .L2\n.L2:\njmp X\n";
        assert_eq!(threaded(Arch::X86_64, chain), "f:\nje X\nret\n.L1:\n.L2:\n");
        let circle = "f:\nje .L1\nret\n.L1:\njmp .L2\n.L2:\njmp .L1\n";
        assert!(threaded(Arch::X86_64, circle).contains("jmp .L"), "a circle must stay one");
    }

    #[test]
    fn the_last_jump_to_the_continuation_is_reached_by_short_branches() {
        let text = "f:\nje .L1\nmovq %rax, HOLE_dst(%rsi)\n.L1:\njmp CONTINUE\n.size f, .-f\n";
        assert_eq!(threaded(Arch::X86_64, text), text);
    }

    #[test]
    fn mentioned_labels_and_inline_assembly_keep_code() {
        let table = "f:\njmp *%rax\n.L1:\nnop\njmp X\n.section .rodata\n.quad .L1\n";
        assert_eq!(threaded(Arch::X86_64, table), table);
        let inline = "f:\nret\n#APP\n1: jmp 1b\n#NO_APP\nret\n";
        assert_eq!(threaded(Arch::X86_64, inline), inline);
        let immediate = "f:\nmovl $.L1, %eax\njmp *%rax\n.L1:\nnop\njmp X\n";
        assert_eq!(threaded(Arch::X86_64, immediate), immediate);
    }
}
