//! `likely` and `unlikely` → the rare code stands after the rest of the stencil, or in its cold part.

use mimeo_build::extract;
use mimeo_build::table::generated_c;
use mimeo_build::toolchain::Unit;

use crate::machine::machines;

/// An op with two branches, each of which uses an operand that the other does not.
fn source(branch: &str) -> String {
    format!(
        "#[instruction_set(value = i64, context = Context)]
         mod ops {{
             #[repr(C)]
             pub struct Context {{ pub often: i64, pub rarely: i64 }}
             #[vm_op]
             fn choose(vm: &mut Vm, a: i64, b: i64, #[imm] often: i64, #[imm] rarely: i64) {{
                 {branch}
             }}
         }}"
    )
}

const OFTEN: &str = "vm.context.often = often.wrapping_mul(a);";
const RARELY: &str = "vm.context.rarely = rarely.wrapping_mul(b);";

#[test]
fn rare_code_is_out_of_the_way() {
    let branches = [
        format!("if unlikely(a > b) {{ {RARELY} }} else {{ {OFTEN} }}"),
        format!("if likely(a > b) {{ {OFTEN} }} else {{ {RARELY} }}"),
        format!("if unlikely(a > b) {{ {RARELY} return; }} {OFTEN}"),
        format!("if !likely(a > b) || unlikely(a == 7) {{ {RARELY} }} else {{ {OFTEN} }}"),
        format!("if likely(a > b) && likely(a != 7) {{ {OFTEN} return; }} {RARELY}"),
    ];
    let lower = |branch: &String| mimeo_lower::lower_file(&source(branch), "ops.rs").expect("it is Rust").remove(0);
    let sets = branches.each_ref().map(lower);
    for machine in machines("hints") {
        for (lowered, branch) in sets.iter().zip(&branches) {
            let (op, text) = (&lowered.ops[0], generated_c(lowered));
            let object = machine.tools.compile(Unit { stem: "all", text: &text, include: None }).unwrap();
            let stencil = extract::stencil(&object, &op.symbol(), &op.symbols, machine.tools.baseline())
                .unwrap_or_else(|refusal| panic!("{branch} with {}: {refusal}", machine.program));
            let position = |name: &str| {
                let symbol = op.symbols.iter().find(|symbol| symbol.name == name).expect("it is used");
                stencil.holes().position(|hole| hole.value == symbol.value).expect("it has a hole")
            };
            let (often, rarely) = (position("HOLE_often"), position("HOLE_rarely"));
            assert!(often < rarely, "{branch} with {}: {stencil:?}", machine.program);
        }
    }
}
