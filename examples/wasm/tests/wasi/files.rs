//! What a program sees of files and folders.

use std::fs;

use tempfile::TempDir;
use wasm::wasi::WasiBuilder;

use crate::guest::{
    BAD_DESCRIPTOR, CREATE, EXCLUSIVE, EXISTS, FIRST, FOLDER, Guest, INVALID, IS_FOLDER, NAME_TOO_LONG, NO_ENTRY,
    NOT_EMPTY, NOT_FOLDER, NOT_SEEKABLE, NOT_SOCKET, NOT_SUPPORTED, OUT, READ, SUCCESS, TRUNCATE, WRITE,
};

/// The folder that is granted.
const FD: i64 = 3;

fn guest() -> (TempDir, Guest) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grants = WasiBuilder::new().preopened_dir(folder.path(), "/data").expect("it exists");
    (folder, Guest::new(grants))
}

#[test]
fn a_granted_folder_has_its_name() {
    let (_folder, mut guest) = guest();
    assert_eq!(guest.call("fd_prestat_get", &[FD, OUT]), SUCCESS);
    assert_eq!((guest.u32(OUT), guest.u32(OUT + 4)), (0, 5));
    assert_eq!(guest.call("fd_prestat_dir_name", &[FD, FIRST, 5]), SUCCESS);
    assert_eq!(guest.bytes(FIRST, 5), b"/data");
    assert_eq!(guest.call("fd_prestat_dir_name", &[FD, FIRST, 4]), NAME_TOO_LONG);
    for fd in [0, 4] {
        assert_eq!(guest.call("fd_prestat_get", &[fd, OUT]), BAD_DESCRIPTOR);
    }
    // A folder that the program opened was not granted.
    assert_eq!(guest.path("path_create_directory", FD, "sub"), SUCCESS);
    let sub = guest.open(FD, "sub", FOLDER, READ).unwrap();
    assert_eq!(guest.call("fd_prestat_get", &[sub, OUT]), BAD_DESCRIPTOR);
}

#[test]
fn files_are_created_written_and_read() {
    let (folder, mut guest) = guest();
    assert_eq!(guest.open(FD, "file", 0, READ), Err(NO_ENTRY));
    let file = guest.open(FD, "file", CREATE | EXCLUSIVE, READ | WRITE).unwrap();
    assert_eq!(guest.open(FD, "file", CREATE | EXCLUSIVE, WRITE), Err(EXISTS));
    assert_eq!(guest.write(file, b"hello"), Ok(5));
    assert_eq!(guest.read(file, 10), Ok(vec![]));
    assert_eq!(guest.call("fd_seek", &[file, -4, 1, OUT]), SUCCESS);
    assert_eq!(guest.u64(OUT), 1);
    assert_eq!(guest.read(file, 10), Ok(b"ello".to_vec()));
    assert_eq!(guest.pwrite(file, b"J", 0), Ok(1));
    assert_eq!(guest.pread(file, 3, 0), Ok(b"Jel".to_vec()));
    assert_eq!(guest.call("fd_tell", &[file, OUT]), SUCCESS);
    assert_eq!(guest.u64(OUT), 5);
    assert_eq!(guest.call("fd_seek", &[file, -1, 0, OUT]), INVALID);
    assert_eq!(guest.call("fd_seek", &[file, 0, 3, OUT]), INVALID);
    for name in ["fd_sync", "fd_datasync", "fd_close"] {
        assert_eq!(guest.call(name, &[file]), SUCCESS, "{name}");
    }
    assert_eq!(guest.call("fd_close", &[file]), BAD_DESCRIPTOR);
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"Jello");
    let file = guest.open(FD, "file", TRUNCATE, WRITE).unwrap();
    assert_eq!(guest.read(file, 1), Err(BAD_DESCRIPTOR));
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"");
    let file = guest.open(FD, "file", 0, READ).unwrap();
    assert_eq!(guest.write(file, b"x"), Err(BAD_DESCRIPTOR));
    assert_eq!(guest.call("fd_filestat_set_size", &[file, 3]), INVALID);
    // Creating a file needs more of the system than the program gets.
    let file = guest.open(FD, "new", CREATE, READ).unwrap();
    assert_eq!(guest.write(file, b"x"), Err(BAD_DESCRIPTOR));
    assert_eq!(guest.pwrite(file, b"x", 0), Err(BAD_DESCRIPTOR));
}

