//! Choices → statements.

use super::writer::{Kind, Writer};

/// Maximal depth of expressions.
const DEPTH: u32 = 3;

/// Maximal depth of blocks.
const MAX_NESTING: u32 = 5;

impl Writer<'_> {
    /// Writes a statement, or a few that belong together.
    pub fn statement(&mut self) {
        let choice = self.choices.below(36);
        match choice {
            1 | 2 => {
                let (name, number) = (self.name("n"), self.number(DEPTH));
                self.local(&name, &number, Kind::Number);
            }
            3..=5 => self.assignment(),
            6 => {
                let (name, text) = (self.name("s"), self.string(DEPTH));
                self.local(&name, &text, Kind::Text);
            }
            7 => {
                let (name, truth) = (self.name("b"), self.truth(DEPTH));
                self.local(&name, &truth, Kind::Truth);
            }
            8 => {
                let (name, any) = (self.name("x"), self.any(DEPTH));
                self.local(&name, &any, Kind::Any);
            }
            9 => {
                let name = self.name("list");
                let items: Vec<_> = (0..self.choices.below(6)).map(|_| self.number(1)).collect();
                self.local(&name, &format!("{{ {} }}", items.join(", ")), Kind::List);
            }
            10 => {
                let (name, record) = (self.name("r"), self.record());
                self.local(&name, &record, Kind::Record);
            }
            11 | 12 => self.list_statement(),
            13 | 14 => {
                if let Some(record) = self.variable(Kind::Record) {
                    let (place, value) = (self.place_of(&record), self.any(DEPTH));
                    self.line(format!("{place} = {value}"));
                }
            }
            15 => {
                if let Some((function, cost)) = self.callable() {
                    self.pay(cost);
                    let arguments = self.arguments(DEPTH);
                    self.line(format!("{function}({arguments})"));
                }
            }
            16 => self.multiple_assignment(),
            17 => self.leave_round(),
            18 => {
                let (global, number) = (self.choices.pick(&["g1", "g2", "g3"]).to_owned(), self.number(DEPTH));
                self.line(format!("{global} = {number}"));
                self.declare(&global, Kind::Global);
            }
            19..=33 if self.nesting < MAX_NESTING => self.compound(choice),
            34 | 35 => self.debugging(),
            _ => self.show(),
        }
    }

    fn compound(&mut self, choice: usize) {
        match choice {
            19 | 20 => self.condition(),
            21..=23 => self.numeric_for(),
            24 => self.conditional_loop(),
            25 => self.generic_for(),
            26 | 27 => self.local_function(),
            28 => self.closures(),
            29 => self.protected(),
            30 => self.class(),
            32 | 33 => self.thread(),
            _ if self.choices.once_in(3) => self.coroutine(),
            _ => self.block("do", "end", Self::statements),
        }
    }

    fn local(&mut self, name: &str, value: &str, kind: Kind) {
        self.line(format!("local {name} = {value}"));
        self.declare(name, kind);
        if kind == Kind::Text {
            self.limit(name);
        }
    }

    /// Strings must not double in every iteration of a loop.
    fn limit(&mut self, text: &str) {
        self.line(format!("if #{text} > 80 then {text} = \"cut\" end"));
    }

    fn show(&mut self) {
        let mut values = vec![self.number(DEPTH)];
        for _ in 0..self.choices.below(3) {
            values.push(match self.choices.below(3) {
                0 => self.any(DEPTH),
                1 => self.string(DEPTH),
                _ => self.truth(DEPTH),
            });
        }
        // Limits the amount of output.
        if self.times <= 100 {
            self.line(format!("show({})", values.join(", ")));
        } else {
            self.line(format!("local _ = {}", values[0]));
        }
    }

    fn assignment(&mut self) {
        let found = self.variables(|kind| matches!(kind, Kind::Number | Kind::Text | Kind::Truth | Kind::Any));
        if found.is_empty() {
            return self.show();
        }
        let name = found[found.len() - 1 - self.choices.below(found.len())].clone();
        let kind = self.scope.iter().rev().find(|variable| variable.name == name).expect("it was found").kind;
        let value = match kind {
            Kind::Number => match self.choices.below(3) {
                0 => format!("{name} + {}", self.number(1)),
                _ => self.number(DEPTH),
            },
            Kind::Text => self.string(DEPTH),
            Kind::Truth => self.truth(DEPTH),
            _ => self.any(DEPTH),
        };
        self.line(format!("{name} = {value}"));
        if kind == Kind::Text {
            self.limit(&name);
        }
    }

    fn multiple_assignment(&mut self) {
        let numbers = self.variables(|kind| kind == Kind::Number);
        if numbers.len() < 2 {
            return self.show();
        }
        let first = self.choices.below(numbers.len());
        let second = (first + 1 + self.choices.below(numbers.len() - 1)) % numbers.len();
        let (a, b) = (&numbers[first], &numbers[second]);
        match self.choices.below(3) {
            0 => self.line(format!("{a}, {b} = {b}, {a}")),
            1 => {
                let (x, y) = (self.number(2), self.number(2));
                self.line(format!("{a}, {b} = {x}, {y}"));
            }
            _ => match self.variable(Kind::List) {
                Some(list) => {
                    let (x, y) = (self.number(2), self.number(2));
                    self.line(format!("{list}[1], {a} = {x}, {y}"));
                }
                None => self.show(),
            },
        }
    }

    fn list_statement(&mut self) {
        let Some(list) = self.variable(Kind::List) else { return self.show() };
        let number = self.number(DEPTH);
        match self.choices.below(7) {
            0 | 1 => self.line(format!("{list}[#{list} + 1] = {number}")),
            2 => self.line(format!("{list}[#{list}] = nil")),
            3 => self.line(format!("table.insert({list}, {number})")),
            4 => self.line(format!("table.remove({list}, 1)")),
            5 => self.line(format!("if #{list} > 1 then table.insert({list}, 2, {number}) end")),
            _ => {
                let index = 1 + self.choices.below(6);
                self.line(format!("if {index} <= #{list} then {list}[{index}] = {number} end"));
            }
        }
    }

    fn leave_round(&mut self) {
        let Some(label) = self.label.clone() else { return self.show() };
        let condition = self.truth(2);
        let how = if self.choices.below(2) == 0 { format!("goto {label}") } else { "break".to_owned() };
        self.line(format!("if {condition} then {how} end"));
    }

    fn condition(&mut self) {
        let condition = self.truth(DEPTH);
        let has_else = self.choices.once_in(2);
        self.block(format!("if {condition} then"), if has_else { "else" } else { "end" }, Self::statements);
        if has_else {
            self.block("-- or else", "end", Self::statements);
        }
    }

    fn numeric_for(&mut self) {
        let variable = self.name("i");
        let iterations = self.iterations();
        let start = self.choices.pick(&["1", "0", "-3", "2.5", "\"1\"", "2147483646"]);
        let step = self.choices.pick(&[1.0, 2.0, -1.0, 0.5, -0.25, 3.0]);
        let first: f64 = start.trim_matches('"').parse().expect("it is a number");
        let limit = first + step * (f64::from(iterations) - 1.0);
        let head = if step == 1.0 && self.choices.below(2) == 0 {
            format!("for {variable} = {start}, {limit:?} do")
        } else {
            format!("for {variable} = {start}, {limit:?}, {step:?} do")
        };
        self.repeat(head, "end", iterations, |writer| {
            writer.declare(&variable, Kind::Number);
            writer.statements();
        });
    }

    fn conditional_loop(&mut self) {
        let counter = self.name("k");
        let iterations = self.iterations();
        let condition = self.truth(2);
        self.line(format!("local {counter} = 0"));
        if self.choices.below(2) == 0 {
            let head = format!("while {counter} < {iterations} and ({counter} < 2 or {condition}) do");
            self.repeat(head, "end", iterations, |writer| {
                writer.line(format!("{counter} = {counter} + 1"));
                writer.statements();
            });
        } else {
            let label = self.label.take();
            let times = self.times;
            self.times = times.saturating_mul(iterations.max(1));
            let close = format!("until {counter} >= {iterations} or {condition}");
            self.block("repeat", &close, |writer| {
                writer.line(format!("{counter} = {counter} + 1"));
                writer.statements();
            });
            (self.times, self.label) = (times, label);
        }
    }

    fn generic_for(&mut self) {
        let iterations = self.iterations().max(1);
        let (key, value) = (self.name("k"), self.name("v"));
        match self.choices.below(3) {
            0 => {
                let Some(list) = self.variable(Kind::List) else { return self.show() };
                let head = format!("for {key}, {value} in ipairs({list}) do if {key} > {iterations} then break end");
                self.repeat(head, "end", iterations, |writer| {
                    writer.declare(&key, Kind::Number);
                    writer.declare(&value, Kind::Number);
                    writer.statements();
                });
            }
            1 => {
                let Some(record) = self.variable(Kind::Record) else { return self.show() };
                let count = self.name("n");
                self.line(format!("local {count} = 0"));
                self.line(format!("for {key}, {value} in pairs({record}) do {count} = {count} + 1 end"));
                self.declare(&count, Kind::Number);
            }
            _ => {
                let head = format!(
                    "for {key}, {value} in function(limit, at) if at < limit then return at + 1, at * 2 end end, {iterations}, 0 do"
                );
                self.repeat(head, "end", iterations, |writer| {
                    writer.declare(&key, Kind::Number);
                    writer.declare(&value, Kind::Number);
                    writer.statements();
                });
            }
        }
    }

    fn local_function(&mut self) {
        let name = self.name("f");
        let is_variadic = self.choices.once_in(3);
        let parameters: Vec<_> = (0..self.choices.below(4)).map(|_| self.name("p")).collect();
        let mut list = parameters.join(", ");
        if is_variadic {
            list += if list.is_empty() { "..." } else { ", ..." };
        }
        let cost = self.function(format!("local function {name}({list})"), "end", is_variadic, |writer| {
            for parameter in &parameters {
                writer.line(format!("{parameter} = {parameter} or 1"));
                writer.declare(parameter, Kind::Number);
            }
            writer.statements();
            if writer.choices.once_in(3) {
                let (condition, number) = (writer.truth(2), writer.number(DEPTH));
                writer.line(format!("if {condition} then return {number} end"));
            }
            let number = match writer.callable() {
                // Writes a tail call.
                Some((function, cost)) if writer.choices.once_in(3) => {
                    writer.pay(cost);
                    format!("{function}({})", writer.arguments(2))
                }
                _ => writer.number(DEPTH),
            };
            writer.line(format!("return {number}"));
        });
        self.declare(&name, Kind::Function(cost));
    }

    /// Writes closures that share variables.
    fn closures(&mut self) {
        let (name, variable) = (self.name("fs"), self.name("i"));
        let mine = self.name("m");
        self.line(format!("local {name} = {{}}"));
        let count = 1 + self.choices.below(4);
        self.block(format!("for {variable} = 1, {count} do"), "end", |writer| {
            let start = writer.number(1);
            writer.line(format!("local {mine} = {start}"));
            writer.declare(&mine, Kind::Number);
            writer.declare(&variable, Kind::Number);
            writer.function(format!("{name}[{variable}] = function(x)"), "end", false, |writer| {
                writer.declare("x", Kind::Number);
                // Without calls: the caller does not know their cost.
                writer.scope.retain(|variable| !matches!(variable.kind, Kind::Function(_) | Kind::Functions));
                let (change, result) = (writer.number(2), writer.number(2));
                writer.line(format!("{mine} = {mine} + {change}"));
                writer.line(format!("return {result}"));
            });
        });
        self.declare(&name, Kind::Functions);
    }

    /// Writes a protected call, which catches all errors.
    fn protected(&mut self) {
        let results = self.name("x");
        self.line(format!("local {results}, {results}e = nil, nil"));
        let handler = if self.choices.once_in(3) {
            ", function(e) return \"seen: \" .. (type(e) == \"string\" and e or type(e)) end"
        } else {
            ""
        };
        let protect = if handler.is_empty() { "pcall" } else { "xpcall" };
        let open = format!("{results}, {results}e = {protect}(function()");
        self.function(open, &format!("end{handler})"), false, |writer| {
            writer.statements();
            let risky = writer.risky(2);
            match writer.choices.below(4) {
                0 => writer.line(format!("return {risky}")),
                1 => {
                    writer.line(format!("local y = {risky}"));
                    writer.line("return y");
                }
                2 => {
                    let (value, level) = (writer.any(2), writer.choices.below(3));
                    writer.line(format!("error({value}, {level})"));
                }
                _ => writer.line(format!("return ({risky}), {risky}")),
            }
        });
        self.line(format!("show({results}, {results}e)"));
        self.declare(&results, Kind::Any);
        let error = format!("{results}e");
        self.declare(&error, Kind::Any);
    }

    fn class(&mut self) {
        let (class, object) = (self.name("C"), self.name("o"));
        self.line(format!("local {class} = {{}}"));
        match self.choices.below(3) {
            0 => self.line(format!("{class}.__index = {class}")),
            1 => self.line(format!("{class}.__index = function(_, k) return {class}[k] end")),
            _ => self.line(format!("{class}.__index = setmetatable({{}}, {{ __index = {class} }})")),
        }
        self.line(format!("function {class}:get() return self.v end"));
        self.function(format!("function {class}:step(x)"), "end", false, |writer| {
            writer.declare("x", Kind::Number);
            writer.scope.retain(|variable| !matches!(variable.kind, Kind::Function(_) | Kind::Object));
            let (change, result) = (writer.number(2), writer.number(2));
            writer.line(format!("self.v = self.v + {change}"));
            writer.line("self.count = (self.count or 0) + 1");
            writer.line(format!("return {result}"));
        });
        self.line("local function value(a) if type(a) == \"table\" then return a.v end return tonumber(a) or 1 end");
        for (event, operator) in [("add", "+"), ("sub", "-"), ("lt", "<"), ("le", "<="), ("eq", "==")] {
            self.line(format!("{class}.__{event} = function(a, b) return value(a) {operator} value(b) end"));
        }
        self.line(format!(
            "{class}.__concat = function(a, b) return \"(\" .. value(a) .. \",\" .. value(b) .. \")\" end"
        ));
        self.line(format!("{class}.__unm = function(a) return -a.v end"));
        self.line(format!("{class}.__call = function(self, x) return self.v * x end"));
        let number = self.number(2);
        self.line(format!("local {object} = setmetatable({{ v = {number} }}, {class})"));
        self.declare(&object, Kind::Object);
    }

    fn coroutine(&mut self) {
        let (name, variable) = (self.name("co"), self.name("i"));
        let iterations = self.choices.below(4);
        self.function(format!("local {name} = coroutine.wrap(function(a)"), "end)", false, |writer| {
            writer.declare("a", Kind::Number);
            writer.block(format!("for {variable} = 1, {iterations} do"), "end", |writer| {
                writer.declare(&variable, Kind::Number);
                writer.statements();
                let number = writer.number(2);
                writer.line(format!("a = coroutine.yield({number}) or 2"));
            });
            let number = writer.number(2);
            writer.line(format!("return {number}"));
        });
        for _ in 0..1 + self.choices.below(5) {
            let number = self.number(1);
            self.line(format!("show(pcall({name}, {number}))"));
        }
    }
}
