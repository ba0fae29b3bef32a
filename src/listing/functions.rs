//! The functions of a loaded program → sections of a page: source, bytecode, IR, C and machine code, side by side.

use std::collections::BTreeMap;

use mimeo_explore::{Block, Line, ONLY_BYTES, Pane, Section};
use mimeo_ir::Set;

use crate::asm::FunctionBody;
use crate::def::OpIndex;
#[cfg(feature = "optimize")]
use crate::def::Pc;
#[cfg(feature = "optimize")]
use crate::jit::OptimizerSet;
use crate::jit::{CodeView, HasJit as _};
use crate::listing::{Listing, Part};
#[cfg(feature = "optimize")]
use crate::optimize::{ClifLine, ListedLoop};
use crate::{Disassembled, Disassembly, Function, InstructionSet, Linked, Machine, NotLoaded};

/// Returns a section for each function of a program, which shows every stage from the source to the machine code. What
/// belongs to one op is linked by the op's place.
///
/// `text_of` returns the text that a function's positions refer to, if it is known. Every function is compiled.
///
/// ```
/// use mimeo::listing::sections;
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let sections = sections(&mut machine, linked, |_| Some("a\nb\nlet c = a / b;"))?;
/// let divide = &sections[DIVIDE.0 as usize];
/// assert_eq!((divide.name.as_str(), divide.panes[0].title.as_str()), ("divide", "source"));
/// let line = &divide.panes[0].blocks[0];
/// assert_eq!((line.lines[0].label.as_str(), line.lines[0].text.as_str()), ("   3", "let c = a / b;"));
/// # Ok::<(), mimeo::NotLoaded>(())
/// ```
///
/// # Errors
///
/// If the program is not loaded in this machine.
pub fn sections<'t, I: InstructionSet>(
    machine: &mut Machine<I>,
    linked: Linked<I>,
    text_of: impl Fn(&FunctionBody) -> Option<&'t str>,
) -> Result<Vec<Section>, NotLoaded> {
    machine.compile_all(linked)?;
    let jit = machine.jit().ok_or("the machine was made without it".to_owned());
    let jit = jit.and_then(|jit| jit.unavailable().map_or(Ok(jit), |reason| Err(reason.to_string())));
    let bodies = OpTexts::new::<I>();
    #[cfg(feature = "optimize")]
    let mut loops = mimeo_optimize::loops(OptimizerSet::of::<I>(), machine.functions(linked)).into_iter();
    let section = |function: &Function| {
        let ops = Disassembly::<I>::new(function.body()).ops();
        let mut kinds = BTreeMap::<OpIndex, Vec<u32>>::new();
        ops.iter().for_each(|op| kinds.entry(op.op).or_default().push(op.pc.0));
        let mut panes = Vec::new();
        panes.extend(text_of(function.body()).and_then(|text| source(&ops, text)));
        panes.push(bytecode(&ops));
        panes.push(stencils::<I>(function, jit.as_ref().map(|jit| jit.code_of(function)).map_err(String::as_str)));
        #[cfg(feature = "optimize")]
        panes.extend(optimized::<I>(function, loops.next().unwrap_or_default()));
        panes.push(of_kinds::<I>("IR", &kinds, &bodies.ir));
        panes.push(of_kinds::<I>("C", &kinds, &bodies.c));
        Section { name: function.body().name.clone(), note: format!("{} ops", ops.len()), panes }
    };
    Ok(machine.functions(linked).map(section).collect())
}

/// The texts of all ops, by opcode.
struct OpTexts {
    ir: Vec<String>,
    c: Vec<String>,
}

impl OpTexts {
    fn new<I: InstructionSet>() -> OpTexts {
        let runtime: Vec<&str> = I::RUNTIME.iter().map(|function| function.name).collect();
        let set = Set::from_bytes(I::IR).expect("the ops have no errors");
        let ir = (0..I::OPS.len()).map(|opcode| set.text_of(opcode, &runtime));
        // The C of each op begins with the place of its definition. Ops with other stencils have none.
        let parts: Vec<&str> = I::C.split("\n#line ").skip(1).collect();
        let c = I::OPS.iter().map(|op| {
            let start = format!("STENCIL op_{}(", op.name);
            parts.iter().find(|part| part.contains(&start)).map_or_else(String::new, |part| format!("#line {part}"))
        });
        OpTexts { ir: ir.collect(), c: c.collect() }
    }
}

/// Returns a pane without lines, which says why.
fn missing(title: &str, reason: &str) -> Pane {
    Pane { note: reason.to_owned(), ..Pane::new(title, Vec::new()) }
}

/// Returns the lines of a text from the first to the last op, or `None` if no op has a position in it.
fn source(ops: &[Disassembled], text: &str) -> Option<Pane> {
    let mut links = BTreeMap::<u32, Vec<u32>>::new();
    for op in ops {
        if let Some(position) = op.position {
            links.entry(position.line).or_default().push(op.pc.0);
        }
    }
    let (first, last) = (*links.first_key_value()?.0, *links.last_key_value()?.0);
    let lines = text.lines().zip(1..).filter(|(_, number)| (first..=last).contains(number));
    let blocks = lines.map(|(text, number)| {
        let line = Line { label: format!("{number:4}"), ..Line::text(text) };
        Block { links: links.remove(&number).unwrap_or_default(), lines: vec![line] }
    });
    let blocks: Vec<Block> = blocks.collect();
    (!blocks.is_empty()).then(|| Pane::new("source", blocks))
}

