//! Where runtime functions are.
// covers: RuntimeHome

pub mod functions {
    pub mod deep {
        use crate::ops::Vm;

        pub fn here(_: &mut Vm, a: i64) -> i64 {
            a
        }
    }
}

#[mimeo::instruction_set(value = i64)]
pub mod ops {
    #[runtime]
    unsafe extern "Rust" {
        fn nowhere(vm: &mut Vm, a: i64) -> i64;
    }

    #[runtime = "crate::functions"]
    unsafe extern "Rust" {
        fn in_a_text(vm: &mut Vm, a: i64) -> i64;
    }

    #[runtime(crate::functions::deep, crate::functions)]
    unsafe extern "Rust" {
        fn in_two_modules(vm: &mut Vm, a: i64) -> i64;
    }

    #[runtime(crate::functions::deep)]
    #[runtime(crate::functions)]
    unsafe extern "Rust" {
        fn here(vm: &mut Vm, a: i64) -> i64;
    }

    #[runtime(crate::functions)]
    unsafe extern "Rust" {
        #[runtime(crate::functions::deep)]
        fn deeper(vm: &mut Vm, a: i64) -> i64;
    }

    #[vm_op]
    fn call(vm: &mut Vm, a: i64) -> i64 {
        here(vm, a)
    }
}

fn main() {}
