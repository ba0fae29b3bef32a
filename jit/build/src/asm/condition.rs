//! A conditional jump's mnemonic → that of the jump with the opposite condition.
//!
//! Conditions test the flags, and each has a complement that tests the same ones, so the inversion is right
//! for integers and floats alike: `jcc A; jmp B` and `jncc B; jmp A` take the same branch in every state.

use mimeo_def::stencil::Arch;

/// x86: the names of `0F 80+2n` on the left and of `0F 81+2n` on the right, including synonyms.
const X86_PAIRS: [(&[&str], &[&str]); 8] = [
    (&["jo"], &["jno"]),
    (&["jb", "jc", "jnae"], &["jae", "jnc", "jnb"]),
    (&["je", "jz"], &["jne", "jnz"]),
    (&["jbe", "jna"], &["ja", "jnbe"]),
    (&["js"], &["jns"]),
    (&["jp", "jpe"], &["jnp", "jpo"]),
    (&["jl", "jnge"], &["jge", "jnl"]),
    (&["jle", "jng"], &["jg", "jnle"]),
];

/// AArch64: conditions whose encodings differ in the lowest bit. `al` has no complement.
const A64_PAIRS: [(&[&str], &[&str]); 7] = [
    (&["eq"], &["ne"]),
    (&["hs", "cs"], &["lo", "cc"]),
    (&["mi"], &["pl"]),
    (&["vs"], &["vc"]),
    (&["hi"], &["ls"]),
    (&["ge"], &["lt"]),
    (&["gt"], &["le"]),
];

/// Returns the mnemonic with the opposite condition, if this is a conditional jump that has one.
pub(super) fn invert(arch: Arch, mnemonic: &str) -> Option<String> {
    match arch {
        Arch::X86_64 => other(&X86_PAIRS, mnemonic).map(str::to_owned),
        Arch::Aarch64 => match mnemonic {
            "cbz" => Some("cbnz".to_owned()),
            "cbnz" => Some("cbz".to_owned()),
            "tbz" => Some("tbnz".to_owned()),
            "tbnz" => Some("tbz".to_owned()),
            // clang writes `b.ne`, gcc `bne`.
            _ => {
                let condition = mnemonic.strip_prefix('b')?;
                other(&A64_PAIRS, condition.strip_prefix('.').unwrap_or(condition)).map(|c| format!("b.{c}"))
            }
        },
    }
}

/// Returns the first name on the other side of the pair that contains `name`.
fn other(pairs: &[(&[&'static str], &[&'static str])], name: &str) -> Option<&'static str> {
    pairs.iter().find_map(|(a, b)| match () {
        () if a.contains(&name) => b.first().copied(),
        () if b.contains(&name) => a.first().copied(),
        () => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversion_is_its_own_inverse() {
        let x86 = X86_PAIRS.iter().flat_map(|(a, b)| [a[0], b[0]]).map(|name| (Arch::X86_64, name.to_owned()));
        let a64 = A64_PAIRS.iter().flat_map(|(a, b)| [a[0], b[0]]).map(|name| (Arch::Aarch64, format!("b.{name}")));
        let mut seen = 0;
        for (arch, name) in x86.chain(a64).chain(["cbz", "tbz"].map(|name| (Arch::Aarch64, name.to_owned()))) {
            let inverse = invert(arch, &name).unwrap();
            assert_ne!(inverse, name);
            assert_eq!(invert(arch, &inverse).as_ref(), Some(&name));
            seen += 1;
        }
        assert_eq!(seen, 16 + 14 + 2);
    }

    #[test]
    fn other_instructions_have_no_inverse() {
        for name in ["jmp", "jrcxz", "movq", "call"] {
            assert_eq!(invert(Arch::X86_64, name), None, "{name}");
        }
        for name in ["b", "bl", "blr", "bic", "bfi", "br", "b.al", "tbl", "ldr"] {
            assert_eq!(invert(Arch::Aarch64, name), None, "{name}");
        }
    }
}
