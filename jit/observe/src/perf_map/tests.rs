//! Checks the contents of the map, and that perf reads it.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;

use super::*;
use mimeo_doc_ops::{SUM, jit_machine};

use crate::sample::with_regions;

/// A folder for one test, which is removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("mimeo-perf-map-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn map(&self) -> PathBuf {
        self.0.join(format!("perf-{}.map", std::process::id()))
    }

    /// Returns the lines of the map: start, size and name.
    fn lines(&self) -> Vec<(usize, usize, String)> {
        let text = std::fs::read_to_string(self.map()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        let number = |text| usize::from_str_radix(text, 16).unwrap();
        text.lines()
            .map(|line| {
                let [start, size, name] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
                (number(start), number(size), name.to_owned())
            })
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn region(name: &str, start: usize) -> CodeRegion<'_> {
    CodeRegion { name, start, bytes: &[0; 0x1f], entries: &[] }
}

#[test]
fn every_machine_appends_to_the_same_map() {
    let folder = Folder::new("append");
    std::fs::write(folder.map(), "of an earlier process\n").unwrap();
    let mut first = PerfMap::open_in(&folder.0).unwrap();
    first.add(&region("fib", 0x7fab_5c9a_2000)).unwrap();
    let mut second = PerfMap::open_in(&folder.0).unwrap();
    second.add(&region("", 0)).unwrap();
    first.add(&region("operator +(int, int)", 0x10)).unwrap();
    let text = std::fs::read_to_string(folder.map()).unwrap();
    assert_eq!(text, "7fab5c9a2000 1f mimeo::fib\n0 1f mimeo::\n10 1f mimeo::operator +(int, int)\n");
}

#[test]
fn a_name_stays_in_its_line() {
    let folder = Folder::new("names");
    let mut map = PerfMap::open_in(&folder.0).unwrap();
    for name in ["a\nb\r", "\n", "\0c\u{85}d", "ä → ö"] {
        map.add(&region(name, 1)).unwrap();
    }
    let names: Vec<String> = folder.lines().into_iter().map(|(_, _, name)| name).collect();
    assert_eq!(names, ["mimeo::a?b?", "mimeo::?", "mimeo::?c?d", "mimeo::ä → ö"]);
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = Folder::new("link");
    let victim = folder.0.join("victim");
    std::fs::write(&victim, "precious").unwrap();
    symlink(&victim, folder.map()).unwrap();
    PerfMap::open_in(&folder.0).unwrap().add(&region("f", 1)).unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(folder.lines(), [(1, 0x1f, "mimeo::f".to_owned())]);
}

#[test]
fn threads_do_not_tear_each_others_lines() {
    let folder = Folder::new("threads");
    thread::scope(|scope| {
        for thread in 0..10 {
            let folder = &folder;
            scope.spawn(move || {
                let mut map = PerfMap::open_in(&folder.0).unwrap();
                for index in 0..100 {
                    map.add(&region(&"n".repeat(index * 10), thread * 100 + index)).unwrap();
                }
            });
        }
    });
    let mut lines = folder.lines();
    lines.sort();
    let expected = (0..1000).map(|start| (start, 0x1f, format!("mimeo::{}", "n".repeat(start % 100 * 10))));
    assert_eq!(lines, expected.collect::<Vec<_>>());
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let error = PerfMap::open_in(Path::new("/no/such/folder")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

/// The program that the test below profiles.
#[test]
#[ignore = "`perf_finds_the_name` runs it under perf"]
fn a_profiled_program() {
    let (mut machine, linked) = jit_machine();
    let mut map = PerfMap::open().unwrap();
    println!("pid {}", std::process::id());
    with_regions(&mut machine, linked, |regions, _| regions.iter().try_for_each(|region| map.add(region))).unwrap();
    let n = 50_000_000;
    assert_eq!(machine.call(linked.function(SUM), &[n]).unwrap(), n * (n + 1) / 2);
}

#[test]
fn perf_finds_the_name() {
    let folder = Folder::new("perf");
    let data = folder.0.join("perf.data");
    let program = std::env::current_exe().unwrap();
    let test = ["--exact", "--ignored", "--nocapture", "perf_map::tests::a_profiled_program"];
    let mut record = Command::new("perf");
    record.args(["record", "-e", "cpu-clock", "-F", "2000", "-o"]).arg(&data).arg("--").arg(program).args(test);
    let Some(output) = record.output().ok().filter(|output| output.status.success()) else {
        println!("skipped: there is no perf, or it may not record");
        return;
    };
    let output = String::from_utf8(output.stdout).unwrap();
    let (_, pid) = output.split_once("pid ").unwrap();
    let pid: String = pid.chars().take_while(char::is_ascii_digit).collect();
    let report = Command::new("perf").args(["report", "--stdio", "-i"]).arg(&data).output();
    let report = String::from_utf8(report.unwrap().stdout).unwrap();
    std::fs::remove_file(Path::new(FOLDER).join(format!("perf-{pid}.map"))).unwrap();
    assert!(report.contains("mimeo::native_sum"), "it is not in:\n{report}");
}
