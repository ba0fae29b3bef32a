//! Tokens → bytecode, in one pass: what was parsed is appended as ops at once.

use std::mem::replace;

use mimeo::asm::{FunctionBody, FunctionIndex, Place, Target};
use mimeo::def::Slot;
use mimeo_shell::{Diagnostic, Text, Token};

use super::heap::text;
use super::lexer::{Number, Tokens, lex};
use super::ops::ops::{Assembler as Asm, Program, ProgramBuilder, Value};
use crate::glue::runtime::{Host, NATIVES};

/// Operators that bind equally, each with what it does to a destination and two operands.
type Level = &'static [(&'static str, fn(&mut Asm, Slot, Slot, Slot))];

/// Binary operators, from the loosest to the tightest.
const LEVELS: &[Level] = &[
    &[("==", Asm::equal), ("!=", Asm::not_equal)],
    &[("<", Asm::less), ("<=", Asm::less_equal), (">", Asm::greater), (">=", Asm::greater_equal)],
    &[("+", Asm::add), ("-", Asm::subtract)],
    &[("*", Asm::multiply), ("/", Asm::divide)],
];

type Compiled<T = ()> = Result<T, Diagnostic>;

/// What the chunks of a session have defined so far.
#[derive(Clone, Default)]
pub struct Definitions {
    bodies: Vec<FunctionBody>,
    /// The variables and functions of the top level.
    pub globals: Vec<String>,
}

/// Compiles a text to a program, whose last function is the code of the top level. Adds what the
/// text defines. An error at the end of the text means that more text could complete it.
pub fn compile(text: &Text, defined: &mut Definitions, host: &mut Host) -> Compiled<Program> {
    let tokens = lex(&text.text)?;
    // Functions are known from the start of their text, so that they can call each other.
    for pair in tokens.rest().windows(2) {
        if let [(Token::Symbol("fn"), _), (Token::Name(name), _)] = pair {
            defined.globals.push(name.clone());
        }
    }
    let code = Code::new("main", &text.name, Vec::new());
    let mut compiler = Compiler { tokens, file: &text.name, defined, host, code, outer: Vec::new() };
    while *compiler.tokens.peek() != Token::End {
        compiler.statement()?;
    }
    let main = compiler.code.finish()?;
    let mut program = ProgramBuilder::new();
    for body in defined.bodies.iter().cloned().chain([main]) {
        let index = program.declare(&body.name);
        program.define(index, body);
    }
    // The verifier finds defects of this file.
    Ok(program.finish()?.verify().expect("the compiler makes valid bytecode"))
}

/// The code of a function that is being compiled.
struct Code {
    asm: Asm,
    /// The variables in scope. The index is the slot. Temporary values are above them.
    scope: Vec<String>,
    temporaries: usize,
    /// The largest number of slots in use at a time.
    slots: usize,
    /// The variables of enclosing functions that the function has copies of.
    captures: Vec<String>,
}

impl Code {
    fn new(name: &str, file: &str, scope: Vec<String>) -> Code {
        let arity = scope.len() as u16;
        let mut asm = Asm::new(name, arity, arity);
        asm.set_file(file);
        Code { asm, slots: scope.len(), scope, temporaries: 0, captures: Vec::new() }
    }

    /// Returns a new temporary slot.
    fn temporary(&mut self) -> Slot {
        self.temporaries += 1;
        let end = self.scope.len() + self.temporaries;
        self.slots = self.slots.max(end);
        Slot(end as u16 - 1)
    }

    /// Ends a function with `return nil`.
    fn finish(mut self) -> Compiled<FunctionBody> {
        let nil = self.temporary();
        self.asm.load(nil, Value::NIL);
        self.asm.ret(nil);
        self.asm.set_locals(self.slots as u16);
        Ok(self.asm.finish()?)
    }
}

struct Compiler<'a> {
    tokens: Tokens,
    file: &'a str,
    defined: &'a mut Definitions,
    host: &'a mut Host,
    code: Code,
    /// The code of the enclosing functions, the outermost first.
    outer: Vec<Code>,
}

