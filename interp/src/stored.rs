//! A verified [`Program`] → bytes for a file, and untrusted bytes → a verified program, or the reason why not.
//!
//! All numbers are little-endian. A list begins with its length in 8 bytes. Memory is allocated as elements are found,
//! each of which takes at least a byte: it is at most a multiple of the input, whatever lengths that claims.
//!
//! ```text
//! magic, version, fingerprint of the ops, index spaces, functions, checksum of everything before
//! ```
//!
//! It is written by hand because all of it is lists of numbers: a library would be larger than this file, and every
//! language would carry it.

use std::fmt;
use std::sync::Arc;

use mimeo_def::op::{OpInfo, OperandKind};
use mimeo_def::{Pc, Slot};

use crate::asm::{FunctionBody, Handler};
use crate::program::{Program, Verified};
use crate::{InstructionSet, Operands, PlainValue, Position, VerifyError};

/// The first bytes. Neither text nor a file that was transferred as text begins with them.
const MAGIC: [u8; 8] = *b"\x89mimeo\r\n";

/// The version of the format.
const VERSION: u32 = 1;

/// How a language writes the constants of functions, and reads them.
///
/// A constant may be the address of an object. The language then writes what the object contains, and makes or finds an
/// object when it reads. [`PlainConstants`] are for languages whose values hold no addresses.
///
/// ```
/// use mimeo::StoredConstants;
/// use mimeo_doc_ops::Ops;
///
/// /// Constants are indices into a list of words.
/// struct Words(Vec<String>);
///
/// impl StoredConstants<Ops> for Words {
///     fn write(&mut self, bits: u64, bytes: &mut Vec<u8>) {
///         bytes.extend_from_slice(self.0[bits as usize].as_bytes());
///     }
///
///     fn read(&mut self, bytes: &[u8]) -> Option<u64> {
///         self.0.push(String::from_utf8(bytes.to_vec()).ok()?);
///         Some(self.0.len() as u64 - 1)
///     }
/// }
///
/// let mut bytes = Vec::new();
/// Words(vec!["one".to_owned(), "two".to_owned()]).write(1, &mut bytes);
/// let mut words = Words(Vec::new());
/// assert_eq!((words.read(&bytes), words.0[0].as_str()), (Some(0), "two"));
/// assert_eq!(words.read(b"\xff"), None);
/// ```
pub trait StoredConstants<I: InstructionSet> {
    /// Appends what [`read`](Self::read) needs to make a constant with these bits again. See [`StoredConstants`] for an
    /// example.
    fn write(&mut self, bits: u64, bytes: &mut Vec<u8>);

    /// Returns the bits of a constant, or `None` if these bytes are none. They may be anything. See [`StoredConstants`]
    /// for an example.
    fn read(&mut self, bytes: &[u8]) -> Option<u64>;
}

/// Constants that are written as they are. See [`Program::to_bytes`] for an example.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainConstants;

impl<I: InstructionSet<Value: PlainValue>> StoredConstants<I> for PlainConstants {
    fn write(&mut self, bits: u64, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&bits.to_le_bytes());
    }

    fn read(&mut self, bytes: &[u8]) -> Option<u64> {
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }
}

