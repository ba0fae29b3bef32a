//! The name of a module and a path → the file that contains it.

use mimeo::Thrown;

use crate::library::system::os_string;
use crate::ops::ops::Value;
use crate::runtime::Call;

/// The default path of modules written in Lua.
pub(super) const PATH: &str = "./?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua;/usr/share/lua/5.1/?.lua;\
     /usr/share/lua/5.1/?/init.lua";
/// The default path of modules written in C.
pub(super) const CPATH: &str = "./?.so;/usr/local/lib/lua/5.1/?.so;/usr/local/lib/lua/5.1/loadall.so";

/// Returns the path in an environment variable, in which `;;` stands for the default path.
pub(super) fn path_from_environment(variable: &str, usual: &str) -> Vec<u8> {
    match std::env::var_os(variable) {
        None => usual.as_bytes().to_vec(),
        Some(path) => {
            let path = replace(path.as_encoded_bytes(), b";;", b";\x01;");
            replace(&path, b"\x01", usual.as_bytes())
        }
    }
}

/// Returns the first readable file of the path, or a message that lists all files tried.
pub(super) fn find(name: &[u8], path: &[u8], separator: &[u8], replacement: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let name = if separator.is_empty() { name.to_vec() } else { replace(name, separator, replacement) };
    let mut message = Vec::new();
    for template in path.split(|&byte| byte == b';').filter(|template| !template.is_empty()) {
        let file = replace(template, b"?", &name);
        if std::fs::File::open(os_string(&file)).is_ok() {
            return Ok(file);
        }
        message.extend([b"\n\tno file '", &file[..], b"'"].concat());
    }
    Err(message)
}

/// Replaces all `from` by `to`.
fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, from) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    result.extend_from_slice(rest);
    result
}

/// `package.searchpath(name, path [, separator [, replacement]])`
pub(super) fn searchpath(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (name, path) = (call.string(0)?, call.string(1)?);
    let (separator, replacement) = (call.string_if_any(2)?, call.string_if_any(3)?);
    let separator = separator.as_ref().map_or(&b"."[..], |text| text.bytes());
    let replacement = replacement.as_ref().map_or(&b"/"[..], |text| text.bytes());
    match find(name.bytes(), path.bytes(), separator, replacement) {
        Ok(file) => {
            let file = call.text(file);
            call.give(file)
        }
        Err(message) => {
            let message = call.text(message);
            call.give_all(&[Value::NIL, message])
        }
    }
}
