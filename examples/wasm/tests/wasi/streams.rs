//! Arguments, the environment, the standard streams, clocks and random bytes.

use std::io::{self, Read};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mimeo_corpus::Captured;
use wasm::wasi::{Exit, WasiBuilder, add_to_linker};
use wasm::{Engine, Linker, Module, Store};

use crate::guest::{BAD_DESCRIPTOR, FIRST, Guest, INVALID, NOT_SUPPORTED, OUT, PIPE, SUCCESS};

#[test]
fn arguments_and_variables_are_passed() {
    let grants = WasiBuilder::new().args(["name", "", "two words"]).env("A", "1").env("B", "x=y");
    let mut guest = Guest::new(grants);
    for (sizes, get, expected) in [
        ("args_sizes_get", "args_get", &[&b"name\0"[..], b"\0", b"two words\0"][..]),
        ("environ_sizes_get", "environ_get", &[b"A=1\0", b"B=x=y\0"]),
    ] {
        assert_eq!(guest.call(sizes, &[OUT, OUT + 4]), SUCCESS);
        let bytes = expected.concat();
        assert_eq!((guest.u32(OUT), guest.u32(OUT + 4)), (expected.len() as u32, bytes.len() as u32));
        assert_eq!(guest.call(get, &[OUT, FIRST]), SUCCESS);
        assert_eq!(guest.bytes(FIRST, bytes.len()), bytes);
        let mut at = FIRST as u32;
        for (index, string) in (0..).zip(expected) {
            assert_eq!(guest.u32(OUT + 4 * index), at);
            at += string.len() as u32;
        }
    }
}

#[test]
fn streams_are_those_of_the_host() {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let grants = WasiBuilder::new().stdin(&b"input"[..]).stdout(stdout.clone()).stderr(stderr.clone());
    let mut guest = Guest::new(grants);
    assert_eq!(guest.read(0, 2), Ok(b"in".to_vec()));
    assert_eq!(guest.read(0, 9), Ok(b"put".to_vec()));
    assert_eq!(guest.read(0, 9), Ok(vec![]));
    assert_eq!(guest.write(1, b"one"), Ok(3));
    assert_eq!(guest.write(2, b"two"), Ok(3));
    assert_eq!((stdout.text(), stderr.text()), ("one".to_owned(), "two".to_owned()));
    assert_eq!(guest.write(0, b"x"), Err(BAD_DESCRIPTOR));
    assert_eq!(guest.read(1, 1), Err(BAD_DESCRIPTOR));
    assert_eq!(guest.call("fd_close", &[1]), SUCCESS);
    assert_eq!(guest.write(1, b"x"), Err(BAD_DESCRIPTOR));
}

#[test]
fn a_read_of_input_does_not_wait_for_more_than_there_is() {
    /// Input of which there is one byte at a time.
    struct Slow(u8);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            assert_eq!(self.0, 1, "more is read than the program needs");
            buffer[0] = self.0;
            Ok(1)
        }
    }

    let mut guest = Guest::new(WasiBuilder::new().stdin(Slow(0)));
    // An empty buffer, and two of one byte.
    for (index, word) in [FIRST, 0, FIRST, 1, FIRST + 1, 1].into_iter().enumerate() {
        guest.put(OUT + 16 + 4 * index as i64, &(word as u32).to_le_bytes());
    }
    assert_eq!(guest.call("fd_read", &[0, OUT + 16, 3, OUT]), SUCCESS);
    assert_eq!(guest.u32(OUT), 1);
}