/// The reason why bytes are not read as a program.
///
/// ```
/// use mimeo::{PlainConstants, ReadError};
/// use mimeo_doc_ops::{Program, sum_program};
///
/// let read = |bytes: &[u8]| Program::from_bytes(bytes, &mut PlainConstants).unwrap_err();
/// assert_eq!(read(b"let i = 0;"), ReadError::NotAProgram);
/// let bytes = sum_program().to_bytes(&mut PlainConstants);
/// assert_eq!(read(&bytes[..50]), ReadError::Damaged);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The bytes are something else.
    NotAProgram,
    /// The format has another version.
    Version {
        /// The version.
        found: u32,
    },
    /// The bytes were cut off or altered.
    Damaged,
    /// The ops have changed since the program was written, or it is of another language.
    OtherOps {
        /// The name of the instruction set.
        set: &'static str,
    },
    /// The bytes are complete, but are no program.
    Malformed,
    /// The bytecode breaks a rule.
    Verify(VerifyError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::NotAProgram => f.write_str("this is not a compiled program"),
            ReadError::Version { found } => {
                write!(f, "the program has version {found} of the format, not {VERSION}; compile it again")
            }
            ReadError::Damaged => f.write_str("the program was cut off or altered"),
            ReadError::OtherOps { set } => {
                write!(f, "the program was compiled for other ops than those of `{set}`; compile it again")
            }
            ReadError::Malformed => f.write_str("the program breaks a rule of the format"),
            ReadError::Verify(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

impl<I: InstructionSet> Program<I, Verified> {
    /// Returns the program as bytes, for a file. They do not depend on the machine: other architectures and operating
    /// systems read them.
    ///
    /// ```
    /// use mimeo::PlainConstants;
    /// use mimeo_doc_ops::{Program, SUM, new_machine, sum_program};
    ///
    /// let bytes = sum_program().to_bytes(&mut PlainConstants);
    /// // Later, in another process.
    /// let program = Program::from_bytes(&bytes, &mut PlainConstants)?;
    /// let mut machine = new_machine();
    /// let linked = machine.load(&program)?;
    /// assert_eq!(machine.call(linked.function(SUM), &[100])?, 5050);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_bytes(&self, constants: &mut impl StoredConstants<I>) -> Vec<u8> {
        let mut out = Writer(MAGIC.to_vec());
        out.u32(VERSION);
        out.u64(fingerprint::<I>());
        out.list(self.spaces(), |out, &(name, len)| {
            out.bytes(name.as_bytes());
            out.u32(len);
        });
        let mut file = None;
        out.list(self.functions(), |out, body| write_function(out, body, &mut file, constants));
        let sum = checksum(&out.0);
        out.u64(sum);
        out.0
    }

    /// Reads a program that [`to_bytes`](Self::to_bytes) wrote, and verifies it. See [`to_bytes`](Self::to_bytes) for an
    /// example.
    ///
    /// The bytes can come from anywhere: what is accepted is verified, like the output of a compiler. The verifier knows
    /// no types. If the ops follow pointers in values without a check, the promise (2) of
    /// [`TrustedOps`](crate::TrustedOps) is the author's: then only programs that are trusted may be read. The sizes of
    /// index spaces are those that the bytes claim, and the host decides whether it grants them.
    ///
    /// # Errors
    ///
    /// If the bytes are something else, were damaged, have another version, belong to other ops, or break a rule.
    pub fn from_bytes(bytes: &[u8], constants: &mut impl StoredConstants<I>) -> Result<Self, ReadError> {
        let content = bytes.strip_prefix(&MAGIC).ok_or(ReadError::NotAProgram)?;
        let mut version = Reader(content);
        match version.u32().ok_or(ReadError::Damaged)? {
            VERSION => {}
            found => return Err(ReadError::Version { found }),
        }
        let (whole, sum) = bytes.split_last_chunk().ok_or(ReadError::Damaged)?;
        if checksum(whole) != u64::from_le_bytes(*sum) {
            return Err(ReadError::Damaged);
        }
        let mut input = Reader(&whole[MAGIC.len() + size_of_val(&VERSION)..]);
        if input.u64() != Some(fingerprint::<I>()) {
            return Err(ReadError::OtherOps { set: I::NAME });
        }
        let program = read_parts::<I>(&mut input, constants).filter(|_| input.0.is_empty());
        let (spaces, functions) = program.ok_or(ReadError::Malformed)?;
        Program::new(functions, spaces).verify().map_err(ReadError::Verify)
    }
}

/// The index spaces and the functions of a program.
type Parts = (Vec<(&'static str, u32)>, Vec<FunctionBody>);

fn read_parts<I: InstructionSet>(input: &mut Reader<'_>, constants: &mut impl StoredConstants<I>) -> Option<Parts> {
    let spaces = input.list(|input| {
        let name = input.text()?;
        Some((space::<I>(&name)?, input.u32()?))
    })?;
    let mut file = None;
    Some((spaces, input.list(|input| read_function(input, &mut file, constants))?))
}

/// Returns the name of an index space as the ops have it.
fn space<I: InstructionSet>(name: &str) -> Option<&'static str> {
    let operands = I::OPS.iter().flat_map(|op| op.operands);
    let mut spaces = operands.filter_map(|operand| match operand.kind {
        OperandKind::Immediate { space, .. } => space,
        _ => None,
    });
    spaces.find(|&space| space == name)
}

/// A function's file: none, one whose name follows, that of the function before.
const FILES: [u8; 3] = [0, 1, 2];

fn write_function<I: InstructionSet>(
    out: &mut Writer,
    body: &FunctionBody,
    before: &mut Option<Arc<str>>,
    constants: &mut impl StoredConstants<I>,
) {
    let FunctionBody { name, arity, locals, code, labels, positions, handlers, file, variadic, escaping, .. } = body;
    out.bytes(name.as_bytes());
    match file {
        None => out.u8(FILES[0]),
        Some(file) if before.as_ref() == Some(file) => out.u8(FILES[2]),
        Some(file) => {
            out.u8(FILES[1]);
            out.bytes(file.as_bytes());
            *before = Some(Arc::clone(file));
        }
    }
    out.u16(*arity);
    out.u16(*locals);
    out.u8(u8::from(*variadic));
    out.list(code, |out, &unit| out.u16(unit));
    out.list(&body.constants, |out, &bits| {
        let mut bytes = Vec::new();
        constants.write(bits, &mut bytes);
        out.bytes(&bytes);
    });
    out.list(labels, |out, label| out.u32(label.0));
    out.list(positions, |out, (pc, position)| {
        [pc.0, position.line, position.column].into_iter().for_each(|number| out.u32(number));
    });
    out.list(handlers, |out, handler| {
        [handler.from, handler.to, handler.target].into_iter().for_each(|pc| out.u32(pc.0));
    });
    out.list(escaping, |out, slot| out.u16(slot.0));
    out.list(body.temporaries.as_slice(), |out, slot| out.u16(slot.0));
}

fn read_function<I: InstructionSet>(
    input: &mut Reader<'_>,
    before: &mut Option<Arc<str>>,
    constants: &mut impl StoredConstants<I>,
) -> Option<FunctionBody> {
    let name = input.text()?;
    let kind = input.u8()?;
    let file = match FILES.iter().position(|&file| file == kind)? {
        0 => None,
        1 => {
            *before = Some(input.text()?.into());
            before.clone()
        }
        _ => Some(before.clone()?),
    };
    Some(FunctionBody {
        name,
        file,
        arity: input.u16()?,
        locals: input.u16()?,
        variadic: match input.u8()? {
            0 => false,
            1 => true,
            _ => return None,
        },
        code: input.list(Reader::u16)?,
        constants: input.list(|input| constants.read(input.bytes()?))?,
        labels: input.list(Reader::pc)?,
        positions: input.list(|input| Some((input.pc()?, Position { line: input.u32()?, column: input.u32()? })))?,
        handlers: input.list(|input| Some(Handler { from: input.pc()?, to: input.pc()?, target: input.pc()? }))?,
        escaping: input.list(|input| input.u16().map(Slot))?,
        temporaries: match input.list(|input| input.u16().map(Slot))?[..] {
            [] => None,
            [slot] => Some(slot),
            _ => return None,
        },
    })
}

/// Returns a number that depends on everything that bytecode means: names, operands and bodies of all ops.
fn fingerprint<I: InstructionSet>() -> u64 {
    let mut text = format!("{} {} {:?} ", I::NAME, I::OPERANDS == Operands::Stack, I::ARITY);
    for OpInfo { name, fingerprint, .. } in I::OPS {
        // Layouts depend on the architecture, and bytecode does not.
        text += &format!("{name} {:x} {:x} {:x} ", fingerprint.operands, fingerprint.body, fingerprint.reached);
    }
    checksum(text.as_bytes())
}

/// Returns a number that depends on each byte and on their number: FNV-1a. A change of one byte always changes it.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

struct Writer(Vec<u8>);

impl Writer {
    fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    fn u16(&mut self, number: u16) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn list<T>(&mut self, list: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.u64(list.len() as u64);
        list.iter().for_each(|element| write(self, element));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

/// The rest of the bytes. A method that returns `None` has found too few, or something else.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn pc(&mut self) -> Option<Pc> {
        self.u32().map(Pc)
    }

    /// Reads a list. Its length may be a lie, so no memory is allocated for it at once.
    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.u64()?).map(|_| read(self)).collect()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.u64()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        Some(std::str::from_utf8(self.bytes()?).ok()?.to_owned())
    }
}
