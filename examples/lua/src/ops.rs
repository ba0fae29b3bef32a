//! The instruction set of Lua: a register machine whose values are NaN-boxed.
//!
//! A parameter of the type [`Value`](ops::Value) is a slot of the frame that runs, and results go to slots that the op
//! names first. `#[constant]` is a value of the program's, `#[imm]` a number in the op itself, `#[cache]` memory that
//! this op has to itself, `Window` a run of slots, and `Label` another op. A function with `each` is one op for each row
//! of it. In this order the file has: what a value is; what stencils see of objects; caches; what `runtime` does for
//! ops; and the ops: for variables, arithmetic, jumps, loops, tables, functions, and builtins. `docs/lua.md` follows
//! three of them down to their machine code.
//!
//! Contract of its unsafe blocks:
//!
//! 1. A value whose tag says that it is an object is the address of a live object of that kind: the collector frees
//!    what no slot, upvalue, table or root of the host leads to. It works within runtime functions only.
//! 2. The fields of an object are as its type's documentation says, and so are those of a cache: a table with the shape
//!    of a [`FieldCache`](ops::FieldCache) has its slot.
//! 3. Bytecode comes from the generator only. The `function` of an op for variables is slot 0 of a function written in
//!    Lua, and the `index` beside it that of one of its upvalues. Slots and constants, the verifier has checked.
//! 4. [`Context::epoch`](ops::Context::epoch) points into the heap, which lives as long as the machine.

/// Values, objects and ops.
#[mimeo::instruction_set(
    value = Value, context = Context, host = crate::runtime::Host, error = crate::runtime::Error, operands = registers,
    arity = 1
)]
#[expect(clippy::undocumented_unsafe_blocks, reason = "the module's contract says why they are sound")]
pub mod ops {
    // Values.

    /// A Lua value: a double, or a tag above all doubles and 48 bits. There is one NaN.
    #[repr(transparent)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Value(pub u64);

    /// The tag is above the address of the object.
    pub const TAG_SHIFT: u32 = 48;
    /// A coroutine's tag.
    pub const THREAD_TAG: u64 = 0xfff9;
    /// A string's tag.
    pub const TEXT_TAG: u64 = 0xfffa;
    /// A table's tag.
    pub const TABLE_TAG: u64 = 0xfffb;
    /// The tag of a function written in Lua.
    pub const CLOSURE_TAG: u64 = 0xfffc;
    /// The tag of a function written in Rust.
    pub const BUILTIN_TAG: u64 = 0xfffd;
    /// A userdata's tag.
    pub const USERDATA_TAG: u64 = 0xfffe;
    /// What the tags of both kinds of functions have in common: all bits but the last.
    const FUNCTION_TAGS: u64 = 0x7ffe;
    const FUNCTION_SHIFT: u32 = 49;
    const PAYLOAD: u64 = 0x0000_ffff_ffff_ffff;
    /// What is no number is from here on.
    const FIRST_TAGGED: u64 = 0xfff9_0000_0000_0000;
    /// What is neither a number nor an object is from here on.
    const FIRST_PLAIN: u64 = 0xffff_0000_0000_0000;
    /// The one NaN.
    const NAN: u64 = 0x7ff8_0000_0000_0000;

    impl Value {
        /// `nil`
        pub const NIL: Value = Value(0xffff_ffff_ffff_ffff);
        /// `false`; no other value but `nil` is above it.
        pub const FALSE: Value = Value(0xffff_ffff_ffff_fffe);
        /// `true`
        pub const TRUE: Value = Value(0xffff_ffff_ffff_fffd);

        /// A number.
        pub fn number(number: f64) -> Value {
            if number.is_nan() { Value(NAN) } else { Value(number.to_bits()) }
        }

        /// A number that is no NaN.
        fn ordinary(number: f64) -> Value {
            Value(number.to_bits())
        }

        /// `true` or `false`
        pub fn boolean(truth: bool) -> Value {
            if truth { Value::TRUE } else { Value::FALSE }
        }

        /// Is it a number?
        pub fn is_number(self) -> bool {
            self.0 < FIRST_TAGGED
        }

        /// The number that it is.
        pub fn as_number(self) -> f64 {
            f64::from_bits(self.0)
        }

        /// Does it count as true?
        pub fn truth(self) -> bool {
            self.0 < Value::FALSE.0
        }

        /// Is it `nil`?
        pub fn is_nil(self) -> bool {
            self.0 == Value::NIL.0
        }

        /// Is it on the heap?
        pub fn is_object(self) -> bool {
            self.0 >= FIRST_TAGGED && self.0 < FIRST_PLAIN
        }

        fn has_tag(self, tag: u64) -> bool {
            self.0.wrapping_shr(TAG_SHIFT) == tag
        }

        /// Is it a string?
        pub fn is_text(self) -> bool {
            self.has_tag(TEXT_TAG)
        }

        /// Is it a string that is the only one with its bytes?
        fn is_interned(self) -> bool {
            self.is_text() && unsafe { (*self.as_text()).len } <= MAX_INTERNED
        }

        /// Is it a table?
        pub fn is_table(self) -> bool {
            self.has_tag(TABLE_TAG)
        }

        /// Is it a function written in Lua?
        pub fn is_closure(self) -> bool {
            self.has_tag(CLOSURE_TAG)
        }

        /// Is it a function written in Rust?
        pub fn is_builtin(self) -> bool {
            self.has_tag(BUILTIN_TAG)
        }

        /// Is it a function of either kind?
        pub fn is_function(self) -> bool {
            self.0.wrapping_shr(FUNCTION_SHIFT) == FUNCTION_TAGS
        }

