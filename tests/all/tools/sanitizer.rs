//! The C of every instruction set has no undefined behaviour: it runs as ordinary C (`MIMEO_HOSTED` in the
//! prelude), on edge-case values, under the compiler's sanitizer.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Output};

use calc::ops::ops as calc_ops;
use mimeo::InstructionSet;
use mimeo::def::op::{OpInfo, OperandKind, Scalar};
use mimeo_tests::broken::broken_ops;
use mimeo_tests::corners::corner_ops;
use mimeo_tests::reference::reference_ops;
use mimeo_tests::registers::register_ops;
use mimeo_tests::stack::stack_ops;

/// Flags of the C compiler, without `-fwrapv` and other flags of stencils, so that nothing depends on them.
/// Uninitialised variables and mismatched calls are errors.
const FLAGS: &[&str] = &[
    "-x",
    "c",
    "-std=gnu11",
    "-O1",
    "-g0",
    "-DMIMEO_HOSTED",
    "-fsanitize=undefined,float-cast-overflow",
    "-fno-sanitize-recover=all",
    "-Werror=uninitialized",
    "-Werror=maybe-uninitialized",
    "-Werror=return-type",
    "-Werror=implicit-function-declaration",
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
];

/// The state of an instruction set: C that fills `vm->context`, and the sizes of its index spaces.
struct Language {
    context: &'static str,
    spaces: &'static [(&'static str, u32)],
    /// Runtime functions that return an address that ops dereference.
    pointers: &'static [&'static str],
}

/// The C before the runs of the ops: memory, numbers, and all exits.
const DRIVER: &str = r#"
int printf(const char *format, ...);
int dprintf(int file, const char *format, ...);
int strcmp(const char *a, const char *b);
static uint64_t seed = 0x6d696d656f;
static uint64_t random_bits(void) {
  seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17;
  return seed;
}
static uint64_t below(uint64_t end) { return random_bits() % end; }
static const uint64_t EDGES[] = {
  0, 1, 2, 63, 64, 127, 128, 255, 0x7fff, 0x8000, 0x7fffffff, 0x80000000u, 0xffffffffu, 0x100000000ULL,
  0x7fffffffffffffffULL, 0x8000000000000000ULL, 0xffffffffffffffffULL, 0xffffffff80000000ULL, 0xffffffffffffff80ULL,
  0x3ff0000000000000ULL, 0xbff0000000000000ULL, 0x7ff0000000000000ULL, 0xfff0000000000000ULL, 0x7ff8000000000000ULL,
  0x7ff0000000000001ULL, 0x43e0000000000000ULL, 0x41dfffffffc00000ULL, 0xc1e0000000200000ULL, 0x0000000000000001ULL,
  0xfffe000000000000ULL, 0xfffe000000000001ULL, 0xfffe00007fffffffULL, 0xfffe000080000000ULL, 0xfffe0000ffffffffULL,
  0xfffd000000000000ULL, 0xfffd000000000002ULL, 0xfffd000000000003ULL, 0x4060000000000000ULL, 0xc060200000000000ULL,
};
static uint64_t edge(void) {
  switch (below(4)) {
    case 0: return random_bits() >> below(64);
    case 1: return EDGES[below(sizeof EDGES / sizeof *EDGES)] + below(3) - 1;
    default: return EDGES[below(sizeof EDGES / sizeof *EDGES)];
  }
}
static struct { const char *name; uint64_t value; } holes[64];
static int hole_count;
static void set(const char *name, uint64_t value) {
  holes[hole_count].name = name;
  holes[hole_count++].value = value;
}
uint64_t hosted_hole(const char *name) {
  for (int i = 0; i < hole_count; i++) if (!strcmp(holes[i].name, name)) return holes[i].value;
  dprintf(2, "no hole %s\n", name);
  __builtin_abort();
}
static int exits;
#define STUB(name) void name(Vm *vm, Slot *base, Frame *frame) { (void)vm; (void)base; (void)frame; exits++; }
STUB(CONTINUE) STUB(EXIT_deopt) STUB(EXIT_leave) STUB(EXIT_throw) STUB(hosted_callee)
static Continuation *const continuations[8] = { CONTINUE, CONTINUE, CONTINUE, CONTINUE, CONTINUE, CONTINUE, CONTINUE, CONTINUE };
static uint64_t arena[4096] __attribute__((aligned(16)));
static Slot stack[256];
static Frame frames[4];
static Function function = { hosted_callee, 64 };
static Vm machine;
static Outcome any_outcome(int fails, uint64_t value) {
  if (below(32) == 0) machine.core.exit = 7;
  Outcome outcome = { fails && below(4) == 0, value };
  return outcome;
}
static void prepare(void);
static void begin(void) {
  hole_count = 0;
  for (int i = 0; i < 256; i++) stack[i] = edge();
  for (int i = 0; i < 4; i++) frames[i] = (Frame){ &function, stack + 16, 0, hosted_callee };
  machine.core = (Core){ frames, stack + 256, frames + (below(4) ? 3 : 1), 0, 0, 0 };
  set("HOLE_pc", 0);
  set("HOLE_next_pc", 5);
  set("HOLE_function_word", edge());
  prepare();
}
"#;

