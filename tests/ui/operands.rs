//! The kinds of operands.
// covers: ImmType, ImmArgument, ImmSpace, ConstantType, PlaceArgument, PlaceStack, CacheType, KindArgument, OperandKinds
// covers: OperandAttribute, MisplacedAttribute

#[mimeo::instruction_set(value = i64)]
mod ops {
    #[repr(C)]
    pub struct Counter {
        pub hits: Cell<u64>,
    }

    #[vm_op]
    fn imm_type(#[imm] index: usize) {}

    #[vm_op]
    fn imm_argument(#[imm(of = globals)] index: u32) {}

    #[vm_op]
    fn imm_value(#[imm = 5] index: u32) {}

    #[vm_op]
    fn imm_space(#[imm(in = globals)] index: i64) {}

    #[vm_op]
    fn constant_type(#[constant] k: u32) {}

    #[vm_op]
    fn constant_argument(#[constant(pool)] k: i64) {}

    #[vm_op]
    fn place_type(#[place(slot, constant)] k: bool) {}

    #[vm_op]
    fn place_without_places(#[place] k: i64) {}

    #[vm_op]
    fn place_argument(#[place(slot, stack)] k: i64) {}

    #[vm_op]
    fn place_constant_only(#[place(constant)] k: i64) {}

    #[vm_op]
    fn place_stack(#[place(slot)] k: i64) {}

    #[vm_op]
    fn cache_type(#[cache] c: i64) {}

    #[vm_op]
    fn cache_argument(#[cache(size = 8)] c: &Counter) {}

    #[vm_op]
    fn not_marked(c: &Counter) {}

    #[vm_op]
    fn unknown_kind(#[immediate] k: i32, #[im(in = globals)] index: u32) {}

    #[vm_op]
    fn known_to_rust(#[allow(unused)] k: i64) {}

    #[vm_op]
    #[imm]
    fn on_the_op(k: i64) {}

    fn on_a_parameter_of_a_helper(#[imm(in = globals)] index: u32) {}

    impl Counter {
        fn on_a_parameter_of_a_method(&self, #[constant] k: i64) {}
    }

    unsafe extern "Rust" {
        fn on_a_parameter_of_a_runtime_function(#[cache] counter: &Counter);
    }

    #[vm_op]
    fn two_kinds(#[imm] #[constant] k: i64) {}
}

fn main() {}
