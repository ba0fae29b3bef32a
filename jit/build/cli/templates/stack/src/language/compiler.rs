//! Tokens → bytecode, in one pass: what was parsed is appended as ops at once.

use std::mem::{replace, take};

use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::Slot;
use mimeo_shell::{Diagnostic, Text, Token};

use super::lexer::{Tokens, lex};
use super::ops::ops::{Assembler, Program, ProgramBuilder};

/// Operators that bind equally, each with its op.
type Level = &'static [(&'static str, fn(&mut Assembler))];

/// Binary operators, from the loosest to the tightest.
const LEVELS: &[Level] = &[
    &[
        ("<", Assembler::less),
        ("<=", Assembler::less_equal),
        (">", Assembler::greater),
        (">=", Assembler::greater_equal),
        ("==", Assembler::equal),
        ("!=", Assembler::not_equal),
    ],
    &[("+", Assembler::add), ("-", Assembler::subtract)],
    &[("*", Assembler::multiply), ("/", Assembler::divide)],
];

type Compiled<T = ()> = Result<T, Diagnostic>;

/// What the chunks of a session have defined so far.
#[derive(Clone, Default)]
pub struct Definitions {
    /// The names of functions, and how many arguments they take.
    functions: Vec<(String, usize)>,
    bodies: Vec<FunctionBody>,
    /// The variables of the top level.
    variables: Vec<String>,
}

/// Compiles a text to a program, whose last function is the code of the top level. Its arguments
/// are the variables that are defined. Adds what the text defines. An error at the end of the text
/// means that more text could complete it.
pub fn compile(text: &Text, defined: &mut Definitions) -> Compiled<Program> {
    let tokens = lex(&text.text)?;
    // Functions are known from the start of their text, so that they can call each other.
    for (at, pair) in tokens.rest().windows(2).enumerate() {
        if let [(Token::Symbol("fn"), _), (Token::Name(name), _)] = pair {
            let parameters = tokens.rest()[at + 2..].iter().take_while(|(t, _)| *t != Token::Symbol(")"));
            let arity = parameters.filter(|(token, _)| matches!(token, Token::Name(_))).count();
            defined.functions.push((name.clone(), arity));
        }
    }
    let code = Code::new("main", &text.name, take(&mut defined.variables));
    let mut compiler = Compiler { tokens, file: &text.name, defined, code, in_function: false };
    compiler.main()?;
    let code = compiler.code;
    defined.variables = code.scope.clone();
    let mut program = ProgramBuilder::new();
    for body in defined.bodies.iter().cloned().chain([code.finish()?]) {
        let index = program.declare(&body.name);
        program.define(index, body);
    }
    // The verifier finds defects of this file.
    Ok(program.finish()?.verify().expect("the compiler makes valid bytecode"))
}

/// The code of a function that is being compiled.
struct Code {
    asm: Assembler,
    /// The variables in scope. The index is the slot.
    scope: Vec<String>,
    /// The largest number of variables in scope at a time.
    slots: usize,
}

impl Code {
    fn new(name: &str, file: &str, scope: Vec<String>) -> Code {
        let arity = scope.len() as u16;
        let mut asm = Assembler::new(name, arity, arity);
        asm.set_file(file);
        Code { asm, slots: scope.len(), scope }
    }

    /// Ends a function with `return 0`.
    fn finish(mut self) -> Compiled<FunctionBody> {
        self.asm.push(0);
        self.asm.ret();
        self.asm.set_locals(self.slots as u16);
        Ok(self.asm.finish()?)
    }
}

struct Compiler<'a> {
    tokens: Tokens,
    file: &'a str,
    defined: &'a mut Definitions,
    code: Code,
    in_function: bool,
}

