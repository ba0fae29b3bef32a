//! The instruction set of Lua: a register machine whose values are NaN-boxed.
//!
//! A parameter of the type [`Value`](ops::Value) is a slot of the active frame, and results go to slots that the op
//! names first. `#[constant]` is a value of the program, `#[imm]` a number in the op itself, `#[cache]` memory that
//! belongs to this op alone, `Window` a run of slots, and `Label` another op. A function with `each` defines one op for
//! each row. The file defines, in this order: values; the parts of objects that stencils access; caches; the functions
//! of `runtime` that ops call; and the ops for variables, arithmetic, jumps, loops, tables, functions and builtins.
//! `docs/lua.md` follows three of them down to their machine code.
//!
//! Contract of its unsafe blocks:
//!
//! 1. A value with the tag of an object contains the address of a live object of that kind: the collector frees only
//!    objects that are unreachable from slots, upvalues, tables and roots of the host. It runs only within runtime
//!    functions.
//! 2. The fields of objects and caches are as the documentation of their types says: a table with the shape of a
//!    [`FieldCache`](ops::FieldCache) has its slot.
//! 3. Bytecode comes only from the generator. The `function` of an op for variables is slot 0 of a function written in
//!    Lua, and its `index` is that of one of the function's upvalues. The verifier has checked slots and constants.
//! 4. [`Context::epoch`](ops::Context::epoch) points into the heap, which lives as long as the machine.

/// Values, objects and ops.
#[mimeo::instruction_set(
    value = Value, context = Context, host = crate::runtime::Host, error = crate::runtime::Error, operands = registers,
    arity = 1, memory = typed
)]
pub mod ops {
    // Values.

    /// A Lua value: a double, or a tag above all doubles with 48 bits of payload. There is only one NaN.
    #[repr(transparent)]
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub struct Value(pub u64);

    /// Number of bits below the tag, which contain the address of an object.
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
    /// The common bits of the tags of both kinds of functions: all but the last.
    const FUNCTION_TAGS: u64 = 0x7ffe;
    const FUNCTION_SHIFT: u32 = 49;
    const PAYLOAD: u64 = 0x0000_ffff_ffff_ffff;
    /// The first value that is not a number.
    const FIRST_TAGGED: u64 = 0xfff9_0000_0000_0000;
    /// The first value that is neither a number nor an object.
    const FIRST_PLAIN: u64 = 0xffff_0000_0000_0000;
    /// The one NaN.
    const NAN: u64 = 0x7ff8_0000_0000_0000;

    impl Value {
        /// `nil`
        pub const NIL: Value = Value(0xffff_ffff_ffff_ffff);
        /// `false`; only `nil` is above it.
        pub const FALSE: Value = Value(0xffff_ffff_ffff_fffe);
        /// `true`
        pub const TRUE: Value = Value(0xffff_ffff_ffff_fffd);

        /// Creates a number.
        pub fn number(number: f64) -> Value {
            if number.is_nan() { Value(NAN) } else { Value(number.to_bits()) }
        }

        /// Creates a number that is not a NaN.
        fn ordinary(number: f64) -> Value {
            Value(number.to_bits())
        }

        /// Creates `true` or `false`.
        pub fn boolean(truth: bool) -> Value {
            if truth { Value::TRUE } else { Value::FALSE }
        }

        /// Returns `true` for a number.
        pub fn is_number(self) -> bool {
            self.0 < FIRST_TAGGED
        }

        /// Returns the number; non-numbers read as NaN.
        pub fn as_number(self) -> f64 {
            f64::from_bits(self.0)
        }

        /// Returns `true` for every value except `false` and `nil`.
        pub fn truth(self) -> bool {
            self.0 < Value::FALSE.0
        }

        /// Returns `true` for `nil`.
        pub fn is_nil(self) -> bool {
            self.0 == Value::NIL.0
        }

        /// Returns `true` for an object on the heap.
        pub fn is_object(self) -> bool {
            self.0 >= FIRST_TAGGED && self.0 < FIRST_PLAIN
        }

        fn has_tag(self, tag: u64) -> bool {
            self.0.wrapping_shr(TAG_SHIFT) == tag
        }

        /// Returns `true` for a string.
        pub fn is_text(self) -> bool {
            self.has_tag(TEXT_TAG)
        }

        /// Returns `true` for a string that is the only one with its bytes.
        fn is_interned(self) -> bool {
            // SAFETY: (1): the tag says that it is a string.
            self.is_text() && unsafe { (*self.as_text()).len } <= MAX_INTERNED
        }

        /// Returns `true` for a table.
        pub fn is_table(self) -> bool {
            self.has_tag(TABLE_TAG)
        }

        /// Returns `true` for a function written in Lua.
        pub fn is_closure(self) -> bool {
            self.has_tag(CLOSURE_TAG)
        }

        /// Returns `true` for a function written in Rust.
        pub fn is_builtin(self) -> bool {
            self.has_tag(BUILTIN_TAG)
        }

        /// Returns `true` for a function of either kind.
        pub fn is_function(self) -> bool {
            self.0.wrapping_shr(FUNCTION_SHIFT) == FUNCTION_TAGS
        }

        /// Returns `true` for a userdata.
        pub fn is_userdata(self) -> bool {
            self.has_tag(USERDATA_TAG)
        }

        /// Returns `true` for a coroutine.
        pub fn is_thread(self) -> bool {
            self.has_tag(THREAD_TAG)
        }

