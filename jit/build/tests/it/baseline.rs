//! Code for newer processors is refused unless the baseline was raised, by the audit and by the reader of tables.

use mimeo_build::isa::{self, Need};
use mimeo_build::object_file::Format;
use mimeo_build::prebuilt::{self, Unfit};
use mimeo_build::table::OwnedTable;
use mimeo_build::toolchain::Unit;
use mimeo_build::{Baseline, Feature, OwnedStencil, extract};
use mimeo_def::stencil::Arch;

use crate::fixture::{declare, language, op, prelude, set};
use crate::machine::{AARCH64, Machine, X86_64, folder, machines, raised};

/// A feature, and a statement for which compilers use it if they may.
type Case = (Feature, &'static str);

const CASES: &[Case] = &[
    (Feature::Popcnt, "WRITE_SLOT(HOLE_dst, __builtin_popcountll(READ_SLOT(HOLE_a)))"),
    (Feature::Lzcnt, "WRITE_SLOT(HOLE_dst, __builtin_clzll(READ_SLOT(HOLE_a)))"),
    (Feature::Bmi1, "WRITE_SLOT(HOLE_dst, ~READ_SLOT(HOLE_a) & READ_SLOT(HOLE_b))"),
    (Feature::Bmi2, "WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a) << (READ_SLOT(HOLE_b) & 63))"),
    (Feature::Movbe, "WRITE_SLOT(HOLE_dst, __builtin_bswap64(READ_SLOT(HOLE_a)))"),
    (Feature::Avx, "WRITE_SLOT(HOLE_dst, f64_to_bits(f64_from_bits(READ_SLOT(HOLE_a)) + 1.5))"),
    // What methods of the op language become.
    (Feature::Sse41, "WRITE_SLOT(HOLE_dst, f64_to_bits(f64_round_ties_even(f64_from_bits(READ_SLOT(HOLE_a)))))"),
    (Feature::Sse41, "WRITE_SLOT(HOLE_dst, f64_to_bits(f64_floor(f64_from_bits(READ_SLOT(HOLE_a)))))"),
    (Feature::Sse41, "WRITE_SLOT(HOLE_dst, f32_to_bits(f32_trunc(f32_from_bits((uint32_t)READ_SLOT(HOLE_a)))))"),
    (Feature::Popcnt, "WRITE_SLOT(HOLE_dst, count_ones(READ_SLOT(HOLE_a)))"),
    (Feature::Lse, "WRITE_SLOT(HOLE_dst, __atomic_fetch_add(&vm->core.exit, READ_SLOT(HOLE_a), __ATOMIC_SEQ_CST))"),
];

/// Returns compilers for an architecture, with their triples.
fn compilers(test: &str, arch: Arch) -> Vec<(String, &'static str)> {
    let triple = if arch == Arch::X86_64 { X86_64 } else { AARCH64 };
    let own = |machine: &Machine| machine.tools.format() == Format::Elf && machine.tools.arch() == arch;
    let found = machines(test).into_iter().filter(own);
    found.map(|machine| (machine.program.split(' ').next().unwrap().to_owned(), triple)).collect()
}

/// Compiles an op with this statement to an object.
fn object(machine: &Machine, statement: &str) -> Vec<u8> {
    let text = format!("{}\nOP(new) {{ {statement}; TAIL CONTINUE(vm, base, frame); }}\n", prelude());
    machine.tools.compile(Unit { stem: "new", text: &text, include: None }).unwrap()
}

fn stencil(object: &[u8], baseline: &Baseline) -> Result<OwnedStencil, String> {
    let symbols = declare(&["HOLE_dst?", "HOLE_a?", "HOLE_b?"]);
    extract::stencil(object, "op_new", &symbols, baseline).map_err(|refusal| refusal.to_string())
}

/// Returns what the code of a stencil requires of the processor.
fn needs(arch: Arch, stencil: &OwnedStencil) -> Vec<Need> {
    isa::decode(arch, &stencil.hot).unwrap().into_iter().flat_map(|instruction| instruction.needs).collect()
}

#[test]
fn a_feature_is_used_if_it_is_allowed_and_refused_otherwise() {
    let work = folder("baseline");
    for arch in [Arch::X86_64, Arch::Aarch64] {
        for (program, triple) in compilers("baseline_found", arch) {
            for (feature, statement) in CASES.iter().filter(|(feature, _)| feature.arch() == arch) {
                let (base, higher) =
                    (raised(&program, triple, &[], &work), raised(&program, triple, &[*feature], &work));
                let what = format!("{} by {program}", feature.name());
                let new = object(&higher, statement);
                let accepted =
                    stencil(&new, higher.tools.baseline()).unwrap_or_else(|refusal| panic!("{what}: {refusal}"));
                assert!(needs(arch, &accepted).contains(&Need::Feature(*feature)), "{what}: {accepted:x?}");
                let refusal = stencil(&new, base.tools.baseline()).unwrap_err();
                let expected = format!("needs {} at 0x", feature.name());
                assert!(refusal.starts_with(&expected), "{what}: {refusal}");
                // For the base, compilers generate other code for the same C.
                if let Ok(plain) = stencil(&object(&base, statement), base.tools.baseline()) {
                    assert_eq!(needs(arch, &plain), [], "{what}");
                }
            }
        }
    }
}

#[test]
fn a_product_and_a_sum_are_never_fused() {
    let work = folder("baseline_fma");
    let statement = "double a = f64_from_bits(READ_SLOT(HOLE_a)), b = f64_from_bits(READ_SLOT(HOLE_b));
                     WRITE_SLOT(HOLE_dst, f64_to_bits(a * b + a))";
    for (program, triple) in compilers("baseline_fma_found", Arch::X86_64) {
        let machine = raised(&program, triple, &[Feature::Fma], &work);
        let stencil = stencil(&object(&machine, statement), machine.tools.baseline()).unwrap();
        let needs = needs(Arch::X86_64, &stencil);
        assert!(needs.contains(&Need::Feature(Feature::Avx)), "{program}: {needs:?}");
        assert!(!needs.contains(&Need::Feature(Feature::Fma)), "{program}: {needs:?}");
    }
}

#[test]
fn a_bit_scan_is_not_mistaken_for_a_newer_instruction() {
    let work = folder("baseline_scan");
    for (program, triple) in compilers("baseline_scan_found", Arch::X86_64) {
        let machine = raised(&program, triple, &[], &work);
        let statement = "uint64_t a = READ_SLOT(HOLE_a); WRITE_SLOT(HOLE_dst, a ? __builtin_ctzll(a) : 64)";
        let scan = stencil(&object(&machine, statement), machine.tools.baseline());
        assert_eq!(scan.map(|stencil| needs(Arch::X86_64, &stencil)), Ok(Vec::new()), "{program}");
        let real = "__asm__ volatile(\"tzcntq %rax, %rax\"); WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a))";
        let refusal = stencil(&object(&machine, real), machine.tools.baseline()).unwrap_err();
        assert_eq!(refusal, "needs bmi1 at 0x0, which the baseline (x86-64) does not have", "{program}");
    }
}

#[test]
fn extensions_that_cannot_be_allowed_are_refused() {
    let work = folder("baseline_other");
    let x86_64 = ["vpaddd %zmm0, %zmm0, %zmm0", "aesenc %xmm0, %xmm0", "rdrand %rax", "cmpxchg16b (%rdi)", "fld1"];
    let aarch64 = [
        ".inst 0x04200020 // add z0.b, z1.b, z0.b: SVE",
        ".inst 0x1ee22820 // fadd h0, h1, h2: FP16",
        ".inst 0x4e829420 // sdot v0.4s, v1.16b, v2.16b: DotProd",
        ".inst 0x4e284820 // aese v0.16b, v1.16b: AES",
        ".inst 0x9ac24c20 // crc32x w0, w1, x2: CRC32",
        ".inst 0xd503233f // paciasp: PAuth",
        ".inst 0xffffffff // unallocated",
        "mrs x0, tpidr_el0",
    ];
    let every = Baseline::new(Arch::X86_64, &Feature::ALL);
    let all = Baseline::new(Arch::Aarch64, &Feature::ALL);
    for (arch, lines, baseline) in [(Arch::X86_64, &x86_64[..], every), (Arch::Aarch64, &aarch64[..], all)] {
        for (program, triple) in compilers("baseline_other_found", arch) {
            let machine = raised(&program, triple, &[], &work);
            for line in lines {
                let refusal =
                    stencil(&object(&machine, &format!("__asm__ volatile(\"{line}\")")), &baseline).unwrap_err();
                let is_outside = refusal.starts_with("needs ") || refusal.starts_with("is outside the baseline at 0x");
                assert!(is_outside, "{line} by {program}: {refusal}");
            }
        }
    }
}

#[test]
fn a_checked_in_table_must_not_need_more_than_the_build_script_allows() {
    let work = folder("baseline_prebuilt");
    let (feature, triple) = match Arch::host().unwrap() {
        Arch::X86_64 => (Feature::Ssse3, X86_64),
        Arch::Aarch64 => (Feature::Lse, AARCH64),
    };
    let machine = raised("cc", triple, &[feature], &work);
    let arch = machine.tools.arch();
    let mut language = language();
    language.ops.truncate(2);
    let table = OwnedTable::build(&language, &machine.tools, &work, &work).unwrap();
    let read = prebuilt::read(&prebuilt::write("src/ops.rs", arch, std::slice::from_ref(&table))).unwrap();
    assert_eq!(read.table(&language, machine.tools.baseline()), Ok(table));
    assert_eq!(read.table(&language, &Baseline::new(arch, &Feature::ALL)).map(drop), Ok(()));
    let names: Vec<_> = machine.tools.baseline().features().iter().map(|feature| feature.name()).collect();
    let clause = format!("needs {}, but the build script does not raise the baseline that far", names.join(", "));
    assert_eq!(read.table(&language, &Baseline::base(arch)).map(drop), Err(Unfit::Baseline(clause)));
}

#[test]
fn a_checked_in_table_that_says_less_than_its_code_needs_is_refused() {
    let work = folder("baseline_understated");
    for (arch, feature, statement) in
        [(Arch::X86_64, Feature::Popcnt, CASES[0].1), (Arch::Aarch64, Feature::Lse, CASES[CASES.len() - 1].1)]
    {
        for (program, triple) in compilers("baseline_understated_found", arch) {
            let machine = raised(&program, triple, &[feature], &work);
            let c = format!("OP(new) {{ {statement}; TAIL CONTINUE(vm, base, frame); }}");
            let set = set("demo", vec![op("new", &["HOLE_dst", "HOLE_a"], &c)]);
            let mut table = OwnedTable::build(&set, &machine.tools, &work, &work).unwrap();
            assert!(table.ops[0].stencil.is_ok(), "{table:?}");
            table.baseline = Baseline::base(arch);
            let read = prebuilt::read(&prebuilt::write("src/ops.rs", arch, &[table])).unwrap();
            let refused = read.table(&set, machine.tools.baseline()).map(drop).unwrap_err().to_string();
            let expected = format!("is damaged: the stencil of `new` needs {} at 0x", feature.name());
            assert!(refused.starts_with(&expected), "{refused}");
        }
    }
}
