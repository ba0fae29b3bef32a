// Stencils of the instruction set `demo`, made by mimeo-build 0.1.0.
// Compiler: cc 1.0.
::mimeo::def::stencil::Table {
    abi: 4,
    arch: ::mimeo::def::stencil::Arch::X86_64,
    baseline: &[::mimeo::def::Feature::Sse3, ::mimeo::def::Feature::Ssse3, ::mimeo::def::Feature::Bmi1],
    convention: ::mimeo::def::stencil::Convention::PreserveNone,
    compiler: "cc 1.0",
    flags: "-O2",
    enter: ::mimeo::def::stencil::Stencil::EMPTY,
    exits: &[
        // deopt
        ::mimeo::def::stencil::Stencil::EMPTY,
        // leave
        ::mimeo::def::stencil::Stencil::EMPTY,
        // call
        ::mimeo::def::stencil::Stencil::EMPTY,
        // return
        ::mimeo::def::stencil::Stencil::EMPTY,
        // finish
        ::mimeo::def::stencil::Stencil::EMPTY,
        // throw
        ::mimeo::def::stencil::Stencil::EMPTY,
        // poll
        ::mimeo::def::stencil::Stencil::EMPTY,
    ],
    deopt_op: ::mimeo::def::stencil::Stencil::EMPTY,
    poll: ::mimeo::def::stencil::Stencil::EMPTY,
    graft: ::mimeo::def::stencil::Stencil::EMPTY,
    ops: &[
        ::mimeo::def::stencil::OpStencil {
            name: "add",
            fingerprint: ::mimeo::def::Fingerprint {
                operands: 0x00000001,
                body: 0x00000002,
                reached: 0x00000003,
                layout: 0xffffffff,
            },
            handwritten: ::core::option::Option::Some(0x00001234),
            stencil: ::core::result::Result::Ok(::mimeo::def::stencil::Stencil {
                hot: b"\
                    \x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\
                    \x18\x19\x1a\x1b\x1c\x1d",
                cold: b"\xcc",
                rodata: b"",
                hot_holes: &[
                    ::mimeo::def::stencil::Hole { at: ::mimeo::def::CodeOffset(0x3), kind: ::mimeo::def::stencil::PatchKind::A64LoadOffset { shift: 3 }, value: ::mimeo::def::stencil::HoleValue::Operand(1), addend: 0 },
                    ::mimeo::def::stencil::Hole { at: ::mimeo::def::CodeOffset(0x1a), kind: ::mimeo::def::stencil::PatchKind::X86Rel32, value: ::mimeo::def::stencil::HoleValue::Exit(::mimeo::def::frame::Exit::Throw), addend: -4 },
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        },
        ::mimeo::def::stencil::OpStencil {
            name: "print",
            fingerprint: ::mimeo::def::Fingerprint {
                operands: 0x00000001,
                body: 0x00000002,
                reached: 0x00000003,
                layout: 0xffffffff,
            },
            handwritten: ::core::option::Option::Some(0x00001234),
            stencil: ::core::result::Result::Err("uses \"x\""),
        },
    ],
}
