//! Values → what the client shows of them: [`References`], and the answers to `scopes`, `variables` and `setVariable`.

use serde_json::{Value as Json, json};

use super::Session;
use super::frame::{Home, Level, Variable, levels};
use crate::embed::{Scope, Table, Value};
use crate::heap::Gc;
use crate::ops::ops::{self, Value as Bits, Vm};
use crate::runtime::push_text;

/// Tables with more elements are shown in pages.
const PAGE: u64 = 100;

/// Something that the client can expand.
#[derive(Clone)]
enum Reference {
    /// The locals of a frame.
    Locals(usize),
    /// The upvalues of a frame's function.
    Upvalues(usize),
    Table(Table),
}

/// What the client can expand until the program runs again. The number of one is its index, plus 1.
#[derive(Default)]
pub(super) struct References(Vec<Reference>);

impl References {
    fn add(&mut self, reference: Reference) -> usize {
        self.0.push(reference);
        self.0.len()
    }

    fn get(&self, arguments: &Json) -> Result<Reference, String> {
        let number = arguments["variablesReference"].as_u64().unwrap_or(0) as usize;
        number.checked_sub(1).and_then(|index| self.0.get(index)).cloned().ok_or_else(|| "it is out of date".to_owned())
    }
}

/// Returns the active function that the client names by its id.
pub(super) fn level(session: &Session, vm: &Vm, id: &Json) -> Result<Option<Level>, String> {
    let Some(id) = id.as_u64() else { return Ok(None) };
    let found = levels(session, vm).into_iter().find(|level| level.index as u64 + 1 == id);
    found.map(Some).ok_or_else(|| "there is no such frame".to_owned())
}

fn level_at(session: &Session, vm: &Vm, index: usize) -> Result<Level, String> {
    levels(session, vm).into_iter().find(|level| level.index == index).ok_or_else(|| "it is out of date".to_owned())
}

pub(super) fn scopes(session: &Session, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
    let level = level(session, vm, &arguments["frameId"])?.ok_or("there is no frame")?;
    let environment = level.closure().map_or(vm.host.globals, |closure| closure.environment());
    let mut references = session.references.borrow_mut();
    let mut scopes = Vec::new();
    let mut add = |name: &str, reference: Reference, is_expensive: bool| {
        let number = references.add(reference);
        scopes.push(json!({ "name": name, "variablesReference": number, "expensive": is_expensive }));
    };
    if level.closure().is_some() {
        add("Locals", Reference::Locals(level.index), false);
        add("Upvalues", Reference::Upvalues(level.index), false);
    }
    if let Value::Table(globals) = Scope::new(vm).value(environment.into()) {
        add("Globals", Reference::Table(globals), true);
    }
    Ok(json!({ "scopes": scopes }))
}

pub(super) fn variables(session: &Session, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
    let reference = session.references.borrow().get(arguments)?;
    let named: Vec<(String, Bits)> = match &reference {
        Reference::Table(table) => {
            let table = Scope::new(vm).bits(&Value::Table(table.clone())).to_table().ok_or("it is not a table")?;
            fields(table, arguments)
        }
        frame => {
            let variables = variables_of(session, vm, frame)?;
            page(variables.into_iter().map(|variable| (variable.name, variable.value)), arguments)
        }
    };
    let variables: Vec<Json> = named
        .into_iter()
        .map(|(name, value)| {
            let mut shown = show(session, vm, value);
            shown["name"] = name.into();
            shown
        })
        .collect();
    Ok(json!({ "variables": variables }))
}

/// Returns the variables of a frame. One that is hidden by another of the same name is left out.
fn variables_of(session: &Session, vm: &Vm, reference: &Reference) -> Result<Vec<Variable>, String> {
    match *reference {
        Reference::Locals(index) => {
            let mut variables: Vec<Variable> = Vec::new();
            for variable in level_at(session, vm, index)?.locals(vm) {
                variables.retain(|hidden| hidden.name != variable.name);
                variables.push(variable);
            }
            Ok(variables)
        }
        Reference::Upvalues(index) => Ok(level_at(session, vm, index)?.upvalues()),
        Reference::Table(_) => Ok(Vec::new()),
    }
}

/// Returns the page of the items that the client requests.
fn page<T>(items: impl Iterator<Item = T>, arguments: &Json) -> Vec<T> {
    let start = arguments["start"].as_u64().unwrap_or(0) as usize;
    let count = arguments["count"].as_u64().filter(|&count| count > 0).map_or(usize::MAX, |count| count as usize);
    items.skip(start).take(count).collect()
}