/// Returns a program that runs each op on this number of states.
fn program<I: InstructionSet>(language: &Language, states: u32) -> String {
    let c = I::C;
    let mut text =
        format!("{c}\n{DRIVER}\nstatic void prepare(void) {{\n  Vm *vm = &machine;\n{}\n}}\n", language.context);
    let mut runs = String::new();
    let mut labels = BTreeSet::new();
    for info in I::OPS.iter().filter(|info| c.contains(&format!("STENCIL op_{}(Vm", info.name))) {
        write!(runs, "  for (int i = 0; i < {states}; i++) {{\n    begin();\n").expect("it is a string");
        for operand in info.operands {
            if operand.kind == OperandKind::Label {
                labels.insert(c_name(operand.name));
            } else {
                set_hole(&mut runs, info, &c_name(operand.name), operand.kind, language);
            }
        }
        writeln!(runs, "    op_{}(&machine, stack + 16, frames + 1);\n  }}", info.name).expect("it is a string");
    }
    for label in labels {
        writeln!(text, "STUB(JUMP_{label})").expect("it is a string");
    }
    for line in c.lines().filter_map(|line| line.strip_prefix("extern PLATFORM Outcome rt_")) {
        let (name, parameters) = line.split_once('(').expect("a prototype");
        let words = parameters.matches("uint64_t").count();
        let parameters = (0..words).fold("Vm *vm".to_owned(), |text, index| text + &format!(", uint64_t w{index}"));
        let value = if language.pointers.contains(&name) { "(uint64_t)(uintptr_t)arena" } else { "edge()" };
        let body = format!("return any_outcome(1, {value});");
        writeln!(text, "Outcome rt_{name}({parameters}) {{ (void)vm; {body} }}").expect("it is a string");
    }
    text + &format!("int main(void) {{\n{runs}  printf(\"%d exits\\n\", exits);\n  return 0;\n}}\n")
}

/// Returns the lowering's name for an operand, which is ASCII.
fn c_name(name: &str) -> String {
    let name = name.trim_start_matches("r#").chars();
    name.map(|c| if c.is_ascii() { c.to_string() } else { format!("u{:x}", u32::from(c)) }).collect()
}

fn set_hole(out: &mut String, info: &OpInfo, name: &str, kind: OperandKind, language: &Language) {
    let value = match kind {
        OperandKind::Slot { .. } | OperandKind::Stack { .. } => "8 * below(16)".to_owned(),
        OperandKind::Immediate { space: Some(space), .. } => {
            let len = language.spaces.iter().find(|(known, _)| *known == space).map(|(_, len)| len);
            format!("below({})", len.unwrap_or_else(|| panic!("`{}` needs the space `{space}`", info.name)))
        }
        OperandKind::Immediate { scalar: Scalar::Bool, .. } => "below(2)".to_owned(),
        OperandKind::Immediate { .. } | OperandKind::Constant => "edge()".to_owned(),
        OperandKind::Labels => {
            writeln!(out, "    set(\"HOLE_{name}_len\", 1 + below(8));").expect("it is a string");
            "(uint64_t)(uintptr_t)continuations".to_owned()
        }
        OperandKind::Window | OperandKind::StackWindow => {
            writeln!(out, "    set(\"HOLE_{name}_len\", below(8));").expect("it is a string");
            "8 * below(8)".to_owned()
        }
        OperandKind::Function => "(uint64_t)(uintptr_t)&function".to_owned(),
        OperandKind::Cache { size, .. } => {
            format!("(uint64_t)(uintptr_t)(arena + 2048 + {} * below(2))", size.div_ceil(8))
        }
        OperandKind::Label => return,
    };
    writeln!(out, "    set(\"HOLE_{name}\", {value});").expect("it is a string");
}

