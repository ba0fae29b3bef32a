//! The attribute, and what the module may contain.
// covers: NotAModule, InstructionSetArgument, TwoArguments, MissingValue, ValueType, ContextStruct, NoOps, TwoOps
// covers: SameOpcode, ReservedName, GenericItem, ModuleItem, NestedModule, Conditional, OpOutside

#[mimeo::instruction_set(value = i64)]
fn not_a_module() {}

#[mimeo::instruction_set(value = i64, values = i64, operands = queue)]
mod arguments {
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }
}

#[mimeo::instruction_set(value)]
mod argument_form {}

#[mimeo::instruction_set(value = i64, value = u64)]
mod two_arguments {
    #[vm_op]
    fn add(a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }
}

#[mimeo::instruction_set]
mod missing_value {
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }
}

#[mimeo::instruction_set(value = i32)]
mod value_type {
    #[vm_op]
    fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
}

#[mimeo::instruction_set(value = Half)]
mod narrow_value {
    #[repr(transparent)]
    pub struct Half(u32);

    #[vm_op]
    fn nop() {}
}

#[mimeo::instruction_set(value = Pair)]
mod wide_value {
    #[repr(C)]
    pub struct Pair {
        pub tag: u64,
        pub bits: u64,
    }

    #[vm_op]
    fn nop() {}
}

#[mimeo::instruction_set(value = *mut i64)]
mod pointer_value {
    #[vm_op]
    fn nop() {}
}

#[mimeo::instruction_set(value = i64, context = Missing)]
mod context_struct {
    #[vm_op]
    fn read(vm: &mut Vm) -> i64 {
        vm.context.counter
    }
}

#[mimeo::instruction_set(value = i64)]
mod no_ops {}

#[mimeo::instruction_set(value = i64)]
mod names {
    use std::fmt::Result;

    const Ops: i64 = 1;

    #[repr(C)]
    pub struct Machine {
        pub field: i64,
    }

    #[repr(C)]
    pub struct union {
        pub field: i64,
    }

    unsafe extern "Rust" {
        fn helper(a: i64) -> i64;
        fn r#type(a: i64) -> i64;
    }

    fn helper(a: i64) -> i64 {
        a
    }

    fn Some(a: i64) -> i64 {
        a
    }

    fn union_is(a: i64) -> i64 {
        a
    }

    impl union {
        fn is(self) -> i64 {
            self.field
        }
    }

    #[vm_op]
    fn helper(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn twice(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn twice(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn label() {}

    #[vm_op]
    fn finish() {}

    #[vm_op]
    fn load_1(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn load1(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn add(a: i64, #[place(slot, constant)] b: i64) -> i64 {
        a.wrapping_add(b)
    }

    #[vm_op]
    fn add_b_constant(a: i64) -> i64 {
        a
    }
}

#[mimeo::instruction_set(value = i64)]
mod items {
    enum Color {}

    static COUNT: i64 = 0;

    type Number = i64;

    mod inner {}

    macro_rules! nothing {
        () => {};
    }

    fn generic<T>(a: T) -> i64 {
        1
    }

    #[cfg(debug_assertions)]
    const LIMIT: i64 = 1;

    #[vm_op]
    fn limited(a: i64) -> i64 {
        #[cfg(debug_assertions)]
        let a = a.wrapping_add(1);
        a
    }

    #[vm_op]
    fn uses_generic(a: i64) -> i64 {
        generic(a)
    }
}

#[mimeo::vm_op]
fn outside(a: i64) -> i64 {
    a
}

#[mimeo::instruction_set(value = i64)]
mod op_in_impl {
    #[repr(C)]
    pub struct Pair {
        pub first: i64,
    }

    impl Pair {
        #[vm_op]
        fn first(self) -> i64 {
            self.first
        }
    }

    #[vm_op]
    fn identity(a: i64) -> i64 {
        a
    }
}

#[mimeo::instruction_set(value = i64, arity = 70000, arity = 1, arity = 2)]
mod arities {}

#[mimeo::instruction_set(value = i64, arity = one)]
mod no_number {}

fn main() {}