#[test]
fn a_write_ends_where_the_stream_has_no_more_room() {
    /// A stream whose answers are these: how many bytes it has room for, or that it fails.
    struct Limited(Vec<Option<usize>>, Captured);

    impl io::Write for Limited {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.0.remove(0).ok_or(io::ErrorKind::BrokenPipe)?;
            self.1.write(&bytes[..room.min(bytes.len())])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    for (answers, result, written) in [
        (vec![Some(2), Some(0), Some(9)], Ok(2), "ab"),
        (vec![Some(2), Some(2), Some(2), Some(0)], Ok(5), "abcde"),
        (vec![Some(9), None], Ok(3), "abc"),
        (vec![Some(2), None, Some(9)], Ok(2), "ab"),
        (vec![None], Err(PIPE), ""),
    ] {
        let captured = Captured::default();
        let mut guest = Guest::new(WasiBuilder::new().stdout(Limited(answers, captured.clone())));
        guest.put(FIRST, b"abcdef");
        for (index, word) in [FIRST, 3, FIRST + 3, 3].into_iter().enumerate() {
            guest.put(OUT + 16 + 4 * index as i64, &(word as u32).to_le_bytes());
        }
        let errno = guest.call("fd_write", &[1, OUT + 16, 2, OUT]);
        assert_eq!(if errno == SUCCESS { Ok(guest.u32(OUT)) } else { Err(errno) }, result);
        assert_eq!(captured.text(), written);
    }
}

#[test]
fn terminals_are_devices() {
    let mut guest = Guest::new(WasiBuilder::new().terminals([true, false, true]));
    for (fd, kind) in [(0, 2), (1, 0), (2, 2)] {
        assert_eq!(guest.call("fd_fdstat_get", &[fd, OUT]), SUCCESS);
        assert_eq!(guest.bytes(OUT, 1), [kind]);
        assert_eq!(guest.call("fd_filestat_get", &[fd, OUT]), SUCCESS);
        assert_eq!(guest.bytes(OUT + 16, 1), [kind]);
    }
}

#[test]
fn clocks_tell_the_time() {
    let mut guest = Guest::new(WasiBuilder::new());
    let mut time = |clock| {
        assert_eq!(guest.call("clock_res_get", &[clock, OUT]), SUCCESS);
        assert_eq!(guest.u64(OUT), 1);
        assert_eq!(guest.call("clock_time_get", &[clock, 0, OUT]), SUCCESS);
        Duration::from_nanos(guest.u64(OUT))
    };
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let before = now();
    let told = time(0);
    assert!(before <= told && told <= now());
    for clock in [1, 2, 3] {
        let first = time(clock);
        assert!(first <= time(clock), "{clock}");
    }
    assert_eq!(guest.call("clock_time_get", &[4, 0, OUT]), INVALID);
}

/// Writes what a program waits for: its number, and the bytes from the kind on at their offsets.
fn subscribe(guest: &mut Guest, index: i64, kind: u8, number: u32, timeout: u64, flags: u8) {
    let at = FIRST + 48 * index;
    guest.put(at, &(100 + index as u64).to_le_bytes());
    guest.put(at + 8, &[kind]);
    guest.put(at + 16, &number.to_le_bytes());
    guest.put(at + 24, &timeout.to_le_bytes());
    guest.put(at + 40, &[flags]);
}

#[test]
fn waiting_ends_at_the_first_time() {
    let mut guest = Guest::new(WasiBuilder::new());
    let hour = 3_600_000_000_000;
    subscribe(&mut guest, 0, 0, 1, hour, 0);
    subscribe(&mut guest, 1, 0, 1, 20_000_000, 0);
    let start = Instant::now();
    assert_eq!(guest.call("poll_oneoff", &[FIRST, OUT + 16, 2, OUT]), SUCCESS);
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert_eq!((guest.u32(OUT), guest.u64(OUT + 16), guest.u64(OUT + 24)), (1, 101, 0));
    // Points in time that have passed come before any wait.
    subscribe(&mut guest, 0, 0, 1, 1_000_000, 0);
    for clock in [0, 1u32] {
        assert_eq!(guest.call("clock_time_get", &[clock.into(), 0, OUT]), SUCCESS);
        let now = guest.u64(OUT);
        subscribe(&mut guest, 1, 0, clock, now, 1);
        assert_eq!(guest.call("poll_oneoff", &[FIRST, OUT + 16, 2, OUT]), SUCCESS);
        assert_eq!((guest.u32(OUT), guest.u64(OUT + 16)), (1, 101));
    }
    assert_eq!(guest.call("poll_oneoff", &[FIRST, OUT + 16, 0, OUT]), INVALID);
}

#[test]
fn descriptors_are_ready_and_mistakes_are_events() {
    let mut guest = Guest::new(WasiBuilder::new());
    subscribe(&mut guest, 0, 0, 1, u64::MAX, 0);
    subscribe(&mut guest, 1, 1, 0, 0, 0);
    subscribe(&mut guest, 2, 2, 77, 0, 0);
    subscribe(&mut guest, 3, 0, 3, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[FIRST, OUT + 16, 4, OUT]), SUCCESS);
    assert_eq!(guest.u32(OUT), 3);
    let event = |index: i64| {
        let at = OUT + 16 + 32 * index;
        (guest.u64(at), i32::from(guest.bytes(at + 8, 1)[0]), guest.bytes(at + 10, 1)[0])
    };
    assert_eq!(event(0), (101, SUCCESS, 1));
    assert_eq!(event(1), (102, BAD_DESCRIPTOR, 2));
    assert_eq!(event(2), (103, NOT_SUPPORTED, 0));
    subscribe(&mut guest, 0, 3, 0, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[FIRST, OUT + 16, 1, OUT]), INVALID);
}

