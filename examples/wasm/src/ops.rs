//! The instruction set: a register machine for WebAssembly.
//!
//! A slot holds a value of any type as 64 bits. An `i32` is extended with zeros, so that many ops serve both widths. A
//! reference is null, which is 0, or the address of a [`FunctionInstance`], or what the host made of its own references.

#[mimeo::instruction_set(value = u64, context = Context, host = crate::host::Host, error = crate::error::Fault)]
#[expect(clippy::undocumented_unsafe_blocks, reason = "the implementation of `TrustedOps` says why they are sound")]
#[expect(clippy::unnecessary_cast, reason = "families have members of several types")]
pub mod ops {
    /// What ops see of the running instance. It is copied from there when another instance begins to run.
    #[repr(C)]
    pub struct Context {
        /// The first byte of the memory.
        pub memory: *mut u8,
        /// The size of the memory.
        pub memory_bytes: u64,
        /// The instance's globals, by index.
        pub globals: *const *mut u64,
        /// The instance's functions, by index.
        pub functions: *const *const FunctionInstance,
        /// The instance's tables, by index.
        pub tables: *const *const Table,
        /// The instance that runs.
        pub owner: *const Owner,
    }

    /// A function of an instance or of the host. Its address is the reference to it.
    #[repr(C)]
    pub struct FunctionInstance {
        /// The code to call from the same instance.
        pub inside: Callee,
        /// The code to call from elsewhere.
        pub outside: Callee,
        /// The instance, or the host's function. It is the word of the function's code.
        pub owner: *const Owner,
        /// The number of the type in the store.
        pub ty: u32,
    }

    /// A table of references.
    #[repr(C)]
    pub struct Table {
        /// The references.
        pub elements: *mut u64,
        /// Their number.
        pub len: u64,
    }

    /// What a function belongs to: an instance, or the host. Ops only compare its address.
    #[repr(C)]
    pub struct Owner {
        /// The index in the store.
        pub index: u32,
    }

    /// The reasons of a trap, as [`crate::TrapCode`] has them.
    pub const UNREACHABLE: u32 = 0;
    const OUT_OF_BOUNDS_MEMORY: u32 = 1;
    const DIVIDE_BY_ZERO: u32 = 3;
    const INTEGER_OVERFLOW: u32 = 4;
    const INVALID_CONVERSION: u32 = 5;
    const UNDEFINED_ELEMENT: u32 = 6;
    const UNINITIALIZED_ELEMENT: u32 = 7;
    const INDIRECT_CALL_TYPE: u32 = 8;

