//! Checks images in the process's list, and that gdb reads them.

use std::ffi::OsStr;
use std::process::Command;
use std::thread;

use object::read::elf::ElfFile64;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SymbolKind};

use super::*;
use mimeo_doc_ops::{SAFE_DIVIDE, jit_machine};

use crate::sample::{DIVIDE, SUPPORT, with_regions};

/// Returns the entries of the process's list: their addresses, and copies of their objects.
fn listed() -> Vec<(usize, Vec<u8>)> {
    let _list = List::lock();
    let mut entries = Vec::new();
    let mut previous = ptr::null_mut();
    // SAFETY: (1): it is locked.
    let mut next = unsafe { DESCRIPTOR.first };
    while let Some(entry) = NonNull::new(next) {
        // SAFETY: (2): it is in the list, and so are the bytes.
        let object = unsafe {
            let Entry { object, object_len_bytes, .. } = *entry.as_ptr();
            std::slice::from_raw_parts(object, object_len_bytes as usize).to_vec()
        };
        entries.push((next as usize, object));
        // SAFETY: (2): it is in the list.
        unsafe {
            assert_eq!((*next).previous, previous, "the links back match the links forward");
            (previous, next) = (next, (*next).next);
        }
    }
    entries
}

fn region(name: &str, start: usize) -> CodeRegion<'_> {
    CodeRegion { name, start, bytes: &[0xc3], entries: &[] }
}

/// Returns the names, addresses and sizes of the functions in an object.
fn functions(object: &[u8]) -> Vec<(String, u64, u64)> {
    let file = ElfFile64::<object::LittleEndian>::parse(object).unwrap();
    let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    functions
        .map(|symbol| {
            let section = file.section_by_index(symbol.section_index().unwrap()).unwrap();
            assert_eq!(section.name(), Ok(".text"));
            assert_eq!(section.file_range(), None, "the code is not in the file");
            (symbol.name().unwrap().to_owned(), section.address() + symbol.address(), symbol.size())
        })
        .collect()
}

#[test]
fn an_image_is_in_the_list_until_it_is_dropped() {
    let (mut machine, linked) = jit_machine();
    let (image, expected) = with_regions(&mut machine, linked, |regions, _| {
        let expected: Vec<_> = regions
            .iter()
            .map(|region| (region.name.to_owned(), region.start as u64, region.bytes.len() as u64))
            .collect();
        (GdbImage::register(regions).unwrap(), expected)
    });
    let address = image.entry.as_ptr() as usize;
    let (_, object) = listed().into_iter().find(|&(entry, _)| entry == address).expect("registered");
    assert!(expected.len() > 3);
    assert_eq!(functions(&object), expected);
    drop(image);
    // Another thread's image may be at the same address by now, but not with these functions.
    assert!(listed().iter().all(|(_, object)| functions(object) != expected));
}

#[test]
fn threads_leave_a_consistent_list() {
    thread::scope(|scope| {
        for thread in 0..10 {
            scope.spawn(move || {
                let mut images = Vec::new();
                for index in 0..40 {
                    let name = format!("thread_{thread}_{index}");
                    images.push((GdbImage::register(&[region(&name, 0x1000)]).unwrap(), name));
                    if index % 3 == 0 {
                        images.swap_remove(index / 3);
                    }
                }
                let mut listed = listed();
                listed.retain(|(_, object)| functions(object)[0].0.starts_with(&format!("thread_{thread}_")));
                assert_eq!(listed.len(), images.len());
                for (image, name) in &images {
                    let address = image.entry.as_ptr() as usize;
                    let (_, object) = listed.iter().find(|&&(entry, _)| entry == address).expect("registered");
                    assert_eq!(functions(object), [(name.clone(), 0x1000, 1)]);
                }
            });
        }
    });
    assert!(listed().iter().all(|(_, object)| !functions(object)[0].0.starts_with("thread_")));
}

#[test]
fn the_descriptor_is_as_gdb_expects_it() {
    let _list = List::lock();
    // SAFETY: (1): it is locked.
    let (version, action, relevant) = unsafe { (DESCRIPTOR.version, DESCRIPTOR.action, DESCRIPTOR.relevant) };
    assert_eq!((version, action, relevant.is_null()), (1, NO_ACTION, true));
}

