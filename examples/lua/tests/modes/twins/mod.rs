//! Every op of Lua does the same in both tiers, on objects of all types.

mod world;

use std::io;

use lua::bare_state;
use lua::ops::ops::{Context, Machine, Ops, Value, Vm};
use lua::runtime::Host;
use mimeo::InstructionSet as _;
use mimeo::def::op::{OpInfo, OperandInfo};
use mimeo_corpus::runner::with_stack;
use mimeo_twins::{Language, Random, Settings, twins_with};

use world::{OBJECTS, description, look_the_same, number_of, stand_in};

struct Lua;

/// Maximal number of arguments and of results. They can be above the frame.
const MAX_VALUES: u64 = 4;

// SAFETY: `localize` replaces the numbers of the world by its objects, and `operand` chooses valid operands.
unsafe impl Language<Ops> for Lua {
    type Snapshot = String;

    fn state(&self, random: &mut Random) -> (Context, Host) {
        let (mut context, host) = bare_state(Box::new(io::empty()), Box::new(io::sink()));
        context.arguments = random.below(MAX_VALUES + 1) as u32;
        context.results = random.below(MAX_VALUES) as u32;
        (context, host)
    }

    fn prepare(&self, machine: &mut Machine) {
        let (arguments, results) = (machine.vm().context.arguments, machine.vm().context.results);
        world::create(machine, arguments % 2 == 0);
        let context = &mut machine.vm_mut().context;
        (context.arguments, context.results) = (arguments, results);
    }

    fn localize(&self, vm: &mut Vm, value: Value) -> Value {
        world::localize(vm, value)
    }

    fn snapshot(&self, vm: &Vm) -> String {
        description(vm)
    }

    fn edges(&self) -> Vec<Value> {
        let mut edges = vec![Value::NIL, Value::FALSE, Value::TRUE];
        edges.extend([0.0, 1.0, -0.0, -1.0, 2.0, 0.5, 3.0, 1e300, -1e300, f64::INFINITY, f64::NAN].map(Value::number));
        edges.extend([4294967295.0, 4294967296.0, 4503599627370496.0, 9007199254740993.0, 5e-324].map(Value::number));
        edges.extend([1, 4, 11, 14, 17, 20, 25].map(stand_in));
        edges
    }

    fn value(&self, random: &mut Random) -> Value {
        match random.below(4) {
            0 => Value::number(random.edge_f64()),
            1 => Value::number(random.below(7) as f64),
            _ => stand_in(1 + random.below(OBJECTS)),
        }
    }

    fn operand(&self, op: &OpInfo, operand: &OperandInfo, random: &mut Random) -> Option<u64> {
        let bits = match (base_name(op), operand.name) {
            // The running function is a closure: number 17 or 18 has an upvalue, and creates closures itself.
            ("get_upvalue" | "set_upvalue" | "closure", "function") => stand_in(17 + random.below(2)).0,
            ("get_upvalue" | "set_upvalue", "index") => random.below(2),
            ("closure", "prototype") => 3,
            ("get_global" | "set_global" | "get_globals" | "load_text", "function") => stand_in(17 + random.below(3)).0,
            ("load_text", "index") => random.below(4),
            // The chunk has a table of 70 elements and one of 70 pairs.
            ("set_literals" | "set_pairs", "function") => stand_in(17 + random.below(3)).0,
            ("set_literals" | "set_pairs", "table") => stand_in(1 + random.below(3)).0,
            ("set_literals" | "set_pairs", "count") => random.below(30),
            ("set_literals" | "set_pairs", "from") => 70 + 2 * random.below(30),
            ("set_literals", "first") => 1 + random.below(8),
            // Names are short strings.
            (_, "name") => stand_in(11 + random.below(4)).0,
            // The arguments after the parameters are nil or a table with only elements.
            ("variadic" | "variadic_open", "rest") => [Value::NIL, stand_in(2)][random.below(2) as usize].0,
            ("set_list" | "set_list_open", "table") => stand_in(1 + random.below(3)).0,
            ("set_list" | "set_list_open", "first") => 1 + random.below(8),
            ("new_table", _) => random.below(20),
            ("loop_number", "which") => random.below(3),
            ("run_builtin", "builtin") => stand_in(20 + random.below(4)).0,
            ("begin_protected", "parts") => 1 + random.below(2),
            // No more than there are arguments, whose number decreases with each call.
            ("call_rest", "parts") => 0,
            _ => return None,
        };
        Some(bits)
    }

    fn shortest_window(&self, op: &OpInfo) -> u16 {
        match base_name(op) {
            "concat" => 2,
            _ => 1,
        }
    }

    fn skip(&self, op: &OpInfo) -> Option<String> {
        (base_name(op) == "end_coroutine").then(|| "it ends a coroutine, and none is running".to_owned())
    }

    fn same(&self, interpreted: Value, native: Value) -> bool {
        interpreted == native || look_the_same(interpreted, native)
    }

    fn same_cell(&self, op: &OpInfo, word: usize, interpreted: u64, native: u64) -> bool {
        // After the cell for a table's own field: shapes, an address, flags, and possibly two values.
        let has = |name| op.operands.iter().any(|operand| operand.name == name);
        match word {
            2 if has("inherited") || has("add") => (interpreted == 0) == (native == 0),
            4 | 5 if has("inherited") => self.same(Value(interpreted), Value(native)),
            _ => interpreted == native,
        }
    }

    fn show(&self, value: Value) -> String {
        match number_of(value) {
            Some(number) => format!("the {} WORLD[{number}]", value.type_name()),
            None if value.is_object() => format!("a {}", value.type_name()),
            None => format!("{value:?}, {}", value.to_number().map_or(value.type_name().into(), |n| format!("{n:?}"))),
        }
    }
}

/// Returns the name of an op without the suffix of its encoding.
fn base_name(op: &OpInfo) -> &'static str {
    let suffix = |operand: &OperandInfo| format!("_{}_constant", operand.name);
    op.operands.iter().find_map(|operand| op.name.strip_suffix(&suffix(operand))).unwrap_or(op.name)
}

#[test]
fn twins() {
    let settings = Settings::default().with_states(64).with_only(std::env::var("MIMEO_OP").ok());
    let report = with_stack(|| twins_with::<Ops>(Lua, &settings));
    assert_eq!(report.unavailable, None);
    if settings.only.is_none() {
        let skipped: Vec<_> = report.skipped.iter().map(|(op, _)| *op).collect();
        assert_eq!(skipped, ["end_coroutine"]);
        assert_eq!(report.ops + report.without_stencil.len() + report.skipped.len(), Ops::OPS.len());
    }
}
