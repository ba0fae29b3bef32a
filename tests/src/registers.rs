//! `register_ops`: a register machine with NaN-boxed values. It contains what a dynamic language needs (places, calls,
//! inline caches, slow paths in the runtime), and every construct of the op language at least once.
//!
//! The methods of numbers are in [`stack`](crate::stack), where one op can return the results of a whole family.

use mimeo::Thrown;

use self::register_ops::{Callee, Context, Counters, Node, Pair, PropertyCache, Shape, Value, Vm};

/// State that only Rust accesses, and the memory that the context's pointers point to.
#[derive(Debug, Default)]
pub struct Host {
    /// The calls of runtime functions, with their arguments.
    pub trace: Vec<String>,
    /// The memory behind [`Context::globals`].
    pub globals: Vec<Value>,
    /// The memory behind [`Context::list`].
    pub nodes: Vec<Node>,
    /// The memory behind [`Context::bytes`].
    pub bytes: Vec<u8>,
}

/// Elements of the spaces `globals`, `nodes` and `bytes`.
pub const LEN: u32 = 8;

impl Host {
    /// Creates a state for ops to run on, with contents from `word`.
    pub fn new(mut word: impl FnMut() -> u64) -> (Context, Host) {
        let mut host = Host { trace: Vec::new(), ..Host::default() };
        host.globals = (0..LEN).map(|_| Value(word())).collect();
        host.bytes = (0..LEN).map(|_| word() as u8).collect();
        for _ in 0..LEN {
            let kept = Pair { first: word() as u32, second: f64::from_bits(word()) };
            host.nodes.push(Node { value: Value(word()), next: std::ptr::null_mut(), kept });
        }
        let list = host.nodes.as_mut_ptr();
        // Each node points to the next one; the last one is null.
        for index in 1..host.nodes.len() {
            host.nodes[index - 1].next = list.wrapping_add(index);
        }
        let counters = Counters {
            bytes: word() as u8,
            signed_bytes: word() as i8,
            shorts: word() as u16,
            signed_shorts: word() as i16,
            words: word() as u32,
            signed_words: word() as i32,
            longs: word(),
            signed_longs: word() as i64,
            sizes: word() as usize,
            signed_sizes: word() as isize,
            floats: f64::from_bits(word()),
            ready: word() & 1 == 1,
        };
        let context = Context {
            globals: host.globals.as_mut_ptr(),
            counters,
            pair: Pair { first: word() as u32, second: f64::from_bits(word()) },
            list,
            bytes: host.bytes.as_mut_ptr(),
            secret: std::ptr::null_mut(),
            top: Value(word()),
            shape: Shape { id: word() as u32, slots: word() as u16 },
        };
        (context, host)
    }
}

/// Returns the node's index, or what it is otherwise: addresses differ between the tiers.
fn index_of(vm: &Vm, node: *const Node) -> String {
    if node.is_null() {
        return "null".to_owned();
    }
    let from = vm.host.nodes.as_ptr() as usize;
    format!("node {}", (node as usize).wrapping_sub(from) / size_of::<Node>())
}

fn note(vm: &mut Vm, what: String) {
    vm.host.trace.push(what);
}

fn add_slow(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
    note(vm, format!("add_slow {a:?} {b:?}"));
    match (a.number(), b.number()) {
        (Some(a), Some(b)) => Ok(Value::float(a + b)),
        _ => Err(vm.throw(format!("cannot add {:#x} and {:#x}", a.0, b.0))),
    }
}

fn refuse(vm: &mut Vm, code: u8) -> Thrown {
    vm.throw(format!("refused with code {code}"))
}

fn require(vm: &mut Vm, what: Value) -> Result<(), Thrown> {
    note(vm, format!("require {what:?}"));
    if what.is_int() { Ok(()) } else { Err(vm.throw("an integer is required")) }
}

fn tell(vm: &mut Vm, value: Value) {
    note(vm, format!("tell {value:?}"));
}

fn count_up(vm: &mut Vm) -> f64 {
    vm.context.pair.second = 2.0;
    vm.context.counters.longs = 2;
    note(vm, "count_up".to_owned());
    40.0
}

#[expect(clippy::too_many_arguments, reason = "more of them than registers")]
fn narrow(vm: &mut Vm, a: i8, b: i16, c: i32, d: u8, e: u16, f: u32, g: bool) -> i32 {
    note(vm, format!("narrow {a} {b} {c} {d} {e} {f} {g}"));
    i32::from(a) ^ i32::from(b) ^ c ^ i32::from(d) ^ i32::from(e) ^ f as i32 ^ i32::from(g)
}

fn wide(a: i64, b: u64, c: usize, d: isize) -> u64 {
    (a as u64) ^ b ^ (c as u64).rotate_left(1) ^ (d as u64).rotate_left(2)
}

fn as_i8(a: u64) -> i8 {
    a as i8
}

fn as_u8(a: u64) -> u8 {
    a as u8
}

fn as_i16(a: u64) -> i16 {
    a as i16
}

fn as_u16(a: u64) -> u16 {
    a as u16
}

fn as_u32(a: u64) -> u32 {
    a as u32
}

fn as_isize(a: u64) -> isize {
    a as isize
}

fn as_bool(a: u64) -> bool {
    a & 1 == 1
}

fn scale(f: f64, by: f64) -> f64 {
    f * by
}

fn half(vm: &mut Vm, i: i32) -> Result<i32, Thrown> {
    if i % 2 == 0 { Ok(i / 2) } else { Err(vm.throw(format!("{i} is odd"))) }
}

