//! Programs that do harm → a result or a stop, in time: what `docs/untrusted.md` promises.

mod harm;
mod random;
mod stops;

use lua::{Lua, Options, Value};

/// Creates a Lua with two functions that call back: `host`, and `swallow`, which ignores errors.
fn with_callbacks(options: Options) -> Lua {
    let mut lua = Lua::new(options);
    lua.register("host", |scope, args| match args {
        [Value::Function(function), ..] => scope.call(function, &[]),
        _ => Err(scope.error("a function expected")),
    });
    lua.register("swallow", |scope, args| match args {
        [Value::Function(function), ..] => Ok(scope.call(function, &[]).unwrap_or_default()),
        _ => Err(scope.error("a function expected")),
    });
    lua
}
