//! [`Callable`]: the types that name a function to run, checked against the functions that a machine has loaded.

use crate::{Callee, Function, FunctionRef, InstructionSet, NotLoaded, Vm};

/// A reference to a function: a [`FunctionRef`], which hosts have, or a [`Callee`], which ops have.
///
/// Both are checked at each use. If the function is not loaded in the machine, the use fails with
/// [`TrapKind::NotLoaded`](crate::TrapKind::NotLoaded). No other type implements the trait.
///
/// ```
/// use mimeo::{Callable, Thrown};
/// use mimeo_doc_ops::{DOUBLE, Ops, Vm, in_op};
///
/// /// A runtime function that takes either kind of reference.
/// fn twice(vm: &mut Vm, function: impl Callable<Ops>, value: i64) -> Result<i64, Thrown> {
///     let once = vm.run(function, &[value])?;
///     vm.run(function, &[once])
/// }
///
/// assert_eq!(in_op([3, 4], |vm, _| twice(vm, vm.host.function(DOUBLE), 5)), Ok(20));
/// ```
pub trait Callable<I: InstructionSet>: Copy + sealed::Find<I> {}

impl<I: InstructionSet> Callable<I> for FunctionRef<I> {}
impl<I: InstructionSet> Callable<I> for Callee<I> {}

/// Returns the address of the function in this machine, which is valid until its program is unloaded.
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
