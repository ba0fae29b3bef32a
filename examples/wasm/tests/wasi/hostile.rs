//! Arguments at the edges: no function panics, and each returns an error number.

use std::fs;

use wasm::wasi::WasiBuilder;

use crate::guest::{CREATE, FAULT, FUNCTIONS, Guest, INVALID, MEMORY, OUT, READ, SUCCESS, WRITE};

/// Addresses, lengths and descriptors.
const EDGES_32: [i64; 16] = [
    0,
    1,
    2,
    3,
    4,
    5,
    8,
    OUT,
    MEMORY - 8,
    MEMORY - 1,
    MEMORY,
    MEMORY + 1,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff8,
    0xffff_ffff,
];
/// Offsets, times and rights.
const EDGES_64: [i64; 9] = [0, 1, -1, i64::MIN, i64::MAX, 1 << 32, 2, READ | WRITE, MEMORY];

/// The last error number.
const LAST_ERRNO: i32 = 76;

/// A small generator of random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

#[test]
fn no_function_panics() {
    let mut random = Random(1);
    for (name, params) in FUNCTIONS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("file"), "text").unwrap();
        let grants = WasiBuilder::new().args(["name", "argument"]).env("NAME", "value");
        let mut guest = Guest::new(grants.preopened_dir(folder.path(), "/").expect("it exists"));
        guest.open(3, "file", CREATE, READ | WRITE).expect("the file can be opened");
        // With zeros and letters, what the memory holds is a wait of no time, and paths and buffers of every kind.
        for fill in [0, b'a', 1] {
            for _ in 0..200 {
                let args: Vec<i64> = params
                    .chars()
                    .map(|ty| match ty {
                        'i' => EDGES_32[random.below(EDGES_32.len())],
                        _ => EDGES_64[random.below(EDGES_64.len())],
                    })
                    .collect();
                guest.memory.data_mut(&mut guest.store).fill(fill);
                let errno = guest.call(name, &args);
                assert!((SUCCESS..=LAST_ERRNO).contains(&errno), "{name}{args:?} returns {errno}");
            }
        }
    }
}

#[test]
fn results_outside_of_the_memory_are_faults() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grants = WasiBuilder::new().args(["name"]).env("NAME", "value");
    let mut guest = Guest::new(grants.preopened_dir(folder.path(), "/folder").expect("it exists"));
    let file = guest.open(3, "file", CREATE, READ | WRITE).expect("it can be created");
    for out in [MEMORY - 1, MEMORY, 0x7fff_ffff, 0xffff_ffff] {
        for (name, args) in [
            ("args_get", vec![out, OUT]),
            ("args_get", vec![OUT, out]),
            ("args_sizes_get", vec![out, OUT]),
            ("args_sizes_get", vec![OUT, out]),
            ("clock_res_get", vec![0, out]),
            ("clock_time_get", vec![0, 0, out]),
            ("environ_get", vec![OUT, out]),
            ("fd_fdstat_get", vec![3, out]),
            ("fd_filestat_get", vec![1, out]),
            ("fd_filestat_get", vec![file, out]),
            ("fd_pread", vec![file, 0, 1, 0, out]),
            ("fd_prestat_dir_name", vec![3, out, 10]),
            ("fd_prestat_get", vec![3, out]),
            ("fd_read", vec![0, 0, 1, out]),
            ("fd_read", vec![0, out, 1, OUT]),
            ("fd_readdir", vec![3, out, 100, 0, OUT]),
            ("fd_readdir", vec![3, OUT, 100, 0, out]),
            ("fd_seek", vec![file, 0, 0, out]),
            ("fd_tell", vec![file, out]),
            ("fd_write", vec![file, 0, 1, out]),
            ("path_create_directory", vec![3, out, 4]),
            ("path_filestat_get", vec![3, 1, out, 4, OUT]),
            ("poll_oneoff", vec![out, 0, 1, OUT]),
            ("poll_oneoff", vec![0, out, 1, OUT]),
            ("random_get", vec![out, 8]),
        ] {
            guest.memory.data_mut(&mut guest.store).fill(0);
            assert_eq!(guest.call(name, &args), FAULT, "{name}{args:?}");
        }
    }
}

#[test]
fn the_last_addresses_can_be_used() {
    let mut guest = Guest::with_pages(WasiBuilder::new().args(["name"]), 1 << 16);
    let (end, first) = (1i64 << 32, 0);
    assert_eq!(guest.call("args_get", &[first, end - 5]), SUCCESS);
    assert_eq!(guest.bytes(end - 5, 5), b"name\0");
    assert_eq!(guest.call("args_get", &[first, end - 4]), FAULT, "there is no room for the zero");
    assert_eq!(guest.call("random_get", &[end - 8, 8]), SUCCESS);
    assert_eq!(guest.call("random_get", &[end - 8, 9]), FAULT);
    guest.put(end - 8, &[0xff; 8]);
    assert_eq!(guest.call("fd_write", &[1, end - 8, 1, OUT]), FAULT, "the buffer is outside");
    guest.put(end - 8, &[0; 8]);
    assert_eq!(guest.call("fd_write", &[1, end - 8, 1, OUT]), SUCCESS);
    assert_eq!(guest.call("fd_write", &[1, end - 8, 2, OUT]), FAULT);
    assert_eq!(guest.call("poll_oneoff", &[end - 48, 0, 2, OUT]), FAULT);
}

#[test]
fn a_file_is_not_created_if_its_descriptor_cannot_be_returned() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut guest = Guest::new(WasiBuilder::new().preopened_dir(folder.path(), "/").expect("it exists"));
    guest.put(0, b"new");
    assert_eq!(guest.call("path_open", &[3, 0, 0, 3, CREATE, WRITE, 0, 0, MEMORY - 3]), FAULT);
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_call_has_at_most_as_many_buffers_as_on_linux() {
    let mut guest = Guest::new(WasiBuilder::new());
    assert_eq!(guest.call("fd_write", &[1, 0, 1024, OUT]), SUCCESS);
    assert_eq!(guest.call("fd_write", &[1, 0, 1025, OUT]), INVALID);
    assert_eq!(guest.call("fd_write", &[1, 0, 0xffff_ffff, OUT]), INVALID);
}