#[test]
fn an_interruption_ends_waiting() {
    let mut guest = Guest::new(WasiBuilder::new());
    subscribe(&mut guest, 0, 0, 1, u64::MAX, 0);
    let control = guest.store.control().clone();
    let (ready, is_ready) = std::sync::mpsc::channel();
    let interrupter = std::thread::spawn(move || {
        is_ready.recv().unwrap();
        control.interrupt();
    });
    ready.send(()).unwrap();
    let start = Instant::now();
    // Whether the program notices it before it ends depends on when it comes.
    let _either = guest.try_call("poll_oneoff", &[FIRST, OUT + 16, 1, OUT]);
    assert!(start.elapsed() < Duration::from_secs(60));
    interrupter.join().unwrap();
}

#[test]
fn random_bytes_differ() {
    let mut guest = Guest::new(WasiBuilder::new());
    assert_eq!(guest.call("random_get", &[FIRST, 32]), SUCCESS);
    assert_eq!(guest.call("random_get", &[FIRST + 16, 16]), SUCCESS);
    assert_ne!(guest.bytes(FIRST, 16), guest.bytes(FIRST + 16, 16));
    assert_eq!(guest.bytes(FIRST + 32, 8), [0; 8]);
    assert_eq!(guest.call("sched_yield", &[]), SUCCESS);
}

/// Runs the function `_start` of a module.
fn start(module: &str) -> Result<(), wasm::Error> {
    let engine = Engine::default();
    let module = Module::new(&engine, module)?;
    let mut store = Store::new(&engine, WasiBuilder::new().build());
    let mut linker = Linker::new();
    add_to_linker(&mut linker, &mut store, |wasi| wasi)?;
    let instance = linker.instantiate(&mut store, &module)?;
    instance.get_typed_func::<(), ()>(&store, "_start")?.call(&mut store, ())
}

#[test]
fn a_program_ends_itself() {
    let module = r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (func (export "_start") (call $exit (i32.const -1)) unreachable))"#;
    let error = start(module).unwrap_err();
    assert_eq!(error.host_error(), Some(&Exit(-1)));
    assert_eq!(error.to_string(), "the program ended with status -1");
}

#[test]
fn a_program_without_memory_cannot_use_it() {
    let module = r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (func (export "_start") (drop (call $yield))))"#;
    assert_eq!(start(module).unwrap_err().to_string(), "the module exports no memory named `memory`");
}