#[test]
fn more_regions_than_an_object_can_number_are_refused() {
    let regions = vec![region("f", 1); elf::MAX_REGIONS + 1];
    let error = GdbImage::register(&regions).unwrap_err();
    assert_eq!(error.to_string(), "65276 regions are too many for one image");
    assert!(std::panic::catch_unwind(|| elf::object(&regions, &[], HOST).is_ok()).is_err());
    let object = elf::object(&regions[1..], &[], HOST).unwrap();
    assert_eq!(functions(&object).len(), elf::MAX_REGIONS);
}

/// The program that the test below debugs: `safe_divide` calls `divide`, which calls the runtime from a cold part.
#[test]
#[ignore = "`gdb_names_the_code_and_unwinds_through_it` runs it under gdb"]
fn a_debugged_program() {
    let (mut machine, linked) = jit_machine();
    let _image = with_regions(&mut machine, linked, |regions, _| GdbImage::register(regions)).unwrap();
    assert_eq!(machine.call(linked.function(SAFE_DIVIDE), &[7, 0]).unwrap(), -1);
}

/// Returns the output of gdb with these arguments, for this test program with those; `None` if there is no gdb.
fn gdb(own: &[&OsStr], program: &[&str]) -> Option<String> {
    let mut gdb = Command::new("gdb");
    gdb.args(["--batch", "-nx", "-ex", "set debuginfod enabled off"]).args(own);
    let output = gdb.arg("--args").arg(std::env::current_exe().unwrap()).args(program).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Returns the `parts` that are in the frames of a backtrace, in the order of the frames.
fn frames_with<'a>(backtrace: &str, parts: &[&'a str]) -> Vec<&'a str> {
    let frames = backtrace.lines().filter(|line| line.starts_with('#'));
    frames.filter_map(|frame| parts.iter().find(|&&part| frame.contains(part)).copied()).collect()
}

#[test]
fn gdb_names_the_code_and_unwinds_through_it() {
    let run = [OsStr::new("-ex"), OsStr::new("run")];
    if !gdb(&run, &["--list"]).is_some_and(|output| output.contains("exited normally")) {
        println!("skipped: there is no gdb, or it cannot run programs");
        return;
    }
    let source = include_str!("../../../../tests/doc-ops/src/runtime.rs");
    let line = source.lines().position(|line| line.contains("cannot divide")).unwrap() + 1;
    let script = format!(
        "set breakpoint pending on
         break {DIVIDE}
         run
         echo == entered\\n
         bt
         echo == stepped\\n
         set $step = 0
         while $step < 60
           stepi
           bt -1
           set $step = $step + 1
         end
         break doc-ops/src/runtime.rs:{line}
         continue
         echo == in the runtime\\n
         bt
         kill
         "
    );
    let file = std::env::temp_dir().join(format!("mimeo-{}.gdb", std::process::id()));
    std::fs::write(&file, script).unwrap();
    let program = ["--exact", "--ignored", "gdb::tests::a_debugged_program"];
    let output = gdb(&[OsStr::new("-x"), file.as_os_str()], &program).unwrap();
    std::fs::remove_file(&file).unwrap();
    let mut parts = output.split("== ").skip(1);
    let mut part = |title| parts.next().and_then(|part| part.strip_prefix(title)).unwrap_or_else(|| panic!("{output}"));

    let entered = [DIVIDE, SUPPORT, "run_function", "a_debugged_program ()"];
    let backtrace = part("entered");
    assert_eq!(frames_with(backtrace, &entered), entered, "{output}");

    // The outermost frame is the same from every place in native code.
    let frames = |text| str::lines(text).filter_map(|line| line.strip_prefix('#')?.split_once(' '));
    let outermost = frames(backtrace).next_back().unwrap().1.trim();
    let stepped = part("stepped");
    // Compilers differ in how many instructions they need, but all save a register and call.
    assert!(stepped.lines().filter(|line| line.contains(DIVIDE)).count() >= 5, "{output}");
    assert!(stepped.contains("division_error"), "{output}");
    assert_eq!(frames(stepped).filter(|(_, frame)| frame.trim() == outermost).count(), 60, "{output}");

    let check = format!("doc-ops/src/runtime.rs:{line}");
    let in_runtime = [&[&*check], &entered[..]].concat();
    assert_eq!(frames_with(part("in the runtime"), &in_runtime), in_runtime, "{output}");
}
