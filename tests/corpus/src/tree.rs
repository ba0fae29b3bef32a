//! A folder → a copy that tests can change, in which cargo builds only what has changed since the last copy.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

/// Makes `to` a copy of `from`, except for hidden folders and `target`.
///
/// # Errors
///
/// If a file cannot be read, written or removed.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        let (source, copied) = (entry.path(), to.join(&name));
        if entry.file_type()?.is_dir() {
            copy(&source, &copied)?;
        } else {
            write(&copied, fs::read(&source)?)?;
        }
        names.insert(name);
    }
    remove_others(to, &names)
}

/// Writes a file, unless it has this content: cargo builds a file again when its time changes.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write(file: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    if fs::read(file).is_ok_and(|found| found == bytes.as_ref()) {
        return Ok(());
    }
    fs::write(file, bytes)
}

fn remove_others(folder: &Path, names: &BTreeSet<OsString>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if names.contains(&entry.file_name()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_same_files_and_no_others() {
        let folder = std::env::temp_dir().join(format!("mimeo-corpus-tree-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        for path in ["from/a/b", "from/target", "from/.hidden", "to/c"] {
            fs::create_dir_all(folder.join(path)).expect("the folder can be made");
        }
        for path in ["from/a/b/file", "from/target/file", "to/c/file", "to/d"] {
            write(&folder.join(path), path).expect("the file can be written");
        }
        copy(&from, &to).expect("the folder can be copied");
        assert_eq!(fs::read(to.join("a/b/file")).expect("it was copied"), b"from/a/b/file");
        let names = fs::read_dir(&to).expect("it is there").map(|entry| entry.expect("it is there").file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["a"]);
        fs::remove_dir_all(folder).expect("the folder can be removed");
    }
}