#[test]
fn appending_writes_at_the_end() {
    let (folder, mut guest) = guest();
    fs::write(folder.path().join("log"), "one").unwrap();
    let file = guest.open_with(FD, 0, "log", 0, READ | WRITE, 1).unwrap();
    assert_eq!(guest.write(file, b" two"), Ok(4));
    assert_eq!(guest.call("fd_seek", &[file, 0, 0, OUT]), SUCCESS);
    assert_eq!(guest.write(file, b" three"), Ok(6));
    assert_eq!(guest.call("fd_fdstat_set_flags", &[file, 0]), SUCCESS);
    assert_eq!(guest.call("fd_seek", &[file, 0, 0, OUT]), SUCCESS);
    assert_eq!(guest.write(file, b"O"), Ok(1));
    assert_eq!(fs::read_to_string(folder.path().join("log")).unwrap(), "One two three");
}

#[test]
fn sizes_and_times_can_be_set() {
    let (folder, mut guest) = guest();
    let file = guest.open(FD, "file", CREATE, WRITE).unwrap();
    let size = |guest: &mut Guest| {
        assert_eq!(guest.call("fd_filestat_get", &[file, OUT]), SUCCESS);
        guest.u64(OUT + 32)
    };
    assert_eq!(guest.call("fd_filestat_set_size", &[file, 10]), SUCCESS);
    assert_eq!(size(&mut guest), 10);
    assert_eq!(guest.call("fd_allocate", &[file, 4, 4]), SUCCESS);
    assert_eq!(size(&mut guest), 10);
    assert_eq!(guest.call("fd_allocate", &[file, 4, 16]), SUCCESS);
    assert_eq!(size(&mut guest), 20);
    assert_eq!(guest.call("fd_allocate", &[file, -1, 2]), INVALID);
    let second = 1_000_000_000;
    assert_eq!(guest.call("fd_filestat_set_times", &[file, 5 * second, 7 * second, 1 | 4]), SUCCESS);
    assert_eq!(guest.call("fd_filestat_get", &[file, OUT]), SUCCESS);
    assert_eq!((guest.u64(OUT + 40), guest.u64(OUT + 48)), (5 * second as u64, 7 * second as u64));
    guest.put(FIRST, b"file");
    assert_eq!(guest.call("path_filestat_set_times", &[FD, 0, FIRST, 4, 0, 9 * second, 2 | 4]), SUCCESS);
    assert_eq!(guest.call("path_filestat_get", &[FD, 0, FIRST, 4, OUT]), SUCCESS);
    assert!(guest.u64(OUT + 40) > 1_000_000_000 * second as u64, "it was accessed now");
    assert_eq!(guest.u64(OUT + 48), 9 * second as u64);
    assert_eq!(guest.bytes(OUT + 16, 1), [4], "it is a file");
    assert_eq!(guest.u64(OUT + 24), 1, "it has one name");
    for flags in [3, 12, 16] {
        assert_eq!(guest.call("fd_filestat_set_times", &[file, 0, 0, flags]), INVALID);
    }
    assert_eq!(guest.call("fd_filestat_set_times", &[FD, 5 * second, 5 * second, 5]), SUCCESS);
    let modified = fs::metadata(folder.path()).unwrap().modified().unwrap();
    assert_eq!(modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(), 5);
}

