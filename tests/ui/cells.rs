//! Inline-cache cells: their structs, the references to them, and what is done with their fields.
// covers: CellReference, NoCell, CellByValue, CellType, CellField, CellCallee, CellAccess, ContextStruct, AssignTo

#[mimeo::instruction_set(value = i64)]
mod ops {
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Shape {
        pub id: u32,
        pub slots: u32,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Target {
        pub callee: Callee,
    }

    #[repr(C)]
    pub struct Counter {
        pub hits: Cell<u64>,
        pub shape: std::cell::Cell<Shape>,
    }

    #[repr(C)]
    pub struct HalfShared {
        pub hits: Cell<u64>,
        pub misses: u64,
        pub shape: Shape,
    }

    #[repr(C)]
    pub struct Functions {
        pub direct: Cell<Callee>,
        pub nested: core::cell::Cell<Target>,
        pub pointed_to: Cell<*mut Target>,
    }

    #[repr(C)]
    pub struct Nested {
        pub counter: Cell<Counter>,
        pub text: Cell<String>,
        pub other: cell::Cell<u64>,
    }

    impl Counter {
        fn by_value(self) {}

        fn by_mutable_reference(&mut self) {}
    }

    unsafe extern "Rust" {
        fn refill(vm: &mut Vm, cell: &mut Counter);
        fn count(vm: &mut Vm, hits: Cell<u64>);
    }

    fn mutable_helper(cell: &mut Counter) {}

    fn plain_helper(shape: &Shape) {}

    #[vm_op]
    fn mutable(#[cache] cell: &mut Counter) {}

    #[vm_op]
    fn mutable_and_plain(#[cache] cell: &mut Shape) {}

    #[vm_op]
    fn forever(#[cache] cell: &'static Counter) {}

    #[vm_op]
    fn plain(#[cache] cell: &Shape) {}

    #[vm_op]
    fn by_value(#[cache] cell: Counter) {}

    #[vm_op]
    fn field_alone(#[cache] hits: &Cell<u64>) {}

    #[vm_op]
    fn variable(a: i64) -> i64 {
        let hits: Cell<i64> = a;
        a
    }

    #[vm_op]
    fn literal(a: i64) -> i64 {
        let counter = Counter { hits: 1, shape: Shape { id: 1, slots: 2 } };
        a
    }

    #[vm_op]
    fn without_get(#[cache] cell: &Counter) -> i64 {
        let hits = cell.hits;
        cell.hits.wrapping_add(1) as i64
    }

    #[vm_op]
    fn without_set(#[cache] cell: &Counter) {
        cell.hits = 1;
        cell.shape.id = 1;
        cell.hits ^= 1;
    }

    #[vm_op]
    fn assigns_to_a_copy(#[cache] cell: &Counter) {
        cell.shape.get().id = 1;
    }

    #[vm_op]
    fn other_method(#[cache] cell: &Counter) -> i64 {
        cell.hits.replace(1) as i64
    }
}

#[mimeo::instruction_set(value = i64, context = Context)]
mod in_the_context {
    #[repr(C)]
    pub struct Context {
        pub count: Cell<u64>,
    }

    #[vm_op]
    fn op(a: i64) -> i64 {
        a
    }
}

fn main() {}
