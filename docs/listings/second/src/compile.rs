//! Text → bytecode. What the first language pushes at run time, this compiler pushes at compile time.

use std::mem::replace;

use first::words::{Compile, Compiled, Words};
use mimeo::asm::{FunctionBody, FunctionIndex, Place, Target};
use mimeo::{Position, def::Slot};
use mimeo_shell::Text;

use crate::ops::ops::{Assembler, Program, ProgramBuilder, Value};

/// The largest number of variables and temporaries of a function.
const MOST_SLOTS: usize = 255;

// ANCHOR: code
/// The code of a function that is being compiled.
struct Code<'a> {
    asm: Assembler,
    /// The variables. The index is the slot.
    variables: Vec<&'a str>,
    /// Where the values of the stack are: in a variable, in the temporary of their depth, or in the bytecode.
    stack: Vec<Place<Value>>,
    /// The largest depth of the stack so far.
    deepest: usize,
}

impl<'a> Code<'a> {
    /// The variables must all be known, because the temporaries follow them.
    fn new(name: &str, file: &str, arity: usize, variables: Vec<&'a str>) -> Code<'a> {
        let mut asm = Assembler::new(name, arity as u16, arity as u16);
        asm.set_file(file);
        Code { asm, variables, stack: Vec::new(), deepest: 0 }
    }

    fn temporary(&self, depth: usize) -> Slot {
        Slot((self.variables.len() + depth) as u16)
    }

    /// Pushes the result of an op, and returns the slot to which the op writes it.
    fn push_result(&mut self) -> Slot {
        let slot = self.temporary(self.stack.len());
        self.push(slot.into());
        slot
    }

    fn push(&mut self, place: Place<Value>) {
        self.stack.push(place);
        self.deepest = self.deepest.max(self.stack.len());
    }
    // ANCHOR_END: code

    // ANCHOR: settle
    /// Puts the value at a depth of the stack into its temporary.
    fn settle_one(&mut self, depth: usize) -> Slot {
        let slot = self.temporary(depth);
        match replace(&mut self.stack[depth], slot.into()) {
            Place::Constant(value) => self.asm.load(slot, value),
            Place::Slot(from) if from != slot => self.asm.copy(slot, from),
            Place::Slot(_) => {}
        }
        slot
    }

    fn is_settled(&self, depth: usize) -> bool {
        self.stack[depth] == self.temporary(depth).into()
    }

    /// Puts all values into their temporaries, where another path of the program expects them.
    fn settle(&mut self) {
        for depth in 0..self.stack.len() {
            self.settle_one(depth);
        }
    }
    // ANCHOR_END: settle

    /// Ends the function, which returns the top of the stack.
    fn finish(mut self) -> Compiled<FunctionBody> {
        let top = self.settle_one(self.stack.len() - 1);
        self.asm.ret(top);
        self.asm.set_locals((self.variables.len() + self.deepest) as u16);
        Ok(self.asm.finish()?)
    }
}

struct Compiler<'a> {
    file: &'a str,
    words: Words<'a>,
    /// The functions so far, with the number of their parameters.
    functions: Vec<(&'a str, FunctionIndex, usize)>,
    program: ProgramBuilder,
    code: Code<'a>,
}

/// Adds the names that follow `->` up to the end of a function, or, outside of functions, of the text.
fn add_variables<'a>(mut words: &[(&'a str, Position)], in_function: bool, variables: &mut Vec<&'a str>) {
    while let Some(((word, _), rest)) = words.split_first() {
        words = match (*word, in_function) {
            (";", true) => return,
            (":", false) => &rest[rest.iter().position(|(word, _)| *word == ";").unwrap_or(rest.len())..],
            ("->", _) => {
                let name = rest.first().map(|(name, _)| *name);
                variables.extend(name.filter(|name| !variables.contains(name)));
                rest
            }
            _ => rest,
        };
    }
}

