//! Where the bits of a float could be seen that may be a NaN which an operation made.
// covers: NanBits, NanLeaves, NanArgument

#[mimeo::instruction_set(value = Value, context = Context)]
mod ops {
    #[repr(transparent)]
    #[derive(Clone, Copy)]
    pub struct Value(u64);

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Pair {
        pub first: f64,
        pub second: f64,
    }

    #[repr(C)]
    pub struct Context {
        pub pair: Pair,
        pub list: *mut f64,
    }

    #[repr(C)]
    pub struct Kept {
        pub float: Cell<f64>,
    }

    unsafe extern "Rust" {
        fn tell(vm: &mut Vm, f: f64);
        fn measure(vm: &mut Vm) -> f64;
        fn try_measure(vm: &mut Vm) -> Result<f64, Thrown>;
    }

    impl Value {
        fn ordinary(f: f64) -> Value {
            Value(f.to_bits())
        }

        fn number(f: f64) -> Value {
            if f.is_nan() { Value(0x7ff8_0000_0000_0000) } else { Value::ordinary(f) }
        }

        fn float(self) -> f64 {
            f64::from_bits(self.0)
        }
    }

    // The sum may be dropped, and a signalling NaN then stays one.
    #[vm_op]
    fn dropped_sum(a: Value) -> Value {
        let x = f64::from_bits(a.0);
        if x.abs() < 1.0 {
            return Value(0);
        }
        Value((x + 0.0).to_bits())
    }

    #[vm_op]
    fn every_operation(a: Value, b: Value) -> Value {
        let (x, y) = (a.float(), b.float());
        let sum = (x + y).to_bits() ^ (x - y).to_bits() ^ (x * y).to_bits() ^ (x / y).to_bits();
        let of_one = x.sqrt().to_bits() ^ x.floor().to_bits() ^ x.ceil().to_bits() ^ x.trunc().to_bits();
        let signs = (-(x + y)).to_bits() ^ (x + y).abs().to_bits() ^ (-x).to_bits() ^ x.abs().to_bits();
        let mut z = x;
        z += 1.0;
        Value(sum ^ of_one ^ signs ^ z.to_bits())
    }

    #[vm_op]
    fn helpers(a: Value, b: Value) -> (Value, Value) {
        let sum = a.float() + b.float();
        (Value::ordinary(sum), Value::number(sum))
    }

    fn through(f: f64) -> Value {
        Value::ordinary(-f)
    }

    #[vm_op]
    fn helper_of_a_helper(a: Value) -> Value {
        through(a.float() * 2.0)
    }

    fn own_sum(f: f64) -> u64 {
        (f.sqrt() + f.sqrt()).to_bits()
    }

    #[vm_op]
    fn calls_own_sum(a: Value) -> Value {
        Value(own_sum(a.float()))
    }

    fn rounded(f: f64) -> u64 {
        f.floor().to_bits()
    }

    #[vm_op]
    fn calls_rounded(#[imm] i: i32, a: Value) -> Value {
        Value(rounded(i as f64) ^ rounded(a.float()))
    }

    #[vm_op]
    fn memory(vm: &mut Vm, a: Value, #[cache] cell: &Kept) {
        let twice = a.float() * 2.0;
        vm.context.pair.second = twice;
        vm.context.pair.first += 1.0;
        unsafe { *vm.context.list = twice };
        unsafe { vm.context.list.write(if a.0 == 0 { 1.0 } else { twice }) };
        let mut pair = vm.context.pair;
        pair.first = twice;
        vm.context.pair = pair;
        vm.context.pair = Pair { first: 1.0, second: twice };
        cell.float.set(twice);
    }

    #[vm_op]
    fn runtime(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        tell(vm, a.float());
        tell(vm, a.float() / 2.0);
        let measured = measure(vm).to_bits();
        Ok(Value(measured))
    }

    #[vm_op]
    fn runtime_result(vm: &mut Vm) -> Result<Value, Thrown> {
        Ok(Value(try_measure(vm)?.to_bits()))
    }

    // What was known is not known any more.
    #[vm_op]
    fn too_late(a: Value, b: Value, #[imm] times: u8) -> Value {
        let mut x = a.float() + b.float();
        let is_number = !x.is_nan();
        if x.is_nan() || b.0 == 0 {
            return Value(x.to_bits());
        }
        let before = x.to_bits();
        let mut i: u8 = 0;
        while i < times {
            if x.to_bits() == 1 {
                break;
            }
            x = x - a.float();
            i = i.wrapping_add(1);
        }
        if is_number {
            return Value(x.to_bits());
        }
        if x < {
            x = x * 0.0;
            1.0
        } {
            return Value(x.to_bits());
        }
        let found = if x == x { Some(x) } else { None };
        match found {
            Some(number) => Value(number.to_bits() ^ before),
            None => Value(x.to_bits()),
        }
    }
}

#[mimeo::instruction_set(value = f64)]
mod floats {
    #[vm_op]
    fn sign(a: f64, b: f64) -> f64 {
        if (a * b).is_sign_negative() { a.copysign(a - b) } else { a.copysign(b) }
    }

    #[vm_op]
    fn widened(a: f64, #[imm] b: f32) -> f64 {
        let single = a as f32;
        if single == b { single as f64 } else { b as f64 }
    }

    #[vm_op]
    fn add(a: f64, b: f64) -> f64 {
        a + b
    }

    #[vm_op]
    fn two(a: f64, b: f64) -> (f64, f64) {
        if a < b { (a - b, -a) } else { (a, b) }
    }

    #[vm_op]
    fn ret(vm: &mut Vm, a: f64) -> Flow {
        vm.ret(a.sqrt())
    }
}

fn tell(_: &mut ops::Vm, _: f64) {}

fn measure(_: &mut ops::Vm) -> f64 {
    1.0
}

fn try_measure(_: &mut ops::Vm) -> Result<f64, mimeo::Thrown> {
    Ok(1.0)
}

fn main() {}