impl Compiler<'_> {
    /// Returns `true` if the token after the next one is this symbol.
    fn precedes(&self, symbol: &str) -> bool {
        matches!(self.tokens.rest().get(1), Some((Token::Symbol(found), _)) if *found == symbol)
    }

    /// Parses items between parentheses, and returns how many there are.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Compiled) -> Compiled<usize> {
        self.tokens.expect("(")?;
        let mut count = 0;
        while self.tokens.list_goes_on(")", count)? {
            item(self)?;
            count += 1;
        }
        Ok(count)
    }

    fn main(&mut self) -> Compiled {
        while *self.tokens.peek() != Token::End {
            if self.tokens.takes("fn") { self.function()? } else { self.statement()? }
        }
        for index in 0..self.code.scope.len() {
            self.code.asm.get(Slot(index as u16));
            self.code.asm.keep();
        }
        Ok(())
    }

    fn function(&mut self) -> Compiled {
        let name = self.tokens.name()?;
        let mut parameters = Vec::new();
        self.list(|compiler| {
            parameters.push(compiler.tokens.name()?);
            Ok(())
        })?;
        let outer = replace(&mut self.code, Code::new(&name, self.file, parameters));
        self.in_function = true;
        self.block()?;
        self.in_function = false;
        let body = replace(&mut self.code, outer).finish()?;
        self.defined.bodies.push(body);
        Ok(())
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
        self.code.asm.at(self.tokens.position());
        if self.tokens.takes("if") {
            return self.branch();
        } else if self.tokens.takes("while") {
            let (head, end) = (self.code.asm.label(), self.code.asm.label());
            self.code.asm.bind(head);
            self.expression()?;
            self.code.asm.jump_if_zero(end);
            self.block()?;
            self.code.asm.jump(head);
            self.code.asm.bind(end);
            return Ok(());
        } else if self.tokens.takes("let") {
            let name = self.tokens.name()?;
            self.tokens.expect("=")?;
            self.expression()?;
            self.code.asm.set(Slot(self.code.scope.len() as u16));
            self.code.scope.push(name);
            self.code.slots = self.code.slots.max(self.code.scope.len());
        } else if self.tokens.takes("print") {
            self.expression()?;
            self.code.asm.print();
        } else if self.in_function && self.tokens.takes("return") {
            self.expression()?;
            self.code.asm.ret();
        } else if self.precedes("=") {
            let slot = self.variable()?;
            self.tokens.expect("=")?;
            self.expression()?;
            self.code.asm.set(slot);
        } else {
            self.expression()?;
            // The result of what is typed in a session is shown.
            if *self.tokens.peek() == Token::End { self.code.asm.print() } else { self.code.asm.pop() }
        }
        // The last statement of a block or a text needs no semicolon.
        if *self.tokens.peek() == Token::End || self.tokens.sees("}") { Ok(()) } else { self.tokens.expect(";") }
    }

    fn branch(&mut self) -> Compiled {
        let (no, end) = (self.code.asm.label(), self.code.asm.label());
        self.expression()?;
        self.code.asm.jump_if_zero(no);
        self.block()?;
        self.code.asm.jump(end);
        self.code.asm.bind(no);
        if self.tokens.takes("else") {
            if self.tokens.takes("if") { self.branch()? } else { self.block()? }
        }
        self.code.asm.bind(end);
        Ok(())
    }

    fn expression(&mut self) -> Compiled {
        self.binary(LEVELS)
    }

    fn binary(&mut self, levels: &[Level]) -> Compiled {
        let Some((level, tighter)) = levels.split_first() else { return self.unary() };
        self.binary(tighter)?;
        while let Some((_, emit)) = level.iter().find(|(symbol, _)| self.tokens.sees(symbol)) {
            let position = self.tokens.advance();
            self.binary(tighter)?;
            // Errors of the next op have this place.
            self.code.asm.at(position);
            emit(&mut self.code.asm);
        }
        Ok(())
    }

    fn unary(&mut self) -> Compiled {
        if let Token::Number(number) = *self.tokens.peek() {
            self.tokens.advance();
            self.code.asm.push(number);
        } else if self.tokens.takes("(") {
            self.expression()?;
            self.tokens.expect(")")?;
        } else if self.tokens.sees("-") {
            let position = self.tokens.advance();
            self.code.asm.push(0);
            self.unary()?;
            self.code.asm.at(position);
            self.code.asm.subtract();
        } else if !matches!(self.tokens.peek(), Token::Name(_)) {
            return self.tokens.error("expected an expression");
        } else if self.precedes("(") {
            return self.call();
        } else {
            let slot = self.variable()?;
            self.code.asm.get(slot);
        }
        Ok(())
    }

    fn call(&mut self) -> Compiled {
        let position = self.tokens.position();
        let name = self.tokens.name()?;
        let given = self.list(Self::expression)?;
        // The last definition counts.
        let found = self.defined.functions.iter().rposition(|function| function.0 == name);
        let message = match found.map(|index| (index, self.defined.functions[index].1)) {
            Some((index, takes)) if takes == given => {
                self.code.asm.at(position);
                self.code.asm.call(FunctionIndex(index as u32), given as u16);
                return Ok(());
            }
            Some((_, takes)) => format!("`{name}` takes {takes} arguments, not {given}"),
            None => format!("unknown function `{name}`"),
        };
        Err(Diagnostic::new(position, message))
    }

    /// Parses the name of a variable.
    fn variable(&mut self) -> Compiled<Slot> {
        let Token::Name(name) = self.tokens.peek() else { return self.tokens.error("expected a variable") };
        let Some(index) = self.code.scope.iter().rposition(|variable| variable == name) else {
            return self.tokens.error(format!("unknown variable `{name}`"));
        };
        self.tokens.advance();
        Ok(Slot(index as u16))
    }
}
