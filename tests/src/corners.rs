//! `corner_ops`: valid Rust that a lowering could easily mistranslate: orders of evaluation, shadowed names, nested
//! patterns, literals with inferred types, constants, early returns.

use mimeo::Window;

use self::corner_ops::{Memory, Vm};

/// The state that only Rust accesses.
#[derive(Debug, Default)]
pub struct Host {
    /// The arguments of runtime functions.
    pub trace: Vec<i64>,
    /// The memory that [`Context::list`](corner_ops::Context::list) points to, four numbers.
    pub list: Vec<i64>,
}

fn note(vm: &mut Vm, value: i64) -> i64 {
    vm.host.trace.push(value);
    value.wrapping_mul(3)
}

// SAFETY: tests only, which make no program or value that breaks the contract of the ops.
unsafe impl mimeo::TrustedOps for corner_ops::Ops {}
fn remember(vm: &mut Vm, memory: &Memory, value: i64) -> i64 {
    vm.host.trace.push(memory.last.get());
    memory.last.set(value);
    value ^ 1
}

fn half(vm: &mut Vm, single: f32, of: u8) -> f32 {
    vm.host.trace.push(single.to_bits().into());
    if single > 1.0 { single / 2.0 } else { of.into() }
}

/// Writes slots, which can be operands of the op.
fn swap_slots(vm: &mut Vm, slots: Window) {
    for slot in slots.start()..slots.start() + slots.len() as u32 {
        let value = vm.slot(slot);
        vm.set_slot(slot, !value);
    }
}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: the context's pointer points to four numbers, and indices are masked to two bits.
#[mimeo::instruction_set(value = i64, context = Context, host = super::Host)]
#[expect(clippy::undocumented_unsafe_blocks, reason = "the module's contract says why they are sound")]
#[allow(clippy::all, unused_assignments, unused_parens, reason = "the strange code is intentional")]
pub mod corner_ops {
    /// The state that stencils access.
    #[repr(C)]
    pub struct Context {
        /// Four numbers.
        pub list: *mut i64,
        /// A number.
        pub count: i64,
        /// A float.
        pub float: f64,
        /// Two floats of 32 bits.
        pub singles: Singles,
    }