/// Compiles a text to a program. Its first function is the code outside of functions.
pub fn compile(text: &Text) -> Compiled<Program> {
    let mut program = ProgramBuilder::new();
    let main = program.declare("main");
    let (words, mut variables) = (Words::new(&text.text), Vec::new());
    add_variables(words.left(), false, &mut variables);
    let mut compiler = Compiler {
        file: &text.name,
        words,
        functions: Vec::new(),
        program,
        code: Code::new("main", &text.name, 0, variables),
    };
    if let Some(word) = compiler.until_end()? {
        return compiler.words.error(format!("nothing that `{word}` could end is open"));
    }
    compiler.push(Value::NIL.into())?;
    let Compiler { mut program, code, .. } = compiler;
    program.define(main, code.finish()?);
    Ok(program.finish()?.verify().expect("the compiler makes valid bytecode"))
}

impl<'a> Compile<'a> for Compiler<'a> {
    fn words(&mut self) -> &mut Words<'a> {
        &mut self.words
    }

    fn compile_word(&mut self, word: &'a str) -> Compiled {
        match word {
            "+" => self.binary(Assembler::add),
            "-" => self.binary(Assembler::subtract),
            "*" => self.binary(Assembler::multiply),
            "<" => self.binary(Assembler::less),
            "." => {
                let value = self.pop_slot()?;
                self.code.asm.print(value);
                Ok(())
            }
            "->" => self.assignment(),
            "if" => self.branch(),
            "begin" => self.repetition(),
            ":" => self.definition(),
            _ => self.value(word),
        }
    }
}

impl<'a> Compiler<'a> {
    fn push(&mut self, place: Place<Value>) -> Compiled {
        if self.code.variables.len() + self.code.stack.len() >= MOST_SLOTS {
            return self.words.error("too many variables and values on the stack");
        }
        self.code.push(place);
        Ok(())
    }

    // ANCHOR: pop
    /// Takes the top of the stack, wherever it is.
    fn pop(&mut self) -> Compiled<Place<Value>> {
        // Errors of the next op have this place.
        self.code.asm.at(self.words.position);
        match self.code.stack.pop() {
            Some(place) => Ok(place),
            None => self.words.error("the stack is empty"),
        }
    }

    /// Takes the top of the stack, for an operand that must be in a slot.
    fn pop_slot(&mut self) -> Compiled<Slot> {
        let depth = self.code.stack.len();
        if let Some(Place::Constant(_)) = self.code.stack.last() {
            self.code.settle_one(depth - 1);
        }
        match self.pop()? {
            Place::Slot(slot) => Ok(slot),
            Place::Constant(_) => unreachable!("it is in a slot now"),
        }
    }

    fn binary(&mut self, emit: fn(&mut Assembler, Slot, Slot, Place<Value>)) -> Compiled {
        let (b, a) = (self.pop()?, self.pop_slot()?);
        let dst = self.code.push_result();
        emit(&mut self.code.asm, dst, a, b);
        Ok(())
    }
    // ANCHOR_END: pop

    // ANCHOR: value
    /// Compiles a literal, a variable or a call.
    fn value(&mut self, word: &str) -> Compiled {
        let literal = match word {
            "nil" => Some(Value::NIL),
            "true" | "false" => Some(Value::bool(word == "true")),
            _ if !word.contains(|c: char| c.is_ascii_digit()) => None,
            _ => word.parse().map(Value::int).or(word.parse().map(Value::float)).ok(),
        };
        if let Some(literal) = literal {
            return self.push(literal.into());
        }
        if let Some(slot) = self.code.variables.iter().position(|variable| *variable == word) {
            return self.push(Slot(slot as u16).into());
        }
        let Some(&(_, callee, arity)) = self.functions.iter().rfind(|(name, ..)| *name == word) else {
            return self.words.error(format!("unknown word `{word}`"));
        };
        let Some(rest) = self.code.stack.len().checked_sub(arity) else {
            return self.words.error(format!("`{word}` takes {arity}, and the stack has {}", self.code.stack.len()));
        };
        self.code.settle();
        self.code.stack.truncate(rest);
        self.push(self.code.temporary(rest).into())?;
        self.code.asm.at(self.words.position);
        self.code.asm.call(callee, self.code.temporary(rest), arity as u16);
        Ok(())
    }
    // ANCHOR_END: value