        /// Is it a userdata?
        pub fn is_userdata(self) -> bool {
            self.has_tag(USERDATA_TAG)
        }

        /// Is it a coroutine?
        pub fn is_thread(self) -> bool {
            self.has_tag(THREAD_TAG)
        }

        /// Where the object that it is lies.
        pub fn address(self) -> usize {
            (self.0 & PAYLOAD) as usize
        }

        /// The string that it is.
        pub fn as_text(self) -> *mut Text {
            self.address() as *mut Text
        }

        /// The table that it is.
        pub fn as_table(self) -> *mut Table {
            self.address() as *mut Table
        }

        /// A table.
        fn table(table: *mut Table) -> Value {
            Value(TABLE_TAG.wrapping_shl(TAG_SHIFT) | table as u64)
        }

        /// The function that it is.
        pub fn as_callable(self) -> *mut Callable {
            self.address() as *mut Callable
        }

        /// The function written in Lua that it is.
        pub fn as_closure(self) -> *mut Closure {
            self.address() as *mut Closure
        }
    }

    // Objects. All are made by `heap`, where their parts that stencils do not see are.

    /// What every object of the heap begins with.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Object {
        /// All objects are in lists, for the sweep.
        pub next: *mut Object,
        /// What it is: a [`Kind`](crate::heap::Kind).
        pub kind: u8,
        /// What the collector knows of it. Whoever stores an object into one that is [`BLACK`] must tell it,
        /// and whoever stores into a [`PROTOTYPE`] the caches.
        pub mark: u8,
    }

    /// The bit of [`Object::mark`] that says that the collector will not look at the object again in this cycle.
    pub const BLACK: u8 = 4;

    /// The bit of [`Object::mark`] that says that other tables have fields from this one: see [`InheritedCache`].
    pub const PROTOTYPE: u8 = 16;

    /// A string. Its bytes lie behind it, or their address if they are more than 40. Two strings of up to 40 bytes with
    /// the same bytes are one object.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Text {
        /// Comes first.
        pub object: Object,
        /// Hash of its bytes; 0 when nobody has asked for that of a long one yet.
        pub hash: u32,
        /// Number of bytes.
        pub len: u32,
    }

    /// Two strings that are longer can be equal without being the same.
    pub const MAX_INTERNED: u32 = 40;

    /// A table: an array part, named fields, and a hash part for all other keys.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Table {
        /// Comes first.
        pub object: Object,
        /// The metatable, or null.
        pub metatable: *mut Table,
        /// The id of `shape`, which is what an inline cache compares; [`NO_SHAPE`] when that is null.
        pub shape_id: u32,
        /// Bits of the [metamethods](crate::heap::Event) that are known to be missing in this table as a metatable.
        pub missing: u32,
        /// Which names are in which slot; null when the names are in the hash part.
        pub shape: *mut crate::heap::Shape,
        /// Values of the named fields; `nil` where there is none.
        pub slots: *mut Value,
        /// Values of the keys 1, 2, …; `nil` where there is none.
        pub array: *mut Value,
        /// Elements of `array`.
        pub array_len: u32,
        /// Elements of `slots`: at least as many as the shape has names.
        pub slots_len: u32,
        /// The hash part, or null.
        pub hash: *mut crate::heap::HashPart,
    }

    /// The [`Table::shape_id`] of all tables whose names are in their hash part. No cache is ever filled with it.
    pub const NO_SHAPE: u32 = 1;

    /// A variable that closures share.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Upvalue {
        /// Comes first.
        pub object: Object,
        /// Where its value is: a slot of a frame that is under way, or `closed`.
        pub at: *mut Value,
        /// Its value, once the frame is gone.
        pub closed: Value,
        /// The next open one, of a lower slot of the same stack; null if there is none.
        pub next_open: *mut Upvalue,
    }

    /// What a function of either kind begins with.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Callable {
        /// Comes first.
        pub object: Object,
        /// Its code.
        pub callee: Callee,
    }

    /// A function written in Lua; the addresses of its upvalues lie behind it.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Closure {
        /// Comes first: it is a [`Callable`].
        pub object: Object,
        /// Its code.
        pub callee: Callee,
        /// Its environment, where globals are fields.
        pub environment: *mut Table,
        /// What it was made from.
        pub prototype: *const crate::heap::Prototype,
        /// Number of upvalues.
        pub upvalues_len: u64,
    }

    /// Where the address of a closure's upvalue lies.
    pub fn upvalue_at(closure: *mut Closure, index: u32) -> *mut *mut Upvalue {
        closure.wrapping_add(1).cast::<*mut Upvalue>().wrapping_add(index as usize)
    }

    /// Where an op found a named field the last time.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct FieldCache {
        /// [`Table::shape_id`]; 0, which no table has, at first.
        pub shape_id: Cell<u32>,
        /// The slot, which is one of `Table::slots` in every table with that shape.
        pub slot: Cell<u32>,
    }

    /// What a table gave the last time for a name that it has not, or for which it has nil: something that the chain of
    /// its metatable's `__index` leads to. It is the same for all tables of that shape with that metatable, as long as
    /// nobody changes a table of such a chain.
    #[repr(C)]
    #[derive(Debug)]
    pub struct InheritedCache {
        /// [`Table::shape_id`]; 0, which no table has, at first.
        pub shape_id: Cell<u32>,
        /// The [`epoch`](Context::epoch) of that time.
        pub epoch: Cell<u32>,
        /// [`Table::metatable`].
        pub metatable: Cell<*mut Table>,
        /// The shape has the name, and the value is for tables that have nil there: the [`FieldCache`] beside this one is
        /// for the same shape then.
        pub has_name: Cell<bool>,
        /// What was found: a function, a table or nil. It lives, because the chain leads to it.
        pub value: Cell<Value>,
    }

    /// Where an op added a named field to a table the last time. A table that is [`BLACK`] must not be changed by it:
    /// the collector has to hear of the new shape.
    #[repr(C)]
    #[derive(Debug)]
    pub struct AddCache {
        /// [`Table::shape_id`] before; 0, which no table has, at first.
        pub shape_id: Cell<u32>,
        /// [`Table::shape_id`] after.
        pub next_id: Cell<u32>,
        /// [`Table::shape`] after; to be trusted as long as no shape was freed.
        pub next: Cell<*mut crate::heap::Shape>,
        /// [`Context::shapes_freed`] of that time.
        pub shapes_freed: Cell<u32>,
        /// The slot, for which there is room when it is below [`Table::slots_len`].
        pub slot: Cell<u32>,
    }

    /// What stencils may touch of Lua's runtime.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Context {
        /// Arguments of the call under way, the function itself not counted.
        pub arguments: u32,
        /// Results of the call that ended last; they lie from the call's window on.
        pub results: u32,
        /// The open upvalue of the highest slot of the stack in use; null if there is none.
        pub open_upvalues: *mut Upvalue,
        /// How often the collector has freed shapes: see [`AddCache`].
        pub shapes_freed: u32,
        /// How often what tables inherit may have changed: see [`InheritedCache`].
        pub epoch: *const u32,
        /// The builtin `next`.
        pub next: Value,
        /// The builtin that `ipairs` gives to a `for`.
        pub next_element: Value,
    }

    // What `runtime` implements: the slow paths of the ops below.
    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn arithmetic(vm: &mut Vm, event: u8, a: Value, b: Value) -> Result<Value, Thrown>;
        fn power_of(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown>;
        fn length_of(vm: &mut Vm, a: Value) -> Result<Value, Thrown>;
        fn concatenate(vm: &mut Vm, values: Window) -> Result<Value, Thrown>;
        #[cold]
        fn is_less(vm: &mut Vm, a: Value, b: Value, when: bool) -> Result<bool, Thrown>;
        #[cold]
        fn is_less_equal(vm: &mut Vm, a: Value, b: Value, when: bool) -> Result<bool, Thrown>;
        fn is_equal(vm: &mut Vm, a: Value, b: Value, when: bool) -> Result<bool, Thrown>;
        fn make_table(vm: &mut Vm, array: u32, names: u32) -> Value;
        fn index(vm: &mut Vm, object: Value, key: Value) -> Result<Value, Thrown>;
        fn index_global(vm: &mut Vm, globals: Value, name: Value, cache: &FieldCache) -> Result<Value, Thrown>;
        fn index_field(
            vm: &mut Vm,
            object: Value,
            name: Value,
            own: &FieldCache,
            inherited: &InheritedCache,
        ) -> Result<Value, Thrown>;
        fn index_method(
            vm: &mut Vm,
            object: Value,
            name: Value,
            own: &FieldCache,
            inherited: &InheritedCache,
        ) -> Result<Value, Thrown>;
        fn set(vm: &mut Vm, object: Value, key: Value, value: Value) -> Result<(), Thrown>;
        fn set_name(
            vm: &mut Vm,
            object: Value,
            name: Value,
            value: Value,
            field: &FieldCache,
            add: &AddCache,
        ) -> Result<(), Thrown>;
        fn set_elements(vm: &mut Vm, table: Value, values: Window, first: u32, count: u32);
        #[cold]
        fn store_upvalue(vm: &mut Vm, upvalue: *mut Upvalue, value: Value);
        fn make_closure(vm: &mut Vm, function: Value, prototype: u32) -> Value;
        fn close_upvalues(vm: &mut Vm, from: Window);
        fn advance(vm: &mut Vm, table: Value, variables: Window) -> Result<bool, Thrown>;
        #[cold]
        fn prepare_loop(vm: &mut Vm, value: Value, which: u8) -> Result<Value, Thrown>;
        #[cold]
        fn callable(vm: &mut Vm, function: Value, args: Window, arguments: u32) -> Result<Callee, Thrown>;
        #[cold]
        fn fill_parameters(vm: &mut Vm, parameters: Window);
        fn collect_arguments(vm: &mut Vm, parameters: Window) -> Value;
        fn copy_rest(vm: &mut Vm, rest: Value, to: Window);
        fn copy_whole_rest(vm: &mut Vm, rest: Value, to: Window) -> Result<(), Thrown>;
        #[cold]
        fn fill_results(vm: &mut Vm, results: Window);
        fn move_down(vm: &mut Vm, values: Window, count: u32);
        fn builtin_frame(vm: &mut Vm) -> Callee;
        fn call_builtin(vm: &mut Vm, builtin: Value) -> Result<(), Thrown>;
        fn protect(vm: &mut Vm, parts: u32) -> Result<(), Thrown>;
        fn caught(vm: &mut Vm, handler: Value) -> Result<Value, Thrown>;
        fn finish_coroutine(vm: &mut Vm, results: Window);
    }

    // Constants and moves.

    /// `dst = a`
    #[vm_op]
    fn copy(#[place(slot, constant)] a: Value) -> Value {
        a
    }

    // Stores: who must hear of them.

    /// Must the collector hear of an object that is stored into one with this mark?
    fn is_black(mark: u8) -> bool {
        mark & BLACK != 0
    }

    /// Nobody has to hear of a store into such a table.
    fn is_plain(table: *mut Table) -> bool {
        let mark = unsafe { (*table).object.mark };
        mark & (BLACK | PROTOTYPE) == 0
    }

    /// May `value` just be stored where `old` is? Else a metamethod may have a say, or the collector.
    fn may_replace(table: *mut Table, old: Value, value: Value) -> bool {
        (!old.is_nil() || unsafe { (*table).metatable.is_null() }) && (is_plain(table) || may_keep(old, value))
    }

    /// The collector cares for objects only, and a [`PROTOTYPE`] may get another number for a number.
    fn may_keep(old: Value, value: Value) -> bool {
        !value.is_object() && old.is_number()
    }

    /// The bit of `__newindex` in [`Table::missing`].
    pub(crate) const NEW_INDEX: u32 = 2;

    /// May a name be added to the table? Not if somebody has to hear of it, or may have another wish.
    fn may_add(table: *mut Table) -> bool {
        let metatable = unsafe { (*table).metatable };
        is_plain(table) && (metatable.is_null() || unsafe { (*metatable).missing } & NEW_INDEX != 0)
    }

    // Variables of functions around, and globals. `function` is slot 0: the closure that runs.

    fn upvalue_of(function: Value, index: u32) -> *mut Upvalue {
        unsafe { *upvalue_at(function.as_closure(), index) }
    }

    /// `dst` = upvalue number `index`
    #[vm_op]
    fn get_upvalue(function: Value, #[imm] index: u32) -> Value {
        unsafe { *(*upvalue_of(function, index)).at }
    }

    /// Upvalue number `index` = `value`
    #[vm_op]
    fn set_upvalue(vm: &mut Vm, function: Value, #[imm] index: u32, #[place(slot, constant)] value: Value) {
        let upvalue = upvalue_of(function, index);
        if !is_black(unsafe { (*upvalue).object.mark }) || !value.is_object() {
            unsafe { *(*upvalue).at = value };
        } else {
            store_upvalue(vm, upvalue, value);
        }
    }

    /// `dst` = the global `name`
    #[vm_op]
    fn get_global(
        vm: &mut Vm,
        function: Value,
        #[constant] name: Value,
        #[cache] cache: &FieldCache,
    ) -> Result<Value, Thrown> {
        let globals = unsafe { (*function.as_closure()).environment };
        if unsafe { (*globals).shape_id } == cache.shape_id.get() {
            let value = unsafe { *(*globals).slots.add(cache.slot.get() as usize) };
            if !value.is_nil() {
                return Ok(value);
            }
        }
        index_global(vm, Value::table(globals), name, cache)
    }

    /// The global `name` = `value`
    #[vm_op]
    fn set_global(
        vm: &mut Vm,
        function: Value,
        #[constant] name: Value,
        #[place(slot, constant)] value: Value,
        #[cache] field: &FieldCache,
        #[cache] add: &AddCache,
    ) -> Result<(), Thrown> {
        let globals = unsafe { (*function.as_closure()).environment };
        if unsafe { (*globals).shape_id } == field.shape_id.get() {
            let place = unsafe { (*globals).slots.add(field.slot.get() as usize) };
            if may_replace(globals, unsafe { *place }, value) {
                unsafe { *place = value };
                return Ok(());
            }
        }
        set_name(vm, Value::table(globals), name, value, field, add)
    }

    /// `function … end`: a closure of the function's prototype number `prototype`.
    #[vm_op]
    fn closure(vm: &mut Vm, function: Value, #[imm] prototype: u32) -> Value {
        make_closure(vm, function, prototype)
    }

    /// Gives the upvalues of the slots from the window on values of their own: the locals there go out of scope.
    #[vm_op]
    fn close(vm: &mut Vm, from: Window) {
        if !vm.context.open_upvalues.is_null() {
            close_upvalues(vm, from);
        }
    }

    // Arithmetic. As a double, what is no number is a NaN, and what comes of it is one too: so the one question whether the
    // result is a NaN finds every operand that is no number, and the rare NaN that two numbers give.

    /// What [`arithmetic`] is asked to do: the [`Event`](crate::heap::Event) of the operation.
    pub(crate) const ADD: u8 = 7;
    pub(crate) const SUBTRACT: u8 = 8;
    pub(crate) const MULTIPLY: u8 = 9;
    pub(crate) const DIVIDE: u8 = 10;
    pub(crate) const MODULO: u8 = 11;
    pub(crate) const NEGATE: u8 = 13;

    /// `a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        let result = a.as_number() + b.as_number();
        if result.is_nan() { arithmetic(vm, ADD, a, b) } else { Ok(Value::ordinary(result)) }
    }

    /// {meaning}
    #[vm_op(each(meaning, operation, event):
        subtract("`a - b`", -, SUBTRACT),
        multiply("`a * b`", *, MULTIPLY),
        divide("`a / b`", /, DIVIDE),
        modulo("`a % b`, with the sign of `b`", modulus, MODULO))]
    fn binary(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        let result = operation(a.as_number(), b.as_number());
        if result.is_nan() { arithmetic(vm, event, a, b) } else { Ok(Value::ordinary(result)) }
    }

    /// `a ^ b`
    #[vm_op]
    fn power(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        power_of(vm, a, b)
    }

    // The same with a constant.

    /// {meaning}
    #[vm_op(each(meaning, operation, event):
        add_number("`a + b`", +, ADD),
        subtract_number("`a - b`", -, SUBTRACT),
        multiply_number("`a * b`", *, MULTIPLY),
        divide_number("`a / b`", /, DIVIDE),
        modulo_number("`a % b`, with the sign of `b`", modulus, MODULO))]
    fn binary_number(vm: &mut Vm, a: Value, #[imm] b: f64) -> Result<Value, Thrown> {
        let result = operation(a.as_number(), b);
        if result.is_nan() { arithmetic(vm, event, a, Value::number(b)) } else { Ok(Value::ordinary(result)) }
    }

    /// `a {operation} b`
    #[vm_op(each(operation, event): number_subtract(-, SUBTRACT), number_divide(/, DIVIDE))]
    fn number_binary(vm: &mut Vm, #[imm] a: f64, b: Value) -> Result<Value, Thrown> {
        let result = operation(a, b.as_number());
        if result.is_nan() { arithmetic(vm, event, Value::number(a), b) } else { Ok(Value::ordinary(result)) }
    }

    fn modulus(a: f64, b: f64) -> f64 {
        a - (a / b).floor() * b
    }

    /// `-a`
    #[vm_op]
    fn negate(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        let result = -a.as_number();
        if result.is_nan() { arithmetic(vm, NEGATE, a, a) } else { Ok(Value::ordinary(result)) }
    }

    /// `not a`
    #[vm_op]
    fn not(a: Value) -> Value {
        Value::boolean(!a.truth())
    }

    /// `#a`
    #[vm_op]
    fn length(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        length_of(vm, a)
    }

    /// `a .. b .. …`: all values of the window in one string.
    #[vm_op]
    fn concat(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
        concatenate(vm, values)
    }

    // Jumps. That `a` is not less than `b` does not mean that `b` is less than or equal to `a`: there is NaN.

    /// Goes to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Goes to `to` if `a` is {what}.
    #[vm_op(each(what, yes, no):
        jump_if("neither false nor nil", to.jump(), Flow::Next),
        jump_unless("false or nil", Flow::Next, to.jump()))]
    fn jump_by_truth(a: Value, to: Label) -> Flow {
        if a.truth() { yes } else { no }
    }

    // Non-numbers read as NaN, and every comparison with NaN is false.

    /// Goes to `to` {word} `a {less} b`.
    #[vm_op(each(word, less, not_less, slow, when, yes, no):
        jump_if_less("if", <, >=, is_less, true, to.jump(), Flow::Next),
        jump_unless_less("unless", <, >=, is_less, false, Flow::Next, to.jump()),
        jump_if_less_equal("if", <=, >, is_less_equal, true, to.jump(), Flow::Next),
        jump_unless_less_equal("unless", <=, >, is_less_equal, false, Flow::Next, to.jump()))]
    fn jump_by_order(vm: &mut Vm, a: Value, b: Value, to: Label) -> Result<Flow, Thrown> {
        if less(a.as_number(), b.as_number()) {
            return Ok(yes);
        }
        if not_less(a.as_number(), b.as_number()) {
            return Ok(no);
        }
        if slow(vm, a, b, when)? { Ok(yes) } else { Ok(no) }
    }

    /// Goes to `to` {word} `a {less} b`.
    #[vm_op(each(word, less, not_less, slow, when, yes, no):
        jump_if_less_number("if", <, >=, is_less, true, to.jump(), Flow::Next),
        jump_unless_less_number("unless", <, >=, is_less, false, Flow::Next, to.jump()),
        jump_if_less_equal_number("if", <=, >, is_less_equal, true, to.jump(), Flow::Next),
        jump_unless_less_equal_number("unless", <=, >, is_less_equal, false, Flow::Next, to.jump()))]
    fn jump_by_order_number(vm: &mut Vm, a: Value, #[imm] b: f64, to: Label) -> Result<Flow, Thrown> {
        if less(a.as_number(), b) {
            return Ok(yes);
        }
        if not_less(a.as_number(), b) {
            return Ok(no);
        }
        if slow(vm, a, Value::number(b), when)? { Ok(yes) } else { Ok(no) }
    }

    /// Goes to `to` {word} `b {less} a`.
    #[vm_op(each(word, less, not_less, slow, when, yes, no):
        jump_if_greater_number("if", <, >=, is_less, true, to.jump(), Flow::Next),
        jump_unless_greater_number("unless", <, >=, is_less, false, Flow::Next, to.jump()),
        jump_if_greater_equal_number("if", <=, >, is_less_equal, true, to.jump(), Flow::Next),
        jump_unless_greater_equal_number("unless", <=, >, is_less_equal, false, Flow::Next, to.jump()))]
    fn jump_by_order_of_number(vm: &mut Vm, a: Value, #[imm] b: f64, to: Label) -> Result<Flow, Thrown> {
        if less(b, a.as_number()) {
            return Ok(yes);
        }
        if not_less(b, a.as_number()) {
            return Ok(no);
        }
        if slow(vm, Value::number(b), a, when)? { Ok(yes) } else { Ok(no) }
    }

    /// Goes to `to` {word} `a == b`.
    #[vm_op(each(word, when, yes, no):
        jump_if_equal("if", true, to.jump(), Flow::Next),
        jump_unless_equal("unless", false, Flow::Next, to.jump()))]
    fn jump_by_equality(vm: &mut Vm, a: Value, b: Value, to: Label) -> Result<Flow, Thrown> {
        if a.is_number() && b.is_number() {
            return if a.as_number() == b.as_number() { Ok(yes) } else { Ok(no) };
        }
        if a.0 == b.0 {
            return Ok(yes);
        }
        if !may_be_equal(a, b) {
            return Ok(no);
        }
        if is_equal(vm, a, b, when)? { Ok(yes) } else { Ok(no) }
    }

    /// Goes to `to` {word} `a` is `b`: nil, true, false, or a short string.
    #[vm_op(each(word, yes, no):
        jump_if_is("if", to.jump(), Flow::Next),
        jump_unless_is("unless", Flow::Next, to.jump()))]
    fn jump_by_identity(a: Value, #[constant] b: Value, to: Label) -> Flow {
        if a.0 == b.0 { yes } else { no }
    }

    /// Goes to `to` {word} `a` is the number `b`.
    #[vm_op(each(word, yes, no):
        jump_if_equal_number("if", to.jump(), Flow::Next),
        jump_unless_equal_number("unless", Flow::Next, to.jump()))]
    fn jump_by_number(a: Value, #[imm] b: f64, to: Label) -> Flow {
        if a.as_number() == b { yes } else { no }
    }

    /// Can two values that are not the same be equal? They are of one type, and no strings of which there is only one.
    fn may_be_equal(a: Value, b: Value) -> bool {
        a.is_object() && a.0.wrapping_shr(TAG_SHIFT) == b.0.wrapping_shr(TAG_SHIFT) && !a.is_interned()
    }

    // The numeric `for`: a hidden counter, its limit and its step, and the variable.

    /// Goes to `to` if all three are numbers.
    #[vm_op]
    fn loop_check(start: Value, limit: Value, step: Value, to: Label) -> Flow {
        if start.is_number() && limit.is_number() && step.is_number() { to.jump() } else { Flow::Next }
    }

    /// Makes a number of one of the three; `which` says of which.
    #[vm_op]
    fn loop_number(vm: &mut Vm, value: Value, #[imm] which: u8) -> Result<Value, Thrown> {
        prepare_loop(vm, value, which)
    }

    fn is_within(counter: f64, limit: f64, step: f64) -> bool {
        if step > 0.0 { counter <= limit } else { limit <= counter }
    }

    /// The variable is the counter; goes to `to` if the loop has no turn at all.
    #[vm_op]
    fn loop_begin(counter: Value, limit: Value, step: Value, to: Label) -> (Value, Flow) {
        if is_within(counter.as_number(), limit.as_number(), step.as_number()) {
            (counter, Flow::Next)
        } else {
            (counter, to.jump())
        }
    }

    /// Counter and variable are the next ones; goes to `to` for another turn.
    #[vm_op]
    fn loop_next(counter: Value, limit: Value, step: Value, to: Label) -> (Value, Value, Flow) {
        let next = counter.as_number() + step.as_number();
        if is_within(next, limit.as_number(), step.as_number()) {
            (Value::ordinary(next), Value::ordinary(next), to.jump())
        } else {
            (counter, counter, Flow::Next)
        }
    }

    /// The same for a variable that nobody assigns, which is its own counter, and a constant step above 0.
    #[vm_op]
    fn loop_up(counter: Value, limit: Value, #[imm] step: f64, to: Label) -> (Value, Flow) {
        let next = counter.as_number() + step;
        if next <= limit.as_number() { (Value::ordinary(next), to.jump()) } else { (counter, Flow::Next) }
    }

    // The generic `for`.

    /// A turn of `for … in ipairs(…)`: control variable, key and value are the next ones. Goes on behind if the iterator is
    /// another function, or has to be asked itself.
    #[vm_op]
    fn iterate_elements(
        vm: &mut Vm,
        function: Value,
        state: Value,
        control: Value,
        to: Label,
    ) -> (Value, Value, Value, Flow) {
        if function.0 == vm.context.next_element.0 && state.is_table() {
            let table = state.as_table();
            let next = control.as_number() + 1.0;
            if let Some(place) = array_place(next)
                && place < unsafe { (*table).array_len } as u64
            {
                let value = unsafe { *(*table).array.add(place as usize) };
                if !value.is_nil() {
                    return (Value::ordinary(next), Value::ordinary(next), value, to.jump());
                }
            }
        }
        (control, Value::NIL, Value::NIL, Flow::Next)
    }

    /// A turn of `for … in pairs(…)`, with control variable, key and value in the window. Goes on behind if the iterator is
    /// another function, or has nothing more to give.
    #[vm_op]
    fn iterate_fields(
        vm: &mut Vm,
        function: Value,
        state: Value,
        variables: Window,
        to: Label,
    ) -> Result<Flow, Thrown> {
        if function.0 != vm.context.next.0 || !state.is_table() {
            return Ok(Flow::Next);
        }
        if advance(vm, state, variables)? { Ok(to.jump()) } else { Ok(Flow::Next) }
    }

    /// The control variable is the first variable; goes to `to` for a turn unless that is nil.
    #[vm_op]
    fn iterate(first: Value, to: Label) -> (Value, Flow) {
        if first.is_nil() { (first, Flow::Next) } else { (first, to.jump()) }
    }

    // Tables.

    /// `{}`, with room for so many elements and names.
    #[vm_op]
    fn new_table(vm: &mut Vm, #[imm] array: u32, #[imm] names: u32) -> Value {
        make_table(vm, array, names)
    }

    fn has_inherited(table: *mut Table, cache: &InheritedCache, epoch: *const u32) -> bool {
        let same_kind = unsafe { (*table).shape_id } == cache.shape_id.get()
            && unsafe { (*table).metatable } == cache.metatable.get();
        same_kind && unsafe { *epoch } == cache.epoch.get()
    }

    /// `dst = object.name`
    #[vm_op]
    fn get_field(
        vm: &mut Vm,
        object: Value,
        #[constant] name: Value,
        #[cache] own: &FieldCache,
        #[cache] inherited: &InheritedCache,
    ) -> Result<Value, Thrown> {
        if object.is_table() {
            let table = object.as_table();
            if unsafe { (*table).shape_id } == own.shape_id.get() {
                let value = unsafe { *(*table).slots.add(own.slot.get() as usize) };
                if !value.is_nil() || unsafe { (*table).metatable.is_null() } {
                    return Ok(value);
                }
            }
            if has_inherited(table, inherited, vm.context.epoch) {
                return Ok(inherited.value.get());
            }
        }
        index_field(vm, object, name, own, inherited)
    }

    /// `object:name`: the function and, behind it, the object, which is its first argument.
    #[vm_op]
    fn get_method(
        vm: &mut Vm,
        object: Value,
        #[constant] name: Value,
        #[cache] own: &FieldCache,
        #[cache] inherited: &InheritedCache,
    ) -> Result<(Value, Value), Thrown> {
        if object.is_table() {
            let table = object.as_table();
            if unsafe { (*table).shape_id } == own.shape_id.get() {
                let value = unsafe { *(*table).slots.add(own.slot.get() as usize) };
                if !value.is_nil() {
                    return Ok((value, object));
                }
            }
            if has_inherited(table, inherited, vm.context.epoch) {
                return Ok((inherited.value.get(), object));
            }
        }
        let method = index_method(vm, object, name, own, inherited)?;
        Ok((method, object))
    }

    /// The place in an array part that a number is the key of, or one that no array has; `None` for a key that is not
    /// an integer.
    fn array_place(key: f64) -> Option<u64> {
        // The low bits of a number from 2^52 on are its integer. A key that is not a number is a NaN here, which equals
        // nothing.
        let shifted = key + TWO_52;
        if shifted - TWO_52 == key { Some(shifted.to_bits().wrapping_sub(TWO_52_BITS).wrapping_sub(1)) } else { None }
    }

    const TWO_52: f64 = 4503599627370496.0;
    const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;

    /// `dst = object[key]`
    #[vm_op]
    fn get_index(vm: &mut Vm, object: Value, key: Value) -> Result<Value, Thrown> {
        if object.is_table() {
            let table = object.as_table();
            if let Some(place) = array_place(key.as_number())
                && place < unsafe { (*table).array_len } as u64
            {
                let value = unsafe { *(*table).array.add(place as usize) };
                if !value.is_nil() {
                    return Ok(value);
                }
            }
        }
        index(vm, object, key)
    }

    /// `object.name = value`
    #[vm_op]
    fn set_field(
        vm: &mut Vm,
        object: Value,
        #[constant] name: Value,
        #[place(slot, constant)] value: Value,
        #[cache] field: &FieldCache,
        #[cache] add: &AddCache,
    ) -> Result<(), Thrown> {
        if object.is_table() {
            let table = object.as_table();
            let shape_id = unsafe { (*table).shape_id };
            if shape_id == field.shape_id.get() {
                let place = unsafe { (*table).slots.add(field.slot.get() as usize) };
                if may_replace(table, unsafe { *place }, value) {
                    unsafe { *place = value };
                    return Ok(());
                }
            } else if shape_id == add.shape_id.get()
                && may_add(table)
                && add.shapes_freed.get() == vm.context.shapes_freed
                && add.slot.get() < unsafe { (*table).slots_len }
            {
                unsafe {
                    *(*table).slots.add(add.slot.get() as usize) = value;
                    (*table).shape = add.next.get();
                    (*table).shape_id = add.next_id.get();
                }
                return Ok(());
            }
        }
        set_name(vm, object, name, value, field, add)
    }

    /// `object[key] = value`
    #[vm_op]
    fn set_index(vm: &mut Vm, object: Value, key: Value, #[place(slot, constant)] value: Value) -> Result<(), Thrown> {
        if object.is_table() {
            let table = object.as_table();
            if let Some(index) = array_place(key.as_number())
                && index < unsafe { (*table).array_len } as u64
            {
                let place = unsafe { (*table).array.add(index as usize) };
                if may_replace(table, unsafe { *place }, value) {
                    unsafe { *place = value };
                    return Ok(());
                }
            }
        }
        set(vm, object, key, value)
    }

    /// `{…, a, b, …}`: the window's values are the elements of the table from `first` on.
    #[vm_op]
    fn set_list(vm: &mut Vm, table: Value, #[imm] first: u32, values: Window) {
        set_elements(vm, table, values, first, values.len() as u32);
    }

    /// `{…, a, f()}`: as `set_list`, with all results of the last call behind the window's values.
    #[vm_op]
    fn set_list_open(vm: &mut Vm, table: Value, #[imm] first: u32, values: Window) {
        let count = (values.len() as u32).wrapping_add(vm.context.results);
        set_elements(vm, table, values, first, count);
    }

    // Functions. A frame begins with the function that runs in it, and its arguments; its results begin in the same
    // slot. The first result is there even if there is none: nil.

    /// `function(…)`: calls it; it is the first value of the window, and the arguments are the others.
    #[vm_op]
    fn call(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1);
        if function.is_function() {
            vm.context.arguments = arguments;
            return Ok(vm.call(unsafe { (*function.as_callable()).callee }, args));
        }
        let callee = callable(vm, function, args, arguments)?;
        Ok(vm.call(callee, args))
    }

    /// `function(…, f())`: as `call`, with all results of the last call behind the window's values.
    #[vm_op]
    fn call_open(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1).wrapping_add(vm.context.results);
        if function.is_function() {
            vm.context.arguments = arguments;
            return Ok(vm.call(unsafe { (*function.as_callable()).callee }, args));
        }
        let callee = callable(vm, function, args, arguments)?;
        Ok(vm.call(callee, args))
    }

    /// `return function(…)`: calls it in the place of the running one.
    #[vm_op]
    fn tail_call(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1);
        if function.is_function() {
            vm.context.arguments = arguments;
            move_down(vm, args, arguments.wrapping_add(1));
            return Ok(vm.tail_call(unsafe { (*function.as_callable()).callee }));
        }
        let callee = callable(vm, function, args, arguments)?;
        move_down(vm, args, vm.context.arguments.wrapping_add(1));
        Ok(vm.tail_call(callee))
    }

    /// `return function(…, f())`: as `tail_call`, with all results of the last call behind the window's values.
    #[vm_op]
    fn tail_call_open(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1).wrapping_add(vm.context.results);
        let callee = callable(vm, function, args, arguments)?;
        move_down(vm, args, vm.context.arguments.wrapping_add(1));
        Ok(vm.tail_call(callee))
    }

    /// A function begins: parameters without an argument are nil.
    #[vm_op]
    fn enter(vm: &mut Vm, parameters: Window) {
        if (vm.context.arguments as u64) < parameters.len() {
            fill_parameters(vm, parameters);
        }
    }

    /// The same for a function that takes `...`, and `dst` = what the parameters leave of the arguments.
    #[vm_op]
    fn enter_variadic(vm: &mut Vm, parameters: Window) -> Value {
        collect_arguments(vm, parameters)
    }

    /// `a, b = ...`: as many of its values as the window has slots.
    #[vm_op]
    fn variadic(vm: &mut Vm, rest: Value, to: Window) {
        copy_rest(vm, rest, to);
    }

    /// `f(...)`: all of its values, as if they were results of a call.
    #[vm_op]
    fn variadic_open(vm: &mut Vm, rest: Value, to: Window) -> Result<(), Thrown> {
        copy_whole_rest(vm, rest, to)
    }

    /// `a, b = f()`: as many results of the last call as the window has slots, nil where it had fewer.
    #[vm_op]
    fn adjust(vm: &mut Vm, results: Window) {
        if (vm.context.results as u64) < results.len() {
            fill_results(vm, results);
        }
    }

    /// `return a`
    #[vm_op]
    fn ret(vm: &mut Vm, #[place(slot, constant)] a: Value) -> Flow {
        vm.context.results = 1;
        vm.ret(a)
    }

    /// `return`
    #[vm_op]
    fn ret_none(vm: &mut Vm) -> Flow {
        vm.context.results = 0;
        vm.ret(Value::NIL)
    }

    /// `return first, …`: the window's values, of which there is at least one.
    #[vm_op]
    fn ret_many(vm: &mut Vm, first: Value, values: Window) -> Flow {
        vm.context.results = values.len() as u32;
        move_down(vm, values, vm.context.results);
        vm.ret(first)
    }

    /// `return …, f()`: the window's values and behind them all results of the last call. `first` is where the first of all
    /// is.
    #[vm_op]
    fn ret_open(vm: &mut Vm, first: Value, values: Window) -> Flow {
        vm.context.results = (values.len() as u32).wrapping_add(vm.context.results);
        move_down(vm, values, vm.context.results);
        vm.ret(first)
    }

    // What builtins are made of: see `stubs.rs`.

    /// Takes a larger frame if there is no room for the arguments in this one.
    #[vm_op]
    fn reserve(vm: &mut Vm, #[imm] room: u32) -> Flow {
        if vm.context.arguments < room {
            return Flow::Next;
        }
        let larger = builtin_frame(vm);
        vm.tail_call(larger)
    }

    /// Runs the builtin in slot 0, which leaves its results there.
    #[vm_op]
    fn run_builtin(vm: &mut Vm, builtin: Value) -> Result<(), Thrown> {
        call_builtin(vm, builtin)
    }

    /// Returns the results that are there already.
    #[vm_op]
    fn ret_kept(vm: &mut Vm, first: Value) -> Flow {
        vm.ret(first)
    }

    /// Begins a protected call: the first `parts` arguments must be there.
    #[vm_op]
    fn begin_protected(vm: &mut Vm, #[imm] parts: u32) -> Result<(), Thrown> {
        protect(vm, parts)
    }

    /// Exchanges two values.
    #[vm_op]
    fn swap(a: Value, b: Value) -> (Value, Value) {
        (b, a)
    }

    /// Calls `function` with what is behind it, all arguments but the first `parts`.
    #[vm_op]
    fn call_rest(vm: &mut Vm, function: Value, #[imm] parts: u32, args: Window) -> Result<Flow, Thrown> {
        let arguments = vm.context.arguments.wrapping_sub(parts);
        let callee = callable(vm, function, args, arguments)?;
        Ok(vm.call(callee, args))
    }

    /// Returns true and the results of the last call, which begin with the window.
    #[vm_op]
    fn ret_true(vm: &mut Vm, results: Window) -> Flow {
        vm.context.results = vm.context.results.wrapping_add(1);
        move_down(vm, results, vm.context.results);
        vm.ret(Value::TRUE)
    }

    /// The value of the error that was thrown, or what `handler` makes of it unless that is nil.
    #[vm_op]
    fn take_error(vm: &mut Vm, #[place(slot, constant)] handler: Value) -> Result<Value, Thrown> {
        caught(vm, handler)
    }

    /// Returns false and the value that is in slot 1.
    #[vm_op]
    fn ret_false(vm: &mut Vm) -> Flow {
        vm.context.results = 2;
        vm.ret(Value::FALSE)
    }

    /// A coroutine's function has returned: its results, which begin with the window, go to who resumed it.
    #[vm_op]
    fn end_coroutine(vm: &mut Vm, results: Window) {
        finish_coroutine(vm, results);
    }
}