        /// Returns the address of the object.
        pub fn address(self) -> usize {
            (self.0 & PAYLOAD) as usize
        }

        /// Returns the string.
        pub fn as_text(self) -> *mut Text {
            self.address() as *mut Text
        }

        /// Returns the table.
        pub fn as_table(self) -> *mut Table {
            self.address() as *mut Table
        }

        /// Creates a table value.
        fn table(table: *mut Table) -> Value {
            Value(TABLE_TAG.wrapping_shl(TAG_SHIFT) | table as u64)
        }

        /// Returns the function.
        pub fn as_callable(self) -> *mut Callable {
            self.address() as *mut Callable
        }

        /// Returns the function written in Lua.
        pub fn as_closure(self) -> *mut Closure {
            self.address() as *mut Closure
        }
    }

    // Objects. `heap` makes all of them, and defines the parts that stencils do not access.

    /// Header of every object on the heap.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Object {
        /// The next object in the collector's list.
        pub next: *mut Object,
        /// Kind of the object: a [`Kind`](crate::heap::Kind).
        pub kind: u8,
        /// Flags of the collector. Code that stores an object into a [`BLACK`] one must notify the collector,
        /// and code that stores into a [`PROTOTYPE`] must invalidate the caches.
        pub mark: u8,
    }

    /// The bit of [`Object::mark`] for an object that the collector does not visit again in this cycle.
    pub const BLACK: u8 = 4;

    /// The bit of [`Object::mark`] for a table from which other tables inherit fields: see [`InheritedCache`].
    pub const PROTOTYPE: u8 = 16;

    /// A string. Its bytes follow it, or their address if there are more than 40. Strings of up to 40 bytes with the
    /// same bytes are the same object.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Text {
        /// The header, which must be the first field.
        pub object: Object,
        /// Hash of its bytes; 0 if the hash of a long string is not computed yet.
        pub hash: u32,
        /// Number of bytes.
        pub len: u32,
    }

    /// Longer strings can be equal without being the same object.
    pub const MAX_INTERNED: u32 = 40;

    /// A table: an array part, named fields, and a hash part for all other keys.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Table {
        /// The header, which must be the first field.
        pub object: Object,
        /// The metatable, or null.
        pub metatable: *mut Table,
        /// The id of `shape`, which inline caches compare; [`NO_SHAPE`] if `shape` is null.
        pub shape_id: u32,
        /// Bits of the [metamethods](crate::heap::Event) that are known to be missing in this table as a metatable.
        pub missing: u32,
        /// Maps names to slots; null if the names are in the hash part.
        pub shape: *mut crate::heap::Shape,
        /// Values of the named fields; `nil` for a missing one.
        pub slots: *mut Value,
        /// Values of the keys 1, 2, …; `nil` for a missing one.
        pub array: *mut Value,
        /// Number of elements of `array`.
        pub array_len: u32,
        /// Number of elements of `slots`, at least the number of names of the shape.
        pub slots_len: u32,
        /// The hash part, or null.
        pub hash: *mut crate::heap::HashPart,
    }

    /// The [`Table::shape_id`] of all tables whose names are in their hash part. Caches never contain it.
    pub const NO_SHAPE: u32 = 1;

    /// Stands for the shape of strings in the cache of their methods. No table has it.
    pub const TEXT_SHAPE: u32 = 2;

    /// A variable that closures share.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Upvalue {
        /// The header, which must be the first field.
        pub object: Object,
        /// Address of its value: a slot of an active frame, or `closed`.
        pub at: *mut Value,
        /// Its value after the frame has ended.
        pub closed: Value,
        /// The next open upvalue, of a lower slot of the same stack, or null.
        pub next_open: *mut Upvalue,
    }

    /// Header of a function of either kind.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Callable {
        /// The header, which must be the first field.
        pub object: Object,
        /// Its code.
        pub callee: Callee,
    }

    /// A function written in Lua, followed by the addresses of its upvalues.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Closure {
        /// The header, which must be the first field. With `callee`, it forms a [`Callable`].
        pub object: Object,
        /// Its code.
        pub callee: Callee,
        /// Its environment, whose fields are the globals.
        pub environment: *mut Table,
        /// The prototype that it was made from.
        pub prototype: *const crate::heap::Prototype,
        /// Number of upvalues.
        pub upvalues_len: u64,
    }

    /// Returns where the address of a closure's upvalue is stored.
    pub fn upvalue_at(closure: *mut Closure, index: u32) -> *mut *mut Upvalue {
        closure.wrapping_add(1).cast::<*mut Upvalue>().wrapping_add(index as usize)
    }

    /// Where an op last found a named field.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct FieldCache {
        /// [`Table::shape_id`]; initially 0, which no table has.
        pub shape_id: Cell<u32>,
        /// The slot, which is one of `Table::slots` in every table with that shape.
        pub slot: Cell<u32>,
    }

    /// What a table last returned for a name that it lacks, or that is nil in it: a value found through the `__index`
    /// chain of its metatable. It is the same for all tables of that shape with that metatable, or with another that has
    /// the same `__index`, as long as no table of such a chain changes.
    #[repr(C)]
    #[derive(Debug)]
    pub struct InheritedCache {
        /// [`Table::shape_id`]; initially 0, which no table has.
        pub shape_id: Cell<u32>,
        /// The [`epoch`](Context::epoch) at that time.
        pub epoch: Cell<u32>,
        /// [`Table::metatable`].
        pub metatable: Cell<*mut Table>,
        /// Whether the shape has the name, so that the value is for tables where it is nil. The [`FieldCache`] of the
        /// same op is then for the same shape.
        pub has_name: Cell<bool>,
        /// The value: a function, a table or nil. It is alive, because the chain reaches it.
        pub value: Cell<Value>,
        /// The table that is the `__index` of the metatable.
        pub index: Cell<Value>,
        /// [`Table::shape_id`] of the metatable, if it has a shape and such an `__index`, else 0.
        pub metatable_shape_id: Cell<u32>,
        /// The slot of the `__index` in tables of that shape.
        pub index_slot: Cell<u32>,
    }

    /// Where an op last added a named field to a table. It must not be used for a [`BLACK`] table, because the
    /// collector must be notified of the new shape.
    #[repr(C)]
    #[derive(Debug)]
    pub struct AddCache {
        /// [`Table::shape_id`] before; 0, which no table has, at first.
        pub shape_id: Cell<u32>,
        /// [`Table::shape_id`] after.
        pub next_id: Cell<u32>,
        /// [`Table::shape`] after; valid until a shape is freed.
        pub next: Cell<*mut crate::heap::Shape>,
        /// [`Context::shapes_freed`] at that time.
        pub shapes_freed: Cell<u32>,
        /// The slot, for which the table has room if it is below [`Table::slots_len`].
        pub slot: Cell<u32>,
    }

    /// The part of Lua's runtime that stencils can access.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Context {
        /// Number of arguments of the current call, without the function itself.
        pub arguments: u32,
        /// Number of results of the call that ended last, which begin at the call's window.
        pub results: u32,
        /// The open upvalue of the highest slot of the current stack, or null.
        pub open_upvalues: *mut Upvalue,
        /// Number of times that the collector has freed shapes: see [`AddCache`].
        pub shapes_freed: u32,
        /// Number of times that inherited fields may have changed: see [`InheritedCache`].
        pub epoch: *const u32,
        /// The builtin `next`.
        pub next: Value,
        /// The builtin that `ipairs` returns as the iterator.
        pub next_element: Value,
        /// The builtins whose calls have an op of their own, while no hook has to see these calls.
        pub builtins: Builtins,
    }

    /// Builtins, by what ops do in their place.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    pub struct Builtins {
        /// `math.abs`
        pub abs: Value,
        /// `math.ceil`
        pub ceil: Value,
        /// `math.floor`
        pub floor: Value,
        /// `math.max`
        pub max: Value,
        /// `math.min`
        pub min: Value,
        /// `math.sqrt`
        pub sqrt: Value,
        /// `bit.arshift`
        pub arshift: Value,
        /// `bit.band`
        pub band: Value,
        /// `bit.bor`
        pub bor: Value,
        /// `bit.bxor`
        pub bxor: Value,
        /// `bit.lshift`
        pub lshift: Value,
        /// `bit.rshift`
        pub rshift: Value,
        /// `string.byte`
        pub byte: Value,
    }

    /// What no value is: the result of a runtime function for a call that it cannot make.
    pub(crate) const NOTHING: Value = Value(FIRST_PLAIN);

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
        fn text_of_chunk(vm: &mut Vm, function: Value, index: u32) -> Value;
        fn copy_literals(
            vm: &mut Vm,
            table: Value,
            function: Value,
            from: u32,
            count: u32,
            first: u32,
        ) -> Result<(), Thrown>;
        fn copy_pairs(vm: &mut Vm, table: Value, function: Value, from: u32, count: u32) -> Result<(), Thrown>;
        fn make_table(vm: &mut Vm, array: u32, names: u32) -> Result<Value, Thrown>;
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
        fn set_elements(vm: &mut Vm, table: Value, values: Window, first: u32, count: u32) -> Result<(), Thrown>;
        #[cold]
        fn store_upvalue(vm: &mut Vm, upvalue: *mut Upvalue, value: Value);
        fn make_closure(vm: &mut Vm, function: Value, prototype: u32) -> Result<Value, Thrown>;
        fn close_upvalues(vm: &mut Vm, from: Window);
        fn advance(vm: &mut Vm, table: Value, variables: Window) -> Result<bool, Thrown>;
        #[cold]
        fn prepare_loop(vm: &mut Vm, value: Value, which: u8) -> Result<Value, Thrown>;
        #[cold]
        fn callable(vm: &mut Vm, function: Value, args: Window, arguments: u32) -> Result<Callee, Thrown>;
        #[cold]
        fn fill_parameters(vm: &mut Vm, parameters: Window);
        fn collect_arguments(vm: &mut Vm, parameters: Window) -> Result<Value, Thrown>;
        fn copy_rest(vm: &mut Vm, rest: Value, to: Window);
        fn copy_whole_rest(vm: &mut Vm, rest: Value, to: Window) -> Result<(), Thrown>;
        #[cold]
        fn fill_results(vm: &mut Vm, results: Window);
        fn move_down(vm: &mut Vm, values: Window, count: u32);
        fn float_of(vm: &mut Vm, function: Value, x: Value) -> Value;
        fn part_of(vm: &mut Vm, function: Value, text: Value, first: Value, last: Value) -> Result<Value, Thrown>;
        fn selected(vm: &mut Vm, function: Value, rest: Value, index: Value) -> Value;
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

    /// `dst` = a number for which the function's constants have no room
    #[vm_op]
    fn load_number(#[imm] number: f64) -> Value {
        Value::number(number)
    }

    /// `dst` = a text for which the function's constants have no room: number `index` of the chunk's
    #[vm_op]
    fn load_text(vm: &mut Vm, function: Value, #[imm] index: u32) -> Value {
        text_of_chunk(vm, function, index)
    }

    /// `dst` = the table of globals, for a name for which the function's constants have no room
    #[vm_op]
    fn get_globals(function: Value) -> Value {
        // SAFETY: (3): `function` is the running closure.
        Value::table(unsafe { (*function.as_closure()).environment })
    }

    // Stores, and who must be notified of them.

    /// Returns `true` if the collector must be notified of a store of an object into one with this mark.
    fn is_black(mark: u8) -> bool {
        mark & BLACK != 0
    }

    /// Returns `true` if a store into the table requires no notification.
    fn is_plain(table: *mut Table) -> bool {
        // SAFETY: (1): callers pass the address of a live table.
        let mark = unsafe { (*table).object.mark };
        mark & (BLACK | PROTOTYPE) == 0
    }

    /// Returns `true` if `value` can replace `old` without a call of `__newindex` and without a notification.
    fn may_replace(table: *mut Table, old: Value, value: Value) -> bool {
        // SAFETY: (1): callers pass the address of a live table.
        (!old.is_nil() || unsafe { (*table).metatable.is_null() }) && (is_plain(table) || may_keep(old, value))
    }

    /// Returns `true` if `value` can replace `old` in every table: the collector tracks only objects, and caches
    /// contain no numbers.
    fn may_keep(old: Value, value: Value) -> bool {
        !value.is_object() && old.is_number()
    }

    /// The bit of `__newindex` in [`Table::missing`].
    pub(crate) const NEW_INDEX: u32 = 2;

    /// Returns `true` if a name can be added without a call of `__newindex` and without a notification.
    fn may_add(table: *mut Table) -> bool {
        // SAFETY: (1): callers pass the address of a live table.
        let metatable = unsafe { (*table).metatable };
        // SAFETY: (2): a metatable that is not null is a table, (1) which its table keeps alive.
        is_plain(table) && (metatable.is_null() || unsafe { (*metatable).missing } & NEW_INDEX != 0)
    }

    // Variables of enclosing functions, and globals. `function` is slot 0: the running closure.

    fn upvalue_of(function: Value, index: u32) -> *mut Upvalue {
        // SAFETY: (3): `function` is a closure and has an upvalue with this index.
        unsafe { *upvalue_at(function.as_closure(), index) }
    }

    /// `dst` = upvalue number `index`
    #[vm_op]
    fn get_upvalue(function: Value, #[imm] index: u32) -> Value {
        // SAFETY: (3): the upvalue is one of the running closure. (2): `at` is the address of its value.
        unsafe { *(*upvalue_of(function, index)).at }
    }

    /// Upvalue number `index` = `value`
    #[vm_op]
    fn set_upvalue(vm: &mut Vm, function: Value, #[imm] index: u32, #[place(slot, constant)] value: Value) {
        let upvalue = upvalue_of(function, index);
        // SAFETY: (3): the upvalue is one of the running closure, (1) which keeps it alive.
        if !is_black(unsafe { (*upvalue).object.mark }) || !value.is_object() {
            // SAFETY: (2): `at` is the address of the upvalue's value.
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
        // SAFETY: (3): `function` is the running closure.
        let globals = unsafe { (*function.as_closure()).environment };
        // SAFETY: (2): a closure's environment is a table, (1) which the closure keeps alive.
        if unsafe { (*globals).shape_id } == cache.shape_id.get() {
            // SAFETY: (2): a table with the cache's shape has its slot.
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
        // SAFETY: (3): `function` is the running closure.
        let globals = unsafe { (*function.as_closure()).environment };
        // SAFETY: (2): a closure's environment is a table, (1) which the closure keeps alive.
        if unsafe { (*globals).shape_id } == field.shape_id.get() {
            // SAFETY: (2): a table with the cache's shape has its slot.
            let place = unsafe { (*globals).slots.add(field.slot.get() as usize) };
            // SAFETY: (2): as above.
            if may_replace(globals, unsafe { *place }, value) {
                // SAFETY: (2): as above.
                unsafe { *place = value };
                return Ok(());
            }
        }
        set_name(vm, Value::table(globals), name, value, field, add)
    }

    /// `function … end`: creates a closure of the function's prototype number `prototype`.
    #[vm_op]
    fn closure(vm: &mut Vm, function: Value, #[imm] prototype: u32) -> Result<Value, Thrown> {
        make_closure(vm, function, prototype)
    }

    /// Closes the upvalues of the slots from the window on, whose locals go out of scope.
    #[vm_op]
    fn close(vm: &mut Vm, from: Window) {
        if !vm.context.open_upvalues.is_null() {
            close_upvalues(vm, from);
        }
    }

    // Arithmetic. Non-numbers read as NaN, and so does every result computed from them. One check of the result for NaN
    // therefore finds every non-number, and the rare NaN that results from two numbers.

    /// The operation that [`arithmetic`] performs: its [`Event`](crate::heap::Event).
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

    /// Returns `a % b`.
    pub fn modulus(a: f64, b: f64) -> f64 {
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
        if a.is_text() {
            // SAFETY: (1): the tag says that it is a string.
            return Ok(Value::ordinary(unsafe { (*a.as_text()).len } as f64));
        }
        length_of(vm, a)
    }

    /// `a .. b .. …`: concatenates all values of the window.
    #[vm_op]
    fn concat(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
        concatenate(vm, values)
    }

    // Jumps. Because of NaN, `not (a < b)` does not imply `b <= a`.

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Whether `a` is neither false nor nil.
    #[vm_op(branches(if = jump_if, unless = jump_unless))]
    fn is_true(a: Value) -> bool {
        a.truth()
    }

    // Comparisons only decide branches. Non-numbers read as NaN, and every comparison with NaN is false.

    /// `a {compare} b`
    #[vm_op(branches(if, unless, when), each(compare, not_compare, slow):
        less(<, >=, is_less), less_equal(<=, >, is_less_equal))]
    fn order(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
        if compare(a.as_number(), b.as_number()) {
            return Ok(true);
        }
        if not_compare(a.as_number(), b.as_number()) {
            return Ok(false);
        }
        slow(vm, a, b, when)
    }

    /// `a {compare} b`
    #[vm_op(branches(if, unless, when), each(compare, not_compare, slow):
        less_number(<, >=, is_less), less_equal_number(<=, >, is_less_equal))]
    fn order_number(vm: &mut Vm, a: Value, #[imm] b: f64) -> Result<bool, Thrown> {
        if compare(a.as_number(), b) {
            return Ok(true);
        }
        if not_compare(a.as_number(), b) {
            return Ok(false);
        }
        slow(vm, a, Value::number(b), when)
    }

    /// `b {compare} a`
    #[vm_op(branches(if, unless, when), each(compare, not_compare, slow):
        greater_number(<, >=, is_less), greater_equal_number(<=, >, is_less_equal))]
    fn order_of_number(vm: &mut Vm, a: Value, #[imm] b: f64) -> Result<bool, Thrown> {
        if compare(b, a.as_number()) {
            return Ok(true);
        }
        if not_compare(b, a.as_number()) {
            return Ok(false);
        }
        slow(vm, Value::number(b), a, when)
    }

    /// `a == b`
    #[vm_op(branches(if, unless, when))]
    fn equal(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
        if a.is_number() && b.is_number() {
            return Ok(a.as_number() == b.as_number());
        }
        if a.0 == b.0 {
            return Ok(true);
        }
        if !may_be_equal(a, b) {
            return Ok(false);
        }
        is_equal(vm, a, b, when)
    }

    /// Whether `a` is `b`: nil, true, false, or a short string.
    #[vm_op(branches(if, unless))]
    fn is(a: Value, #[constant] b: Value) -> bool {
        a.0 == b.0
    }

    /// Whether `a` is the number `b`.
    #[vm_op(branches(if, unless))]
    fn equal_number(a: Value, #[imm] b: f64) -> bool {
        a.as_number() == b
    }

    /// Returns `true` if two different values can be equal: they have the same type, and are not interned strings.
    fn may_be_equal(a: Value, b: Value) -> bool {
        a.is_object() && a.0.wrapping_shr(TAG_SHIFT) == b.0.wrapping_shr(TAG_SHIFT) && !a.is_interned()
    }

    // The numeric `for`: a hidden counter, its limit and its step, and the variable.

    /// Jumps to `to` if all three are numbers.
    #[vm_op]
    fn loop_check(start: Value, limit: Value, step: Value, to: Label) -> Flow {
        if start.is_number() && limit.is_number() && step.is_number() { to.jump() } else { Flow::Next }
    }

    /// Converts one of the three to a number; `which` selects it.
    #[vm_op]
    fn loop_number(vm: &mut Vm, value: Value, #[imm] which: u8) -> Result<Value, Thrown> {
        if value.is_number() {
            return Ok(value);
        }
        prepare_loop(vm, value, which)
    }

    fn is_within(counter: f64, limit: f64, step: f64) -> bool {
        if step > 0.0 { counter <= limit } else { limit <= counter }
    }

    /// Sets the variable to the counter, and jumps to `to` if the loop has no iterations.
    #[vm_op]
    fn loop_begin(counter: Value, limit: Value, step: Value, to: Label) -> (Value, Flow) {
        if is_within(counter.as_number(), limit.as_number(), step.as_number()) {
            (counter, Flow::Next)
        } else {
            (counter, to.jump())
        }
    }

    /// Advances the counter and the variable, and jumps to `to` for another iteration.
    #[vm_op]
    fn loop_next(counter: Value, limit: Value, step: Value, to: Label) -> (Value, Value, Flow) {
        let next = counter.as_number() + step.as_number();
        if is_within(next, limit.as_number(), step.as_number()) {
            (Value::ordinary(next), Value::ordinary(next), to.jump())
        } else {
            (counter, counter, Flow::Next)
        }
    }

    /// As `loop_next`, for a variable that the body never assigns, which is also the counter, and a constant step
    /// above 0.
    #[vm_op]
    fn loop_up(counter: Value, limit: Value, #[imm] step: f64, to: Label) -> (Value, Flow) {
        let next = counter.as_number() + step;
        if next <= limit.as_number() { (Value::ordinary(next), to.jump()) } else { (counter, Flow::Next) }
    }

    // The generic `for`.

    /// Advances `for … in ipairs(…)`: control variable, key and value. Continues with the next op if the iterator is
    /// another function, or must be called.
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
                // SAFETY: (1): the tag says that it is a table.
                && place < unsafe { (*table).array_len } as u64
            {
                // SAFETY: (2): `array` has `array_len` elements.
                let value = unsafe { *(*table).array.add(place as usize) };
                if !value.is_nil() {
                    return (Value::ordinary(next), Value::ordinary(next), value, to.jump());
                }
            }
        }
        (control, Value::NIL, Value::NIL, Flow::Next)
    }

    /// Advances `for … in pairs(…)`: control variable, key and value, in the window. Continues with the next op if the
    /// iterator is another function, or has no more fields.
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

    /// Sets the control variable to the first variable, and jumps to `to` for an iteration unless that is nil.
    #[vm_op]
    fn iterate(first: Value, to: Label) -> (Value, Flow) {
        if first.is_nil() { (first, Flow::Next) } else { (first, to.jump()) }
    }

    // Tables.

    /// `{}`: creates a table with room for `array` elements and `names` names.
    #[vm_op]
    fn new_table(vm: &mut Vm, #[imm] array: u32, #[imm] names: u32) -> Result<Value, Thrown> {
        make_table(vm, array, names)
    }

    fn has_inherited(table: *mut Table, cache: &InheritedCache, epoch: *const u32) -> bool {
        // SAFETY: (1): callers pass the address of a live table.
        let (shape_id, metatable) = unsafe { ((*table).shape_id, (*table).metatable) };
        // SAFETY: (4): callers pass `Context::epoch`.
        let is_valid = shape_id == cache.shape_id.get() && unsafe { *epoch } == cache.epoch.get();
        is_valid && (metatable == cache.metatable.get() || has_index(metatable, cache))
    }

    fn has_index(metatable: *mut Table, cache: &InheritedCache) -> bool {
        if metatable.is_null() {
            return false;
        }
        // SAFETY: (1): the metatable of a live table is alive.
        if unsafe { (*metatable).shape_id } != cache.metatable_shape_id.get() {
            return false;
        }
        // SAFETY: (2): a table with the cache's shape has its slot.
        let index = unsafe { *(*metatable).slots.add(cache.index_slot.get() as usize) };
        index.0 == cache.index.get().0
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
            // SAFETY: (1): the tag says that it is a table.
            if unsafe { (*table).shape_id } == own.shape_id.get() {
                // SAFETY: (2): a table with the cache's shape has its slot.
                let value = unsafe { *(*table).slots.add(own.slot.get() as usize) };
                // SAFETY: (1): as above.
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

    /// `object:name`: gets the function, followed by the object, which is its first argument.
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
            // SAFETY: (1): the tag says that it is a table.
            if unsafe { (*table).shape_id } == own.shape_id.get() {
                // SAFETY: (2): a table with the cache's shape has its slot.
                let value = unsafe { *(*table).slots.add(own.slot.get() as usize) };
                if !value.is_nil() {
                    return Ok((value, object));
                }
            }
            if has_inherited(table, inherited, vm.context.epoch) {
                return Ok((inherited.value.get(), object));
            }
        } else if object.is_text() && inherited.shape_id.get() == TEXT_SHAPE {
            // SAFETY: (4).
            if unsafe { *vm.context.epoch } == inherited.epoch.get() {
                return Ok((inherited.value.get(), object));
            }
        }
        let method = index_method(vm, object, name, own, inherited)?;
        Ok((method, object))
    }

    /// Returns the place in an array part for a key, or a place beyond every array; `None` for a key that is not an
    /// integer.
    fn array_place(key: f64) -> Option<u64> {
        // From 2^52 on, the low bits of a number are its integer. A key that is not a number reads as NaN, which equals
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
                // SAFETY: (1): the tag says that it is a table.
                && place < unsafe { (*table).array_len } as u64
            {
                // SAFETY: (2): `array` has `array_len` elements.
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
            // SAFETY: (1): the tag says that it is a table.
            let shape_id = unsafe { (*table).shape_id };
            if shape_id == field.shape_id.get() {
                // SAFETY: (2): a table with the cache's shape has its slot.
                let place = unsafe { (*table).slots.add(field.slot.get() as usize) };
                // SAFETY: (2): as above.
                if may_replace(table, unsafe { *place }, value) {
                    // SAFETY: (2): as above.
                    unsafe { *place = value };
                    return Ok(());
                }
            } else if shape_id == add.shape_id.get()
                && may_add(table)
                && add.shapes_freed.get() == vm.context.shapes_freed
                // SAFETY: (1): as above.
                && add.slot.get() < unsafe { (*table).slots_len }
            {
                // SAFETY: (2): the table has room for the slot, and `next` is a shape, because none was freed since it was stored.
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
                // SAFETY: (1): the tag says that it is a table.
                && index < unsafe { (*table).array_len } as u64
            {
                // SAFETY: (2): `array` has `array_len` elements.
                let place = unsafe { (*table).array.add(index as usize) };
                // SAFETY: (2): as above.
                if may_replace(table, unsafe { *place }, value) {
                    // SAFETY: (2): as above.
                    unsafe { *place = value };
                    return Ok(());
                }
            }
        }
        set(vm, object, key, value)
    }

    /// `{…, a, b, …}`: stores the window's values as elements of the table from `first` on.
    #[vm_op]
    fn set_list(vm: &mut Vm, table: Value, #[imm] first: u32, values: Window) -> Result<(), Thrown> {
        set_elements(vm, table, values, first, values.len() as u32)
    }

    /// Sets the elements from `first` on to literals of the chunk.
    #[vm_op]
    fn set_literals(
        vm: &mut Vm,
        table: Value,
        function: Value,
        #[imm] from: u32,
        #[imm] count: u32,
        #[imm] first: u32,
    ) -> Result<(), Thrown> {
        copy_literals(vm, table, function, from, count, first)
    }

    /// `[1] = 2, [3] = 4`: sets `count` fields, whose keys and values are literals of the chunk.
    #[vm_op]
    fn set_pairs(
        vm: &mut Vm,
        table: Value,
        function: Value,
        #[imm] from: u32,
        #[imm] count: u32,
    ) -> Result<(), Thrown> {
        copy_pairs(vm, table, function, from, count)
    }

    /// `{…, a, f()}`: as `set_list`, with all results of the last call after the window's values.
    #[vm_op]
    fn set_list_open(vm: &mut Vm, table: Value, #[imm] first: u32, values: Window) -> Result<(), Thrown> {
        let count = (values.len() as u32).wrapping_add(vm.context.results);
        set_elements(vm, table, values, first, count)
    }

    // Functions. A frame begins with the running function and its arguments; its results begin in the same slot. The
    // first result is nil if there are no results.

    /// `function(…)`: calls the first value of the window with the other values as arguments.
    #[vm_op]
    fn call(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1);
        if function.is_function() {
            vm.context.arguments = arguments;
            // SAFETY: (1): the tag says that it is a function. (2): every function begins with a `Callable`.
            return Ok(vm.call(unsafe { (*function.as_callable()).callee }, args));
        }
        let callee = callable(vm, function, args, arguments)?;
        Ok(vm.call(callee, args))
    }

    /// `function(…, f())`: as `call`, with all results of the last call after the window's values.
    #[vm_op]
    fn call_open(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1).wrapping_add(vm.context.results);
        if function.is_function() {
            vm.context.arguments = arguments;
            // SAFETY: (1) and (2), as in `call`.
            return Ok(vm.call(unsafe { (*function.as_callable()).callee }, args));
        }
        let callee = callable(vm, function, args, arguments)?;
        Ok(vm.call(callee, args))
    }

    /// `return function(…)`: calls the function, which replaces the running one.
    #[vm_op]
    fn tail_call(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1);
        if function.is_function() {
            vm.context.arguments = arguments;
            move_down(vm, args, arguments.wrapping_add(1));
            // SAFETY: (1) and (2), as in `call`.
            return Ok(vm.tail_call(unsafe { (*function.as_callable()).callee }));
        }
        let callee = callable(vm, function, args, arguments)?;
        move_down(vm, args, vm.context.arguments.wrapping_add(1));
        Ok(vm.tail_call(callee))
    }

    /// `return function(…, f())`: as `tail_call`, with all results of the last call after the window's values.
    #[vm_op]
    fn tail_call_open(vm: &mut Vm, function: Value, args: Window) -> Result<Flow, Thrown> {
        let arguments = (args.len() as u32).wrapping_sub(1).wrapping_add(vm.context.results);
        let callee = callable(vm, function, args, arguments)?;
        move_down(vm, args, vm.context.arguments.wrapping_add(1));
        Ok(vm.tail_call(callee))
    }

    /// Begins a function: sets parameters without an argument to nil.
    #[vm_op]
    fn enter(vm: &mut Vm, parameters: Window) {
        if (vm.context.arguments as u64) < parameters.len() {
            fill_parameters(vm, parameters);
        }
    }

    /// As `enter`, for a function that takes `...`; `dst` = the arguments beyond the parameters.
    #[vm_op]
    fn enter_variadic(vm: &mut Vm, parameters: Window) -> Result<Value, Thrown> {
        collect_arguments(vm, parameters)
    }

    /// `a, b = ...`: copies as many of its values as the window has slots.
    #[vm_op]
    fn variadic(vm: &mut Vm, rest: Value, to: Window) {
        copy_rest(vm, rest, to);
    }

    /// `f(...)`: copies all of its values, as if they were results of a call.
    #[vm_op]
    fn variadic_open(vm: &mut Vm, rest: Value, to: Window) -> Result<(), Thrown> {
        copy_whole_rest(vm, rest, to)
    }

    /// `a, b = f()`: adjusts the results of the last call to the slots of the window, with nil for missing ones.
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

    /// `return first, …`: returns the window's values, at least one.
    #[vm_op]
    fn ret_many(vm: &mut Vm, first: Value, values: Window) -> Flow {
        vm.context.results = values.len() as u32;
        move_down(vm, values, vm.context.results);
        vm.ret(first)
    }

    /// `return …, f()`: returns the window's values, followed by all results of the last call. `first` is the first of
    /// them.
    #[vm_op]
    fn ret_open(vm: &mut Vm, first: Value, values: Window) -> Flow {
        vm.context.results = (values.len() as u32).wrapping_add(vm.context.results);
        move_down(vm, values, vm.context.results);
        vm.ret(first)
    }

    // Calls of some builtins. Each of these ops stands before a call whose function is probably the builtin. If it is,
    // and the arguments are of the right types, `dst` is the result, and control goes to `done`, after the call. Else
    // `dst` is the function, and the call is next.

    /// `dst = function(x)` for `math.{name}`
    #[vm_op(each(name): call_abs(abs), call_ceil(ceil), call_floor(floor), call_sqrt(sqrt))]
    fn call_of_number(vm: &mut Vm, function: Value, x: Value, done: Label) -> (Value, Flow) {
        if function.0 == vm.context.builtins.name.0 && x.is_number() {
            return (Value::number(x.as_number().name()), done.jump());
        }
        (function, Flow::Next)
    }

    /// The sum with 2^52 + 2^51 has an integer in its lowest bits.
    const SHIFTER: f64 = 6755399441055744.0;

    /// Returns a number modulo 2^32, rounded to even. Beyond 2^51 this gives the same as LuaJIT.
    fn bits_of(number: Value) -> u32 {
        (number.as_number() + SHIFTER).canonical_bits() as u32
    }

    /// Creates the number that functions of `bit` return.
    fn number_of(bits: u32) -> Value {
        Value::ordinary((bits as i32) as f64)
    }

    /// `dst = function(a, b)` for `{module}.{name}`. If one of the arguments of `max` or `min` is NaN, the result is `b`.
    #[vm_op(each(module, name, result):
        call_max("math", max, if a.as_number() > b.as_number() { a } else { b }),
        call_min("math", min, if a.as_number() < b.as_number() { a } else { b }),
        call_band("bit", band, number_of(bits_of(a) & bits_of(b))),
        call_bor("bit", bor, number_of(bits_of(a) | bits_of(b))),
        call_bxor("bit", bxor, number_of(bits_of(a) ^ bits_of(b))),
        call_lshift("bit", lshift, number_of(bits_of(a).wrapping_shl(bits_of(b)))),
        call_rshift("bit", rshift, number_of(bits_of(a).wrapping_shr(bits_of(b)))),
        call_arshift("bit", arshift, number_of((bits_of(a) as i32).wrapping_shr(bits_of(b)) as u32)))]
    fn call_of_two(
        vm: &mut Vm,
        function: Value,
        a: Value,
        #[place(slot, constant)] b: Value,
        done: Label,
    ) -> (Value, Flow) {
        if function.0 == vm.context.builtins.name.0 && a.is_number() && b.is_number() {
            return (result, done.jump());
        }
        (function, Flow::Next)
    }

    /// Returns the address of the bytes of a string.
    fn bytes_of(text: *mut Text, len: u32) -> *const u8 {
        let after = text.wrapping_add(1);
        if len <= MAX_INTERNED {
            return after as *const u8;
        }
        // SAFETY: (1): callers pass the address of a live string. (2): it is a long one, which the address follows.
        unsafe { *(after as *const *const u8) }
    }

    /// `dst = function(text, at)` for `string.byte`
    #[vm_op]
    fn call_byte(
        vm: &mut Vm,
        function: Value,
        text: Value,
        #[place(slot, constant)] at: Value,
        done: Label,
    ) -> (Value, Flow) {
        if function.0 == vm.context.builtins.byte.0 && text.is_text() {
            let text = text.as_text();
            // SAFETY: (1): the tag says that it is a string.
            let len = unsafe { (*text).len };
            if let Some(place) = array_place(at.as_number())
                && place < len as u64
            {
                // SAFETY: (2): a string has `len` bytes.
                let byte = unsafe { *bytes_of(text, len).add(place as usize) };
                return (Value::ordinary(byte as f64), done.jump());
            }
        }
        (function, Flow::Next)
    }

    // The runtime knows whether these builtins are called: so every path calls it, and optimized loops do not leave.

    /// `dst = function(x)` for a function of one number
    #[vm_op]
    fn call_float(vm: &mut Vm, function: Value, x: Value, done: Label) -> (Value, Flow) {
        let result = float_of(vm, function, x);
        if result.0 == NOTHING.0 { (function, Flow::Next) } else { (result, done.jump()) }
    }

    /// `dst = function(text, first, last)` for `string.sub`
    #[vm_op]
    fn call_sub(
        vm: &mut Vm,
        function: Value,
        text: Value,
        first: Value,
        #[place(slot, constant)] last: Value,
        done: Label,
    ) -> Result<(Value, Flow), Thrown> {
        let result = part_of(vm, function, text, first, last)?;
        if result.0 == NOTHING.0 { Ok((function, Flow::Next)) } else { Ok((result, done.jump())) }
    }

    /// `dst = function(index, ...)` for `select`, of which one value is used
    #[vm_op]
    fn call_select(
        vm: &mut Vm,
        function: Value,
        rest: Value,
        #[place(slot, constant)] index: Value,
        done: Label,
    ) -> (Value, Flow) {
        let result = selected(vm, function, rest, index);
        if result.0 == NOTHING.0 { (function, Flow::Next) } else { (result, done.jump()) }
    }

    // Building blocks of builtins: see `stubs.rs`.

    /// Switches to a larger frame if this one has no room for the arguments.
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

    /// Returns the results that are already in place.
    #[vm_op]
    fn ret_kept(vm: &mut Vm, first: Value) -> Flow {
        vm.ret(first)
    }

    /// Begins a protected call, which requires the first `parts` arguments. If one is a handler, it replaces this function.
    #[vm_op]
    fn begin_protected(vm: &mut Vm, #[imm] parts: u32) -> Result<(), Thrown> {
        protect(vm, parts)
    }

    /// Calls `function` with the values after it: all arguments but the first `parts`.
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

    /// Takes the value of the thrown error, or what `handler` returns for it unless `handler` is nil.
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

    /// Ends a coroutine whose function has returned: passes its results, which begin with the window, to its resumer.
    #[vm_op]
    fn end_coroutine(vm: &mut Vm, results: Window) {
        finish_coroutine(vm, results);
    }
}
