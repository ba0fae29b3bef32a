//! The instruction set of Lua: a register machine whose values are NaN-boxed.
//!
//! Contract of its unsafe blocks: (1) a value whose tag says that it is an object is the address of a live object of
//! that kind: the collector frees what no slot, upvalue, table or root of the host leads to; (2) the fields of an
//! object are as its type's documentation says; (3) the verifier has checked every index operand.

use crate::runtime::get;

/// Values, objects and ops.
#[mimeo::instruction_set(value = Value, context = Context, host = crate::runtime::Host, operands = registers)]
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
    const PAYLOAD: u64 = 0x0000_ffff_ffff_ffff;
    /// What is no number is from here on.
    const FIRST_TAGGED: u64 = 0xfff9_0000_0000_0000;
    /// What is neither a number nor an object is from here on.
    const FIRST_PLAIN: u64 = 0xffff_0000_0000_0000;
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
        /// What the collector knows of it. Whoever stores an object into one that is [`BLACK`] must tell it.
        pub mark: u8,
    }

    /// The bit of [`Object::mark`] that says that the collector will not look at the object again in this cycle.
    pub const BLACK: u8 = 4;

    /// A string; its bytes lie behind it. Two strings of up to 40 bytes with the same bytes are one object.
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

    /// A function written in Lua; the addresses of its upvalues lie behind it.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Closure {
        /// Comes first.
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
    #[derive(Clone, Copy, Debug, Default)]
    pub struct FieldCache {
        /// [`Table::shape_id`]; 0, which no table has, at first.
        pub shape_id: u32,
        /// The slot, which is one of `Table::slots` in every table with that shape.
        pub slot: u32,
    }

    /// Where an op added a named field to a table the last time. A table that is [`BLACK`] must not be changed by it:
    /// the collector has to hear of the new shape.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    pub struct AddCache {
        /// [`Table::shape_id`] before; 0, which no table has, at first.
        pub shape_id: u32,
        /// [`Table::shape_id`] after.
        pub next_id: u32,
        /// [`Table::shape`] after; to be trusted as long as no shape was freed.
        pub next: *mut crate::heap::Shape,
        /// [`Context::shapes_freed`] of that time.
        pub shapes_freed: u32,
        /// The slot, for which there is room when it is below [`Table::slots_len`].
        pub slot: u32,
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
    }

    // What `runtime.rs` implements: the slow paths of the ops below.
    unsafe extern "Rust" {
        fn get(vm: &mut Vm, object: Value, key: Value) -> Result<Value, Thrown>;
    }

    // Constants and moves.

    /// `dst = a`
    #[vm_op]
    fn copy(#[place(slot, constant)] a: Value) -> Value {
        a
    }

    // Tables.

    /// `dst = rawget(object, key)`
    #[vm_op]
    fn get_own_field(
        vm: &mut Vm,
        object: Value,
        #[constant] key: Value,
        #[cache] cache: &mut FieldCache,
    ) -> Result<Value, Thrown> {
        if object.is_table() {
            let table = object.as_table();
            if unsafe { (*table).shape_id } == cache.shape_id {
                return Ok(unsafe { *(*table).slots.add(cache.slot as usize) });
            }
        }
        get(vm, object, key)
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, #[place(slot, constant)] a: Value) -> Flow {
        vm.ret(a)
    }
}