impl Compiler<'_> {
    /// Parses items up to a closing bracket, and returns how many there are.
    fn list(&mut self, end: &str, mut item: impl FnMut(&mut Self) -> Compiled) -> Compiled<usize> {
        let mut count = 0;
        while self.tokens.list_goes_on(end, count)? {
            item(self)?;
            count += 1;
        }
        Ok(count)
    }

    /// Compiles a block, whose variables end with it.
    fn block(&mut self) -> Compiled {
        let outer = self.code.scope.len();
        self.tokens.expect("{")?;
        while !self.tokens.takes("}") {
            self.statement()?;
        }
        self.code.scope.truncate(outer);
        Ok(())
    }

    fn statement(&mut self) -> Compiled {
        self.code.temporaries = 0;
        self.code.asm.at(self.tokens.position());
        let second = self.tokens.rest().get(1).map(|(token, _)| token);
        let is_named = matches!(second, Some(Token::Name(_)));
        let assigns = second == Some(&Token::Symbol("="));
        if self.tokens.takes("if") {
            return self.branch();
        } else if self.tokens.takes("while") {
            let (head, end) = (self.code.asm.label(), self.code.asm.label());
            self.code.asm.bind(head);
            let condition = self.expression()?;
            self.jump_unless(condition, end);
            self.block()?;
            self.code.asm.jump(head);
            self.code.asm.bind(end);
            return Ok(());
        } else if is_named && self.outer.is_empty() && self.tokens.takes("fn") {
            let name = self.tokens.name()?;
            let value = self.function(&name)?;
            return self.store(&name, value);
        } else if self.tokens.takes("let") {
            let name = self.tokens.name()?;
            self.tokens.expect("=")?;
            let value = self.expression()?;
            if self.outer.is_empty() {
                self.defined.globals.push(name.clone());
                self.store(&name, value)?;
            } else {
                self.keep(0, value);
                self.code.temporaries = 0;
                self.code.scope.push(name);
            }
        } else if let Token::Name(name) = self.tokens.peek().clone()
            && assigns
        {
            self.tokens.advance();
            self.tokens.advance();
            let value = self.expression()?;
            self.store(&name, value)?;
        } else if !self.outer.is_empty() && self.tokens.takes("return") {
            let value = self.expression()?;
            self.code.asm.ret(value);
        } else {
            let value = self.expression()?;
            // The result of what is typed in a session is shown.
            if *self.tokens.peek() == Token::End {
                let dst = self.code.temporary();
                self.code.asm.copy(dst, value);
                self.code.asm.native(dst, NATIVES.len() as u32 - 1, dst, 1);
            }
        }
        // The last statement of a block or a text needs no semicolon.
        if *self.tokens.peek() == Token::End || self.tokens.sees("}") { Ok(()) } else { self.tokens.expect(";") }
    }

    fn branch(&mut self) -> Compiled {
        let (no, end) = (self.code.asm.label(), self.code.asm.label());
        let condition = self.expression()?;
        self.jump_unless(condition, no);
        self.block()?;
        self.code.asm.jump(end);
        self.code.asm.bind(no);
        if self.tokens.takes("else") {
            if self.tokens.takes("if") { self.branch()? } else { self.block()? }
        }
        self.code.asm.bind(end);
        Ok(())
    }

    /// Compiles the parameters and the body of a function, and returns where it is.
    fn function(&mut self, name: &str) -> Compiled<Slot> {
        // The function itself is in slot 0.
        let mut scope = vec![name.to_owned()];
        self.tokens.expect("(")?;
        let arity = self.list(")", |compiler| {
            scope.push(compiler.tokens.name()?);
            Ok(())
        })?;
        let code = Code::new(name, self.file, scope);
        self.outer.push(replace(&mut self.code, code));
        self.block()?;
        let outer = self.outer.pop().expect("it was pushed");
        let code = replace(&mut self.code, outer);
        let captures = code.captures.clone();
        self.defined.bodies.push(code.finish()?);
        let index = FunctionIndex(self.defined.bodies.len() as u32 - 1);
        let before = self.code.temporaries;
        for name in &captures {
            let at = self.code.temporaries;
            let value = self.variable(name)?;
            self.keep(at, value);
        }
        self.code.temporaries = before;
        let dst = self.code.temporary();
        self.code.asm.function(dst, index, arity as u32, dst, captures.len() as u16);
        Ok(dst)
    }

    /// Copies a value to the temporary slot with this index, unless it is there, and frees those
    /// above it.
    fn keep(&mut self, index: usize, value: Slot) -> Slot {
        self.code.temporaries = index;
        let slot = self.code.temporary();
        if slot != value {
            self.put(slot, value);
        }
        slot
    }

    /// Returns `true` if a slot holds a temporary value.
    fn is_temporary(&self, slot: Slot) -> bool {
        usize::from(slot.0) >= self.code.scope.len()
    }

    /// Puts a value into a slot: the op that has just computed it writes it there, or it is copied.
    fn put(&mut self, slot: Slot, value: Slot) {
        if !self.is_temporary(value) || !self.code.asm.retarget_last(value, slot) {
            self.code.asm.copy(slot, value);
        }
    }

    /// Jumps unless a value is true: the op that has just compared becomes the jump, or another one follows.
    fn jump_unless(&mut self, condition: Slot, to: Target) {
        if !self.is_temporary(condition) || !self.code.asm.branch_on_last(condition, to, false) {
            self.code.asm.jump_unless(condition, to);
        }
    }

    /// Compiles an expression whose value goes to the next temporary slot.
    fn push(&mut self) -> Compiled {
        let at = self.code.temporaries;
        let value = self.expression()?;
        self.keep(at, value);
        Ok(())
    }

    /// Compiles an expression. Returns the slot of a variable, or the next temporary slot.
    fn expression(&mut self) -> Compiled<Slot> {
        self.binary(LEVELS)
    }

    fn binary(&mut self, levels: &[Level]) -> Compiled<Slot> {
        let Some((level, tighter)) = levels.split_first() else { return self.unary() };
        let before = self.code.temporaries;
        let mut left = self.binary(tighter)?;
        while let Some((_, emit)) = level.iter().find(|(symbol, _)| self.tokens.sees(symbol)) {
            let position = self.tokens.advance();
            let right = self.binary(tighter)?;
            self.code.temporaries = before;
            let dst = self.code.temporary();
            // Errors of the next op have this place.
            self.code.asm.at(position);
            emit(&mut self.code.asm, dst, left, right);
            left = dst;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Compiled<Slot> {
        let (before, is_minus) = (self.code.temporaries, self.tokens.sees("-"));
        if !is_minus && !self.tokens.sees("!") {
            return self.postfix();
        }
        let position = self.tokens.advance();
        let zero = self.code.temporary();
        self.code.asm.load(zero, Value::int(0));
        let value = self.unary()?;
        self.code.temporaries = before + 1;
        self.code.asm.at(position);
        if is_minus {
            self.code.asm.subtract(zero, zero, value)
        } else {
            self.code.asm.not(zero, value)
        }
        Ok(zero)
    }

    /// Compiles what can be called or have items.
    fn postfix(&mut self) -> Compiled<Slot> {
        let before = self.code.temporaries;
        let mut value = self.primary()?;
        loop {
            let position = self.tokens.position();
            if self.tokens.takes("(") {
                value = self.keep(before, value);
                let given = self.list(")", Self::push)?;
                self.code.temporaries = before + 1;
                self.code.asm.at(position);
                self.code.asm.call(value, value, given as u16 + 1);
            } else if self.tokens.takes("[") {
                let index = self.expression()?;
                self.tokens.expect("]")?;
                if self.tokens.takes("=") {
                    let item = self.expression()?;
                    self.code.asm.at(position);
                    self.code.asm.set(value, index, item);
                    return Ok(item);
                }
                self.code.temporaries = before;
                let dst = self.code.temporary();
                self.code.asm.at(position);
                self.code.asm.get(dst, value, index);
                value = dst;
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Compiled<Slot> {
        let constant = match self.tokens.peek().clone() {
            Token::Number(Number::Int(int)) => Value::int(int),
            Token::Number(Number::Float(float)) => Value::float(float),
            Token::Text(string) => text(&mut self.host.heap, &string).or_else(|e| self.tokens.error(e.to_string()))?,
            Token::Symbol("nil") => Value::NIL,
            Token::Symbol("true") => Value::TRUE,
            Token::Symbol("false") => Value::FALSE,
            Token::Symbol("fn") => {
                self.tokens.advance();
                return self.function("");
            }
            Token::Symbol("(") => {
                self.tokens.advance();
                let value = self.expression()?;
                self.tokens.expect(")")?;
                return Ok(value);
            }
            Token::Symbol("[") => {
                let (position, before) = (self.tokens.advance(), self.code.temporaries);
                let items = self.list("]", Self::push)?;
                self.code.temporaries = before;
                let dst = self.code.temporary();
                self.code.asm.at(position);
                self.code.asm.array(dst, dst, items as u16);
                return Ok(dst);
            }
            Token::Name(name) => return self.named(&name),
            _ => return self.tokens.error("expected an expression"),
        };
        self.tokens.advance();
        let dst = self.code.temporary();
        self.code.asm.load(dst, constant);
        Ok(dst)
    }

    /// Compiles a variable, or a call of a function that is written in Rust.
    fn named(&mut self, name: &str) -> Compiled<Slot> {
        let Some(native) = NATIVES.iter().position(|native| native.0 == name) else {
            let value = self.variable(name)?;
            self.tokens.advance();
            return Ok(value);
        };
        let (position, before) = (self.tokens.advance(), self.code.temporaries);
        self.tokens.expect("(")?;
        let (takes, given) = (NATIVES[native].1, self.list(")", Self::push)? as u16);
        if takes != given {
            let message = format!("`{name}` takes {takes} arguments, not {given}");
            return Err(Diagnostic::new(position, message));
        }
        self.code.temporaries = before;
        let dst = self.code.temporary();
        self.code.asm.at(position);
        self.code.asm.native(dst, native as u32, dst, given);
        Ok(dst)
    }

    /// Returns where the variable is that the next token names.
    fn variable(&mut self, name: &str) -> Compiled<Slot> {
        let is = |variable: &String| variable == name;
        if let Some(index) = self.code.scope.iter().rposition(is) {
            return Ok(Slot(index as u16));
        }
        if self.outer.iter().any(|code| code.scope.iter().any(is)) {
            let captures = &mut self.code.captures;
            let index = captures.iter().position(is).unwrap_or_else(|| {
                captures.push(name.to_owned());
                captures.len() - 1
            });
            let dst = self.code.temporary();
            self.code.asm.captured(dst, Slot(0), index as u32);
            return Ok(dst);
        }
        let [globals, index] = self.global(name)?;
        let dst = self.code.temporary();
        self.code.asm.get(dst, globals, index);
        Ok(dst)
    }

    /// Returns the array of the globals, and the index of one.
    fn global(&self, name: &str) -> Compiled<[Place<Value>; 2]> {
        let Some(index) = self.defined.globals.iter().rposition(|global| global == name) else {
            return self.tokens.error(format!("unknown variable `{name}`"));
        };
        Ok([self.host.globals.value(), Value::int(index as i32)].map(Place::Constant))
    }

    /// Assigns to the variable that the next token names.
    fn store(&mut self, name: &str, value: Slot) -> Compiled {
        if let Some(index) = self.code.scope.iter().rposition(|variable| variable == name) {
            self.put(Slot(index as u16), value);
        } else {
            let [globals, index] = self.global(name)?;
            self.code.asm.set(globals, index, value);
        }
        Ok(())
    }
}