fn bytecode(ops: &[Disassembled]) -> Pane {
    let mut shown = None;
    let block = |op: &Disassembled| {
        let position = op.position.filter(|_| op.position != shown);
        shown = op.position;
        let note = position.map(|position| position.to_string()).unwrap_or_default();
        let line = Line { label: op.pc.to_string(), note, ..Line::text(&*op.text) };
        Block { links: vec![op.pc.0], lines: vec![line] }
    };
    Pane::new("bytecode", ops.iter().map(block).collect())
}

/// Returns the text of each op that a function has, with the places where it has it.
fn of_kinds<I: InstructionSet>(title: &str, kinds: &BTreeMap<OpIndex, Vec<u32>>, texts: &[String]) -> Pane {
    let block = |(op, links): (&OpIndex, &Vec<u32>)| {
        let opcode = usize::from(op.0);
        let text = texts[opcode].trim_matches('\n');
        let lines = std::iter::once(Line::heading(I::OPS[opcode].name)).chain(text.lines().map(Line::text));
        (!text.is_empty()).then(|| Block { links: links.clone(), lines: lines.collect() })
    };
    Pane::new(title, kinds.iter().filter_map(block).collect())
}

/// Returns the copied stencils of a function.
fn stencils<I: InstructionSet>(function: &Function, code: Result<Option<CodeView<'_>>, &str>) -> Pane {
    let title = "stencils";
    let code = match code {
        Ok(Some(code)) => code,
        Ok(None) => return missing(title, "the function is not compiled"),
        Err(reason) => return missing(title, &format!("no native code: {reason}")),
    };
    let parts = Listing::<I>::new(function.body(), &code).parts();
    let block = |part: &Part<'_>| {
        let lines = std::iter::once(Line::heading(&*part.title)).chain(part.lines()).collect();
        Some(Block { links: vec![part.pc?.0], lines })
    };
    let bytes = parts.iter().filter(|part| part.pc.is_some()).map(|part| part.bytes.len());
    Pane { note: code_note(bytes.sum()), ..Pane::new(title, parts.iter().filter_map(block).collect()) }
}

/// Returns what there is to say about machine code.
fn code_note(bytes: usize) -> String {
    let reason = ONLY_BYTES.map(|reason| format!("; {reason}")).unwrap_or_default();
    format!("{bytes} bytes{reason}")
}

/// Returns the loops of a function in Cranelift's IR, and their machine code, if there are loops.
#[cfg(feature = "optimize")]
fn optimized<I: InstructionSet>(function: &Function, loops: Vec<ListedLoop>) -> Vec<Pane> {
    let (mut clif, mut instructions, mut bytes) = (Vec::new(), Vec::new(), 0);
    for ListedLoop { head, code, .. } in loops {
        let title =
            |note: &str| Block { links: vec![head.0], lines: vec![Line::heading(format!("loop at {head}{note}"))] };
        let names = Names::of::<I>(function, head);
        let code = match code {
            Ok(code) => code,
            Err(reason) => {
                clif.push(title(&format!(": not optimized: {reason}")));
                continue;
            }
        };
        clif.push(title(""));
        let mut of = None;
        for ClifLine { pc, text, .. } in code.clif {
            let line = names.noted(Line::text(text));
            match clif.last_mut().filter(|_| of == Some(pc)) {
                Some(block) => block.lines.push(line),
                None => clif.push(Block { links: links(pc), lines: vec![line] }),
            }
            of = Some(pc);
        }
        instructions.push(title(""));
        for (range, pc) in code.parts {
            let range = range.start.0 as usize..range.end.0 as usize;
            let lines = mimeo_explore::lines(&code.code[range.clone()], range.start, &[]);
            let lines = lines.into_iter().map(|line| names.noted(line)).collect();
            instructions.push(Block { links: links(pc), lines });
        }
        bytes += code.code.len();
    }
    if clif.is_empty() {
        return Vec::new();
    }
    vec![Pane { note: code_note(bytes), ..Pane::new("optimized code", instructions) }, Pane::new("CLIF", clif)]
}

/// The names of addresses that optimized code contains.
#[cfg(feature = "optimize")]
struct Names(BTreeMap<u64, String>);

#[cfg(feature = "optimize")]
impl Names {
    fn of<I: InstructionSet>(function: &Function, head: Pc) -> Names {
        let runtime = I::RUNTIME.iter().map(|of| (of.shim.addr() as u64, format!("runtime {}", of.name)));
        let entries = function.optimized_entries(head).map(|of| (of.as_ptr().addr() as u64, "entries".to_owned()));
        Names(runtime.chain(entries).collect())
    }

    /// Adds the names of the addresses in a line to it. Cranelift writes `0x12_3456`, and the disassembler `123456h`.
    fn noted(&self, line: Line) -> Line {
        let words = line.text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let numbers = words.filter_map(|word| {
            let digits = word.strip_prefix("0x").or_else(|| word.strip_suffix('h'))?.replace('_', "");
            u64::from_str_radix(&digits, 16).ok()
        });
        let mut names: Vec<&str> = numbers.filter_map(|number| self.0.get(&number).map(String::as_str)).collect();
        names.dedup();
        Line { note: names.join(", "), ..line }
    }
}

#[cfg(feature = "optimize")]
fn links(pc: Option<Pc>) -> Vec<u32> {
    pc.map(|pc| pc.0).into_iter().collect()
}
