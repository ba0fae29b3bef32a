//! Programs that are written to bytes and read again do the same; other bytes are refused, or are other programs that
//! the verifier accepts.

use calc::ops::ops as calc_ops;
use calc::{Options, Session};
use mimeo::asm::FunctionBody;
use mimeo::program::Verified;
use mimeo::{InstructionSet, PlainConstants, ReadError, StoredConstants, VerifyErrorKind};
use mimeo_corpus::program::CALC;
use mimeo_corpus::{Captured, Mode};
use mimeo_tests::hostile::{Fate, check};
use mimeo_tests::refusal::measuring;
use mimeo_tests::tagged::tagged;
use mimeo_twins::Random;

use super::budget::{MIXED, every_event};
use super::*;

/// Where the version, the fingerprint and the content begin.
const VERSION: usize = 8;
const FINGERPRINT: usize = 12;
const CONTENT: usize = 20;
/// The length of the checksum at the end.
const SUM: usize = 8;

/// Replaces the checksum by that of the bytes before it: FNV-1a.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - SUM;
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let sum = bytes[..end].iter().fold(0xcbf2_9ce4_8422_2325, step);
    bytes[end..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn calc(text: &str) -> calc_ops::Program {
    calc::compile(text).expect("it has no mistakes")
}

/// A small program with every part that calc's compiler makes.
fn small() -> Vec<u8> {
    calc("let g = 7; fn f(n) { return g / n; }\nwhile g > 5 { g = g - 1; }\nprint f(2);").to_bytes(&mut PlainConstants)
}

fn read(bytes: &[u8]) -> Result<calc_ops::Program, ReadError> {
    calc_ops::Program::from_bytes(bytes, &mut PlainConstants)
}

/// Asserts that both are the same program.
fn assert_same<I: InstructionSet>(
    one: &mimeo::program::Program<I, Verified>,
    other: &mimeo::program::Program<I, Verified>,
) {
    assert_eq!(one.functions(), other.functions());
    assert_eq!((one.facts(), one.spaces()), (other.facts(), other.spaces()));
}

#[test]
fn the_corpus_does_the_same_after_it_was_read() {
    let mut count = 0;
    for program in CALC.programs(100) {
        let Ok(compiled) = calc::compile(&program.text) else { continue };
        let bytes = compiled.to_bytes(&mut PlainConstants);
        let again = read(&bytes).expect("it was written");
        assert_same(&again, &compiled);
        assert_eq!(again.to_bytes(&mut PlainConstants), bytes, "{}", program.name);
        // The large ones take long in tests, and do nothing else.
        if program.million_ops() >= 10 {
            continue;
        }
        count += 1;
        for mode in [Mode::interpreter(), Mode::off(), Mode::on(), Mode::auto()] {
            let run = |program: &calc_ops::Program| {
                let out = Captured::default();
                let options = Options { jit: mode.jit.clone(), ..Options::default() };
                let mut session = Session::new(program, options, Box::new(out.clone()));
                let error = session.run().err().map(|error| error.to_string());
                (out.bytes(), error)
            };
            assert_eq!(run(&again), run(&compiled), "{}, {mode}", program.name);
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn handlers_labels_files_and_slots_are_kept() {
    // Handlers, lists of labels, fibers.
    let program = every_event();
    let again =
        Program::from_bytes(&program.to_bytes(&mut PlainConstants), &mut PlainConstants).expect("it was written");
    assert_same(&again, &program);
    let parts = |take: fn(&FunctionBody) -> usize| program.functions().iter().map(take).sum::<usize>();
    assert!(parts(|body| body.handlers.len()) > 0 && parts(|body| body.labels.len()) > 0);
    for config in configs() {
        let host = Host { times: 5, ..Host::default() };
        let mut machine = machine::<Ops>((Context::default(), host), Limits::default(), config.clone());
        let linked = machine.load(&again).expect("it has the spaces");
        assert_eq!(machine.call(linked.function(MIXED), &[4]), Ok(4), "{config:?}");
    }
    // What these programs lack.
    let ret = program.function("same").expect("it is there");
    let with = |file: Option<&str>, change: fn(&mut FunctionBody)| {
        let mut body = program.functions()[ret.0 as usize].clone();
        (body.locals, body.file) = (4, file.map(Into::into));
        change(&mut body);
        body
    };
    let functions = vec![
        with(Some("one"), |body| body.variadic = true),
        with(Some("one"), |body| body.escaping = vec![Slot(0), Slot(2)]),
        with(None, |body| body.temporaries = Some(Slot(3))),
        with(Some("one"), |body| body.constants = vec![0, u64::MAX]),
        with(Some("two"), |body| body.name = "ä".to_owned()),
    ];
    let program = Program::new(functions, vec![]).verify().expect("they are sound");
    let again =
        Program::from_bytes(&program.to_bytes(&mut PlainConstants), &mut PlainConstants).expect("it was written");
    assert_same(&again, &program);
    // Functions of one file share its name.
    let files: Vec<_> = again.functions().iter().filter_map(|body| body.file.clone()).collect();
    assert!(std::sync::Arc::ptr_eq(&files[0], &files[1]) && std::sync::Arc::ptr_eq(&files[0], &files[2]));
}

#[test]
fn the_language_writes_and_reads_its_constants() {
    /// Constants are indices of words. A word in capitals is no constant.
    struct Words(Vec<String>);
    impl StoredConstants<Ops> for Words {
        fn write(&mut self, bits: u64, bytes: &mut Vec<u8>) {
            bytes.extend_from_slice(self.0[bits as usize].as_bytes());
        }

        fn read(&mut self, bytes: &[u8]) -> Option<u64> {
            let word = String::from_utf8(bytes.to_vec()).ok().filter(|word| *word == word.to_lowercase())?;
            self.0.push(word);
            Some(self.0.len() as u64 - 1)
        }
    }
    let with_constants = |constants: Vec<u64>| {
        let mut body = every_event().functions()[8].clone();
        body.constants = constants;
        Program::new(vec![body], vec![]).verify().expect("it is sound")
    };
    let words = |words: &[&str]| Words(words.iter().map(|&word| word.to_owned()).collect());
    let bytes = with_constants(vec![2, 0]).to_bytes(&mut words(&["zero", "one", "", "THREE"]));
    let mut found = words(&["other"]);
    let program = Program::from_bytes(&bytes, &mut found).expect("it was written");
    assert_eq!((&program.functions()[0].constants[..], &found.0[1..]), (&[1, 2][..], &["".into(), "zero".into()][..]));
    let bytes = with_constants(vec![0, 3]).to_bytes(&mut words(&["zero", "one", "", "THREE"]));
    assert_eq!(Program::from_bytes(&bytes, &mut words(&[])).unwrap_err(), ReadError::Malformed);
}

#[test]
fn damaged_bytes_are_refused() {
    let bytes = small();
    read(&bytes).expect("it was written");
    for end in 0..bytes.len() {
        let expected = if end < VERSION { ReadError::NotAProgram } else { ReadError::Damaged };
        assert_eq!(read(&bytes[..end]).unwrap_err(), expected, "{end} bytes");
    }
    for bit in 0..8 * bytes.len() {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let error = read(&altered).unwrap_err();
        match bit / 8 {
            ..VERSION => assert_eq!(error, ReadError::NotAProgram, "bit {bit}"),
            VERSION..FINGERPRINT => assert_eq!(error, ReadError::Version { found: 1 ^ 1 << (bit - 8 * VERSION) }),
            _ => assert_eq!(error, ReadError::Damaged, "bit {bit}"),
        }
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(read(&longer).unwrap_err(), ReadError::Damaged);
    assert_eq!(read(&resealed(longer)).unwrap_err(), ReadError::Malformed);
}

#[test]
fn other_versions_and_other_ops_are_refused_by_name() {
    let mut newer = small();
    newer[VERSION] = 2;
    let error = read(&resealed(newer)).unwrap_err();
    assert_eq!(error.to_string(), "the program has version 2 of the format, not 1; compile it again");
    let mut changed = small();
    changed[FINGERPRINT] ^= 1;
    let error = read(&resealed(changed)).unwrap_err();
    assert_eq!(error, ReadError::OtherOps { set: "ops" });
    assert_eq!(error.to_string(), "the program was compiled for other ops than those of `ops`; compile it again");
    // No two instruction sets have the same ops.
    let error = Program::from_bytes(&small(), &mut PlainConstants).unwrap_err();
    assert_eq!(error, ReadError::OtherOps { set: "callback_ops" });
    let error = mimeo::program::Program::<tagged::Ops>::from_bytes(&small(), &mut PlainConstants).unwrap_err();
    assert_eq!(error, ReadError::OtherOps { set: "tagged" });
    assert_eq!(read(b"print 1;").unwrap_err().to_string(), "this is not a compiled program");
    assert_eq!(ReadError::Damaged.to_string(), "the program was cut off or altered");
    assert_eq!(ReadError::Malformed.to_string(), "the program breaks a rule of the format");
}

#[test]
fn bytecode_that_breaks_a_rule_is_refused() {
    // The last op of `main`, whose encoding is unique.
    let program = calc("print 1;");
    let code = &program.functions()[0].code;
    let bytes = program.to_bytes(&mut PlainConstants);
    let encoded: Vec<u8> = code.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let at = bytes.windows(encoded.len()).position(|part| part == encoded).expect("the code is there");
    let mut hostile = bytes;
    hostile[at..at + 2].copy_from_slice(&u16::MAX.to_le_bytes());
    let Err(ReadError::Verify(error)) = read(&resealed(hostile)) else { panic!("it is refused by the verifier") };
    assert_eq!(error.kind, VerifyErrorKind::UnknownOpcode { opcode: u16::MAX });
    assert_eq!(ReadError::Verify(error.clone()).to_string(), error.to_string());
}

/// Whoever alters a file can also compute its checksum.
#[test]
fn hostile_bytes_are_refused_or_are_sound_programs() {
    let original = small();
    let end = original.len() - SUM;
    let (mut refused, mut ran) = (0, 0);
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let mut bytes = original.clone();
        for _ in 0..=random.below(2) {
            let at = CONTENT + random.below((end - CONTENT) as u64) as usize;
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.below(256) as u8,
                2 => bytes[at] = bytes[at].wrapping_add(1),
                _ => drop(bytes.drain(at..(at + 1 + random.below(4) as usize).min(bytes.len() - SUM))),
            }
        }
        match read(&resealed(bytes)) {
            Ok(program) if program.space("globals") <= 4 => {
                match check::<calc_ops::Ops>(program.functions().to_vec(), &format!("seed {seed}")) {
                    Fate::Run { .. } => ran += 1,
                    Fate::Refused => panic!("seed {seed}: it was verified, and the space is larger"),
                }
            }
            Ok(_) => {}
            Err(ReadError::Malformed | ReadError::Verify(_)) => refused += 1,
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    assert!(ran > 300 && refused > 1000, "{ran} ran, {refused} were refused");
}

#[test]
fn memory_is_bounded_by_the_length_of_the_bytes() {
    let original = small();
    let end = original.len() - SUM;
    for at in CONTENT..end - 7 {
        for claimed in [1 << 16, 1 << 32, u64::MAX / 8, u64::MAX] {
            let mut bytes = original.clone();
            bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(claimed));
            let bytes = resealed(bytes);
            let (_, most, _result) = measuring(|| read(&bytes));
            assert!(most < 64 << 10, "{claimed} at {at} takes {most} bytes");
        }
    }
}
