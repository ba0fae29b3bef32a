//! An op for each construct and each method of the op language.
    #[repr(C)]
    pub struct Pair { pub left: i32, pub right: f64 }
    #[repr(transparent)]
    pub struct Handle(u64);
    #[repr(C)]
    pub struct Outer { pub first: i64, pub pair: Pair }
    #[repr(C)]
    pub struct Object { pub class: Handle, pub pair: Pair, pub next: *mut Object, pub is_marked: bool }
    #[repr(C)]
    pub struct Context { pub objects: *mut Object, pub count: u32 }
    #[repr(C)]
    pub struct Seen { times: Cell<u32>, last: Cell<i64> }

    const LIMIT: i64 = -5;
    const TENTH: f32 = 0.1;
    const ORIGIN: Handle = Handle(9);

    extern "Rust" {
        fn note(vm: &mut Vm, a: i64);
        fn halve(vm: &mut Vm, a: f32) -> f32;
        fn ask(vm: &mut Vm, a: f64, b: bool, c: i8) -> Result<u32, Thrown>;
        fn try_note(vm: &mut Vm) -> Result<(), Thrown>;
        fn refuse(vm: &mut Vm) -> Thrown;
        fn find(vm: &mut Vm, args: Window, seen: &Seen) -> Callee;
    }

    impl Handle {
        const NONE: Handle = Handle(0);
        fn is_none(self) -> bool { self.0 == 0 }
    }
    fn half(a: i64) -> Option<i64> { if a & 1 == 0 { Some(a.wrapping_shr(1)) } else { None } }
    fn swap(pair: (i64, i64)) -> (i64, i64) { (pair.1, pair.0) }
    fn bounded(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        if a > LIMIT { return Ok(a); }
        Err(refuse(vm))
    }

    #[vm_op] fn wrapping(a: i64, b: i64) -> i64 { a.wrapping_add(b).wrapping_sub(LIMIT).wrapping_mul(b).wrapping_neg().wrapping_abs() }
    #[vm_op] fn shifts(a: i64, #[imm] by: u32) -> i64 {
        (a as i8).wrapping_shr(by) as i64 ^ (a as u16).wrapping_shl(by) as i64 ^ a.rotate_left(by) ^ (a as i32).rotate_right(by) as i64
    }
    #[vm_op] fn counts(a: i64) -> i64 { a.leading_zeros().wrapping_add((a as i16).trailing_zeros()).wrapping_add((a as u8).count_ones()) as i64 }
    #[vm_op] fn swaps(a: i64) -> i64 { (a as u8).swap_bytes() as i64 ^ a.swap_bytes() }
    #[vm_op] fn checked(a: i64, b: i64) -> i64 {
        match a.checked_add(b) { Some(sum) => sum, None => match (a as u32).checked_mul(b as u32) { Some(product) => product as i64, None => 0 } }
    }
    #[vm_op] fn checked_more(a: i64, b: i64, #[imm] by: u32) -> i64 {
        if let Some(x) = a.checked_sub(b) { return x; }
        if let Some(x) = b.checked_neg() { return x; }
        if let Some(x) = (a as u8).checked_shl(by) { return x as i64; }
        if let Some(x) = a.checked_shr(by) { return x; }
        1
    }
    #[vm_op] fn quotient(a: i64, b: i64) -> i64 {
        match a.checked_div(b) { Some(q) => q, None => match (a as u32).checked_rem(b as u32) { Some(r) => r as i64, None => 3 } }
    }
    #[vm_op] fn overflowing(a: i64, b: i64) -> i64 {
        let (sum, over) = (a as u8).overflowing_add(b as u8);
        let (difference, under) = (a as i32).overflowing_sub(b as i32);
        let (product, wide) = a.overflowing_mul(b);
        if over || under { product } else if wide { sum as i64 } else { difference as i64 }
    }
    #[vm_op] fn saturating(a: i64, b: i64) -> i64 { a.saturating_add(b) ^ (a as u8).saturating_sub(b as u8) as i64 ^ (a as u16).saturating_add(b as u16) as i64 ^ a.saturating_mul(b) ^ (a as u32).saturating_mul(b as u32) as i64 }
    #[vm_op] fn limits(a: i64, b: i64) -> i64 { a.min(b).max(-4) ^ (a as u64).min(b as u64) as i64 ^ (a as i32).unsigned_abs() as i64 }
    #[vm_op] fn bits(a: i64, b: i64) -> i64 { (a & b) | (a ^ !b) }
    #[vm_op] fn compares(a: i64, b: i64) -> i64 {
        let (c, d) = (a as u32, b as u32);
        ((a < b) as i64).wrapping_add((c < d) as i64).wrapping_add((a >= b) as i64).wrapping_add((c > d) as i64).wrapping_add((a != b) as i64)
    }
    #[vm_op] fn floats(a: i64, b: i64) -> i64 {
        let (x, y) = (f64::from_bits(a as u64), b as f64);
        let z = (x + y) * (x - y) / y;
        let w = -z.abs().sqrt() + z.floor() + z.ceil() + z.trunc() + (a as u64 as f64) + (b as u8 as f64);
        if w < x || w.is_nan() || x == y || x != 0.5 { w as i64 } else if w >= x { w as u8 as i64 } else { w.canonical_bits() as i64 }
    }
    #[vm_op] fn extremes(a: i64, b: i64) -> i64 {
        let (x, y) = (f64::from_bits(a as u64), f32::from_bits(b as u32));
        if y.is_sign_negative() { return x.minimum(1.5).maximum(x).canonical_bits() as i64; }
        y.copysign(0.5).round_ties_even().minimum_number(2.0).maximum_number(y) as i64
    }
    #[vm_op] fn singles(a: i64, #[imm] y: f32) -> i64 {
        let x = f32::from_bits(a as u32);
        let z = (x * y - 0.5).abs().floor() + a as f32 + (a as u32 as f32);
        if -z < TENTH { z as i16 as i64 } else { (z as f64 as f32).quiet().to_bits() as i64 ^ z.canonical_bits() as i64 }
    }
    #[vm_op] fn passes_singles(vm: &mut Vm, #[imm] x: f32) -> i64 { halve(vm, x) as i64 }
    #[vm_op] fn float_bits(a: i64) -> i64 { f64::from_bits(a as u64).quiet().to_bits() as i64 }
    #[vm_op] fn casts(a: i64) -> i64 { (a as i8 as u32 as i64) ^ (a as u8 as i16 as i64) ^ (a as usize as i64) ^ ((a == 1) as u8 as i64) }
    #[vm_op] fn option_used_twice(a: i64, b: i64) -> i64 {
        let found = half(a);
        let first = match found { Some(h) => h, None => b };
        let second = match found { Some(h) => h, None => a };
        first ^ second
    }
    #[vm_op] fn helpers(a: i64, b: i64) -> (i64, i64) { swap((match half(a) { Some(h) => h, None => b }, b)) }
    #[vm_op] fn constants(a: i64) -> i64 { if ORIGIN.is_none() { LIMIT } else { a.wrapping_add(Handle::NONE.0 as i64) } }
    #[vm_op] fn context(vm: &mut Vm, a: i64) -> i64 { vm.context.count = a as u32; vm.context.count as i64 }
    #[vm_op] fn memory(vm: &mut Vm, a: i64) -> i64 {
        unsafe {
            let mut object = vm.context.objects.add(a as usize);
            if (*object).is_marked { object = (*object).next; }
            if object.is_null() { return 0; }
            (*object).class = ORIGIN;
            (*object).pair = Pair { left: a as i32, right: 1.5 };
            (*object).pair.right = (*object.offset(-1)).pair.right;
            (*object.sub(2)).pair.left as i64
        }
    }
    #[vm_op] fn unaligned(vm: &mut Vm, a: i64) -> i64 {
        unsafe {
            let object = vm.context.objects;
            object.cast::<u16>().write_unaligned(a as u16);
            (*object).pair.left = object.cast::<Pair>().read_unaligned().left;
            object.cast::<Outer>().read_unaligned().first
        }
    }
    #[vm_op] fn locals(a: i64) -> i64 {
        let mut pair = Pair { left: 1, right: 2.0 };
        let chosen: i64;
        if a > 3 { pair.left = a as i32; chosen = a; } else { chosen = LIMIT; }
        chosen.wrapping_add(pair.left as i64)
    }
    #[vm_op] fn cells(a: i64, #[cache] seen: &Seen) -> i64 { seen.times.set(seen.times.get().wrapping_add(1)); seen.last.get() }
    #[vm_op] fn loops(a: i64, #[imm] n: u32) -> i64 {
        let mut i = 0u32;
        let mut total = a;
        while i < n {
            total = total.wrapping_mul(3);
            if total > 1000 { break; }
            i = i.wrapping_add(1);
        }
        total
    }
    #[vm_op] fn calls_runtime(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let b = ask(vm, 0.5, a > 1, a as i8)?;
        note(vm, a);
        Ok(b as i64)
    }
    #[vm_op] fn keeps_error(vm: &mut Vm, a: i64) -> i64 { match ask(vm, 0.5, true, 1) { Ok(b) => b as i64, Err(_) => a } }
    #[vm_op] fn tail_runtime(vm: &mut Vm) -> Result<(), Thrown> { try_note(vm) }
    #[vm_op] fn throws(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { let b = bounded(vm, a)?; Ok(b.wrapping_add(1)) }
    #[vm_op] fn flows(vm: &mut Vm, a: i64, to: Label) -> Flow { if a == 1 { to.jump() } else if a == 2 { vm.ret(a) } else if a == 3 { vm.deopt() } else { Flow::Next } }
    #[vm_op] fn value_and_flow(a: i64, to: Label) -> (i64, Flow) { let b = a.wrapping_sub(1); if b > 0 { (b, to.jump()) } else { (a, Flow::Next) } }
    #[vm_op] fn fallible_flow(vm: &mut Vm, a: i64, to: Label) -> Result<Flow, Thrown> { let b = bounded(vm, a)?; if b > 0 { Ok(to.jump()) } else { Ok(Flow::Next) } }
    #[vm_op] fn jump_to_one(vm: &mut Vm, a: i64, to: Labels) -> Result<Flow, Thrown> { let b = bounded(vm, a)?; Ok(to.jump(b as u64)) }
    #[vm_op] fn call_found(vm: &mut Vm, args: Window, #[cache] seen: &Seen) -> Flow { let callee = find(vm, args, seen); vm.call(callee, args) }
    #[vm_op] fn call_given(vm: &mut Vm, callee: Callee, args: Window) -> Flow { vm.call(callee, args) }
    #[vm_op] fn tail(vm: &mut Vm, callee: Callee) -> Flow { vm.tail_call(callee) }
    #[vm_op] fn window_len(args: Window) -> i64 { args.len() as i64 }
    #[vm_op] fn window_slot(vm: &mut Vm, index: i64, args: Window) -> i64 { match vm.slot_of(args, index as u64) { Some(value) => value, None => 7 } }
    #[vm_op] fn window_set(vm: &mut Vm, index: i64, args: Window) -> i64 { if vm.set_slot_of(args, index as u64, 5) { 1 } else { vm.fill(args, index); 2 } }
    #[vm_op] fn window_ret(vm: &mut Vm, args: Window) -> Flow { vm.ret_window(args) }
    #[vm_op] fn word(vm: &mut Vm) -> i64 { vm.function_word() as i64 }
    #[vm_op] fn immediates(#[imm] a: i8, #[imm] b: u16, #[imm] c: f64, #[imm] d: bool) -> i64 { if d { a as i64 } else { (b as i64) ^ (c as i64) } }
    #[vm_op] fn places(#[place(slot, constant)] a: i64, #[constant] b: i64) -> i64 { a.wrapping_add(b) }
    #[vm_op] fn assigns_in_condition(a: i64, b: i64) -> i64 {
        let mut c = a;
        if ({ c = c.wrapping_add(1); c > b } && { c = c.wrapping_mul(2); c > 9 }) || { c = 0; b > 4 } { c } else { c ^ b }
    }
    #[vm_op] fn guards(vm: &mut Vm, a: i64) -> i64 {
        unsafe {
            let is_marked = !vm.context.objects.is_null() && (*vm.context.objects).is_marked;
            let is_last = (*vm.context.objects).next.is_null() || (*vm.context.objects).is_marked;
            let is_small = a > 0 && a < 9;
            let is_odd = a == 1 || a == 3;
            (is_marked as i64) ^ (is_last as i64) ^ (is_small as i64) ^ (is_odd as i64)
        }
    }
    #[vm_op] fn negated(a: i64, b: i64) -> i64 { if !(a > 1 && b > 2) { a } else { b } }
    #[vm_op] fn outcome_at_end(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let outcome: Result<i64, Thrown> = if a > 3 { Err(refuse(vm)) } else { Ok(a) };
        outcome
    }
    #[vm_op] fn outcome_propagated(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let outcome: Result<i64, Thrown> = if a > 3 { Err(refuse(vm)) } else { Ok(a) };
        Ok(outcome?.wrapping_add(1))
    }
    #[vm_op] fn helper_as_value(vm: &mut Vm, a: i64) -> i64 {
        let outcome: Result<i64, Thrown> = bounded(vm, a);
        match outcome { Ok(b) => b, Err(_) => 4 }
    }
    fn is_even(a: i64) -> bool { a & 1 == 0 }
    #[vm_op] fn helper_after_assignment(a: i64) -> i64 {
        let mut b = a;
        if { b = b.wrapping_mul(3); b > 5 } && is_even({ b = b.wrapping_sub(1); b }) { b } else { a }
    }
    #[vm_op] fn nested_loops(a: i64, #[imm] n: u32) -> i64 {
        let mut i = 0u32;
        let mut total = a;
        while i < n {
            let mut j = 0u32;
            while j < 3u32 {
                if total > 50 { break; }
                total = total.wrapping_add(2);
                j = j.wrapping_add(1);
            }
            if total == 7 { break; }
            i = i.wrapping_add(1);
        }
        total
    }
    #[vm_op] fn cell_in_condition(a: i64, #[cache] seen: &Seen) -> i64 {
        if { seen.last.set(a); a > 2 } { seen.last.get() } else { 1 }
    }
    #[vm_op] fn returns_inside(a: i64, b: i64) -> i64 {
        let c = if a > b { return a; } else { b };
        if c > 4 { return { let d = c.wrapping_add(a); if d > 8 { d } else { b } }; }
        c
    }
    #[vm_op] fn part_in_loop(a: i64, #[imm] n: u32) -> i64 {
        let mut pair = Pair { left: 0, right: 2.0 };
        let mut i = 0u32;
        while i < n {
            pair.left = pair.left.wrapping_add(a as i32);
            i = i.wrapping_add(1);
        }
        pair.left as i64
    }
    #[vm_op] fn part_of_part(a: i64) -> i64 {
        let mut outer = Outer { first: a, pair: Pair { left: 1, right: 2.0 } };
        outer.pair.right = a as f64;
        (outer.pair.right as i64) ^ outer.first ^ (outer.pair.left as i64)
    }
    fn plus_one(a: i64) -> i64 { a.wrapping_add(1) }
    #[vm_op] fn helper_first(a: i64) -> i64 { let b = plus_one(a); b.wrapping_mul(2) }
    #[vm_op] fn unused_result(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { let _b = ask(vm, 0.5, true, 1)?; Ok(a) }
    fn early(a: i64) -> bool { if a > 3 { return true; } else { return a == 1 } }
    #[vm_op] fn helper_that_returns(a: i64) -> i64 { if early(a) { a } else { 7 } }
    fn bounded_more(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { Ok(bounded(vm, a)?.wrapping_add(1)) }
    #[vm_op] fn keeps_helper_error(vm: &mut Vm, a: i64) -> i64 { match bounded_more(vm, a) { Ok(b) => b, Err(_) => 7 } }
    #[vm_op] fn refuses(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { if a > 3 { Err(refuse(vm)) } else { Ok(a) } }
    #[vm_op] fn keeps_error_of_nothing(vm: &mut Vm, a: i64) -> i64 { match try_note(vm) { Ok(_) => a, Err(_) => 7 } }
    #[vm_op] fn first_operand(mut a: i64, b: i64) -> i64 { if b > 3 { a = b; } a }
    #[vm_op] fn assigns_in_propagated(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let mut c = a;
        let d = { c = c.wrapping_add(1); bounded(vm, c) }?;
        Ok(c.wrapping_add(d))
    }
