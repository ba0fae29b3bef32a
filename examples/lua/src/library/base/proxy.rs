//! `newproxy`: empty userdata, for their metatables.

use mimeo::Thrown;

use crate::ops::ops::Value;
use crate::runtime::Call;

/// The contents of a userdata whose metatable can be shared.
struct Proxy;

pub(super) fn newproxy(call: &mut Call<'_>) -> Result<(), Thrown> {
    let metatable = match call.get(0) {
        Value::NIL | Value::FALSE => None,
        Value::TRUE => Some(call.heap().new_table(0, 0, 0)),
        other => {
            let proxy = other.to_userdata().filter(|userdata| userdata.payload::<Proxy>().is_some());
            match proxy.and_then(|proxy| proxy.metatable()) {
                Some(metatable) => Some(metatable),
                None => return Err(call.argument_error(0, "boolean or proxy expected")),
            }
        }
    };
    let userdata = call.heap().new_userdata(Some(Box::new(Proxy)));
    call.heap().set_userdata_metatable(userdata, metatable);
    call.give(userdata.into())
}