/// Compiles a program and runs it.
fn run(name: &str, text: &str) -> Output {
    let folder = std::env::temp_dir().join(format!("mimeo-sanitizer-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let (source, program): (PathBuf, PathBuf) = (folder.join("ops.c"), folder.join("ops"));
    std::fs::write(&source, text).expect("it can be written");
    let compiled = Command::new("cc").args(FLAGS).arg(&source).arg("-o").arg(&program).arg("-lm").output();
    let compiled = compiled.expect("cc runs");
    let errors = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{name} does not compile:\n{errors}");
    let output = Command::new(&program).env("UBSAN_OPTIONS", "print_stacktrace=0").output().expect("it runs");
    std::fs::remove_dir_all(folder).expect("it can be removed");
    output
}

fn check<I: InstructionSet>(language: &Language) {
    let output = run(I::NAME, &program::<I>(language, 300));
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && errors.is_empty(), "{}: {text}\n{errors}", I::NAME);
    let exits: usize = text.strip_suffix(" exits\n").and_then(|count| count.parse().ok()).expect("it came to its end");
    // Every run of an op takes one exit. Hand-written stencils do not run here.
    assert_eq!(exits, 300 * I::OPS.iter().filter(|info| I::C.contains(&format!("op_{}(Vm", info.name))).count());
}

#[test]
fn registers() {
    check::<register_ops::Ops>(&Language {
        context: "
  struct Node *nodes = (struct Node *)arena;
  for (int i = 0; i < 8; i++) {
    nodes[i].value_._0 = edge();
    nodes[i].next_ = i < 7 ? nodes + i + 1 : 0;
    nodes[i].kept_ = (struct Pair){edge(), f64_from_bits(edge())};
  }
  for (int i = 0; i < 100; i++) arena[1024 + i] = edge();
  vm->context.list_ = nodes;
  vm->context.globals_ = (struct Value *)(arena + 1024);
  vm->context.bytes_ = (uint8_t *)(arena + 1040);
  vm->context.pair_ = nodes[3].kept_;
  vm->context.counters_.bytes_ = edge();
  vm->context.counters_.signed_bytes_ = edge();
  vm->context.counters_.signed_words_ = edge();
  vm->context.counters_.longs_ = edge();
  vm->context.counters_.signed_longs_ = edge();
  vm->context.counters_.ready_ = edge() & 1;
  vm->context.shape_.id_ = below(2);
  vm->context.top_._0 = edge();",
        spaces: &[("globals", 8), ("nodes", 8), ("bytes", 8)],
        pointers: &["after", "find"],
    });
}

#[test]
fn stack() {
    let context = "  vm->context.cells_ = arena;\n  arena[below(8)] = edge();\n  vm->context.count_ = edge();";
    check::<stack_ops::Ops>(&Language { context, spaces: &[("cells", 8)], pointers: &[] });
}

#[test]
fn corners() {
    let context = "
  vm->context.list_ = (int64_t *)arena;
  for (int i = 0; i < 4; i++) arena[i] = edge();
  vm->context.count_ = edge();
  vm->context.float_ = f64_from_bits(edge());
  vm->context.singles_ = (struct Singles){f32_from_bits(edge()), f32_from_bits(edge())};";
    check::<corner_ops::Ops>(&Language { context, spaces: &[], pointers: &[] });
}

#[test]
fn reference() {
    // The callee that a runtime function returns is at the start of the arena.
    let context = "
  *(Function *)arena = function;
  vm->context.globals_ = (int64_t *)(arena + 8);
  for (int i = 8; i < 16; i++) arena[i] = edge();
  vm->context.ticks_ = edge();
  vm->context.ratio_ = f64_from_bits(edge());
  vm->context.origin_ = (struct Point){edge(), edge()};";
    check::<reference_ops::Ops>(&Language { context, spaces: &[("globals", 8)], pointers: &["target"] });
}

#[test]
fn calc() {
    let context = "  vm->context.globals_ = (int64_t *)arena;\n  arena[below(8)] = edge();";
    check::<calc_ops::Ops>(&Language { context, spaces: &[("globals", 8)], pointers: &[] });
}

#[test]
fn generated_stencils_of_broken_ops() {
    check::<broken_ops::Ops>(&Language { context: "  (void)vm;", spaces: &[], pointers: &[] });
}

/// Replaces the body of calc's `negate`, and asserts that the sanitizer stops the program with this complaint.
fn expect_complaint(body: &str, complaint: &str) {
    let language =
        Language { context: "  vm->context.globals_ = (int64_t *)arena;", spaces: &[("globals", 8)], pointers: &[] };
    let good = program::<calc_ops::Ops>(&language, 300);
    let start = good.find("STENCIL op_negate(Vm").expect("calc can negate");
    let brace = start + good[start..].find("{\n").expect("it is a function") + 2;
    let bad = format!("{}{body}\n{}", &good[..brace], &good[brace..]);
    let output = run("bad", &bad);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && errors.contains(complaint), "{errors}");
}

/// The sanitizer works: it reports undefined behaviour in C that has some.
#[test]
fn undefined_behaviour_is_reported() {
    let complaints = [
        ("WRITE_SLOT(HOLE_dst, (int64_t)READ_SLOT(HOLE_a) + 1);", "signed integer overflow"),
        ("WRITE_SLOT(HOLE_dst, 1 << (READ_SLOT(HOLE_a) & 255));", "shift exponent"),
        (
            "WRITE_SLOT(HOLE_dst, (int32_t)f64_from_bits(READ_SLOT(HOLE_a)));",
            "outside the range of representable values",
        ),
        ("WRITE_SLOT(HOLE_dst, 5 / (READ_SLOT(HOLE_a) & 1));", "division by zero"),
        ("WRITE_SLOT(HOLE_dst, *(int64_t *)(uintptr_t)(READ_SLOT(HOLE_a) & 0));", "null pointer"),
    ];
    for (body, complaint) in complaints {
        expect_complaint(body, complaint);
    }
}