fn is_positive(vm: &mut Vm, f: f64) -> Result<bool, Thrown> {
    if f.is_nan() { Err(vm.throw("not a number")) } else { Ok(f > 0.0) }
}

fn root(vm: &mut Vm, f: f64) -> Result<f64, Thrown> {
    if f < 0.0 { Err(vm.throw(format!("{f} has no root"))) } else { Ok(f.sqrt()) }
}

fn after(vm: &mut Vm, node: *mut Node) -> *mut Node {
    let text = format!("after {}", index_of(vm, node));
    note(vm, text);
    // SAFETY: ops only have nodes of the host.
    if node.is_null() { node } else { unsafe { (*node).next } }
}

fn find(vm: &mut Vm, index: u32) -> Result<*const Node, Thrown> {
    match vm.host.nodes.get(index as usize) {
        Some(node) => Ok(node),
        None => Err(vm.throw(format!("there is no node {index}"))),
    }
}

fn same_callee(callee: Callee) -> Callee {
    callee
}

/// Panics with `nil`. It prints nothing, because twin tests call it hundreds of times.
fn panic_with_nil() -> ! {
    std::panic::resume_unwind(Box::new("nil"))
}

fn panic_if_nil(vm: &mut Vm, value: Value) -> Value {
    note(vm, format!("panic_if_nil {value:?}"));
    if value == Value::NIL {
        panic_with_nil();
    }
    value
}

fn throw_or_panic(vm: &mut Vm, value: Value) -> Result<Value, Thrown> {
    match value {
        Value::NIL => panic_with_nil(),
        Value::TRUE => Err(vm.throw("true")),
        other => Ok(other),
    }
}

fn refill(vm: &mut Vm, value: Value, cell: &PropertyCache) -> Result<Value, Thrown> {
    if value == Value::NIL {
        return Err(vm.throw("nothing to keep"));
    }
    cell.filled.set(true);
    cell.value.set(value);
    cell.hits.set(0);
    cell.shape.set(vm.context.shape);
    Ok(value)
}

fn panic_or_nothing(value: Value) {
    if value == Value::NIL {
        panic_with_nil();
    }
}

// SAFETY: only tests use the ops, and none makes a program or a value that the ops do not expect.
unsafe impl mimeo::TrustedOps for register_ops::Ops {}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: (1) the context's pointers are those that [`Host::new`] made, and
/// what they point to lives as long as the machine; (2) an index operand is inside its space, which has as many
/// elements as the memory that its pointer points to; (3) the runtime returns only nodes of the host.
#[mimeo::instruction_set(value = Value, boolean = Value::boolean, context = Context, host = super::Host)]
#[expect(clippy::undocumented_unsafe_blocks, reason = "the module's contract says why they are sound")]
#[expect(clippy::collapsible_if, reason = "the op language has no `let` in the middle of a condition")]
pub mod register_ops {
    // The value.

    /// A NaN-boxed value: a double, or a tag above all doubles and 48 bits.
    #[repr(transparent)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Value(pub u64);

    const TAG_MASK: u64 = 0xffff_0000_0000_0000;
    const INT_TAG: u64 = TAG_MASK ^ 0x1_0000_0000_0000;
    const SPECIAL_TAG: u64 = 0xfffd << 48;
    const ONE: f64 = 1.0;
    const LIMIT: i32 = 1 << 20;
    const IS_CHECKED: bool = true;

    impl Value {
        /// Nothing.
        pub const NIL: Value = Value(SPECIAL_TAG);
        /// False.
        pub const FALSE: Value = Value(SPECIAL_TAG | 2);
        /// True.
        pub const TRUE: Value = Value(SPECIAL_TAG | 3);
        const QUIET_NAN: u64 = 0x7ff8_0000_0000_0000;

        /// Creates a 32-bit integer.
        pub fn int(i: i32) -> Value {
            Value(INT_TAG | i as u32 as u64)
        }

        /// Creates a double; there is only one NaN.
        pub fn float(f: f64) -> Value {
            if f.is_nan() { Value(Self::QUIET_NAN) } else { Value(f.to_bits()) }
        }

        /// Creates true or false.
        pub fn boolean(b: bool) -> Self {
            if b { Self::TRUE } else { Self::FALSE }
        }

        /// Returns `true` for an integer.
        pub fn is_int(self) -> bool {
            self.0 & TAG_MASK == INT_TAG
        }

        /// Returns `true` for a double.
        pub fn is_float(self) -> bool {
            self.0 < SPECIAL_TAG
        }

        /// Returns the integer.
        pub fn as_int(self) -> i32 {
            self.0 as i32
        }

        /// Returns the double.
        pub fn as_float(self) -> f64 {
            f64::from_bits(self.0)
        }

        /// Returns a number of either kind as a double.
        pub fn number(self) -> Option<f64> {
            if self.is_int() {
                Some(self.as_int() as f64)
            } else if self.is_float() {
                Some(self.as_float())
            } else {
                None
            }
        }

        /// Returns `true` for every value except nil and false.
        pub fn truth(self) -> bool {
            !(self.is_same(Value::NIL) || self.is_same(Self::FALSE))
        }

        /// Returns `true` if the values have the same bits.
        pub fn is_same(self, other: Value) -> bool {
            self.0 == other.0
        }
    }

    // The part of the runtime that stencils access: fields of every width, structs in structs, pointers.