/// Returns the fields of a table with the texts of their keys.
fn fields(table: Gc<ops::Table>, arguments: &Json) -> Vec<(String, Bits)> {
    let len = table.length();
    let elements = (1..=len).map(|index| (format!("[{index}]"), table.get(Bits::number(index as f64))));
    let mut place = 0;
    let all = std::iter::from_fn(|| {
        let (at, key, value) = table.field_from(place)?;
        place = at + 1;
        Some((key, value))
    });
    let is_element =
        |key: Bits| key.to_number().is_some_and(|key| key.fract() == 0.0 && key >= 1.0 && key <= len as f64);
    let named = all.filter(|&(key, _)| !is_element(key)).map(|(key, value)| (key_text(key), value));
    let metatable = table.metatable().map(|metatable| ("(metatable)".to_owned(), Bits::from(metatable)));
    match arguments["filter"].as_str() {
        Some("indexed") => page(elements, arguments),
        Some("named") => page(named.chain(metatable), arguments),
        _ => page(elements.chain(named).chain(metatable), arguments),
    }
}

/// Returns the text of a key: a name as it is, everything else in brackets.
fn key_text(key: Bits) -> String {
    match key.to_text().map(|text| String::from_utf8_lossy(text.bytes()).into_owned()) {
        Some(name) if is_name(&name) => name,
        _ => format!("[{}]", text(key)),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// Returns the text of a value: strings as literals, objects as `tostring` shows them without `__tostring`.
pub(super) fn text(value: Bits) -> String {
    let mut out = Vec::new();
    if let Some(string) = value.to_text() {
        lua_syntax::strings::push_quoted(&mut out, string.bytes());
    } else if !push_text(&mut out, value) {
        return match value {
            Bits::NIL => "nil".to_owned(),
            Bits::TRUE => "true".to_owned(),
            Bits::FALSE => "false".to_owned(),
            _ => format!("{}: {:#x}", value.type_name(), value.address()),
        };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Returns what the client shows of a value.
pub(super) fn show(session: &Session, vm: &mut Vm, value: Bits) -> Json {
    let mut shown = json!({ "value": text(value), "type": value.type_name(), "variablesReference": 0 });
    if let (Some(table), Value::Table(handle)) = (value.to_table(), Scope::new(vm).value(value)) {
        shown["variablesReference"] = session.references.borrow_mut().add(Reference::Table(handle)).into();
        if table.length() > PAGE {
            shown["indexedVariables"] = table.length().into();
            // The client requests both kinds only if there are some.
            shown["namedVariables"] = 1.into();
        }
    }
    shown
}

pub(super) fn set_variable(session: &Session, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
    let reference = session.references.borrow().get(arguments)?;
    let (name, text) = (arguments["name"].as_str().unwrap_or(""), arguments["value"].as_str().unwrap_or(""));
    let level = match reference {
        Reference::Locals(index) | Reference::Upvalues(index) => Some(level_at(session, vm, index)?),
        Reference::Table(_) => None,
    };
    let values = session.evaluate(vm, level.as_ref(), &format!("({text})"))?;
    let value = values.first().cloned().unwrap_or_default();
    let missing = || format!("there is no variable '{name}'");
    match &reference {
        Reference::Table(table) => {
            let bits = Scope::new(vm).bits(&Value::Table(table.clone())).to_table().ok_or_else(missing)?;
            let mut place = 0;
            let key = loop {
                let (at, key, _) = bits.field_from(place).ok_or_else(missing)?;
                if key_text(key) == name {
                    break Scope::new(vm).value(key);
                }
                place = at + 1;
            };
            Scope::new(vm).set(table, key, value.clone()).map_err(|_| missing())?;
        }
        frame => {
            let variables = variables_of(session, vm, frame)?;
            let variable = variables.into_iter().find(|variable| variable.name == name).ok_or_else(missing)?;
            let bits = Scope::new(vm).bits(&value);
            match variable.home {
                Home::Slot(index, slot) => {
                    vm.set_frame_slot(index, slot, bits);
                }
                Home::Upvalue(upvalue) => vm.host.heap.set_upvalue(upvalue, bits),
            }
        }
    }
    let bits = Scope::new(vm).bits(&value);
    Ok(show(session, vm, bits))
}
