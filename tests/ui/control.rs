//! Loops, patterns, `?` and `let`.
// covers: Unbounded, Continue, Pattern, TryType, TryOutside, LetWithoutType

#[mimeo::instruction_set(value = i64)]
mod ops {
    #[repr(C)]
    pub struct Pair {
        pub first: i64,
        pub second: i64,
    }

    unsafe extern "Rust" {
        fn slow(vm: &mut Vm, a: i64) -> Result<i64, Thrown>;
    }

    #[vm_op]
    fn unbounded(a: i64) -> i64 {
        let mut i = 0i64;
        while true {
            i = i.wrapping_add(1);
        }
        while i <= a {
            i = i.wrapping_add(1);
        }
        while i < a {
            if a == 3 {
                i = i.wrapping_add(1);
            }
        }
        while let Some(next) = i.checked_add(1) {
            i = next;
        }
        i
    }

    #[vm_op]
    fn continues(a: i64) -> i64 {
        let mut i = 0i64;
        while i < a {
            if i == 3 {
                continue;
            }
            i = i.wrapping_add(1);
        }
        i
    }

    #[vm_op]
    fn patterns(a: i64) -> i64 {
        let pair = Pair { first: a, second: a };
        let Pair { first, second } = pair;
        let (one, ..) = a.overflowing_add(1);
        match a.checked_add(1) {
            Some(ref x) => 1,
            Some(1 | 2) | None => 2,
            Ok(x) => 3,
            _ => 4,
        }
    }

    #[vm_op]
    fn or_with_names(a: i64) -> i64 {
        match a.overflowing_add(1) {
            (x, true) | (x, false) => x,
        }
    }

    #[vm_op]
    fn attempts(a: i64) -> Result<i64, Thrown> {
        let sum = a.checked_add(1)?;
        Ok(sum)
    }

    #[vm_op]
    fn attempts_for_nothing(vm: &mut Vm, a: i64) -> i64 {
        slow(vm, a)?
    }

    #[vm_op]
    fn hints(a: i64, b: i64) -> i64 {
        if likely(a) {
            return 1;
        }
        if unlikely(a == b, b) {
            return 2;
        }
        if likely() && unlikely(missing) {
            return 3;
        }
        a
    }

    #[vm_op]
    fn without_type(a: i64) -> i64 {
        let later;
        later = a;
        later
    }
}

fn slow(_: &mut ops::Vm, a: i64) -> Result<i64, mimeo::Thrown> {
    Ok(a)
}

fn main() {}
