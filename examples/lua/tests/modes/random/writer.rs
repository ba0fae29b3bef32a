//! Choices → the text of a program that terminates, and does the same in every Lua.
//!
//! The output does not depend on addresses, on the order of `next`, or on the length of a table with holes. Loops are
//! bounded. Functions call only functions that were defined before them, and only while the total cost is small.

use std::fmt::Write as _;

use super::choices::Choices;

/// The kind of value that a variable always has, so that most programs do not end in an early error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    Truth,
    /// Any value, including `nil`.
    Any,
    /// Numbers at 1, 2, …
    List,
    /// Any values under some names and keys.
    Record,
    /// A function of numbers that returns a number, with its cost.
    Function(u32),
    /// Functions of one parameter at 1, 2, …
    Functions,
    /// A table with a class.
    Object,
    /// A global number, or nil.
    Global,
}

/// A visible variable.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
}

/// Maximal number of executions of a statement.
const MAX_TIMES: u32 = 2000;

/// Maximal cost of the whole program, in statements.
const MAX_COST: u32 = 60_000;

/// A program that is being written.
#[derive(Debug)]
pub struct Writer<'a> {
    pub choices: Choices<'a>,
    text: String,
    indent: usize,
    names: u32,
    pub scope: Vec<Variable>,
    /// How often the current statement runs in one call of the enclosing function.
    pub times: u32,
    /// The cost of the current function.
    pub cost: u32,
    /// Whether `...` is available.
    pub is_variadic: bool,
    /// The label at the end of the enclosing loop.
    pub label: Option<String>,
    pub nesting: u32,
}

/// Prints values without their addresses.
const PRELUDE: &str = r##"local function show(...)
  local line = ""
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) == "table" or type(v) == "function" or type(v) == "thread" then v = type(v) end
    line = line .. tostring(v) .. " "
  end
  print(line)
end
"##;

/// Returns the text of a program, with one statement for each of these choices.
pub fn program(statements: &[Vec<u16>]) -> String {
    let mut writer = Writer {
        choices: Choices::new(&[]),
        text: PRELUDE.to_owned(),
        indent: 0,
        names: 0,
        scope: Vec::new(),
        times: 1,
        cost: 0,
        is_variadic: true,
        label: None,
        nesting: 0,
    };
    for choices in statements {
        writer.choices = Choices::new(choices);
        writer.statement();
    }
    // Shows the final values of all variables.
    writer.choices = Choices::new(&[]);
    for Variable { name, kind } in writer.scope.clone() {
        match kind {
            Kind::Function(_) | Kind::Functions => {}
            Kind::List => writer.line(format!("for i = 1, #{name} do show(i, {name}[i]) end")),
            Kind::Record => writer.line(format!("show({name}.a, {name}.b, {name}.c, {name}[1], {name}[2])")),
            Kind::Object => writer.line(format!("show({name}.v, {name}.count)")),
            _ => writer.line(format!("show({name})")),
        }
    }
    writer.text
}

impl Writer<'_> {
    pub fn line(&mut self, line: impl AsRef<str>) {
        let indent = 2 * self.indent;
        writeln!(self.text, "{:indent$}{}", "", line.as_ref()).expect("writing to a string never fails");
        self.cost = self.cost.saturating_add(self.times);
    }

    /// Returns a new name.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    pub fn declare(&mut self, name: &str, kind: Kind) {
        self.scope.push(Variable { name: name.to_owned(), kind });
    }

    /// Returns the visible variables of matching kinds.
    pub fn variables(&self, wanted: impl Fn(Kind) -> bool) -> Vec<String> {
        self.scope.iter().filter(|variable| wanted(variable.kind)).map(|variable| variable.name.clone()).collect()
    }

    /// Returns a variable of a kind; the newest is the simplest choice.
    pub fn variable(&mut self, kind: Kind) -> Option<String> {
        let found = self.variables(|other| other == kind);
        (!found.is_empty()).then(|| found[found.len() - 1 - self.choices.below(found.len())].clone())
    }

    /// Returns a function that may be called here, with its cost.
    pub fn callable(&mut self) -> Option<(String, u32)> {
        let found: Vec<_> = self
            .scope
            .iter()
            .filter_map(|variable| match variable.kind {
                Kind::Function(cost) if self.affords(cost) => Some((variable.name.clone(), cost)),
                _ => None,
            })
            .collect();
        (!found.is_empty()).then(|| found[found.len() - 1 - self.choices.below(found.len())].clone())
    }

    /// Returns `true` if code of this cost may be written here.
    pub fn affords(&self, cost: u32) -> bool {
        self.cost.saturating_add(self.times.saturating_mul(cost)) < MAX_COST
    }

    /// Adds the cost of code that was written here.
    pub fn pay(&mut self, cost: u32) {
        self.cost = self.cost.saturating_add(self.times.saturating_mul(cost));
    }

    /// Returns the number of iterations of a loop that may be written here.
    pub fn iterations(&mut self) -> u32 {
        let iterations = match self.choices.below(6) {
            5 => 30 + self.choices.below(90) as u32,
            _ => self.choices.below(8) as u32,
        };
        let most = (MAX_TIMES / self.times).min((MAX_COST - self.cost.min(MAX_COST)) / self.times / 20);
        iterations.min(most)
    }

    /// Writes a block between two lines. Its declarations end with it.
    pub fn block(&mut self, open: impl AsRef<str>, close: &str, inside: impl FnOnce(&mut Self)) {
        self.line(open);
        let visible = self.scope.clone();
        self.indent += 1;
        self.nesting += 1;
        inside(self);
        self.nesting -= 1;
        self.indent -= 1;
        self.scope = visible;
        self.line(close);
    }

    /// Writes a loop with a label for `goto` at its end.
    pub fn repeat(&mut self, open: impl AsRef<str>, close: &str, iterations: u32, inside: impl FnOnce(&mut Self)) {
        let label = self.name("next");
        let (times, outer) = (self.times, self.label.replace(label.clone()));
        self.times = times.saturating_mul(iterations.max(1));
        self.block(open, close, |writer| {
            inside(writer);
            writer.line(format!("::{label}::"));
        });
        (self.times, self.label) = (times, outer);
    }

    /// Writes a function's parameters and body between two lines. Returns its cost.
    pub fn function(
        &mut self,
        open: impl AsRef<str>,
        close: &str,
        is_variadic: bool,
        inside: impl FnOnce(&mut Self),
    ) -> u32 {
        let outer = (self.times, self.cost, self.is_variadic, self.label.take());
        (self.times, self.cost, self.is_variadic) = (1, 0, is_variadic);
        self.block(open, close, inside);
        let cost = self.cost;
        (self.times, self.cost, self.is_variadic, self.label) = outer;
        cost
    }

    /// Writes some statements.
    pub fn statements(&mut self) {
        for _ in 0..self.choices.below(4) {
            if !self.choices.is_empty() {
                self.statement();
            }
        }
    }
}
