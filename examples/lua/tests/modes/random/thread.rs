//! Choices → coroutines that yield in all places, and uses of `debug`.

use super::writer::{Kind, Writer};

/// Expressions that yield `#`, each in another place. Metamethods get it as their last argument.
const YIELDS: &[&str] = &[
    "coroutine.yield(#)",
    "setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end })[#]",
    "setmetatable({}, { __add = function(_, k) return coroutine.yield(k) end }) + #",
    "setmetatable({}, { __mod = function(_, k) return (coroutine.yield(k)) end }) % # % 3",
    "-setmetatable({}, { __unm = function() return coroutine.yield(#) end })",
    "\"<\" .. setmetatable({}, { __concat = function(_, k) return coroutine.yield(k) end }) .. (#)",
    "setmetatable({}, { __call = function(_, k, ...) return coroutine.yield(k, ...) end })(#, 5)",
    "select(2, pcall(coroutine.yield, #))",
    "select(2, pcall(function() local k = coroutine.yield(#) error(k, 0) end))",
    "select(2, xpcall(function() error(coroutine.yield(#)) end, function(e) return e end))",
    "({ coroutine.yield(#) })[1]",
    "coroutine.wrap(function(k) return coroutine.yield(k) or 4 end)(#)",
    "(function(...) return select(\"#\", ...), ... end)(coroutine.yield(#))",
];

/// Comparisons that yield `#`. Both operands have the metatable.
const COMPARISONS: &[(&str, &str)] = &[("lt", "<"), ("le", ">="), ("eq", "=="), ("eq", "~=")];

impl Writer<'_> {
    /// Writes a statement that yields a number and assigns to `a`.
    fn yielding(&mut self) {
        let number = self.number(2);
        match self.choices.below(6) {
            4 => {
                let (event, operator) = self.choices.pick(COMPARISONS);
                let class = self.name("M");
                self.line(format!("local {class} = {{ __{event} = function() return coroutine.yield({number}) end }}"));
                let object = format!("setmetatable({{}}, {class})");
                self.line(format!("if {object} {operator} {object} then a = a + 1 end"));
            }
            5 => {
                let first = format!("function(_, c) if not c then return coroutine.yield({number}) end end");
                self.line(format!("for v in {first} do a = tonumber(v) or 6 end"));
            }
            _ => {
                let value = self.choices.pick(YIELDS).replace('#', &number);
                self.line(format!("a = tonumber(({value})) or 3"));
            }
        }
    }

    /// Writes a coroutine, and resumes it a few times.
    pub fn thread(&mut self) {
        let name = self.name("co");
        self.function(format!("local {name} = coroutine.create(function(a, ...)"), "end)", true, |writer| {
            writer.declare("a", Kind::Number);
            for _ in 0..1 + writer.choices.below(4) {
                writer.statements();
                writer.yielding();
            }
            let number = writer.number(2);
            writer.line(format!("return {number}, ..."));
        });
        for _ in 0..1 + self.choices.below(6) {
            let number = self.number(1);
            self.line(format!("show(coroutine.resume({name}, {number}, 2))"));
            match self.choices.below(4) {
                1 => {
                    self.line("do");
                    self.line(format!("  local name, value = debug.getlocal({name}, 1, 1)"));
                    // Only LuaJIT shows temporaries.
                    self.line("  if name and not name:find(\"*\", 1, true) then show(name, value) end");
                    self.line("end");
                }
                2 => self.line(format!("show((debug.getinfo({name}, 1, \"l\") or {{}}).currentline)")),
                3 => self.line(format!("show(select(2, debug.traceback({name}):gsub(\"\\n\", \"\")) > 0)")),
                _ => {}
            }
        }
        self.line(format!("show(coroutine.status({name}))"));
    }

    /// Writes a use of `debug`.
    pub fn debugging(&mut self) {
        match self.choices.below(6) {
            1 => {
                let level = 1 + self.choices.below(3);
                let what = self.choices.pick(&["currentline", "linedefined", "lastlinedefined", "what", "nups"]);
                self.line(format!("show((debug.getinfo({level}, \"lSu\") or {{}}).{what})"));
            }
            2 => {
                // The hidden variables of loops have names in parentheses, and so have temporaries.
                self.line("for i = 1, 250 do");
                self.line("  local name, value = debug.getlocal(1, i)");
                self.line("  if not name or name:find(\"*\", 1, true) or name == \"i\" then break end");
                self.line("  if type(value) ~= \"table\" then show(name, value) end");
                self.line("end");
            }
            3 => {
                // Not the variable of a loop, which is also the counter here.
                let mut found = self.variables(|kind| kind == Kind::Number);
                found.retain(|name| name.starts_with('n'));
                let Some(variable) = found.pop() else { return };
                let number = self.number(1);
                self.line("for i = 1, 250 do");
                self.line("  local name = debug.getlocal(1, i)");
                self.line("  if not name then break end");
                self.line(format!("  if name == \"{variable}\" then debug.setlocal(1, i, {number}) end"));
                self.line("end");
            }
            4 => {
                let Some((function, _)) = self.callable() else { return };
                let (index, number) = (1 + self.choices.below(3), self.number(1));
                self.line(format!("if type(select(2, debug.getupvalue({function}, {index}))) == \"number\" then"));
                self.line(format!("  show(debug.getupvalue({function}, {index}))"));
                self.line(format!("  show(debug.setupvalue({function}, {index}, {number}))"));
                self.line("end");
            }
            5 => {
                let Some((function, cost)) = self.callable() else { return };
                self.pay(cost.saturating_mul(10));
                let (mask, arguments) = (self.choices.pick(&["l", "c", "r", "crl", ""]), self.arguments(1));
                // How often hooks are called differs.
                self.line("do");
                self.line("  local hits = 0");
                self.line(format!("  debug.sethook(function() hits = hits + 1 end, \"{mask}\", 7)"));
                self.line(format!("  show({function}({arguments}))"));
                self.line("  debug.sethook()");
                self.line("end");
            }
            _ => self.line("show(debug.getinfo(1, \"l\").currentline)"),
        }
    }
}
