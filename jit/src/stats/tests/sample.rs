//! Made-up numbers → [`Stats`] with every field filled, for the tests of the formats.

use super::*;
use crate::errors::{Diagnostic, NoStencil};

/// Returns statistics in which everything has happened.
pub(super) fn sample() -> Stats {
    let oversize = "4294967296 does not fit an unsigned 32-bit field at byte 1";
    Stats {
        functions: Functions {
            ok: 1_203,
            ok_with_deopt: 17,
            blocked: 102,
            evicted: 40,
            recompiled: 31,
            dropped: 3,
            left_to_interpreter: 12_345,
            first_blocked: vec![
                Blocked {
                    function: "main".to_owned(),
                    id: 0,
                    diagnostic: Diagnostic::CodeCache,
                    sentence: "9000000 ops are too many for one code buffer".to_owned(),
                    op: None,
                },
                Blocked {
                    function: "wide \"one\"".to_owned(),
                    id: 17,
                    diagnostic: Diagnostic::PatchOverflow,
                    sentence: oversize.to_owned(),
                    op: Some("push"),
                },
            ],
        },
        ops: 48_800,
        gaps: vec![
            Gap {
                op: "sub",
                reason: Some(NoStencil::Build("the body has 300 bytes, the budget is 256")),
                places: 20,
                bytes: 260,
                side_exits: 1_000_000,
                hard: Hard::default(),
            },
            Gap {
                op: "push",
                reason: Some(NoStencil::Value { code: Diagnostic::PatchOverflow, sentence: oversize.to_owned() }),
                places: 1,
                bytes: 13,
                side_exits: 0,
                hard: Hard { functions: 1, bytecode_bytes: 642, runs: 1_345 },
            },
            Gap { op: "call", reason: None, places: 0, bytes: 0, side_exits: 12, hard: Hard::default() },
        ],
        code: Code {
            live_bytes: 1_048_576,
            retired_bytes: 640,
            reclaimed_bytes: 65_536,
            limit_bytes: Some(4 << 20),
            regions: Regions {
                hot_bytes: 800_000,
                cold_bytes: 200_000,
                constant_bytes: 16_576,
                stub_bytes: 30_000,
                optimized_bytes: 2_000,
            },
        },
        compile: Compile {
            plan_ns: 250_000,
            emit_ns: 1_250_000,
            seal_ns: 1_000_000,
            latency: Latency { count: 1_322, p50_ns: 999, p90_ns: 12_345, p99_ns: 1_000_000, max_ns: 2_000_000_000 },
            budget_ns: Some(1_000_000),
            over_budget: 13,
        },
        optimized: Optimized {
            loops: 5,
            inlined: 3,
            refused: 102,
            ns: 3_000_000,
            first_refused: vec![Refused {
                function: "main".to_owned(),
                id: 0,
                head: mimeo_def::Pc(17),
                reason: "each iteration calls a function".to_owned(),
            }],
        },
        switches: Switches { entered: [1_000, 10, 1_000_012, 7], left: [1_000_012, 0, 10, 7, 990, 10, 4] },
        trace: Some(Trace {
            events: [
                event(1_500, What::Compiled, "main", 0, (40, 812, 2_345, 1)),
                event(9_000, What::Compiled, "f", 1, (4, 99, 1_000, 0)),
                event(12_000, What::Blocked(Diagnostic::CodeCache), "wide \"one\"", 17, (0, 0, 345, 0)),
                event(20_000, What::Evicted, "main", 0, (0, 812, 0, 0)),
                event(21_000, What::Dropped, "f", 1, (0, 99, 0, 0)),
                event(1_234_567_890, What::Reclaimed, "main", 0, (0, 812, 0, 0)),
            ]
            .into(),
            lost: 2,
        }),
    }
}

fn event(at_ns: u64, what: What, function: &str, id: u32, (ops, bytes, ns, gaps): (u64, u64, u64, u64)) -> Event {
    Event { at_ns, what, function: function.to_owned(), id, ops, bytes, ns, gaps }
}
