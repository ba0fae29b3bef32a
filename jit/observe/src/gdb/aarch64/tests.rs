//! Checks the steps of words, with the text that `objdump` prints.

use super::*;

const X0: Register = Register(0);
const X1: Register = Register(1);
const X19: Register = Register(19);
const X29: Register = Register(29);
const X30: Register = Register(30);

#[test]
fn the_stack() {
    let next = Step::new(4, Flow::Next);
    let stores = |a, b, at| [Some(Access::Store(a, at)), Some(Access::Store(b, at + 8))];
    let loads = |a, b, at| [Some(Access::Load(a, at)), Some(Access::Load(b, at + 8))];
    let store = |register, at| [Some(Access::Store(register, at)), None];
    let load = |register, at| [Some(Access::Load(register, at)), None];
    let cases = [
        (0xa9be_7bfd, "stp x29, x30, [sp, #-32]!", Some((32, stores(X29, X30, 0), 0))),
        (0xa8c2_7bfd, "ldp x29, x30, [sp], #32", Some((0, loads(X29, X30, 0), -32))),
        (0xa901_07e0, "stp x0, x1, [sp, #16]", Some((0, stores(X0, X1, 16), 0))),
        (0xa941_07e0, "ldp x0, x1, [sp, #16]", Some((0, loads(X0, X1, 16), 0))),
        (0x2901_07e0, "stp w0, w1, [sp, #8]", Some((0, [None; 2], 0))),
        (0xadbf_07e0, "stp q0, q1, [sp, #-32]!", Some((32, [None; 2], 0))),
        (0x28c1_07e0, "ldp w0, w1, [sp], #8", Some((0, [None; 2], -8))),
        (0xf81f_0fe0, "str x0, [sp, #-16]!", Some((16, store(X0, 0), 0))),
        (0xf841_07f3, "ldr x19, [sp], #16", Some((0, load(X19, 0), -16))),
        (0xf900_0bf3, "str x19, [sp, #16]", Some((0, store(X19, 16), 0))),
        (0xf940_0bf3, "ldr x19, [sp, #16]", Some((0, load(X19, 16), 0))),
        (0xf81f_83f3, "stur x19, [sp, #-8]", Some((0, store(X19, -8), 0))),
        (0xb900_0be0, "str w0, [sp, #8]", Some((0, [None; 2], 0))),
        (0x3c9f_0fe0, "str q0, [sp, #-16]!", Some((16, [None; 2], 0))),
        (0xd140_07ff, "sub sp, sp, #4096", Some((0, [None; 2], 4096))),
        (0x9100_c3ff, "add sp, sp, #48", Some((0, [None; 2], -48))),
        (0x9100_03fd, "mov x29, sp", Some((0, [None; 2], 0))),
        (0xf802_0ec9, "str x9, [x22, #32]!", Some((0, [None; 2], 0))),
        (0xf100_041f, "cmp x0, #1", Some((0, [None; 2], 0))),
        (0xf240_083f, "tst x1, #7", Some((0, [None; 2], 0))),
        (0x9100_03bf, "mov sp, x29", None),
        (0x927c_ed3f, "and sp, x9, #-16", None),
        (0xcb29_43ff, "sub sp, sp, w9, uxtw", None),
    ];
    for (word, text, expected) in cases {
        let step =
            expected.map(|(grows_before, accesses, grows_after)| Step { grows_before, accesses, grows_after, ..next });
        assert_eq!(decode(&u32::to_le_bytes(word)), step, "{text}");
    }
}

#[test]
fn control_flow() {
    let cases = [
        (0x1400_0003, "b .+12", Some(Flow::Jump(12))),
        (0x97ff_ffff, "bl .-4", Some(Flow::Call(Some(-4)))),
        (0x5400_0040, "b.eq .+8", Some(Flow::Branch(8))),
        (0xb4ff_ffe0, "cbz x0, .-4", Some(Flow::Branch(-4))),
        (0x3600_0040, "tbz w0, #0, .+8", Some(Flow::Branch(8))),
        (0xd61f_0200, "br x16", Some(Flow::Away)),
        (0xd63f_0060, "blr x3", Some(Flow::Call(None))),
        (0xd65f_03c0, "ret", Some(Flow::Away)),
        (0x8b01_0000, "add x0, x0, x1", Some(Flow::Next)),
        (0xd420_0000, "brk #0", None),
        (0x0000_0000, "udf #0", None),
    ];
    for (word, text, flow) in cases {
        assert_eq!(decode(&u32::to_le_bytes(word)), flow.map(|flow| Step::new(4, flow)), "{text}");
    }
    assert_eq!(decode(&[0xc0, 0x03, 0x5f]), None);
}
