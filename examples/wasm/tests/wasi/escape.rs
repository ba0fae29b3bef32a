//! Ways out of a folder, none of which leads out: `..`, absolute paths, and symbolic links.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use wasm::wasi::WasiBuilder;

use crate::guest::{CREATE, FIRST, FOLDER, Guest, NO_ENTRY, OUT, PERMISSION, READ, SUCCESS, TRUNCATE, WRITE};

/// The first folder that is granted.
const FD: i64 = 3;

/// A folder beside which there is a secret, and a program that was granted only the folder.
struct Prison {
    outside: TempDir,
    guest: Guest,
}

impl Prison {
    fn new() -> Prison {
        let outside = tempfile::tempdir().expect("a temporary folder");
        let path = outside.path();
        fs::write(path.join("secret"), "secret").unwrap();
        fs::create_dir(path.join("empty")).unwrap();
        fs::create_dir_all(path.join("inside/sub")).unwrap();
        fs::write(path.join("inside/own"), "own").unwrap();
        let grants = WasiBuilder::new().preopened_dir(path.join("inside"), "/").expect("it exists");
        Prison { guest: Guest::new(grants), outside }
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.outside.path().join(path)
    }

    /// Checks that nothing outside was changed.
    fn check(&self) {
        assert_eq!(fs::read_to_string(self.path("secret")).unwrap(), "secret");
        let mut names: Vec<_> = fs::read_dir(self.outside.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["empty", "inside", "secret"]);
    }
}

/// Tries everything that takes a path, on the file `secret` and the folder `empty` outside, which are at `out`.
fn try_everything(prison: &mut Prison, out: &str) {
    let secret = format!("{out}/secret");
    let (empty, new) = (format!("{out}/empty"), format!("{out}/new"));
    let guest = &mut prison.guest;
    for (how, rights) in [(0, READ), (0, WRITE), (CREATE, WRITE), (CREATE | TRUNCATE, READ | WRITE), (TRUNCATE, READ)] {
        assert_eq!(guest.open(FD, &secret, how, rights), Err(PERMISSION), "{secret} {how} {rights}");
    }
    for path in [out, &empty] {
        assert_eq!(guest.open(FD, path, FOLDER, READ), Err(PERMISSION), "{path}");
        assert_eq!(guest.open(FD, path, 0, READ), Err(PERMISSION), "{path}");
    }
    assert_eq!(guest.open(FD, &new, CREATE, WRITE), Err(PERMISSION));
    assert_eq!(guest.path("path_create_directory", FD, &new), PERMISSION);
    assert_eq!(guest.path("path_remove_directory", FD, &empty), PERMISSION);
    assert_eq!(guest.path("path_unlink_file", FD, &secret), PERMISSION);
    for (from, to) in [(&*secret, "stolen"), ("own", &*new), ("own", &*secret)] {
        assert_eq!(guest.paths("path_rename", FD, from, to), PERMISSION, "{from} {to}");
        assert_eq!(guest.paths("path_link", FD, from, to), PERMISSION, "{from} {to}");
    }
    assert_eq!(guest.paths("path_symlink", FD, "own", &new), PERMISSION);
    guest.put(FIRST, secret.as_bytes());
    let len = secret.len() as i64;
    for lookup in [0, 1] {
        assert_eq!(guest.call("path_filestat_get", &[FD, lookup, FIRST, len, OUT]), PERMISSION);
        assert_eq!(guest.call("path_filestat_set_times", &[FD, lookup, FIRST, len, 0, 0, 5]), PERMISSION);
    }
    assert_eq!(guest.call("path_readlink", &[FD, FIRST, len, OUT, 100, OUT + 200]), PERMISSION);
    prison.check();
    assert_eq!(fs::read_to_string(prison.path("inside/own")).unwrap(), "own");
}

#[test]
fn dots_do_not_lead_out() {
    let mut prison = Prison::new();
    for out in ["..", "../../..", "sub/../..", "./sub/./../../inside/.."] {
        try_everything(&mut prison, out);
    }
    // Inside they are allowed.
    assert!(prison.guest.open(FD, "sub/../own", 0, READ).is_ok());
    assert_eq!(prison.guest.open(FD, "missing/../own", 0, READ), Err(NO_ENTRY));
}

#[test]
fn absolute_paths_do_not_lead_out() {
    let mut prison = Prison::new();
    let out = prison.outside.path().to_str().expect("a plain path").to_owned();
    try_everything(&mut prison, &out);
    assert_eq!(prison.guest.open(FD, "/", FOLDER, READ), Err(PERMISSION));
    assert_eq!(prison.guest.open(FD, "/own", 0, READ), Err(PERMISSION));
}

#[test]
fn folders_that_were_opened_do_not_lead_out() {
    let mut prison = Prison::new();
    let sub = prison.guest.open(FD, "sub", FOLDER, READ).expect("it is inside");
    for path in ["..", "../own", "../../secret"] {
        assert_eq!(prison.guest.open(sub, path, 0, READ), Err(PERMISSION), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links_of_the_host_do_not_lead_out() {
    let mut prison = Prison::new();
    let inside = prison.path("inside");
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, inside.join(name)).unwrap();
    link(Path::new(".."), "relative");
    link(Path::new("sub/../.."), "winding");
    link(prison.outside.path(), "absolute");
    link(Path::new("relative"), "twice");
    link(Path::new("../secret"), "file");
    for out in ["relative", "winding", "absolute", "twice", "sub/../relative"] {
        try_everything(&mut prison, out);
    }
    for rights in [READ, WRITE] {
        assert_eq!(prison.guest.open(FD, "file", 0, rights), Err(PERMISSION));
        assert_eq!(prison.guest.open(FD, "file", CREATE, rights), Err(PERMISSION));
    }
    prison.check();
}

#[cfg(unix)]
#[test]
fn symbolic_links_of_the_program_do_not_lead_out() {
    let mut prison = Prison::new();
    assert_eq!(prison.guest.paths("path_symlink", FD, "..", "up"), SUCCESS);
    assert_eq!(prison.guest.paths("path_symlink", FD, "../secret", "sub/file"), SUCCESS);
    try_everything(&mut prison, "up");
    // It leads to `inside/secret`, which does not exist.
    assert_eq!(prison.guest.open(FD, "sub/file", 0, READ), Err(NO_ENTRY));
    // Absolute ones cannot be made, as others could follow them.
    let secret = prison.path("secret").to_str().expect("a plain path").to_owned();
    assert_eq!(prison.guest.paths("path_symlink", FD, &secret, "absolute"), PERMISSION);
    // A link that is moved leads elsewhere.
    assert_eq!(prison.guest.paths("path_rename", FD, "sub/file", "file"), SUCCESS);
    assert_eq!(prison.guest.open(FD, "file", 0, READ), Err(PERMISSION));
    prison.check();
}

#[cfg(unix)]
#[test]
fn links_can_be_renamed_and_removed_without_being_followed() {
    let mut prison = Prison::new();
    std::os::unix::fs::symlink("../secret", prison.path("inside/link")).unwrap();
    assert_eq!(prison.guest.paths("path_rename", FD, "link", "moved"), SUCCESS);
    assert_eq!(prison.guest.path("path_unlink_file", FD, "moved"), SUCCESS);
    prison.check();
}
