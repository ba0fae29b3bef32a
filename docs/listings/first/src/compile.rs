//! Text → bytecode, word by word.

use std::mem::replace;

use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::Slot;
use mimeo_shell::Text;

use crate::ops::ops::{Assembler, Program, ProgramBuilder};
use crate::words::{Compile, Compiled, Words};

/// The largest number of variables of a function.
const MOST_VARIABLES: usize = 255;

// ANCHOR: function
/// The code of a function that is being compiled.
struct Code<'a> {
    asm: Assembler,
    /// The variables. The index is the slot.
    variables: Vec<&'a str>,
    /// The number of values on the stack.
    depth: usize,
}

impl<'a> Code<'a> {
    fn new(name: &str, file: &str, parameters: Vec<&'a str>) -> Code<'a> {
        let arity = parameters.len() as u16;
        let mut asm = Assembler::new(name, arity, arity);
        asm.set_file(file);
        Code { asm, variables: parameters, depth: 0 }
    }

    /// Ends the function, which returns the top of the stack.
    fn finish(mut self) -> Compiled<FunctionBody> {
        self.asm.ret();
        self.asm.set_locals(self.variables.len() as u16);
        Ok(self.asm.finish()?)
    }
}
// ANCHOR_END: function

struct Compiler<'a> {
    file: &'a str,
    words: Words<'a>,
    /// The functions so far, with the number of their parameters.
    functions: Vec<(&'a str, FunctionIndex, usize)>,
    program: ProgramBuilder,
    code: Code<'a>,
}

// ANCHOR: compile
/// Compiles a text to a program. Its first function is the code outside of functions.
pub fn compile(text: &Text) -> Compiled<Program> {
    let mut program = ProgramBuilder::new();
    let main = program.declare("main");
    let mut compiler = Compiler {
        file: &text.name,
        words: Words::new(&text.text),
        functions: Vec::new(),
        program,
        code: Code::new("main", &text.name, Vec::new()),
    };
    if let Some(word) = compiler.until_end()? {
        return compiler.words.error(format!("nothing that `{word}` could end is open"));
    }
    let Compiler { mut program, mut code, .. } = compiler;
    code.asm.push(0);
    program.define(main, code.finish()?);
    // The verifier finds defects of this file.
    Ok(program.finish()?.verify().expect("the compiler makes valid bytecode"))
}
// ANCHOR_END: compile

impl<'a> Compile<'a> for Compiler<'a> {
    fn words(&mut self) -> &mut Words<'a> {
        &mut self.words
    }

    // ANCHOR: word
    fn compile_word(&mut self, word: &'a str) -> Compiled {
        match word {
            "+" => self.takes(2, 1)?.add(),
            "-" => self.takes(2, 1)?.subtract(),
            "*" => self.takes(2, 1)?.multiply(),
            "<" => self.takes(2, 1)?.less(),
            "." => self.takes(1, 0)?.print(),
            "->" => return self.assignment(),
            "if" => return self.branch(),
            "begin" => return self.repetition(),
            ":" => return self.definition(),
            _ => return self.value(word),
        }
        Ok(())
    }
    // ANCHOR_END: word
}

impl<'a> Compiler<'a> {
    // ANCHOR: takes
    /// Notes that an op takes values from the stack and pushes others, and that its errors have the position of this word.
    fn takes(&mut self, pops: usize, pushes: usize) -> Compiled<&mut Assembler> {
        let Some(rest) = self.code.depth.checked_sub(pops) else {
            return self.words.error(format!("this takes {pops} from the stack, which has {}", self.code.depth));
        };
        self.code.depth = rest + pushes;
        self.code.asm.at(self.words.position);
        Ok(&mut self.code.asm)
    }
    // ANCHOR_END: takes

    // ANCHOR: value
    /// Compiles a number, a variable or a call.
    fn value(&mut self, word: &str) -> Compiled {
        if let Ok(number) = word.parse() {
            self.takes(0, 1)?.push(number);
        } else if let Some(slot) = self.code.variables.iter().position(|variable| *variable == word) {
            self.takes(0, 1)?.get(Slot(slot as u16));
        } else if let Some(&(_, index, arity)) = self.functions.iter().rfind(|(name, ..)| *name == word) {
            self.takes(arity, 1)?.call(index, arity as u16);
        } else {
            return self.words.error(format!("unknown word `{word}`"));
        }
        Ok(())
    }
    // ANCHOR_END: value

    // ANCHOR: assignment
    /// Compiles `-> NAME`, which makes a variable if there is none.
    fn assignment(&mut self) -> Compiled {
        let Some(name) = self.words.read() else { return self.words.error("expected a name after `->`") };
        let known = self.code.variables.iter().position(|variable| *variable == name);
        let slot = known.unwrap_or(self.code.variables.len());
        self.takes(1, 0)?.set(Slot(slot as u16));
        match known {
            None if slot == MOST_VARIABLES => return self.words.error("too many variables"),
            None => self.code.variables.push(name),
            Some(_) => {}
        }
        Ok(())
    }
    // ANCHOR_END: assignment

    // ANCHOR: branch
    /// Compiles `CONDITION if … else … then`. Both branches must leave equally many values.
    fn branch(&mut self) -> Compiled {
        let (no, end) = (self.code.asm.label(), self.code.asm.label());
        self.takes(1, 0)?.jump_if_zero(no);
        let before = self.code.depth;
        self.up_to("else")?;
        self.code.asm.jump(end);
        self.code.asm.bind(no);
        let after = replace(&mut self.code.depth, before);
        self.up_to("then")?;
        self.code.asm.bind(end);
        match self.code.depth == after {
            true => Ok(()),
            false => {
                self.words.error(format!("one branch ends with a stack of {after}, the other with {}", self.code.depth))
            }
        }
    }

    /// Compiles `begin … while … repeat`: the second part is repeated while the first leaves a value other than 0.
    fn repetition(&mut self) -> Compiled {
        let (head, end) = (self.code.asm.label(), self.code.asm.label());
        let before = self.code.depth;
        self.code.asm.bind(head);
        self.up_to("while")?;
        self.takes(1, 0)?.jump_if_zero(end);
        self.up_to("repeat")?;
        self.code.asm.jump(head);
        self.code.asm.bind(end);
        match self.code.depth == before {
            true => Ok(()),
            false => {
                self.words.error(format!("the loop begins with a stack of {before} and ends with {}", self.code.depth))
            }
        }
    }
    // ANCHOR_END: branch

    // ANCHOR: definition
    /// Compiles `: NAME ( PARAMETERS ) … ;`. The result is the value that the body leaves.
    fn definition(&mut self) -> Compiled {
        let (Some(name), Some("(")) = (self.words.read(), self.words.read()) else {
            return self.words.error("expected a name and `(` after `:`");
        };
        let mut parameters = Vec::new();
        loop {
            match self.words.read() {
                Some(")") => break,
                Some(parameter) if parameters.len() < MOST_VARIABLES => parameters.push(parameter),
                Some(_) => return self.words.error("too many parameters"),
                None => return self.words.error("expected `)` before the end"),
            }
        }
        let index = self.program.declare(name);
        // From here on the function can call itself.
        self.functions.push((name, index, parameters.len()));
        let outer = replace(&mut self.code, Code::new(name, self.file, parameters));
        self.up_to(";")?;
        self.takes(1, 0)?;
        let code = replace(&mut self.code, outer);
        self.program.define(index, code.finish()?);
        Ok(())
    }
    // ANCHOR_END: definition
}