    /// Two floats of 32 bits.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Singles {
        /// The first.
        pub x: f32,
        /// The second.
        pub y: f32,
    }

    /// Two numbers of different widths.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Pair {
        /// The first.
        pub small: u8,
        /// The second.
        pub large: i64,
    }

    // Constants that use each other out of order, and that are cast to other types.
    const SIGNED: u64 = (1 << SHIFT) as u64;
    const SHIFT: u32 = 31;
    const NEGATIVE: i64 = -7;
    const LOWEST: i8 = -128;
    const ALL: u64 = !0;
    const BYTE: u8 = b'\\';
    const WIDE: i64 = -1i32 as u32 as i64;
    const SUM: i64 = NEGATIVE + i64::MAX / 3 - (Pair::LIMIT as i64) % 4;
    const TENTH: f32 = 0.1;
    const UNIT: Singles = Singles { x: -1.0, y: TENTH };
    const START: Pair = Pair { large: -2, small: 200 };

    impl Pair {
        const LIMIT: u8 = u8::MAX ^ BYTE;

        fn sum(self) -> i64 {
            (self.small as i64).wrapping_add(self.large).wrapping_add(Self::LIMIT as i64)
        }

        fn with(mut self, large: i64) -> Self {
            self.large = large;
            self
        }
    }

    /// The memory of an op.
    #[repr(C)]
    pub struct Memory {
        /// A number.
        pub last: Cell<i64>,
        /// Two of them.
        pub pair: Cell<Pair>,
        /// A float.
        pub single: Cell<f32>,
    }

    impl Memory {
        fn swap_last(&self, with: i64) -> i64 {
            let before = self.last.get();
            self.last.set(with);
            before
        }
    }

    unsafe extern "Rust" {
        fn note(vm: &mut Vm, value: i64) -> i64;
        fn remember(vm: &mut Vm, memory: &Memory, value: i64) -> i64;
        fn swap_slots(vm: &mut Vm, slots: Window);
        fn half(vm: &mut Vm, single: f32, of: u8) -> f32;
    }

    /// The same for any NaN, as the sum of a NaN is a NaN.
    fn ordered(x: f32, y: f32) -> Option<f32> {
        if x as f64 + (y as f64) < 0.1 { Some(x) } else { None }
    }

    fn early(a: i64, b: i64) -> i64 {
        let mut i = 0i64;
        while i < 10 {
            if i == a & 15 {
                return i ^ b;
            }
            i = i.wrapping_add(1)
        }
        let a = if a > b { a } else { return b };
        a.wrapping_mul(b)
    }

    /// A cell under two names, read before and after it is set.
    #[vm_op]
    fn cells(vm: &mut Vm, a: i64, b: i64, #[cache] memory: &Memory) -> i64 {
        let same = memory;
        let sum = memory.last.get().wrapping_add({
            same.last.set(a);
            memory.last.get()
        });
        let other = memory.last.get() ^ remember(vm, same, b) ^ memory.last.get();
        let swapped = memory.last.get().wrapping_mul(same.swap_last(sum)).wrapping_sub(memory.last.get());
        // The receiver is evaluated first, as in any call.
        {
            note(vm, 1);
            same
        }
        .last
        .set(note(vm, other));
        (memory.last).set(memory.last.get() ^ swapped);
        sum ^ note(vm, memory.last.get())
    }

    /// A struct in a cell is copied, changed, and put back.
    #[vm_op]
    fn copies_of_cells(a: i64, #[cache] one: &Memory, #[cache] two: &Memory) -> i64 {
        let memory = if a & 1 == 0 { one } else { two };
        let mut pair = memory.pair.get();
        pair.large = a;
        let before = memory.pair.get();
        memory.pair.set(Pair { small: before.small.wrapping_add(1), large: pair.large ^ before.large });
        one.pair.get().with(a).sum() ^ two.pair.get().sum() ^ before.sum()
    }

    fn swap(vm: &mut Vm, slots: Window) -> i64 {
        swap_slots(vm, slots);
        1
    }

    /// Operands keep their values from before the body, even if a runtime function changes their slots.
    #[vm_op]
    fn operands_stay(vm: &mut Vm, a: i64, b: i64, slots: Window) -> i64 {
        let one = swap(vm, slots);
        if a > b {
            return note(vm, a.wrapping_add(one));
        }
        note(vm, b)
    }

    /// Uses all constants.
    #[vm_op]
    fn constants(a: i64) -> i64 {
        let sum = (SIGNED as i64).wrapping_add(WIDE).wrapping_add(LOWEST as i64).wrapping_add(SUM);
        sum ^ (ALL as i64) ^ a ^ START.sum() ^ (SHIFT as i64) ^ (Pair::LIMIT as i64)
    }

    /// Variables that shadow each other, also in blocks that are values.
    #[vm_op]
    fn shadows(a: i64, b: i64) -> i64 {
        let a = a.wrapping_add(1);
        let b = {
            let a = b.wrapping_mul(a);
            let b = a ^ 5;
            b.wrapping_sub(a)
        };
        let a = if b > a {
            let b = a;
            b ^ 1
        } else {
            b
        };
        match a & 3 {
            0 => b,
            a => {
                let a = a.wrapping_add(b);
                a
            }
        }
        .wrapping_add(a)
    }

    /// A compound assignment evaluates the value before it reads the place; a plain operator does the reverse.
    #[vm_op]
    fn compound(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let mut x = a;
        x ^= {
            x = b;
            a.wrapping_mul(3)
        };
        let y = x ^ {
            x = a & b;
            x
        };
        let mut p = vm.context.list;
        unsafe {
            *p |= {
                p = p.add(1);
                *p
            };
            *p &= {
                *p = x;
                y
            };
        }
        let mut f = vm.context.float;
        f *= {
            f = 2.0;
            1.5
        };
        vm.context.float = f.quiet();
        vm.context.count ^= note(vm, y);
        x.wrapping_sub(y)
    }

    /// A receiver is evaluated before the arguments, a pointer before what is written through it.
    #[vm_op]
    fn receivers(vm: &mut Vm, a: i64) -> i64 {
        let mut x = a;
        let sum = x
            .wrapping_add({
                x = 7;
                x
            })
            .wrapping_mul(x);
        let mut p = vm.context.list;
        unsafe {
            p.write({
                p = p.add(2);
                sum
            });
            *p = {
                p = p.wrapping_add(1);
                x
            };
            p.read()
        }
    }

    /// Fields are evaluated in source order, not in layout order.
    #[vm_op]
    fn fields(vm: &mut Vm, a: i64) -> i64 {
        let mut pair = Pair { large: note(vm, a), small: note(vm, 5) as u8 };
        let copy = pair.with(a ^ 1);
        pair.large = pair.large.wrapping_add(copy.large);
        pair.small ^= copy.small;
        pair.sum().wrapping_sub(copy.sum())
    }

    /// Literals infer their types from the other operand, or else are `i32`.
    #[vm_op]
    fn literals(a: i64, #[imm] small: u8) -> i64 {
        let plain = !0;
        let narrow = (300 ^ 0x7fff) as u8 as i64;
        let same = (0xff == small) as i64;
        let (wide, bits): (u64, u8) = (!0, !0);
        let negative = -1 as i64 as u8 as i64;
        let chosen: u16 = if a > 0 { 0xffff } else { !1 };
        (plain as u32 as i64) ^ narrow ^ same ^ (wide as i64) ^ (bits as i64) ^ negative ^ (chosen as i16 as i64)
    }

    /// Casts to wider and narrower numbers, in chains.
    #[vm_op]
    fn casts(a: i64, #[imm] f: f64) -> i64 {
        let one = a as i8 as u32 as u64 as i64;
        let two = a as u16 as i16 as i64;
        let three = (a < 0) as u8 as i64;
        let four = f as i8 as i64 ^ (f as u64 as i64) ^ ((f as i64) as f64).to_bits() as i64;
        one ^ two ^ three ^ four
    }

    /// Guards that use bindings of their pattern, in arms that are tried in order.
    #[vm_op]
    fn guards(a: i64, b: i64) -> i64 {
        match a.checked_add(b) {
            Some(0) => 1,
            Some(sum) if sum > b && sum & 1 == 0 => sum,
            Some(NEGATIVE | -1) => 2,
            Some(sum @ (10..=20 | 30..))
                if {
                    let sum = sum ^ 3;
                    sum > 12
                } =>
            {
                sum ^ 1
            }
            Some(i64::MIN..=-100) => 3,
            Some(sum) if sum == a => b,
            None if a > 0 => 4,
            None => 5,
            Some(rest) => rest.wrapping_neg(),
        }
    }

    /// Hints, in parts of conditions and for a NaN, and where they have no effect.
    #[vm_op]
    fn hints(a: i64, b: i64, #[imm] f: f64) -> i64 {
        let moved = f + 1.0;
        let bits: i64 = if unlikely(moved.is_nan()) { 0 } else { moved.to_bits() as i64 };
        if !unlikely(a > b || likely(a == 7)) && likely(b != 3) {
            return a.wrapping_sub(b);
        }
        if let Some(x) = a.checked_add(b)
            && unlikely(x > 100)
        {
            return x;
        }
        let is_rare = unlikely(a == b);
        match likely(is_rare) {
            true if unlikely(a < 0) => 5,
            true => 6,
            false => bits ^ a,
        }
    }

    /// Tuples in patterns.
    #[vm_op]
    fn tuples(a: i64, b: i64) -> i64 {
        let (sum, (wide, _)) = (a ^ b, a.overflowing_mul(b));
        match (a.overflowing_sub(b), a < b) {
            ((0, _), _) => 1,
            ((x, true), false) if x > sum => x,
            ((x, lost), less) if lost == less => x ^ wide,
            ((_, true), less) => less as i64,
            ((x, false), _) => x.wrapping_add(sum),
        }
    }

    /// `let … else`, `if let … && …`, and their bindings.
    #[vm_op]
    fn chains(a: i64, b: i64) -> i64 {
        let Some(sum): Option<i64> = a.checked_add(b) else { return b };
        let a = a ^ 1;
        if let Some(product) = sum.checked_mul(a)
            && product > b
            && let (x, false) = product.overflowing_sub(sum)
        {
            if let Some(quotient) = x.checked_div(b) { quotient } else { x }
        } else if let None | Some(3) = sum.checked_sub(1) {
            8
        } else {
            let Some(rest) = sum.checked_rem(a) else {
                let b = b.wrapping_add(2);
                return b;
            };
            rest
        }
    }

    /// `&`, `|` and `^` of conditions evaluate both sides, `&&` and `||` do not.
    #[vm_op]
    fn logic(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let both = (note(vm, a) > 0) & (note(vm, b) > 0);
        let any = a > 5 || note(vm, 1) == 0;
        let all = both && note(vm, 2) != 0 || !any && note(vm, 3) > 0;
        let odd = both ^ any | all;
        (odd as i64) ^ ((both < any) as i64) ^ ((all == odd) as i64)
    }

    /// Arguments, results and tuples are evaluated from left to right.
    #[vm_op]
    fn order(vm: &mut Vm, a: i64, b: i64) -> (i64, i64) {
        let mut x = a;
        let pair = (
            x,
            note(vm, {
                x = x.wrapping_add(1);
                x
            }),
            x,
        );
        let sum = early(
            {
                x = x ^ 1;
                x
            },
            {
                x = x.wrapping_mul(b);
                x
            },
        );
        let pair = (note(vm, pair.0), note(vm, pair.1).wrapping_add(x), pair.2);
        (pair.0.wrapping_add(sum), pair.1 ^ pair.2)
    }

    /// Nested loops with early exits.
    #[vm_op]
    fn loops(a: i64, b: i64) -> i64 {
        let (mut sum, mut i) = (0i64, 0i64);
        let n = a & 7;
        while i < n {
            let mut j = 8u8;
            while j > 0 {
                if j as i64 == b & 7 {
                    break;
                }
                if sum > 1000 {
                    return sum;
                }
                sum = sum.wrapping_add(i ^ j as i64);
                j = j.wrapping_sub(1);
            }
            i = i.wrapping_add(1);
            if sum & 31 == 31 {
                break;
            }
        }
        sum.wrapping_add(i)
    }

    /// Returns from the middle, also inside of expressions.
    #[vm_op]
    fn returns(a: i64, b: i64) -> i64 {
        let x = if a == b { return 1 } else { a ^ b };
        let y = x.wrapping_add(if x & 1 == 0 { return x } else { 3 });
        let z: i64;
        if y > 0 {
            z = y
        } else {
            z = {
                if b > 0 {
                    return early(a, b);
                }
                b
            }
        }
        early(z, y)
    }

    /// Units as values.
    #[vm_op]
    fn units(vm: &mut Vm, a: i64) -> i64 {
        let unit = vm.context.count = a;
        let _unit: () = unit;
        _ = note(vm, a);
        let _ = note(vm, 2);
        let _kept = {
            note(vm, 3);
        };
        if a > 0 {
            note(vm, 4);
        }
        match a & 1 {
            0 => (),
            _ => {
                vm.context.count = 9;
            }
        }
        vm.context.count
    }

    /// Comparisons of pointers, and steps between them.
    #[vm_op]
    fn pointers(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let list = vm.context.list;
        unsafe {
            let (p, q) = (list.add((a & 3) as usize), list.offset((b & 3) as isize));
            let order = (p < q) as i64 ^ ((p == q) as i64) ^ ((p >= q) as i64);
            let low = if p < q { p } else { q };
            *low = (*p).wrapping_add(*q) ^ order;
            let bytes = low.cast::<u8>();
            *bytes.add(1) ^= 0x55;
            *p ^ *(q as *const i64) ^ (low.is_null() as i64) ^ ((q as usize).wrapping_sub(p as usize) as i64)
        }
    }

    /// Numbers and structs at any address, which overlap.
    #[vm_op]
    fn unaligned(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let bytes = vm.context.list.cast::<u8>();
        unsafe {
            let (p, q) = (bytes.add((a & 7) as usize), bytes.add((b & 7) as usize));
            let before = q.cast::<Pair>().read_unaligned();
            p.cast::<u16>().write_unaligned(q.cast::<u16>().read_unaligned().wrapping_add(1));
            p.add(1).cast::<f64>().write_unaligned(vm.context.float);
            let after = q.cast::<i32>().read_unaligned() as i64;
            let mut to = p.cast::<i64>();
            to.write_unaligned({
                to = q.cast::<i64>();
                after ^ 1
            });
            let is_odd = p.cast::<u8>().read_unaligned() & 1 == 1;
            p.cast::<bool>().write_unaligned(is_odd);
            q.cast::<Pair>().read_unaligned().sum() ^ before.large ^ to.read_unaligned() ^ (is_odd as i64)
        }
    }

    /// Floats: signs of zero, comparisons with NaN, constants.
    #[vm_op]
    fn floats(a: i64, #[imm] f: f64) -> i64 {
        let x = a as f64 * -0.0;
        let ordered = (x < f) as i64 ^ ((x >= f) as i64) ^ ((f == f) as i64) ^ ((f != -f) as i64);
        let kind = match f {
            -1.5 => 1,
            f64::NEG_INFINITY..=-0.0 => 2,
            1.0..=f64::MAX => 3,
            _ => 4,
        };
        x.to_bits() as i64 ^ ordered ^ (kind as i64) ^ ((-(-f.abs())) as i64) ^ (f64::EPSILON + 1.0).to_bits() as i64
    }

    /// Floats of 32 bits: literals that are rounded once, casts, and what is known of a NaN.
    #[vm_op]
    fn singles(vm: &mut Vm, a: i64, b: i64, #[imm] f: f32) -> i64 {
        let (x, y) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
        let before = vm.context.singles;
        vm.context.singles = Singles { x: y, y: (before.x * UNIT.x + 16777217.0).quiet() };
        let known = match ordered(x + y, f) {
            // Neither is a NaN.
            Some(number) => number.to_bits() ^ f.to_bits(),
            None => 1,
        };
        let kind = match y {
            -1.5 => 1,
            f32::NEG_INFINITY..=-0.0 => 2,
            1.0..=f32::MAX => 3,
            _ => 4,
        };
        let literals = (0.1 * x + 1.000000059604645 as f32 - TENTH).canonical_bits() ^ (16777217.0f32 as i32 as u32);
        let wide = (0.1 as f32) as f64 + (1e300 as f64 as f32) as f64;
        let casts = (a as f32).to_bits() ^ (a as u64 as f32).to_bits() ^ (b as f64 as f32).to_bits();
        (known ^ literals ^ casts ^ (kind as u32) ^ (x as u8 as u32)) as i64 ^ wide.canonical_bits() as i64
    }

    /// A float of 32 bits in a cell, and as an argument and a result.
    #[vm_op]
    fn single_in_a_cell(vm: &mut Vm, a: i64, #[cache] memory: &Memory) -> i64 {
        let before = memory.single.get();
        memory.single.set(half(vm, before, a as u8).quiet());
        let same = if a > 0 { -memory.single.get() } else { f32::from_bits(a as u32) };
        same.to_bits() as i64
    }

    /// Returns.
    #[vm_op]
    fn ret(vm: &mut Vm, value: i64) -> Flow {
        vm.ret(value)
    }
}
