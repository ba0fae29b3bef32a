//! Lua 5.1, as LuaJIT speaks it: the language's front half, and the parts of its library that are about bytes.
#![forbid(unsafe_code)]
