//! `nan_box`: a list of kinds as the value type.
// covers: NanBoxForm, NanBoxKind, NanBoxType, NanBoxPointer, NanBoxSecond, NanBoxMany, NanBoxAgain, NanBoxName
// covers: TwoArguments, BranchesValue

#[mimeo::instruction_set(value = nan_box)]
mod no_list {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box())]
mod empty {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, "text"))]
mod text {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, text: ), host = ())]
mod no_type {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int bool))]
mod no_comma {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, string, Text, id: u64, part: Text, name: &Text, all: *mut Texts, any: *mut [u8], bytes: *const u8, cell: *mut Value, other: *mut crate::Other))]
mod kinds {
    #[repr(C)]
    pub struct Text {
        pub len: u32,
    }

    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, bool, float, int: u32, number: f64, truth: bool))]
mod twice {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, bool, is_int: u32, r#true: (), r#as: (), int_: i32))]
mod again {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(
    a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32, i: u32, j: u32, k: u32, l: u32, m: u32, n: u32,
    nil, missing: (), bool, o: u32, p: *mut Missing
))]
mod many {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, nil, bool))]
mod names {
    use crate::elsewhere::{Other as Value, Text};

    #[repr(C)]
    pub struct Value {
        pub bits: u64,
    }

    impl Value {
        pub const NIL: u64 = 0;

        pub const NULL: u64 = 0;

        fn is_int(self) -> bool {
            false
        }

        fn truth(self) -> bool {
            false
        }
    }

    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int), value = i64)]
mod two_values {
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
}

#[mimeo::instruction_set(value = i64, value = nan_box(int))]
mod two_other_values {
    #[vm_op]
    fn copy(a: i64) -> i64 {
        a
    }
}

#[mimeo::instruction_set(value = nan_box(int, nil))]
mod without_bool {
    #[vm_op(branches)]
    fn zero(a: Value) -> bool {
        a.0 == 0
    }
}

#[mimeo::instruction_set(value = nan_box(int))]
mod bodies {
    #[vm_op]
    fn add(a: Value, b: Value) -> Value {
        Value::int(a.as_int() + b.as_int())
    }

    #[vm_op]
    fn length(a: Value) -> Value {
        Value::text(a.as_text())
    }

    #[vm_op]
    fn same(a: Value, b: Value) -> Value {
        Value::int((a == b) as i32)
    }
}

fn main() {}
