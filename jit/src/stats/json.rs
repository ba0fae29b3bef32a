//! [`Stats`] → one JSON object, whose fields `docs/statistics.md` describes.

use mimeo_def::frame::Exit;
use serde_json::{Map, Value, json};

use super::{
    Blocked, Code, Compile, Entry, Event, Functions, Gap, Hard, Latency, Optimized, Refused, Regions, Stats, Trace,
    What,
};

/// Version of the format. It changes when a field is removed or changes its meaning, not when one is added.
const SCHEMA: u64 = 1;

// serde_json without serde's derive adds 2 s to a clean build, mostly in parallel with other crates, and no macro
// crate. In return, well-tested code escapes the strings and writes the numbers.
impl Stats {
    /// Returns the statistics as one indented JSON object, whose fields `docs/statistics.md` describes.
    ///
    /// ```
    /// use mimeo::jit::Stats;
    ///
    /// let text = Stats::default().json();
    /// assert!(text.starts_with("{\n") && text.contains("\"ops\": 0"));
    /// ```
    pub fn json(&self) -> String {
        // Destructuring by name ensures that no field is forgotten.
        let Stats { functions, ops, gaps, code, compile, optimized, switches, trace } = self;
        let entered = counts(Entry::ALL.map(|entry| (entry.name(), switches.entered_by(entry))));
        let left = counts(Exit::ALL.map(|exit| (exit.name(), switches.left_by(exit))));
        let object = json!({
            "schema": SCHEMA,
            "functions": functions_value(functions),
            "ops": ops,
            "gaps": gaps.iter().map(gap_value).collect::<Value>(),
            "code": code_value(code),
            "compile": compile_value(compile),
            "optimized": optimized_value(optimized),
            "switches": { "entered": entered, "left": left },
            "trace": trace.as_ref().map(trace_value),
        });
        format!("{object:#}\n")
    }
}

fn counts<const N: usize>(counts: [(&str, u64); N]) -> Value {
    counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect::<Map<_, _>>().into()
}

fn functions_value(functions: &Functions) -> Value {
    let Functions { ok, ok_with_deopt, blocked, evicted, recompiled, dropped, left_to_interpreter, first_blocked } =
        functions;
    json!({
        "ok": ok,
        "ok_with_deopt": ok_with_deopt,
        "blocked": blocked,
        "evicted": evicted,
        "recompiled": recompiled,
        "dropped": dropped,
        "left_to_interpreter": left_to_interpreter,
        "first_blocked": first_blocked.iter().map(blocked_value).collect::<Value>(),
    })
}

fn blocked_value(blocked: &Blocked) -> Value {
    let Blocked { function, id, diagnostic, sentence, op } = blocked;
    json!({ "function": function, "id": id, "diagnostic": diagnostic.code(), "sentence": sentence, "op": op })
}

fn gap_value(gap: &Gap) -> Value {
    let Gap { op, reason, places, bytes, side_exits, hard } = gap;
    let Hard { functions, bytecode_bytes, runs } = hard;
    json!({
        "op": op,
        "diagnostic": reason.as_ref().map(|reason| reason.code().code()),
        "reason": reason.as_ref().map(|reason| reason.sentence()),
        "places": places,
        "bytes": bytes,
        "side_exits": side_exits,
        "hard": { "functions": functions, "bytecode_bytes": bytecode_bytes, "runs": runs },
    })
}

fn code_value(code: &Code) -> Value {
    let Code { live_bytes, retired_bytes, reclaimed_bytes, limit_bytes, regions } = code;
    let Regions { hot_bytes, cold_bytes, constant_bytes, stub_bytes, optimized_bytes } = regions;
    json!({
        "live_bytes": live_bytes,
        "retired_bytes": retired_bytes,
        "reclaimed_bytes": reclaimed_bytes,
        "limit_bytes": limit_bytes,
        "regions": {
            "hot_bytes": hot_bytes,
            "cold_bytes": cold_bytes,
            "constant_bytes": constant_bytes,
            "stub_bytes": stub_bytes,
            "optimized_bytes": optimized_bytes,
        },
    })
}

fn compile_value(compile: &Compile) -> Value {
    let Compile { plan_ns, emit_ns, seal_ns, latency, budget_ns, over_budget } = compile;
    let Latency { count, p50_ns, p90_ns, p99_ns, max_ns } = latency;
    json!({
        "plan_ns": plan_ns,
        "emit_ns": emit_ns,
        "seal_ns": seal_ns,
        "latency": { "count": count, "p50_ns": p50_ns, "p90_ns": p90_ns, "p99_ns": p99_ns, "max_ns": max_ns },
        "budget_ns": budget_ns,
        "over_budget": over_budget,
    })
}

fn optimized_value(optimized: &Optimized) -> Value {
    let Optimized { loops, inlined, refused, ns, first_refused } = optimized;
    let first_refused = first_refused.iter().map(|refused| {
        let Refused { function, id, head, reason } = refused;
        json!({ "function": function, "id": id, "head": head.0, "reason": reason })
    });
    json!({ "loops": loops, "inlined": inlined, "refused": refused, "ns": ns, "first_refused": first_refused.collect::<Value>() })
}

fn trace_value(trace: &Trace) -> Value {
    let Trace { events, lost } = trace;
    json!({ "lost": lost, "events": events.iter().map(event_value).collect::<Value>() })
}

fn event_value(event: &Event) -> Value {
    let Event { at_ns, what, function, id, ops, bytes, ns, gaps } = event;
    let diagnostic = match what {
        What::Blocked(diagnostic) => Some(diagnostic.code()),
        _ => None,
    };
    json!({
        "at_ns": at_ns,
        "what": what.name(),
        "diagnostic": diagnostic,
        "function": function,
        "id": id,
        "ops": ops,
        "bytes": bytes,
        "ns": ns,
        "gaps": gaps,
    })
}
