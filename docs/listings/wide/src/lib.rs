//! Two languages with 64-bit integers beside floats: in `longs` a large integer is an object, and in `pairs` every
//! value takes two slots. Both add, compare and loop, and no more.
//!
//! The modules are private, because the ops of one follow the pointers in values: no other crate can make a value.

mod longs;
mod pairs;
#[cfg(test)]
mod tests;

use mimeo::asm::FunctionIndex;
use mimeo::jit::{HasJit as _, JitConfig, WithJit as _};

use pairs::pairs::{FLOAT, INT};

/// A number of these languages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
}

/// A loop that adds numbers, in one of the languages.
pub trait Sum {
    /// Builds a machine with the loop.
    fn new(jit: JitConfig) -> Self;

    /// Adds `[index, sum, step, end]`: the index to the sum, and the step to the index until that is the end. Returns
    /// the sum, or the error.
    fn run(&mut self, numbers: [Number; 4]) -> Result<Number, String>;

    /// Returns the bytes of native code.
    fn code_bytes(&self) -> u64;
}

/// With objects for large integers.
pub struct Objects(longs::longs::Machine, longs::longs::FunctionRef);

impl Sum for Objects {
    fn new(jit: JitConfig) -> Self {
        let mut machine = longs::longs::Machine::builder((), longs::Host::default()).jit(jit).build();
        let linked = machine.load(&longs::sum().expect("it is short")).expect("there is memory");
        Objects(machine, linked.function(FunctionIndex(0)))
    }

    fn run(&mut self, numbers: [Number; 4]) -> Result<Number, String> {
        let heap = &mut self.0.vm_mut().host.heap;
        let arguments = numbers.map(|number| match number {
            Number::Int(int) => longs::integer(heap, int).expect("there is memory"),
            Number::Float(float) => longs::longs::Value::float(float),
        });
        let sum = self.0.call(self.1, &arguments).map_err(|trap| trap.kind.to_string())?;
        let int = longs::as_integer(self.0.vm(), sum).map(Number::Int);
        Ok(int.or(sum.as_float().map(Number::Float)).expect("a sum is a number"))
    }

    fn code_bytes(&self) -> u64 {
        self.0.jit().map_or(0, |jit| jit.stats().code.regions.total_bytes())
    }
}

/// With two slots for each value.
pub struct Slots(pairs::pairs::Machine, pairs::pairs::FunctionRef);

impl Sum for Slots {
    fn new(jit: JitConfig) -> Self {
        let mut machine = pairs::pairs::Machine::builder((), ()).jit(jit).build();
        let linked = machine.load(&pairs::sum().expect("it is short")).expect("there is memory");
        Slots(machine, linked.function(FunctionIndex(0)))
    }

    fn run(&mut self, numbers: [Number; 4]) -> Result<Number, String> {
        let arguments = numbers.map(|number| match number {
            Number::Int(int) => [INT, int],
            Number::Float(float) => [FLOAT, float.to_bits() as i64],
        });
        let sum = self.0.call(self.1, arguments.as_flattened()).map_err(|trap| trap.kind.to_string())?;
        // One kind of numbers stays what it is.
        Ok(match numbers[0] {
            Number::Int(_) => Number::Int(sum),
            Number::Float(_) => Number::Float(f64::from_bits(sum as u64)),
        })
    }

    fn code_bytes(&self) -> u64 {
        self.0.jit().map_or(0, |jit| jit.stats().code.regions.total_bytes())
    }
}