#[test]
fn folders_are_created_listed_and_removed() {
    let (folder, mut guest) = guest();
    assert_eq!(guest.path("path_create_directory", FD, "sub"), SUCCESS);
    assert_eq!(guest.path("path_create_directory", FD, "sub"), EXISTS);
    let sub = guest.open(FD, "sub", 0, READ).unwrap();
    for index in 0..40 {
        fs::write(folder.path().join(format!("sub/a file with the number {index}")), "").unwrap();
    }
    assert_eq!(guest.path("path_remove_directory", FD, "sub"), NOT_EMPTY);
    // Reads with a small buffer, as programs do: from the last entry that was complete.
    let (mut names, mut cookie) = (Vec::new(), 0);
    loop {
        assert_eq!(guest.call("fd_readdir", &[sub, FIRST, 200, cookie, OUT]), SUCCESS);
        let used = guest.u32(OUT) as usize;
        let bytes = guest.bytes(FIRST, used);
        let mut at = 0;
        while at + 24 <= used {
            let len = u32::from_le_bytes(bytes[at + 16..at + 20].try_into().unwrap()) as usize;
            if at + 24 + len > used {
                break;
            }
            let name = String::from_utf8(bytes[at + 24..at + 24 + len].to_vec()).unwrap();
            assert_eq!(bytes[at + 20], if name.starts_with('.') { 3 } else { 4 });
            cookie = i64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
            names.push(name);
            at += 24 + len;
        }
        if used < 200 {
            break;
        }
    }
    assert_eq!(names[..2], [".", ".."]);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 42);
    // Starting again shows what has changed, and any place can be the first.
    let used = |guest: &mut Guest, fd, cookie| {
        assert_eq!(guest.call("fd_readdir", &[fd, FIRST, 8000, cookie, OUT]), SUCCESS);
        guest.u32(OUT)
    };
    let before = used(&mut guest, sub, 0);
    fs::write(folder.path().join("sub/new"), "").unwrap();
    assert_eq!(used(&mut guest, sub, 0), before + 24 + 3);
    let fresh = guest.open(FD, "sub", 0, READ).unwrap();
    assert_eq!(used(&mut guest, fresh, 2), before + 24 + 3 - 2 * 24 - 3);
    assert_eq!(used(&mut guest, fresh, -1), 0);
    fs::remove_dir_all(folder.path().join("sub")).unwrap();
    assert_eq!(guest.path("path_remove_directory", FD, "sub"), NO_ENTRY);
}

#[test]
fn folders_are_not_files() {
    let (folder, mut guest) = guest();
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(guest.path("path_create_directory", FD, "sub"), SUCCESS);
    assert_eq!(guest.open(FD, "sub", 0, WRITE), Err(IS_FOLDER));
    assert_eq!(guest.open(FD, "sub", CREATE, READ), Err(IS_FOLDER));
    assert_eq!(guest.open(FD, "file", FOLDER, READ), Err(NOT_FOLDER));
    assert_eq!(guest.open(FD, "file", FOLDER | CREATE, READ), Err(INVALID));
    assert_eq!(guest.open(FD, "file", 16, READ), Err(INVALID));
    assert_eq!(guest.open_with(FD, 0, "file", 0, READ, 32), Err(INVALID));
    assert_eq!(guest.open(FD, "", 0, READ), Err(NO_ENTRY));
    assert_eq!(guest.open(FD, "a\0b", 0, READ), Err(INVALID));
    assert_eq!(guest.read(FD, 1), Err(IS_FOLDER));
    assert_eq!(guest.write(FD, b"x"), Err(BAD_DESCRIPTOR));
    assert_eq!(guest.call("fd_seek", &[FD, 0, 0, OUT]), IS_FOLDER);
    let file = guest.open(FD, "file", 0, READ).unwrap();
    assert_eq!(guest.open(file, "x", 0, READ), Err(NOT_FOLDER));
    assert_eq!(guest.call("fd_readdir", &[file, FIRST, 100, 0, OUT]), NOT_FOLDER);
    assert_eq!(guest.path("path_unlink_file", FD, "sub"), IS_FOLDER);
    assert_eq!(guest.path("path_remove_directory", FD, "file"), NOT_FOLDER);
    assert_eq!(guest.path("path_unlink_file", FD, "file"), SUCCESS);
}

