//! Choices → expressions: of a given kind, which do not throw, or of any kind, which may throw.

use super::writer::{Kind, Writer};

const NUMBERS: [&str; 20] = [
    "1",
    "0",
    "2",
    "-1",
    "0.5",
    "10",
    "3.25",
    "-0.1",
    "255",
    "1e16",
    "9007199254740993",
    "2147483648",
    "-2147483649",
    "1e308",
    "1e-310",
    "0x10",
    "(-0)",
    "(1/0)",
    "(-1/0)",
    "(0/0)",
];

const TEXTS: [&str; 8] = ["\"\"", "\"a\"", "\"10\"", "\"0x1f\"", "\"b c\"", "\" 7 \"", "\"1e2\"", "\"é\\0z\""];

const FIELDS: [&str; 5] = ["a", "b", "c", "d", "long_name"];

impl Writer<'_> {
    /// Writes a number.
    pub fn number(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.choices.below(3) {
                0 => self.choices.pick(&NUMBERS[..6]).to_owned(),
                1 => self.choices.pick(&NUMBERS).to_owned(),
                _ => self.variable(Kind::Number).unwrap_or_else(|| "4".to_owned()),
            };
        }
        let less = depth - 1;
        match self.choices.below(20) {
            0 => self.number(0),
            1..=3 => self.variable(Kind::Number).unwrap_or_else(|| "5".to_owned()),
            4..=6 => {
                let op = self.choices.pick(&["+", "-", "*", "/", "%"]);
                format!("({} {op} {})", self.number(less), self.number(less))
            }
            7 => format!("-({})", self.number(less)),
            8 => match self.variable(Kind::Text) {
                Some(text) => format!("#{text}"),
                None => format!("#{}", self.choices.pick(&TEXTS)),
            },
            9 => match self.variable(Kind::List) {
                Some(list) if self.choices.once_in(2) => format!("#{list}"),
                Some(list) => format!("({list}[{}] or {})", self.number(less), self.number(0)),
                None => self.number(less),
            },
            10 => match self.callable() {
                Some((function, cost)) => {
                    self.pay(cost);
                    format!("{function}({})", self.arguments(less))
                }
                None => self.number(less),
            },
            11 => format!("({} and {} or {})", self.truth(less), self.number(less), self.number(less)),
            12 => {
                let text = self.choices.pick(&["\"10\"", "\"0x1f\"", "\" 7 \"", "\"1e2\""]);
                let op = self.choices.pick(&["+", "-", "*", "/", "%"]);
                format!("({text} {op} {})", self.number(less))
            }
            13 if self.is_variadic => match self.choices.below(3) {
                0 => "select(\"#\", ...)".to_owned(),
                1 => "((...) or 3)".to_owned(),
                _ => format!("(select({}, ...) or 6)", 1 + self.choices.below(3)),
            },
            14 => match self.variable(Kind::Object) {
                Some(object) => self.number_of_object(&object, less),
                None => self.number(less),
            },
            15 => match self.variable(Kind::Functions) {
                Some(functions) if self.affords(10) => {
                    self.pay(10);
                    format!("({functions}[{}] or tonumber)({})", 1 + self.choices.below(4), self.number(less))
                }
                _ => self.number(less),
            },
            16 => match self.variable(Kind::Global) {
                Some(global) => format!("({global} or 8)"),
                None => self.number(less),
            },
            17 | 18 => self.number_of_library(less),
            _ => format!("({} ^ {})", self.number(0), self.choices.pick(&["2", "3", "0.5", "-1", "0"])),
        }
    }

    fn number_of_library(&mut self, depth: u32) -> String {
        match self.choices.below(6) {
            0 => format!("math.floor({})", self.number(depth)),
            1 => format!("math.max({}, {})", self.number(depth), self.number(0)),
            2 => format!("({}):len()", self.string(depth)),
            3 => format!("(({}):byte({}) or 0)", self.string(depth), 1 + self.choices.below(3)),
            4 => format!("(tonumber({}) or 11)", self.string(0)),
            _ => format!("(({}):find({}, 1, true) or 12)", self.string(depth), self.string(0)),
        }
    }

    fn number_of_object(&mut self, object: &str, depth: u32) -> String {
        match self.choices.below(8) {
            0 => format!("{object}.v"),
            1 => format!("{object}:get()"),
            2 => format!("{object}:step({})", self.number(depth)),
            3 => format!("({object} + {})", self.number(depth)),
            4 => format!("({} - {object})", self.number(depth)),
            5 => format!("(-{object})"),
            6 => format!("{object}({})", self.number(depth)),
            _ => format!("({object}.missing or 9)"),
        }
    }

    pub fn arguments(&mut self, depth: u32) -> String {
        let mut arguments: Vec<_> = (0..self.choices.below(4)).map(|_| self.number(depth)).collect();
        if self.is_variadic && self.choices.once_in(5) {
            arguments.push("...".to_owned());
        } else if self.choices.once_in(8)
            && let Some(list) = self.variable(Kind::List)
        {
            arguments.push(format!("unpack({list}, 1, 3)"));
        }
        arguments.join(", ")
    }

    /// Writes a string that is not much longer than existing ones.
    pub fn string(&mut self, depth: u32) -> String {
        match self.choices.below(if depth == 0 { 2 } else { 9 }) {
            0 => self.choices.pick(&TEXTS).to_owned(),
            1 => self.variable(Kind::Text).unwrap_or_else(|| "\"t\"".to_owned()),
            2 | 3 => {
                let mut parts = vec![self.string(depth - 1)];
                for _ in 0..1 + self.choices.below(3) {
                    parts.push(match self.choices.below(3) {
                        0 => self.string(0),
                        1 => format!(" {}", self.number(0)),
                        _ => format!("({})", self.number(depth - 1)),
                    });
                }
                format!("({})", parts.join(" .. "))
            }
            4 => format!("tostring({})", self.number(depth - 1)),
            5 => format!("tostring({})", self.truth(depth - 1)),
            6 => {
                let string = self.string(depth - 1);
                let method =
                    self.choices.pick(&["sub(2, -2)", "upper()", "rep(2)", "reverse()", "gsub(\"%d\", \"<%0>\")"]);
                format!("(({string}):{method})")
            }
            7 => match self.variable(Kind::List) {
                Some(list) => format!("table.concat({list}, \" \", 1, math.min(3, #{list}))"),
                None => self.string(0),
            },
            _ => match self.variable(Kind::Object) {
                Some(object) => format!("({object} .. {})", self.string(0)),
                None => self.string(0),
            },
        }
    }

    /// Writes a condition.
    pub fn truth(&mut self, depth: u32) -> String {
        if depth == 0 {
            let variable = self.variable(Kind::Truth);
            return variable.unwrap_or_else(|| self.choices.pick(&["true", "false"]).to_owned());
        }
        let less = depth - 1;
        match self.choices.below(9) {
            0 => self.truth(0),
            1..=3 => {
                let op = self.choices.pick(&["<", "<=", ">", ">=", "==", "~="]);
                format!("({} {op} {})", self.number(less), self.number(less))
            }
            4 => {
                format!("({} {} {})", self.string(less), self.choices.pick(&["<", "<=", "==", "~="]), self.string(less))
            }
            5 => format!("(not {})", self.truth(less)),
            6 => format!("({} {} {})", self.truth(less), self.choices.pick(&["and", "or"]), self.truth(less)),
            7 => format!("({} {} {})", self.any(less), self.choices.pick(&["==", "~="]), self.any(less)),
            _ => match (self.variable(Kind::Object), self.variable(Kind::Object)) {
                (Some(a), Some(b)) => format!("({a} {} {b})", self.choices.pick(&["<", "<=", ">", "=="])),
                _ => self.truth(less),
            },
        }
    }

    /// Writes a value of any kind.
    pub fn any(&mut self, depth: u32) -> String {
        match self.choices.below(10) {
            0 => "nil".to_owned(),
            1 => self.number(depth),
            2 => self.string(depth),
            3 => self.truth(depth),
            4 | 5 => self.variable(Kind::Any).unwrap_or_else(|| "false".to_owned()),
            6 | 7 => match self.variable(Kind::Record) {
                Some(record) => self.place_of(&record),
                None => self.number(depth),
            },
            8 => {
                let kind = self.choices.pick(&[Kind::List, Kind::Record, Kind::Object, Kind::Functions]);
                self.variable(kind).unwrap_or_else(|| "{}".to_owned())
            }
            _ => format!("type({})", self.variable(Kind::Any).unwrap_or_else(|| "nil".to_owned())),
        }
    }

    /// Writes a field or an element of a record.
    pub fn place_of(&mut self, record: &str) -> String {
        match self.choices.below(4) {
            0 | 1 => format!("{record}.{}", self.choices.pick(&FIELDS)),
            2 => format!("{record}[{}]", 1 + self.choices.below(3)),
            _ => format!("{record}[{}]", self.choices.pick(&["\"a\"", "\"b\"", "0", "-1", "1.5", "true", "2^53"])),
        }
    }

    /// Writes a constructor of a record.
    pub fn record(&mut self) -> String {
        let mut items = Vec::new();
        for field in FIELDS {
            if self.choices.once_in(3) {
                items.push(format!("{field} = {}", self.any(1)));
            }
        }
        for _ in 0..self.choices.below(3) {
            items.push(self.any(1));
        }
        if self.choices.once_in(4) {
            items.push(format!("[{}] = {}", self.choices.pick(&["4", "\"e\"", "false", "0.5"]), self.any(1)));
        }
        format!("{{ {} }}", items.join(", "))
    }

    /// Writes an expression that is likely to throw.
    pub fn risky(&mut self, depth: u32) -> String {
        let operand = |writer: &mut Self| match writer.choices.below(4) {
            0 | 1 => writer.any(depth),
            2 => writer.number(depth),
            _ => writer.variable(Kind::Any).unwrap_or_else(|| "undefined".to_owned()),
        };
        let (a, b) = (operand(self), operand(self));
        match self.choices.below(9) {
            0 => format!("({a}) + ({b})"),
            1 => format!("({a}) .. ({b})"),
            2 => format!("({a}) < ({b})"),
            3 => format!("({a}) <= ({b})"),
            4 => format!("#({a})"),
            5 => format!("-({a})"),
            6 => match self.variable(Kind::Any) {
                Some(any) => format!("{any}.field"),
                None => format!("({a}).field"),
            },
            7 => match self.variable(Kind::Any) {
                Some(any) => format!("{any}({b})"),
                None => format!("({a})({b})"),
            },
            _ => match self.variable(Kind::Record) {
                Some(record) => format!("{record}:{}({b})", self.choices.pick(&FIELDS)),
                None => format!("({a}):method()"),
            },
        }
    }
}