    const SIGN_32: u64 = 1 << 31;
    const SIGN_64: u64 = 1 << 63;

    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn trap(vm: &mut Vm, code: u32) -> Thrown;
        fn enter(vm: &mut Vm) -> u64;
        fn leave(vm: &mut Vm, owner: u64);
        fn call_host(vm: &mut Vm, values: Window) -> Result<(), Thrown>;
        fn grow_memory(vm: &mut Vm, pages: u64) -> u64;
        fn init_memory(vm: &mut Vm, to: u64, from: u64, len: u64, segment: u32) -> Result<(), Thrown>;
        fn copy_memory(vm: &mut Vm, to: u64, from: u64, len: u64) -> Result<(), Thrown>;
        fn fill_memory(vm: &mut Vm, to: u64, byte: u64, len: u64) -> Result<(), Thrown>;
        fn drop_data(vm: &mut Vm, segment: u32);
        fn get_element(vm: &mut Vm, index: u64, table: u32) -> Result<u64, Thrown>;
        fn set_element(vm: &mut Vm, index: u64, value: u64, table: u32) -> Result<(), Thrown>;
        fn grow_table(vm: &mut Vm, value: u64, count: u64, table: u32) -> u64;
        fn fill_table(vm: &mut Vm, to: u64, value: u64, len: u64, table: u32) -> Result<(), Thrown>;
        fn init_table(vm: &mut Vm, to: u64, from: u64, len: u64, table: u32, segment: u32) -> Result<(), Thrown>;
        fn copy_table(vm: &mut Vm, to: u64, from: u64, len: u64, tables: u64) -> Result<(), Thrown>;
        fn drop_elements(vm: &mut Vm, segment: u32);
    }

    // Moves and control.

    /// `dst = value`
    #[vm_op]
    fn constant(#[constant] value: u64) -> u64 {
        value
    }

    /// Sets the slots of the window to 0.
    #[vm_op]
    fn clear(vm: &mut Vm, locals: Window) {
        vm.fill(locals, 0);
    }

    /// `dst = a`
    #[vm_op]
    fn copy(a: u64) -> u64 {
        a
    }

    /// `dst = if condition { a } else { b }`
    #[vm_op]
    fn select(condition: u64, #[place(slot, constant)] a: u64, #[place(slot, constant)] b: u64) -> u64 {
        if condition as u32 != 0 { a } else { b }
    }

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Jumps to the label with this index, or to the last one.
    #[vm_op]
    fn jump_to_one(index: u64, to: Labels) -> Flow {
        to.jump(index as u32 as u64)
    }

    /// Whether the condition is not 0.
    #[vm_op(branches(if = jump_if, unless = jump_unless))]
    fn is_true(condition: u64) -> bool {
        condition as u32 != 0
    }

    /// Traps.
    #[vm_op]
    fn unreachable(vm: &mut Vm) -> Result<(), Thrown> {
        Err(trap(vm, UNREACHABLE))
    }

    // Calls.

    /// Calls a function of the same instance. The results replace the first slots of the window.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// Calls a function that was imported.
    #[vm_op]
    fn call_import(vm: &mut Vm, #[imm] index: u32, args: Window) -> Flow {
        let function = unsafe { *vm.context.functions.add(index as usize) };
        vm.call(unsafe { (*function).outside }, args)
    }

    /// Calls the function at `index` of a table, which must have the type.
    #[vm_op]
    fn call_indirect(vm: &mut Vm, index: u64, #[imm] table: u32, #[imm] ty: u32, args: Window) -> Result<Flow, Thrown> {
        let elements = unsafe { *vm.context.tables.add(table as usize) };
        let index = index as u32 as u64;
        if index >= unsafe { (*elements).len } {
            return Err(trap(vm, UNDEFINED_ELEMENT));
        }
        let function = unsafe { *(*elements).elements.add(index as usize) } as *const FunctionInstance;
        if function.is_null() {
            return Err(trap(vm, UNINITIALIZED_ELEMENT));
        }
        if unsafe { (*function).ty } != ty {
            return Err(trap(vm, INDIRECT_CALL_TYPE));
        }
        let is_inside = unsafe { (*function).owner } == vm.function_word() as *const Owner;
        let code = if is_inside { unsafe { (*function).inside } } else { unsafe { (*function).outside } };
        Ok(vm.call(code, args))
    }

    /// Calls the host's function with values of the window, and returns its results.
    #[vm_op]
    fn host_call(vm: &mut Vm, values: Window) -> Result<Flow, Thrown> {
        call_host(vm, values)?;
        Ok(vm.ret_window(values))
    }

    /// Makes the instance run whose function was called; `dst` is the one that ran before.
    #[vm_op]
    fn enter_instance(vm: &mut Vm) -> u64 {
        enter(vm)
    }

    /// Makes the instance run again that ran before.
    #[vm_op]
    fn leave_instance(vm: &mut Vm, owner: u64) {
        leave(vm, owner);
    }

    /// Returns `value`.
    #[vm_op]
    fn ret(vm: &mut Vm, #[place(slot, constant)] value: u64) -> Flow {
        vm.ret(value)
    }

    /// Returns the values of the window.
    #[vm_op]
    fn ret_all(vm: &mut Vm, values: Window) -> Flow {
        vm.ret_window(values)
    }

    // Globals, functions and tables.

    /// `dst = globals[index]`
    #[vm_op]
    fn get_global(vm: &mut Vm, #[imm] index: u32) -> u64 {
        unsafe { **vm.context.globals.add(index as usize) }
    }

    /// `globals[index] = value`
    #[vm_op]
    fn set_global(vm: &mut Vm, #[imm] index: u32, #[place(slot, constant)] value: u64) {
        unsafe { **vm.context.globals.add(index as usize) = value };
    }

    /// `dst` = a reference to a function of the instance
    #[vm_op]
    fn function(vm: &mut Vm, #[imm] index: u32) -> u64 {
        unsafe { *vm.context.functions.add(index as usize) as u64 }
    }

    /// `dst = table[index]`
    #[vm_op]
    fn table_get(vm: &mut Vm, index: u64, #[imm] table: u32) -> Result<u64, Thrown> {
        get_element(vm, index, table)
    }

    /// `table[index] = value`
    #[vm_op]
    fn table_set(vm: &mut Vm, index: u64, value: u64, #[imm] table: u32) -> Result<(), Thrown> {
        set_element(vm, index, value, table)
    }

    /// `dst` = the number of elements
    #[vm_op]
    fn table_size(vm: &mut Vm, #[imm] table: u32) -> u64 {
        unsafe { (**vm.context.tables.add(table as usize)).len }
    }

    /// `dst` = the number of elements before; adds `count` elements.
    #[vm_op]
    fn table_grow(vm: &mut Vm, value: u64, count: u64, #[imm] table: u32) -> u64 {
        grow_table(vm, value, count, table)
    }

    /// Fills elements of a table.
    #[vm_op]
    fn table_fill(vm: &mut Vm, to: u64, value: u64, len: u64, #[imm] table: u32) -> Result<(), Thrown> {
        fill_table(vm, to, value, len, table)
    }

    /// Copies references from a segment to a table.
    #[vm_op]
    fn table_init(
        vm: &mut Vm,
        to: u64,
        from: u64,
        len: u64,
        #[imm] table: u32,
        #[imm] segment: u32,
    ) -> Result<(), Thrown> {
        init_table(vm, to, from, len, table, segment)
    }

    /// Copies references between tables, whose indices are the halves of `tables`.
    #[vm_op]
    fn table_copy(vm: &mut Vm, to: u64, from: u64, len: u64, #[imm] tables: u64) -> Result<(), Thrown> {
        copy_table(vm, to, from, len, tables)
    }

    /// Drops a segment of references.
    #[vm_op]
    fn elem_drop(vm: &mut Vm, #[imm] segment: u32) {
        drop_elements(vm, segment);
    }

    // Memory.

    /// Returns the index of the first of `bytes` bytes at `address + offset`, if memory has all of them.
    fn place(vm: &mut Vm, address: u64, offset: u32, bytes: u64) -> Result<usize, Thrown> {
        let start = (address as u32 as u64).wrapping_add(offset as u64);
        if start.wrapping_add(bytes) > vm.context.memory_bytes {
            return Err(trap(vm, OUT_OF_BOUNDS_MEMORY));
        }
        Ok(start as usize)
    }

    /// `dst` = the number at `address + offset`, which is a `{kind}`, as a `{wide}`
    #[vm_op(each(kind, wide, bytes):
        load8(u8, u64, 1), load16(u16, u64, 2), load32(u32, u64, 4), load64(u64, u64, 8),
        i32_load8_s(i8, u32, 1), i32_load16_s(i16, u32, 2),
        i64_load8_s(i8, u64, 1), i64_load16_s(i16, u64, 2), i64_load32_s(i32, u64, 4))]
    fn load(vm: &mut Vm, #[place(slot, constant)] address: u64, #[imm] offset: u32) -> Result<u64, Thrown> {
        let index = place(vm, address, offset, bytes)?;
        Ok(unsafe { vm.context.memory.add(index).cast::<kind>().read_unaligned() } as wide as u64)
    }

    /// Sets the `{kind}` at `address + offset` to the value.
    #[vm_op(each(kind, bytes): store8(u8, 1), store16(u16, 2), store32(u32, 4), store64(u64, 8))]
    fn store(
        vm: &mut Vm,
        #[place(slot, constant)] address: u64,
        #[place(slot, constant)] value: u64,
        #[imm] offset: u32,
    ) -> Result<(), Thrown> {
        let index = place(vm, address, offset, bytes)?;
        unsafe { vm.context.memory.add(index).cast::<kind>().write_unaligned(value as kind) };
        Ok(())
    }

    /// `dst` = the size of the memory, in pages
    #[vm_op]
    fn memory_size(vm: &mut Vm) -> u64 {
        vm.context.memory_bytes.wrapping_shr(16)
    }

    /// `dst` = the number of pages before, or -1; adds pages.
    #[vm_op]
    fn memory_grow(vm: &mut Vm, pages: u64) -> u64 {
        grow_memory(vm, pages)
    }

    /// Copies bytes from a segment to memory.
    #[vm_op]
    fn memory_init(vm: &mut Vm, to: u64, from: u64, len: u64, #[imm] segment: u32) -> Result<(), Thrown> {
        init_memory(vm, to, from, len, segment)
    }

    /// Copies bytes of memory.
    #[vm_op]
    fn memory_copy(vm: &mut Vm, to: u64, from: u64, len: u64) -> Result<(), Thrown> {
        copy_memory(vm, to, from, len)
    }

    /// Fills bytes of memory.
    #[vm_op]
    fn memory_fill(vm: &mut Vm, to: u64, byte: u64, len: u64) -> Result<(), Thrown> {
        fill_memory(vm, to, byte, len)
    }

    /// Drops a segment of bytes.
    #[vm_op]
    fn data_drop(vm: &mut Vm, #[imm] segment: u32) {
        drop_data(vm, segment);
    }

    // Integers.

    /// `dst = a.{operation}(b)`, of `{kind}`
    #[vm_op(each(kind, operation):
        i32_add(u32, wrapping_add), i32_sub(u32, wrapping_sub), i32_mul(u32, wrapping_mul),
        i64_add(u64, wrapping_add), i64_sub(u64, wrapping_sub), i64_mul(u64, wrapping_mul))]
    fn arithmetic(a: u64, #[place(slot, constant)] b: u64) -> u64 {
        (a as kind).operation(b as kind) as u64
    }

    /// `dst = a {operation} b`
    #[vm_op(each(operation): and(&), or(|), xor(^))]
    fn bitwise(a: u64, #[place(slot, constant)] b: u64) -> u64 {
        operation(a, b)
    }

    /// `dst = a.{operation}(b)`, of `{kind}`
    #[vm_op(each(kind, unsigned, operation):
        i32_shl(u32, u32, wrapping_shl), i32_shr_s(i32, u32, wrapping_shr), i32_shr_u(u32, u32, wrapping_shr),
        i32_rotl(u32, u32, rotate_left), i32_rotr(u32, u32, rotate_right),
        i64_shl(u64, u64, wrapping_shl), i64_shr_s(i64, u64, wrapping_shr), i64_shr_u(u64, u64, wrapping_shr),
        i64_rotl(u64, u64, rotate_left), i64_rotr(u64, u64, rotate_right))]
    fn shift(a: u64, #[place(slot, constant)] b: u64) -> u64 {
        (a as kind).operation(b as u32) as unsigned as u64
    }

    /// `dst = a / b`, of `{kind}`; traps if the result does not exist.
    #[vm_op(each(kind, unsigned):
        i32_div_s(i32, u32), i32_div_u(u32, u32), i64_div_s(i64, u64), i64_div_u(u64, u64))]
    fn divide(vm: &mut Vm, a: u64, #[place(slot, constant)] b: u64) -> Result<u64, Thrown> {
        match (a as kind).checked_div(b as kind) {
            Some(quotient) => Ok(quotient as unsigned as u64),
            None => Err(trap(vm, if b as kind == 0 { DIVIDE_BY_ZERO } else { INTEGER_OVERFLOW })),
        }
    }

    /// `dst = a % b`, of `{kind}`; traps if `b` is 0.
    #[vm_op(each(kind, unsigned):
        i32_rem_s(i32, u32), i32_rem_u(u32, u32), i64_rem_s(i64, u64), i64_rem_u(u64, u64))]
    fn remainder(vm: &mut Vm, a: u64, #[place(slot, constant)] b: u64) -> Result<u64, Thrown> {
        match (a as kind).checked_rem(b as kind) {
            Some(remainder) => Ok(remainder as unsigned as u64),
            // The smallest number divided by -1 has no quotient, but a remainder.
            None => {
                if b as kind == 0 {
                    Err(trap(vm, DIVIDE_BY_ZERO))
                } else {
                    Ok(0)
                }
            }
        }
    }

    /// `a {compare} b`, of `{kind}`
    #[vm_op(branches(value, if), each(kind, compare):
        i32_eq(u32, ==), i32_ne(u32, !=), i32_lt_s(i32, <), i32_lt_u(u32, <), i32_gt_s(i32, >), i32_gt_u(u32, >),
        i32_le_s(i32, <=), i32_le_u(u32, <=), i32_ge_s(i32, >=), i32_ge_u(u32, >=),
        i64_eq(u64, ==), i64_ne(u64, !=), i64_lt_s(i64, <), i64_lt_u(u64, <), i64_gt_s(i64, >), i64_gt_u(u64, >),
        i64_le_s(i64, <=), i64_le_u(u64, <=), i64_ge_s(i64, >=), i64_ge_u(u64, >=))]
    fn comparison(a: u64, #[place(slot, constant)] b: u64) -> bool {
        compare(a as kind, b as kind)
    }

    /// `dst = a.{operation}()`, of `{kind}`
    #[vm_op(each(kind, operation):
        i32_clz(u32, leading_zeros), i32_ctz(u32, trailing_zeros),
        i64_clz(u64, leading_zeros), i64_ctz(u64, trailing_zeros))]
    fn count_zeros(a: u64) -> u64 {
        (a as kind).operation() as u64
    }

    /// `dst` = the number of ones in the bits of `a`
    #[vm_op]
    fn popcnt(a: u64) -> u64 {
        a.count_ones() as u64
    }

    /// `dst = a`, cut off to `{from}` and extended
    #[vm_op(each(from, wide):
        i32_extend8_s(i8, u32), i32_extend16_s(i16, u32),
        i64_extend8_s(i8, u64), i64_extend16_s(i16, u64), i64_extend32_s(i32, u64), wrap(u32, u64))]
    fn extend(a: u64) -> u64 {
        a as from as wide as u64
    }

    // Floats. Those of 32 bits are in the lower half of a slot.

    /// `dst = a {operation} b`
    #[vm_op(each(float, bits, operation):
        f32_add(f32, u32, +), f32_sub(f32, u32, -), f32_mul(f32, u32, *), f32_div(f32, u32, /),
        f64_add(f64, u64, +), f64_sub(f64, u64, -), f64_mul(f64, u64, *), f64_div(f64, u64, /))]
    fn float_arithmetic(a: u64, #[place(slot, constant)] b: u64) -> u64 {
        operation(float::from_bits(a as bits), float::from_bits(b as bits)).canonical_bits() as u64
    }

    /// `dst = a.{operation}(b)`: a NaN if one is a NaN; -0 is less than 0
    #[vm_op(each(float, bits, operation):
        f32_min(f32, u32, minimum), f32_max(f32, u32, maximum), f64_min(f64, u64, minimum), f64_max(f64, u64, maximum))]
    fn extremum(a: u64, #[place(slot, constant)] b: u64) -> u64 {
        float::from_bits(a as bits).operation(float::from_bits(b as bits)).canonical_bits() as u64
    }

    /// `dst` = the size of `a`
    #[vm_op(each(sign): f32_abs(SIGN_32), f64_abs(SIGN_64))]
    fn absolute(a: u64) -> u64 {
        a & !sign
    }

    /// `dst = -a`
    #[vm_op(each(sign): f32_neg(SIGN_32), f64_neg(SIGN_64))]
    fn negate(a: u64) -> u64 {
        a ^ sign
    }

    /// `dst` = the size of `a` with the sign of `b`
    #[vm_op(each(sign): f32_copysign(SIGN_32), f64_copysign(SIGN_64))]
    fn copysign(a: u64, #[place(slot, constant)] b: u64) -> u64 {
        a & !sign | b & sign
    }

    /// `dst = a.{operation}()`
    #[vm_op(each(float, bits, operation):
        f32_ceil(f32, u32, ceil), f32_floor(f32, u32, floor), f32_trunc(f32, u32, trunc),
        f32_nearest(f32, u32, round_ties_even), f32_sqrt(f32, u32, sqrt),
        f64_ceil(f64, u64, ceil), f64_floor(f64, u64, floor), f64_trunc(f64, u64, trunc),
        f64_nearest(f64, u64, round_ties_even), f64_sqrt(f64, u64, sqrt))]
    fn float_function(a: u64) -> u64 {
        float::from_bits(a as bits).operation().canonical_bits() as u64
    }

    /// `a {compare} b`
    #[vm_op(branches(value, if), each(float, bits, compare):
        f32_eq(f32, u32, ==), f32_ne(f32, u32, !=), f64_eq(f64, u64, ==), f64_ne(f64, u64, !=))]
    fn float_equality(a: u64, #[place(slot, constant)] b: u64) -> bool {
        compare(float::from_bits(a as bits), float::from_bits(b as bits))
    }

    // Because of NaN, `!(a < b)` does not imply `a >= b`.

    /// `a {compare} b`
    #[vm_op(branches, each(float, bits, compare):
        f32_lt(f32, u32, <), f32_gt(f32, u32, >), f32_le(f32, u32, <=), f32_ge(f32, u32, >=),
        f64_lt(f64, u64, <), f64_gt(f64, u64, >), f64_le(f64, u64, <=), f64_ge(f64, u64, >=))]
    fn float_order(a: u64, #[place(slot, constant)] b: u64) -> bool {
        compare(float::from_bits(a as bits), float::from_bits(b as bits))
    }

    // Conversions.

    /// `dst` = `a`, a float, as an `{kind}`; traps if that cannot hold it.
    #[vm_op(each(float, bits, kind, unsigned, below, above):
        i32_trunc_f32_s(f32, u32, i32, u32, -2147483904.0, 2147483648.0),
        i32_trunc_f32_u(f32, u32, u32, u32, -1.0, 4294967296.0),
        i64_trunc_f32_s(f32, u32, i64, u64, -9223373136366403584.0, 9223372036854775808.0),
        i64_trunc_f32_u(f32, u32, u64, u64, -1.0, 18446744073709551616.0),
        i32_trunc_f64_s(f64, u64, i32, u32, -2147483649.0, 2147483648.0),
        i32_trunc_f64_u(f64, u64, u32, u32, -1.0, 4294967296.0),
        i64_trunc_f64_s(f64, u64, i64, u64, -9223372036854777856.0, 9223372036854775808.0),
        i64_trunc_f64_u(f64, u64, u64, u64, -1.0, 18446744073709551616.0))]
    fn truncate(vm: &mut Vm, a: u64) -> Result<u64, Thrown> {
        let x = float::from_bits(a as bits);
        if x > below && x < above {
            return Ok(x as kind as unsigned as u64);
        }
        Err(trap(vm, if x.is_nan() { INVALID_CONVERSION } else { INTEGER_OVERFLOW }))
    }

    /// `dst` = the `{kind}` that is nearest to `a`, a float; 0 if that is a NaN
    #[vm_op(each(float, bits, kind, unsigned):
        i32_trunc_sat_f32_s(f32, u32, i32, u32), i32_trunc_sat_f32_u(f32, u32, u32, u32),
        i64_trunc_sat_f32_s(f32, u32, i64, u64), i64_trunc_sat_f32_u(f32, u32, u64, u64),
        i32_trunc_sat_f64_s(f64, u64, i32, u32), i32_trunc_sat_f64_u(f64, u64, u32, u32),
        i64_trunc_sat_f64_s(f64, u64, i64, u64), i64_trunc_sat_f64_u(f64, u64, u64, u64))]
    fn saturate(a: u64) -> u64 {
        float::from_bits(a as bits) as kind as unsigned as u64
    }

    /// `dst` = `a`, an `{kind}`, as a float
    #[vm_op(each(kind, float):
        f32_convert_i32_s(i32, f32), f32_convert_i32_u(u32, f32),
        f32_convert_i64_s(i64, f32), f32_convert_i64_u(u64, f32),
        f64_convert_i32_s(i32, f64), f64_convert_i32_u(u32, f64),
        f64_convert_i64_s(i64, f64), f64_convert_i64_u(u64, f64))]
    fn convert(a: u64) -> u64 {
        (a as kind as float).to_bits() as u64
    }

    /// `dst` = `a`, a float of 64 bits, as one of 32
    #[vm_op]
    fn f32_demote_f64(a: u64) -> u64 {
        (f64::from_bits(a) as f32).canonical_bits() as u64
    }

    /// `dst` = `a`, a float of 32 bits, as one of 64
    #[vm_op]
    fn f64_promote_f32(a: u64) -> u64 {
        (f32::from_bits(a as u32) as f64).canonical_bits()
    }
}
