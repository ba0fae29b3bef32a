//! [`Callable`]: what names a function that can be run, checked against the functions that a machine has loaded.

use crate::{Callee, Function, FunctionRef, InstructionSet, NotLoaded, Vm};

/// What names a function: a [`FunctionRef`], as hosts know it, or a [`Callee`], as ops do.
///
/// Both are checked at each use. What is not loaded in the machine is refused with
/// [`TrapKind::NotLoaded`](crate::TrapKind::NotLoaded). Nothing else implements the trait.
pub trait Callable<I: InstructionSet>: Copy + sealed::Find<I> {}

impl<I: InstructionSet> Callable<I> for FunctionRef<I> {}
impl<I: InstructionSet> Callable<I> for Callee<I> {}

/// The function that a name stands for in this machine, where it stays until its program is unloaded.
pub(crate) fn find<I: InstructionSet>(vm: &Vm<I>, function: impl Callable<I>) -> Result<*const Function, NotLoaded> {
    function.find(vm).map(std::ptr::from_ref)
}

mod sealed {
    use super::{Callee, Function, FunctionRef, InstructionSet, NotLoaded, Vm};

    pub trait Find<I: InstructionSet> {
        fn find(self, vm: &Vm<I>) -> Result<&Function, NotLoaded>;
    }

    impl<I: InstructionSet> Find<I> for FunctionRef<I> {
        fn find(self, vm: &Vm<I>) -> Result<&Function, NotLoaded> {
            vm.driver.programs.function(self)
        }
    }

    impl<I: InstructionSet> Find<I> for Callee<I> {
        fn find(self, vm: &Vm<I>) -> Result<&Function, NotLoaded> {
            vm.driver.programs.callee(self)
        }
    }
}