#[test]
fn names_are_linked_and_moved() {
    let (folder, mut guest) = guest();
    fs::write(folder.path().join("file"), "text").unwrap();
    assert_eq!(guest.paths("path_link", FD, "file", "second"), SUCCESS);
    assert_eq!(guest.paths("path_link", FD, "file", "second"), EXISTS);
    guest.put(FIRST, b"file");
    assert_eq!(guest.call("path_link", &[FD, 1, FIRST, 4, FD, FIRST, 4]), INVALID, "links are not followed");
    assert_eq!(guest.paths("path_rename", FD, "file", "moved"), SUCCESS);
    assert_eq!(guest.path("path_unlink_file", FD, "second"), SUCCESS);
    assert_eq!(guest.paths("path_symlink", FD, "moved", "link"), SUCCESS);
    guest.put(FIRST, b"link");
    assert_eq!(guest.call("path_readlink", &[FD, FIRST, 4, FIRST + 100, 3, OUT]), SUCCESS);
    assert_eq!((guest.u32(OUT), guest.bytes(FIRST + 100, 4)), (3, b"mov\0".to_vec()));
    let link = guest.open(FD, "link", 0, READ).unwrap();
    assert_eq!(guest.read(link, 10), Ok(b"text".to_vec()));
    assert!(guest.open_with(FD, 0, "link", 0, READ, 0).is_err(), "it is not followed");
    guest.put(FIRST, b"link");
    for (lookup, kind) in [(0, 7), (1, 4)] {
        assert_eq!(guest.call("path_filestat_get", &[FD, lookup, FIRST, 4, OUT]), SUCCESS);
        assert_eq!(guest.bytes(OUT + 16, 1), [kind]);
    }
}

#[test]
fn descriptors_are_renumbered() {
    let (folder, mut guest) = guest();
    fs::write(folder.path().join("file"), "text").unwrap();
    let first = guest.open(FD, "file", 0, READ).unwrap();
    let second = guest.open(FD, "file", 0, READ).unwrap();
    assert_eq!((first, second), (4, 5));
    assert_eq!(guest.read(second, 2), Ok(b"te".to_vec()));
    assert_eq!(guest.call("fd_renumber", &[second, first]), SUCCESS);
    assert_eq!(guest.read(first, 2), Ok(b"xt".to_vec()));
    assert_eq!(guest.call("fd_renumber", &[first, first]), SUCCESS);
    assert_eq!(guest.call("fd_renumber", &[second, first]), BAD_DESCRIPTOR);
    assert_eq!(guest.call("fd_renumber", &[first, 77]), BAD_DESCRIPTOR);
    assert_eq!(guest.open(FD, "file", 0, READ), Ok(5), "the lowest free number");
}

#[test]
fn descriptors_say_what_they_are() {
    let (_folder, mut guest) = guest();
    let file = guest.open_with(FD, 0, "file", CREATE, READ, 1).unwrap();
    let other = guest.open(FD, "file", 0, WRITE).unwrap();
    let mut status = |fd| {
        assert_eq!(guest.call("fd_fdstat_get", &[fd, OUT]), SUCCESS);
        (guest.bytes(OUT, 1)[0], guest.bytes(OUT + 2, 1)[0], guest.u64(OUT + 8), guest.u64(OUT + 16))
    };
    let can = |rights: u64| (rights & READ as u64 != 0, rights & WRITE as u64 != 0);
    let (kind, flags, rights, inherited) = status(file);
    assert_eq!((kind, flags, can(rights), inherited), (4, 1, (true, false), 0));
    assert_eq!(can(status(other).2), (false, true));
    let (kind, _, rights, inherited) = status(FD);
    assert_eq!((kind, can(rights), can(inherited)), (3, (false, false), (true, true)));
    assert_eq!(can(status(0).2), (true, false));
    assert_eq!(can(status(1).2), (false, true));
    for fd in [0, FD, file] {
        assert_eq!(guest.call("sock_shutdown", &[fd, 0]), NOT_SOCKET);
    }
    assert_eq!(guest.call("sock_shutdown", &[77, 0]), BAD_DESCRIPTOR);
    assert_eq!(guest.call("fd_seek", &[0, 0, 1, OUT]), NOT_SEEKABLE);
    assert_eq!(guest.call("fd_advise", &[file, 0, 0, 5]), SUCCESS);
    assert_eq!(guest.call("fd_advise", &[file, 0, 0, 6]), INVALID);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[0, 4]), NOT_SUPPORTED);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[file, 32]), INVALID);
}