    /// Two numbers.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    pub struct Pair {
        /// An integer, before a hole.
        pub first: u32,
        /// A double.
        pub second: f64,
    }

    /// A field of every type.
    #[repr(C)]
    #[derive(Clone, Debug)]
    #[expect(missing_docs, reason = "the types say it all")]
    pub struct Counters {
        pub bytes: u8,
        pub signed_shorts: i16,
        pub signed_bytes: i8,
        pub words: u32,
        pub shorts: u16,
        pub longs: u64,
        pub signed_words: i32,
        pub signed_longs: i64,
        pub ready: bool,
        pub sizes: usize,
        pub signed_sizes: isize,
        pub floats: f64,
    }

    /// An element of a list.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Node {
        /// The value of the element.
        pub value: Value,
        /// The next one.
        pub next: *mut Node,
        /// A struct in a struct that is read through a pointer.
        pub kept: Pair,
    }

    /// What an inline cache knows about an object.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    pub struct Shape {
        /// Identity of the shape.
        pub id: u32,
        /// Number of slots.
        pub slots: u16,
    }

    /// An inline-cache cell.
    #[repr(C)]
    pub struct PropertyCache {
        /// The shape for which the cell is valid.
        pub shape: Cell<Shape>,
        /// Whether the op has run before.
        pub filled: Cell<bool>,
        /// The value of that run.
        pub value: Cell<Value>,
        /// Number of hits.
        pub hits: Cell<u8>,
    }

    impl PropertyCache {
        fn is_for(&self, shape: Shape) -> bool {
            self.filled.get() && self.shape.get().id == shape.id
        }
    }

    /// The part of the machine that stencils access.
    #[repr(C)]
    pub struct Context {
        /// One value for each element of the space `globals`.
        pub globals: *mut Value,
        /// Fields of every type.
        pub counters: Counters,
        /// A struct in the context.
        pub pair: Pair,
        /// The first of the nodes, one for each element of the space `nodes`.
        pub list: *mut Node,
        /// One byte for each element of the space `bytes`.
        pub bytes: *mut u8,
        /// A pointer to a type that ops do not know.
        pub secret: *mut String,
        /// A value in the context.
        pub top: Value,
        /// What inline caches compare with.
        pub shape: Shape,
    }

    // Functions implemented outside, with every kind of parameter and result.
    unsafe extern "Rust" {
        #[cold]
        fn add_slow(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown>;
        #[cold]
        fn refuse(vm: &mut Vm, code: u8) -> Thrown;
        fn require(vm: &mut Vm, what: Value) -> Result<(), Thrown>;
        fn tell(vm: &mut Vm, value: Value);
        fn count_up(vm: &mut Vm) -> f64;
        fn narrow(vm: &mut Vm, a: i8, b: i16, c: i32, d: u8, e: u16, f: u32, g: bool) -> i32;
        fn wide(a: i64, b: u64, c: usize, d: isize) -> u64;
        fn as_i8(a: u64) -> i8;
        fn as_u8(a: u64) -> u8;
        fn as_i16(a: u64) -> i16;
        fn as_u16(a: u64) -> u16;
        fn as_u32(a: u64) -> u32;
        fn as_isize(a: u64) -> isize;
        fn as_bool(a: u64) -> bool;
        fn scale(f: f64, by: f64) -> f64;
        fn half(vm: &mut Vm, i: i32) -> Result<i32, Thrown>;
        fn is_positive(vm: &mut Vm, f: f64) -> Result<bool, Thrown>;
        fn root(vm: &mut Vm, f: f64) -> Result<f64, Thrown>;
        fn after(vm: &mut Vm, node: *mut Node) -> *mut Node;
        fn find(vm: &mut Vm, index: u32) -> Result<*const Node, Thrown>;
        fn same_callee(callee: Callee) -> Callee;
        fn panic_if_nil(vm: &mut Vm, value: Value) -> Value;
        fn throw_or_panic(vm: &mut Vm, value: Value) -> Result<Value, Thrown>;
        fn refill(vm: &mut Vm, value: Value, cell: &PropertyCache) -> Result<Value, Thrown>;
        fn panic_or_nothing(value: Value);
    }

    // Helpers: they call each other and the runtime.

    /// Returns `a + b` for values of any kind.
    fn add_any(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        if a.is_float() && b.is_float() {
            return Ok(Value::float(a.as_float() + b.as_float()));
        }
        add_slow(vm, a, b)
    }

    /// Returns the sum, and notifies the runtime of it.
    fn add_and_tell(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        let sum = add_any(vm, a, b)?;
        tell(vm, sum);
        Ok(sum)
    }

    fn larger(a: i32, b: i32) -> i32 {
        if a > b { a } else { b }
    }

    fn largest(a: i32, b: i32, c: i32) -> i32 {
        larger(larger(a, b), c)
    }

    fn in_order(pair: (i32, i32)) -> (i32, i32) {
        if pair.0 <= pair.1 { pair } else { (pair.1, pair.0) }
    }

    fn pair_of(first: u32, second: f64) -> Pair {
        Pair { first, second }
    }

    fn first_of(pair: Pair) -> u32 {
        pair.first
    }

    fn nothing() {}

    fn told(vm: &mut Vm, value: Value) -> bool {
        tell(vm, value);
        value.truth()
    }

    fn node_at(vm: &mut Vm, index: u32) -> *mut Node {
        unsafe { vm.context.list.add(index as usize) }
    }

    // Places.

    /// `dst = a`
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }

    /// `dst = a`, with operands whose names are also used elsewhere, or that have no name.
    #[vm_op]
    fn names(dst: Value, _: Value, #[imm] pc: u32, args: Window, #[imm] args_len: i64) -> Value {
        Value(dst.0 ^ (pc as u64) ^ (args_len as u64).wrapping_mul(args.len()))
    }

    /// `dst = a constant`
    #[vm_op]
    fn load(#[constant] value: Value) -> Value {
        value
    }

    /// `dst = an integer`
    #[vm_op]
    fn load_int(#[imm] value: i32) -> Value {
        Value::int(value)
    }

    /// `dst0 = b, dst1 = a`
    #[vm_op]
    fn exchange(a: Value, b: Value) -> (Value, Value) {
        (b, a)
    }

    /// `dst = a + b`, each in a slot or a constant: four encodings of one definition.
    #[vm_op]
    fn add(vm: &mut Vm, #[place(slot, constant)] a: Value, #[place(slot, constant)] b: Value) -> Result<Value, Thrown> {
        if a.is_int() && b.is_int() {
            if let Some(sum) = a.as_int().checked_add(b.as_int()) {
                return Ok(Value::int(sum));
            }
        }
        add_any(vm, a, b)
    }

    /// `dst = a + b` if that is a float, with calls that are not at the end.
    #[vm_op]
    fn add_floats(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        let sum = add_and_tell(vm, a, b)?;
        let also = if sum.is_float() { sum } else { Value::NIL };
        Ok(also)
    }

    /// `dst0 = a, dst1 = a + b, dst2 = b`
    #[vm_op]
    fn around(vm: &mut Vm, a: Value, #[place(slot, constant)] b: Value) -> Result<(Value, Value, Value), Thrown> {
        let sum = add_slow(vm, a, b)?;
        Ok((a, sum, b))
    }

    // The context and memory.

    /// `dst = globals[index]`
    #[vm_op]
    fn get_global(vm: &mut Vm, #[imm(in = globals)] index: u16) -> Value {
        unsafe { *vm.context.globals.add(index as usize) }
    }

    /// `globals[index] = value`
    #[vm_op]
    fn set_global(vm: &mut Vm, value: Value, #[imm(in = globals)] index: u32) {
        unsafe { *vm.context.globals.add(index as usize) = value }
    }

    /// Nearly exchanges two globals, one read before the other is written.
    #[vm_op]
    fn exchange_globals(vm: &mut Vm, #[imm(in = globals)] a: u8, #[imm(in = globals)] b: u8) {
        let globals = vm.context.globals;
        unsafe {
            let (one, other) = (globals.add(a as usize), globals.add(b as usize));
            let before = *one;
            *one = *other;
            *other = Value(before.0 ^ 1);
        }
    }

    /// A value read before and after it changes.
    #[vm_op]
    fn read_around_write(vm: &mut Vm, value: Value, #[imm(in = globals)] index: u8) -> (Value, Value) {
        let place = unsafe { vm.context.globals.add(index as usize) };
        (unsafe { *place }, unsafe {
            *place = value;
            *place
        })
    }

    /// Changes every field of the context.
    #[vm_op]
    fn count(vm: &mut Vm, by: Value) {
        let by = by.0;
        vm.context.counters.bytes = vm.context.counters.bytes.wrapping_add(by as u8);
        vm.context.counters.signed_bytes = vm.context.counters.signed_bytes.wrapping_sub(by as i8);
        vm.context.counters.shorts ^= by as u16;
        vm.context.counters.signed_shorts |= by as i16;
        vm.context.counters.words &= by as u32;
        vm.context.counters.signed_words = vm.context.counters.signed_words.wrapping_mul(by as i32);
        vm.context.counters.longs = vm.context.counters.longs.rotate_left(by as u32);
        vm.context.counters.signed_longs = vm.context.counters.signed_longs.wrapping_shr(by as u32);
        vm.context.counters.sizes = vm.context.counters.sizes.wrapping_add(by as usize);
        vm.context.counters.signed_sizes = vm.context.counters.signed_sizes.wrapping_sub(by as isize);
        vm.context.counters.ready ^= by & 1 == 1;
        vm.context.counters.floats = by as f64;
    }

    /// Arithmetic on a float of the context, in place, in a variable. Stores have only one NaN.
    #[vm_op]
    fn change_float(vm: &mut Vm, by: Value) -> Value {
        let mut pair = vm.context.pair;
        pair.second += by.as_float();
        pair.second *= 2.0;
        pair.second -= ONE;
        pair.second /= 0.5;
        pair.second = pair.second.quiet();
        vm.context.pair = pair;
        Value::float(vm.context.pair.second)
    }

    /// In `x op= y` of numbers, Rust evaluates `y` first.
    #[vm_op]
    fn change_late(vm: &mut Vm, a: Value) -> Value {
        let mut x = a.as_float();
        x += {
            x *= 2.0;
            1.0
        };
        vm.context.counters.longs ^= count_up(vm) as u64;
        Value::float(x)
    }

    /// A byte of the runtime's memory, read and written.
    #[vm_op]
    fn poke(vm: &mut Vm, value: Value, #[imm(in = bytes)] index: u32) -> Value {
        let place = unsafe { vm.context.bytes.add(index as usize) };
        let before = unsafe { place.read() };
        unsafe { place.write(value.0 as u8) };
        Value::int(before as i32)
    }

    /// The receiver of a method is evaluated before its argument.
    #[vm_op]
    fn write_late(vm: &mut Vm, value: Value, #[imm(in = globals)] index: u32) -> Value {
        let mut place = vm.context.globals;
        unsafe {
            place.write({
                place = place.add(index as usize);
                value
            });
            *place
        }
    }

    /// Two bytes as one number: memory through a pointer of another type.
    #[vm_op]
    fn peek_word(vm: &mut Vm, #[imm] high: bool) -> Value {
        let start = vm.context.bytes as *const u8;
        let words = unsafe { start.add(if high { 4 } else { 0 }) }.cast::<i8>().cast::<u8>();
        let (low, next) = unsafe { (*words, *words.wrapping_add(1)) };
        Value::int(low as i32 | (next as i32).wrapping_shl(8))
    }

    /// Moves pointers forward and back, compares them, and converts them to numbers.
    #[vm_op]
    #[expect(clippy::zero_ptr, reason = "the op language has no `null_mut`")]
    fn pointers(vm: &mut Vm, #[imm(in = nodes)] index: u8, #[imm] by: i8) -> (Value, Value, Value) {
        let list = vm.context.list;
        let here = unsafe { list.add(index as usize) };
        let there = here.wrapping_offset(by as isize);
        let bytes = (there as usize).wrapping_sub(here as usize);
        let back = there.wrapping_sub(by as isize as usize);
        let none = 0u64 as *mut Node;
        let known = back == here && !(none.is_null() ^ true) && list <= here && vm.context.secret.is_null();
        (Value(bytes as u64), Value::boolean(known), Value::boolean(there > here))
    }

    /// Follows a list.
    #[vm_op]
    fn walk(vm: &mut Vm, #[imm] steps: u8) -> (Value, Value) {
        let mut node = vm.context.list;
        let mut i: u8 = 0;
        while i < steps {
            let next = unsafe { (*node).next };
            if next.is_null() {
                break;
            }
            node = next;
            i = i.wrapping_add(1);
        }
        unsafe {
            (*node).kept.first = i as u32;
            ((*node).value, Value::int(i as i32))
        }
    }

    /// Structs as a whole, in memory and in variables.
    #[vm_op]
    fn structs(vm: &mut Vm, a: Value, #[imm(in = nodes)] index: u32) -> (Value, Value) {
        let node = node_at(vm, index);
        let mut kept = unsafe { (*node).kept };
        let before = kept.first;
        kept.first = a.0 as u32;
        kept.second = -kept.second;
        let other = Pair { first: before, second: kept.second };
        unsafe { (*node).kept = kept };
        vm.context.pair = pair_of(first_of(other), other.second);
        (Value(before as u64), Value::float(vm.context.pair.second))
    }

    /// `dst = context.top`, and `context.top = a`.
    #[vm_op]
    fn exchange_top(vm: &mut Vm, a: Value) -> Value {
        let top = vm.context.top;
        vm.context.top = a;
        top
    }

    // Control inside an op.

    /// Numbers, ranges, alternatives and guards.
    #[vm_op]
    fn classify(a: Value) -> Value {
        if !a.is_int() {
            return Value::NIL;
        }
        let class = match a.as_int() {
            0 => 10,
            1 | 2 | -1 => 20,
            n if n == LIMIT => 30,
            3..=9 => 40,
            i32::MIN..=-100 => 50,
            n if n & 1 == 1 => 60,
            _ => 70,
        };
        Value::int(class)
    }

    /// A match on a bool, on a byte, and on floats.
    #[vm_op]
    fn choose(a: Value, #[imm] letter: u8) -> Value {
        let by_letter = match letter {
            b'a'..=b'z' => 1u8,
            b'0'..b'8' => 2,
            200.. => 3,
            _ => 0,
        };
        let by_truth = match a.truth() {
            true => by_letter,
            false => by_letter.wrapping_add(100),
        };
        Value::int(by_truth as i32)
    }

    /// Options: `match`, `if let`, `let else`, and one made by hand.
    #[vm_op]
    fn options(a: Value, b: Value) -> Value {
        let Some(x) = a.number() else { return Value::NIL };
        let y = if let Some(y) = b.number() { y } else { ONE };
        let larger: Option<f64> = if x > y { Some(x) } else { None };
        match larger {
            Some(larger) if larger < 0.0 => Value::float(-larger),
            Some(larger) => Value::float(larger),
            None => Value::boolean(x == y),
        }
    }

    /// Results: matched, propagated, turned into a value.
    #[vm_op]
    fn results(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        match half(vm, a.as_int()) {
            Ok(half) if half > 0 => Ok(Value::int(half)),
            Ok(_) => Ok(Value::FALSE),
            Err(thrown) => Err(thrown),
        }
    }

    /// An error that is swallowed.
    #[vm_op]
    fn half_or_nil(vm: &mut Vm, a: Value) -> Value {
        if let Ok(half) = half(vm, a.as_int()) { Value::int(half) } else { Value::NIL }
    }

    /// A bounded loop that ends early, with variables that are set on several paths.
    #[vm_op]
    #[expect(clippy::needless_late_init, clippy::needless_bool_assign, reason = "a variable set on several paths")]
    fn sum_up(a: Value, #[imm] times: u16) -> (Value, Value) {
        let (mut sum, mut i): (u64, u16) = (0, 0);
        let reached: bool;
        while i < times {
            sum = sum.wrapping_mul(31).wrapping_add(a.0);
            if sum & 0xff == 0x7f {
                break;
            }
            i = i.wrapping_add(1);
        }
        if i == times {
            reached = true;
        } else {
            reached = false;
        }
        (Value(sum), Value::boolean(reached))
    }

    /// A loop that counts down, with another loop inside.
    #[vm_op]
    fn nested(a: Value) -> Value {
        let mut i: i32 = 5;
        let mut sum: i32 = 0;
        while i > 0 {
            let mut j: i32 = 0;
            while j < i {
                sum = largest(sum, a.as_int().wrapping_mul(j), i) ^ j;
                j = j.wrapping_add(1);
            }
            i = i.wrapping_sub(1);
        }
        Value::int(sum)
    }

    /// The right side of `&&` and `||` is evaluated only if it is needed.
    #[vm_op]
    fn short_circuits(vm: &mut Vm, a: Value, b: Value, c: Value) -> Value {
        let both = told(vm, a) && told(vm, b);
        let either = both || told(vm, c) || IS_CHECKED && a.is_int();
        Value::boolean(both ^ either)
    }

    /// Variables of the same name, blocks, tuples, units.
    #[vm_op]
    fn scopes(a: Value, b: Value) -> (Value, Value) {
        let x = a.as_int();
        let x = {
            let x = x.wrapping_add(1);
            let y = x.wrapping_mul(x);
            y ^ x
        };
        let unit: () = nothing();
        unit_again(unit);
        let pair: (i32, i32) = in_order((x, b.as_int()));
        let (low, _) = pair;
        (Value::int(low), Value::int(pair.1))
    }

    fn unit_again(_unit: ()) {}

    /// Later statements do not change a value that was read.
    #[vm_op]
    fn read_early(vm: &mut Vm, a: Value) -> (Value, Value) {
        let mut x = a.0;
        let first = x.wrapping_add({
            x = 7;
            x
        });
        let before = vm.context.pair.second;
        let sum = vm.context.pair.second + count_up(vm) + vm.context.pair.second;
        (Value(first ^ x), Value::float(sum - before))
    }

    // The runtime.

    /// Every kind of argument that is narrower than a register.
    #[vm_op]
    fn call_narrow(vm: &mut Vm, a: Value, b: Value) -> Value {
        let a = a.0;
        Value::int(narrow(vm, a as i8, a as i16, b.as_int(), a as u8, b.0 as u16, a as u32, b.truth()))
    }

    /// Every kind that is as wide as a register, with a function that does not take the machine.
    #[vm_op]
    fn call_wide(a: Value, b: Value) -> Value {
        Value(wide(a.0 as i64, b.0, a.0 as usize, b.0 as isize))
    }

    /// Every kind of result.
    #[vm_op]
    fn call_results(a: Value) -> (Value, Value, Value) {
        let signed = (as_i8(a.0) as i64).wrapping_add(as_i16(a.0) as i64).wrapping_add(as_isize(a.0) as i64);
        let unsigned = (as_u8(a.0) as u64) ^ (as_u16(a.0) as u64) ^ (as_u32(a.0) as u64);
        (Value(signed as u64), Value(unsigned), Value::boolean(as_bool(a.0)))
    }

    /// A `bool` as the result of a function that can fail.
    #[vm_op]
    fn sign(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        if is_positive(vm, a.as_float())? { Ok(Value::TRUE) } else { Ok(Value::FALSE) }
    }

    /// Floats to the runtime and back.
    #[vm_op]
    fn call_floats(vm: &mut Vm, a: Value, #[imm] by: f64) -> Result<Value, Thrown> {
        Ok(Value::float(root_of(vm, a.as_float(), by)?))
    }

    fn root_of(vm: &mut Vm, f: f64, by: f64) -> Result<f64, Thrown> {
        let root = root(vm, f)?;
        Ok(scale(root.quiet(), by))
    }

    /// Pointers to the runtime and back.
    #[vm_op]
    #[expect(clippy::ptr_eq, reason = "the op language has no `ptr::eq`")]
    fn call_pointers(vm: &mut Vm, a: Value, #[imm(in = nodes)] index: u32) -> Result<Value, Thrown> {
        let found = find(vm, a.as_int() as u32)?;
        let node = node_at(vm, index);
        let next = after(vm, node);
        let same = next as *const Node == found;
        Ok(if same { unsafe { (*found).value } } else { Value::boolean(next.is_null()) })
    }

    /// An error without a result.
    #[vm_op]
    fn check(vm: &mut Vm, a: Value) -> Result<(), Thrown> {
        require(vm, a)
    }

    /// An error, then an effect, then a call that cannot fail.
    #[vm_op]
    fn check_and_tell(vm: &mut Vm, a: Value) -> Result<(), Thrown> {
        require(vm, a)?;
        vm.context.counters.words = vm.context.counters.words.wrapping_add(1);
        tell(vm, a);
        Ok(())
    }

    /// Calls the runtime repeatedly, until it says to stop.
    #[vm_op]
    fn tell_often(vm: &mut Vm, a: Value, #[imm] times: u8) -> Value {
        let mut i: u8 = 0;
        while i < times {
            if told(vm, Value(a.0.wrapping_add(i as u64))) && i > 2 {
                return Value::TRUE;
            }
            i = i.wrapping_add(1);
        }
        Value::int(i as i32)
    }

    /// Always throws.
    #[vm_op]
    fn fail(vm: &mut Vm, #[imm] code: u8) -> Result<(), Thrown> {
        Err(refuse(vm, code))
    }

    /// Throws on one path, and has an effect on the other.
    #[vm_op]
    fn tell_or_fail(vm: &mut Vm, a: Value) -> Result<(), Thrown> {
        if a.truth() {
            tell(vm, a);
        } else {
            return Err(refuse(vm, 7));
        }
        Ok(())
    }

    /// Panics on nil, at the end of the op.
    #[vm_op]
    fn panic_at_end(vm: &mut Vm, a: Value) -> Value {
        panic_if_nil(vm, a)
    }

    /// Panics on nil before the end, after which nothing else may run.
    #[vm_op]
    fn panic_inside(vm: &mut Vm, a: Value) -> Value {
        let same = panic_if_nil(vm, a);
        vm.context.top = same;
        tell(vm, same);
        same
    }

    /// Panics in a helper that does not take the machine, on one path.
    #[vm_op]
    fn panic_on_one_way(a: Value, #[imm] careful: bool) -> Value {
        if careful { a } else { unless_nil(a) }
    }

    fn unless_nil(value: Value) -> Value {
        panic_or_nothing(value);
        value
    }

    /// Throws on true and panics on nil.
    #[vm_op]
    fn throw_and_panic(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        let same = throw_or_panic(vm, a)?;
        Ok(Value(same.0 ^ 1))
    }

    // Inline caches.

    /// `dst = a` if the shape has changed since the last run, otherwise the result of that run.
    #[vm_op]
    fn get_cached(vm: &mut Vm, a: Value, #[cache] cell: &PropertyCache) -> Value {
        if cell.is_for(vm.context.shape) {
            cell.hits.set(cell.hits.get().wrapping_add(100));
            return cell.value.get();
        }
        cell.shape.set(vm.context.shape);
        cell.filled.set(true);
        cell.value.set(a);
        a
    }

    /// `dst = a`, or the value in the cell, for up to 3 runs after the runtime filled the cell.
    #[vm_op]
    fn get_refilled(vm: &mut Vm, a: Value, #[cache] cell: &PropertyCache) -> Result<Value, Thrown> {
        if cell.filled.get() && cell.hits.get() < 3 {
            cell.hits.set(cell.hits.get().wrapping_add(1));
            return Ok(cell.value.get());
        }
        refill(vm, a, cell)
    }

    /// Two cells in one instruction.
    #[vm_op]
    fn count_both(a: Value, #[cache] yes: &PropertyCache, #[cache] no: &PropertyCache) -> Value {
        let (cell, step) = if a.truth() { (yes, 1u16) } else { (no, u16::MAX) };
        let shape = cell.shape.get();
        cell.shape.set(Shape { id: shape.id, slots: shape.slots.wrapping_add(step) });
        Value::int(yes.shape.get().slots as i32 ^ (no.shape.get().slots as i32).wrapping_shl(8))
    }

    // Control between ops.

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Whether `a < b`.
    #[vm_op(branches)]
    fn less(a: Value, #[place(slot, constant)] b: Value) -> bool {
        a.as_int() < b.as_int()
    }

    /// Whether `a` is more than 0. Throws if it is neither a number nor of this kind.
    #[vm_op(branches)]
    fn positive(vm: &mut Vm, a: Value, #[imm] kind: u8) -> Result<bool, Thrown> {
        if a.is_int() {
            return Ok(a.as_int() > 0);
        }
        if a.is_float() {
            return is_positive(vm, a.as_float());
        }
        match kind {
            0 => Err(refuse(vm, kind)),
            1..=9 => Ok(true),
            _ => Ok(a.truth()),
        }
    }

    /// Whether the truth of `a` is that of {compare}.
    #[vm_op(branches(value = is_true, if = go_on_true, unless = go_unless_true),
        each(compare): truth(TRUE))]
    fn truths(a: Value) -> bool {
        a.truth() == Value::compare.truth()
    }

    /// Whether the inline cache has seen `a`, which it then has.
    #[vm_op(branches)]
    fn seen(a: Value, #[cache] cell: &PropertyCache) -> bool {
        let is_hit = cell.filled.get() && cell.value.get().0 == a.0;
        cell.filled.set(true);
        cell.value.set(a);
        is_hit
    }

    /// Whether the runtime counts as true what the op tells it: `a`, or whether the branch is taken if that is so.
    #[vm_op(branches(if, unless, when = jumps_for))]
    fn decided(vm: &mut Vm, a: Value, args: Window) -> Result<bool, Thrown> {
        tell(vm, if args.len() > 2 { Value::boolean(jumps_for) } else { a });
        Ok(if jumps_for { a.truth() } else { args.len() == 1 })
    }

    /// `dst = a + 1`, and jumps to `to` if that is below `b`: the end of a counting loop.
    #[vm_op]
    fn count_to(a: Value, #[place(slot, constant)] b: Value, to: Label) -> (Value, Flow) {
        let next = Value::int(a.as_int().wrapping_add(1));
        if next.as_int() < b.as_int() { (next, to.jump()) } else { (next, Flow::Next) }
    }

    /// Exchanges two integers and jumps to `to`. For other values, the sum decides between `other` and the next op.
    #[vm_op]
    fn exchange_and_go(
        vm: &mut Vm,
        a: Value,
        b: Value,
        to: Label,
        other: Label,
    ) -> Result<(Value, Value, Flow), Thrown> {
        if a.is_int() && b.is_int() {
            return Ok((b, a, to.jump()));
        }
        let sum = add_slow(vm, a, b)?;
        if sum.truth() {
            return Ok((b, sum, other.jump()));
        }
        Ok((sum, a, Flow::Next))
    }

    /// Continues at one of three places, or throws.
    #[vm_op]
    fn branch(vm: &mut Vm, a: Value, zero: Label, one: Label) -> Result<Flow, Thrown> {
        if !a.is_int() {
            return Err(refuse(vm, 1));
        }
        Ok(match a.as_int() {
            0 => zero.jump(),
            1 => one.jump(),
            _ => Flow::Next,
        })
    }

    /// Jumps to one of several places.
    #[vm_op]
    fn jump_to_one(a: Value, to: Labels) -> Flow {
        to.jump(a.0 & 3)
    }

    /// Jumps to one of several places or to `none`, after the runtime ran.
    #[vm_op]
    fn jump_to_one_if_told(vm: &mut Vm, a: Value, none: Label, to: Labels) -> Flow {
        let truth = told(vm, a);
        if truth { to.jump(a.0 & 3) } else { none.jump() }
    }

    /// Counts, and jumps to `to` until it is done: the back edge of a loop.
    #[vm_op]
    fn jump_if_told(vm: &mut Vm, a: Value, to: Label) -> Flow {
        let truth = told(vm, a);
        vm.context.top = a;
        if truth { to.jump() } else { Flow::Next }
    }

    /// Calls a function.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// The halves of the function's word.
    fn halves_of_word(vm: &mut Vm) -> (u32, u32) {
        (vm.function_word() as u32, vm.function_word().wrapping_shr(32) as u32)
    }

    /// `dst` = `a` with the function's word, also on a path that calls the runtime.
    #[vm_op]
    fn with_word(vm: &mut Vm, a: Value) -> Value {
        let (low, high) = halves_of_word(vm);
        if a.truth() {
            tell(vm, Value(vm.function_word()));
            return Value(vm.function_word() ^ a.0);
        }
        Value(low as u64 ^ (high as u64).wrapping_shl(3))
    }

    /// Exchanges two slots of a window, if it has both, and returns the first of them.
    fn exchanged(vm: &mut Vm, slots: Window, one: u64, other: u64) -> Option<Value> {
        if let Some(a) = vm.slot_of(slots, one)
            && let Some(b) = vm.slot_of(slots, other)
        {
            vm.set_slot_of(slots, one, b);
            vm.set_slot_of(slots, other, a);
            return Some(a);
        }
        None
    }

    /// Exchanges slots of the window, among which the operand and the result can be.
    #[vm_op]
    fn exchange_in(vm: &mut Vm, a: Value, #[imm] one: u8, slots: Window) -> Value {
        match exchanged(vm, slots, one as u64 & 3, a.0 & 3) {
            Some(value) => Value(value.0 ^ a.0),
            None => a,
        }
    }

    /// Fills the window and tells the runtime about an operand whose slot may be in it.
    #[vm_op]
    fn fill_and_tell(vm: &mut Vm, a: Value, b: Value, slots: Window) -> Value {
        if a.truth() {
            vm.fill(slots, a);
            tell(vm, b);
        }
        b
    }

    /// Returns the window, or `b`, or throws.
    #[vm_op]
    fn ret_some(vm: &mut Vm, a: Value, b: Value, slots: Window) -> Result<Flow, Thrown> {
        if a.is_int() {
            let is_set = vm.set_slot_of(slots, a.0 & 3, b);
            return Ok(if is_set { vm.ret_window(slots) } else { vm.ret(b) });
        }
        match vm.slot_of(slots, 1) {
            Some(value) if value.truth() => Ok(vm.ret_window(slots)),
            Some(_) => Err(refuse(vm, 3)),
            None => Ok(vm.ret(b)),
        }
    }

    /// Calls a function if `a` counts as true.
    #[vm_op]
    fn call_if(vm: &mut Vm, a: Value, callee: Callee, args: Window) -> Flow {
        if a.truth() { vm.call(callee, args) } else { Flow::Next }
    }

    /// Calls a function, or throws.
    #[vm_op]
    fn call_checked(vm: &mut Vm, a: Value, callee: Callee, args: Window) -> Result<Flow, Thrown> {
        if a.is_int() { Ok(vm.call(callee, args)) } else { Err(refuse(vm, 2)) }
    }

    /// Calls the function that the runtime returns.
    #[vm_op]
    fn pass_callee(vm: &mut Vm, callee: Callee, args: Window) -> Value {
        let _same = same_callee(callee);
        vm.context.counters.words = 0;
        Value(args.len().wrapping_mul(2))
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, #[place(slot, constant)] a: Value) -> Flow {
        vm.ret(a)
    }

    /// Returns the smaller one, or continues.
    #[vm_op]
    fn ret_if_less(vm: &mut Vm, a: Value, b: Value) -> Flow {
        if a.0 < b.0 {
            return vm.ret(a);
        }
        Flow::Next
    }

    /// Continues in the interpreter unless `a` is an integer.
    #[vm_op]
    fn leave_unless_int(vm: &mut Vm, a: Value, to: Label) -> Flow {
        if a.is_int() { to.jump() } else { vm.deopt() }
    }

    /// {what}
    #[vm_op(stencil = native, each(native, changed, what):
        interpreted(none, !a.0, "The author wants no stencil."),
        required(required, a.0 ^ 1, "The build fails without a stencil."))]
    fn with_and_without(a: Value) -> Value {
        Value(changed)
    }
}
