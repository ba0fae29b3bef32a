//! Structs, constants, helper functions and runtime functions.
// covers: StructRepr, StructLayout, StructField, ConstValue, ExternAbi, RuntimeParameter, RuntimeResult, RuntimeVm
// covers: HelperType, Receiver, Recursive, TwoVms, GenericItem, Lifetime

#[mimeo::instruction_set(value = i64)]
mod structs {
    pub struct NoRepr {
        pub field: i64,
    }

    #[repr(C, packed)]
    pub struct Packed {
        pub small: u8,
        pub large: u64,
    }

    #[repr(C, align(32))]
    pub struct Aligned {
        pub field: u64,
    }

    #[repr(C)]
    pub struct Fields {
        pub text: &'static str,
        pub list: Vec<i64>,
        pub option: Option<i64>,
        pub fine: *const Vec<i64>,
    }

    #[repr(C)]
    pub struct Generic<T> {
        pub field: *const T,
    }

    #[repr(C)]
    pub struct Borrows<'a> {
        pub count: &'a u32,
    }

    #[vm_op]
    fn nop() {}
}

#[mimeo::instruction_set(value = i64)]
mod constants {
    const CALL: i64 = i64::from_str_radix("12", 10).unwrap().abs();
    const TEXT: &str = "for Rust only";
    const TEXT_LENGTH: usize = TEXT.len();
    const LATER_IS_FINE: i64 = FINE;
    const FINE: i64 = 1;

    #[vm_op]
    fn uses_a_broken_one_without_another_error(a: i64) -> i64 {
        a.wrapping_add(CALL)
    }
}

#[mimeo::instruction_set(value = i64)]
mod helpers {
    #[repr(C)]
    pub struct Pair {
        pub first: i64,
    }

    impl Pair {
        fn by_reference(&self) -> i64 {
            1
        }

        fn by_unique_reference(self: &mut Self) {}
    }

    fn takes_a_label(to: Label) -> i64 {
        1
    }

    fn windows_are_fine(args: Window) -> u64 {
        args.len()
    }

    fn returns_a_flow() -> Flow {
        Flow::Next
    }

    fn returns_the_machine(vm: &mut Vm) -> &mut Vm {
        vm
    }

    fn lifetime<'a>(vm: &'a mut Vm, a: i64) -> i64 {
        a
    }

    fn two_machines(one: &mut Vm, other: &mut Vm) {}

    fn odd(a: i64) -> i64 {
        if a == 0 { 0 } else { even(a.wrapping_sub(1)) }
    }

    fn even(a: i64) -> i64 {
        if a == 0 { 1 } else { odd(a.wrapping_sub(1)) }
    }

    #[vm_op]
    fn uses_them(a: i64, to: Label) -> Flow {
        if odd(a) == takes_a_label(to) { to.jump() } else { returns_a_flow() }
    }
}

mod runtime {
    #[mimeo::instruction_set(value = i64)]
    mod ops {
        unsafe extern "C" {
            fn c_function(a: i64) -> i64;
        }

        unsafe extern "Rust" {
            static COUNT: i64;
            fn takes(vm: &mut Vm, list: Option<i64>) -> i64;
            fn returns(vm: &mut Vm) -> (i64, i64);
            fn machine_last(a: i64, vm: &mut Vm) -> i64;
            fn generic<T>(a: i64) -> i64;
            fn lifetime<'a>(vm: &'a mut Vm) -> i64;
        }

        #[vm_op]
        fn uses_them(vm: &mut Vm, a: i64) -> i64 {
            c_function(machine_last(a, vm))
        }
    }
}

fn main() {}