    // ANCHOR: assignment
    /// Compiles `-> NAME`. What is on the stack keeps the old value.
    fn assignment(&mut self) -> Compiled {
        let Some(name) = self.words.read() else { return self.words.error("expected a name after `->`") };
        let place = self.pop()?;
        let slot = self.code.variables.iter().position(|variable| *variable == name);
        let slot = Slot(slot.expect("all variables were found before") as u16);
        for depth in 0..self.code.stack.len() {
            if self.code.stack[depth] == Place::Slot(slot) {
                self.code.settle_one(depth);
            }
        }
        let top = self.code.temporary(self.code.stack.len());
        match place {
            Place::Constant(value) => self.code.asm.load(slot, value),
            // The op that has just computed it can as well write it to the variable.
            Place::Slot(from) if from == top && self.code.asm.retarget_last(from, slot) => {}
            Place::Slot(from) => self.code.asm.copy(slot, from),
        }
        Ok(())
    }
    // ANCHOR_END: assignment

    // ANCHOR: condition
    /// Takes the condition from the stack, and jumps if it is nil or false.
    fn jump_unless(&mut self, to: Target) -> Compiled {
        let condition = self.pop_slot()?;
        let top = self.code.temporary(self.code.stack.len());
        let are_settled = (0..self.code.stack.len()).all(|depth| self.code.is_settled(depth));
        // A comparison whose result nobody else needs becomes the jump.
        if are_settled && condition == top && self.code.asm.branch_on_last(condition, to, false) {
            return Ok(());
        }
        self.code.settle();
        self.code.asm.jump_unless(condition, to);
        Ok(())
    }
    // ANCHOR_END: condition

    // ANCHOR: branch
    /// Compiles `CONDITION if … else … then`.
    fn branch(&mut self) -> Compiled {
        let (no, end) = (self.code.asm.label(), self.code.asm.label());
        self.jump_unless(no)?;
        let before = self.code.stack.clone();
        self.up_to("else")?;
        self.code.settle();
        self.code.asm.jump(end);
        self.code.asm.bind(no);
        let after = replace(&mut self.code.stack, before);
        self.up_to("then")?;
        self.code.settle();
        self.code.asm.bind(end);
        self.same_height(after.len())
    }

    /// Compiles `begin … while … repeat`.
    fn repetition(&mut self) -> Compiled {
        let (head, end) = (self.code.asm.label(), self.code.asm.label());
        self.code.settle();
        let before = self.code.stack.len();
        self.code.asm.bind(head);
        self.up_to("while")?;
        self.jump_unless(end)?;
        self.up_to("repeat")?;
        self.code.settle();
        self.code.asm.jump(head);
        self.code.asm.bind(end);
        self.same_height(before)
    }
    // ANCHOR_END: branch

    fn same_height(&self, other: usize) -> Compiled {
        match self.code.stack.len() {
            height if height == other => Ok(()),
            height => self.words.error(format!("one path ends with a stack of {other}, the other with {height}")),
        }
    }

    /// Compiles `: NAME ( PARAMETERS ) … ;`. The result is the value that the body leaves.
    fn definition(&mut self) -> Compiled {
        let (Some(name), Some("(")) = (self.words.read(), self.words.read()) else {
            return self.words.error("expected a name and `(` after `:`");
        };
        let mut variables = Vec::new();
        loop {
            match self.words.read() {
                Some(")") => break,
                Some(parameter) => variables.push(parameter),
                None => return self.words.error("expected `)` before the end"),
            }
        }
        let arity = variables.len();
        add_variables(self.words.left(), true, &mut variables);
        if variables.len() >= MOST_SLOTS {
            return self.words.error("too many variables");
        }
        let index = self.program.declare(name);
        // From here on the function can call itself.
        self.functions.push((name, index, arity));
        let outer = replace(&mut self.code, Code::new(name, self.file, arity, variables));
        self.up_to(";")?;
        if self.code.stack.is_empty() {
            return self.words.error("the function leaves no value");
        }
        let code = replace(&mut self.code, outer);
        self.program.define(index, code.finish()?);
        Ok(())
    }
}
