//! Loaded chunks and requested breakpoints → the ops where the program stops: [`Code`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use mimeo::FunctionRef;
use mimeo::def::Pc;

use crate::heap::StopPoint;
use crate::ops::ops::{Ops, Vm};

/// A function of a loaded chunk: the number of its program, and its index there.
pub(super) type FunctionKey = (u64, usize);

/// A local variable of a function, while a slot holds it.
pub(super) struct Local {
    pub(super) name: String,
    pub(super) slot: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A function of a loaded chunk.
pub(super) struct LoadedFunction {
    pub(super) function: FunctionRef<Ops>,
    pub(super) locals: Vec<Local>,
    pub(super) stops: Vec<StopPoint>,
}

impl LoadedFunction {
    /// Returns the line of a stop point.
    pub(super) fn stop_at(&self, pc: u32) -> Option<u32> {
        let found = self.stops.binary_search_by_key(&pc, |stop| stop.pc).ok()?;
        Some(self.stops[found].line)
    }

    /// Returns the first stop point of a line.
    fn first_of(&self, line: u32) -> Option<u32> {
        self.stops.iter().find(|stop| stop.line == line).map(|stop| stop.pc)
    }
}

/// A requested breakpoint.
#[derive(Clone)]
pub(super) struct Breakpoint {
    pub(super) id: u64,
    /// The line that was requested.
    pub(super) line: u32,
    /// The line where it stops, once the file is loaded.
    pub(super) actual: Option<u32>,
    pub(super) condition: Option<String>,
}

/// The code of the program.
#[derive(Default)]
pub(super) struct Code {
    functions: HashMap<FunctionKey, Rc<LoadedFunction>>,
    /// The chunks of each file, which can be loaded several times.
    files: HashMap<PathBuf, Vec<u64>>,
    breakpoints: HashMap<PathBuf, Vec<Breakpoint>>,
    armed: HashMap<(FunctionKey, u32), Breakpoint>,
    last_id: u64,
}

impl Code {
    /// Adds a chunk. Returns the breakpoints that have a place now.
    pub(super) fn add(
        &mut self,
        vm: &mut Vm,
        program: u64,
        path: Option<PathBuf>,
        functions: Vec<LoadedFunction>,
    ) -> Vec<Breakpoint> {
        for (index, function) in functions.into_iter().enumerate() {
            self.functions.insert((program, index), Rc::new(function));
        }
        let Some(path) = path else { return Vec::new() };
        self.files.entry(path.clone()).or_default().push(program);
        self.arm(vm, &path)
    }

    pub(super) fn function(&self, key: FunctionKey) -> Option<Rc<LoadedFunction>> {
        self.functions.get(&key).cloned()
    }

    /// Returns the breakpoint at an op.
    pub(super) fn breakpoint(&self, key: FunctionKey, pc: u32) -> Option<Breakpoint> {
        self.armed.get(&(key, pc)).cloned()
    }

    /// Replaces the breakpoints of a file: a line and a condition each. Returns the new ones.
    pub(super) fn set_breakpoints(
        &mut self,
        vm: &mut Vm,
        path: &Path,
        wanted: Vec<(u32, Option<String>)>,
    ) -> Vec<Breakpoint> {
        self.disarm(vm, path);
        let new = wanted.into_iter().map(|(line, condition)| {
            self.last_id += 1;
            Breakpoint { id: self.last_id, line, actual: None, condition }
        });
        let new = new.collect();
        self.breakpoints.insert(path.to_owned(), new);
        self.arm(vm, path);
        self.breakpoints[path].clone()
    }

    fn disarm(&mut self, vm: &mut Vm, path: &Path) {
        let programs = self.files.get(path).map_or(&[][..], |programs| programs);
        let functions = &self.functions;
        self.armed.retain(|&(key, pc), _| {
            let is_elsewhere = !programs.contains(&key.0);
            if let (false, Some(function)) = (is_elsewhere, functions.get(&key)) {
                // A function that was unloaded has no breakpoints.
                let _unloaded = vm.set_breakpoint(function.function, Pc(pc), false);
            }
            is_elsewhere
        });
    }

    /// Sets the breakpoints of a file in everything that is loaded from it. Returns those that have a new place.
    fn arm(&mut self, vm: &mut Vm, path: &Path) -> Vec<Breakpoint> {
        let programs = self.files.get(path).map_or(&[][..], |programs| programs);
        let functions: Vec<_> = self.functions.iter().filter(|(key, _)| programs.contains(&key.0)).collect();
        let stops = functions.iter().flat_map(|(_, function)| &function.stops);
        let mut lines: Vec<u32> = stops.map(|stop| stop.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut moved = Vec::new();
        for breakpoint in self.breakpoints.get_mut(path).into_iter().flatten() {
            let before = breakpoint.actual;
            for &line in lines.iter().filter(|&&line| line >= breakpoint.line) {
                let mut is_set = false;
                for (key, function) in &functions {
                    let Some(pc) = function.first_of(line) else { continue };
                    if vm.set_breakpoint(function.function, Pc(pc), true) == Ok(true) {
                        is_set = true;
                        breakpoint.actual = Some(line);
                        self.armed.insert((**key, pc), breakpoint.clone());
                    }
                }
                if is_set {
                    break;
                }
            }
            if breakpoint.actual != before {
                moved.push(breakpoint.clone());
            }
        }
        moved
    }
}
