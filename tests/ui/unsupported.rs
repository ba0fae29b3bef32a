//! Rust that the op language does not have.
// covers: Unsupported

#[mimeo::instruction_set(value = i64)]
mod ops {
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Pair {
        pub first: i64,
        pub second: i64,
    }

    #[vm_op]
    fn expressions(a: i64) -> i64 {
        let list = [a, a];
        let element = a[0];
        let closure = |x: i64| x;
        let reference = &a;
        let address = &raw const a;
        let range = 0..a;
        let text = "text";
        let letter = 'a';
        let constant = const { 5i64 };
        a
    }

    #[vm_op]
    fn loops(a: i64) -> i64 {
        for i in 0..a {}
        loop {
            break;
        }
        'outer: while a < 0 {
            break 'outer;
        }
        let mut i = 0i64;
        while let Some(next) = i.checked_add(1) && next < a {
            i = next;
        }
        'block: {
            break 'block;
        }
        a
    }

    #[vm_op]
    fn statements(a: i64) -> i64 {
        const INSIDE: i64 = 1;
        assert!(a == INSIDE);
        match a {
            0 => 1,
            x if x > 0 => 2,
        }
    }

    #[vm_op]
    fn calls(a: i64) -> i64 {
        let call = (a)(1);
        let generic = Some::<u64>(1);
        let pointer = (a as *const u8).cast();
        a
    }

    #[vm_op]
    fn structs(a: i64) -> i64 {
        let pair = Pair { first: a, second: a };
        let other = Pair { first: a, ..pair };
        let half = Pair { first: a };
        a
    }
}

fn main() {}
