//! `tagged`: a small language of doubles and arrays with a tag in their upper bits, and typed memory. Optimized code of
//! its loops goes wrong if a check or a load is left out that is needed.

use mimeo::Thrown;

use self::tagged::Vm;

fn refused(vm: &mut Vm) -> Thrown {
    vm.throw("an operand has the wrong type")
}

/// Returns the word of an array.
pub fn word_of(array: &tagged::Array) -> u64 {
    tagged::ARRAY << tagged::SHIFT | std::ptr::from_ref(array).expose_provenance() as u64
}

// SAFETY: (1) programs hold only the words of arrays that outlive the run, (2) programs keep to the module's contract,
// (3) arrays do not move, (4) there are no cells, (5) the data has no callees, (6) no slot's address is taken, (7) there
// is no collector, (8) nothing is held across a call, (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for tagged::Ops {}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: (1) a word with the tag of arrays is the address of one, whose items exist.
#[mimeo::instruction_set(value = u64, context = Context, memory = typed)]
pub mod tagged {
    /// The upper bits of the word of an array, which no number has.
    pub const ARRAY: u64 = 0xfffb;

    /// Where the tag begins.
    pub const SHIFT: u32 = 48;

    /// The other bits.
    pub const ADDRESS: u64 = 0xffff_ffff_ffff;

    /// A sequence of words.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Array {
        /// The words.
        pub items: *mut u64,
        /// Their number.
        pub len: u64,
    }

    /// The state that stencils access.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct Context {
        /// How often something was counted.
        pub count: u64,
    }

    unsafe extern "Rust" {
        #[cold]
        fn refused(vm: &mut Vm) -> Thrown;
    }

    fn is_array(word: u64) -> bool {
        word.wrapping_shr(SHIFT) == ARRAY
    }

    fn array(word: u64) -> *mut Array {
        (word & ADDRESS) as *mut Array
    }

    /// `dst = value`
    #[vm_op]
    fn number(#[imm] value: f64) -> u64 {
        value.to_bits()
    }

    /// `dst = a`
    #[vm_op]
    fn copy(a: u64) -> u64 {
        a
    }

    /// `dst = a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: u64, b: u64) -> Result<u64, Thrown> {
        let sum = f64::from_bits(a) + f64::from_bits(b);
        if sum.is_nan() {
            return Err(refused(vm));
        }
        Ok(sum.to_bits())
    }

    /// `dst = a * b`
    #[vm_op]
    fn multiply(a: u64, b: u64) -> u64 {
        (f64::from_bits(a) * f64::from_bits(b)).canonical_bits()
    }

    /// `dst = a[index]`
    #[vm_op]
    fn element(vm: &mut Vm, a: u64, index: u64) -> Result<u64, Thrown> {
        let at = f64::from_bits(index) as u64;
        if is_array(a) && (at as f64) == f64::from_bits(index) {
            // SAFETY: (1).
            unsafe {
                if at < (*array(a)).len {
                    return Ok(*(*array(a)).items.add(at as usize));
                }
            }
        }
        Err(refused(vm))
    }

    /// `a[index] = value`
    #[vm_op]
    fn set_element(vm: &mut Vm, a: u64, index: u64, value: u64) -> Result<(), Thrown> {
        let at = f64::from_bits(index) as u64;
        if is_array(a) && (at as f64) == f64::from_bits(index) {
            // SAFETY: (1).
            unsafe {
                if at < (*array(a)).len {
                    *(*array(a)).items.add(at as usize) = value;
                    return Ok(());
                }
            }
        }
        Err(refused(vm))
    }

    /// Makes an array shorter by an element, if it has one.
    #[vm_op]
    fn drop_last(vm: &mut Vm, a: u64) -> Result<(), Thrown> {
        if is_array(a) {
            // SAFETY: (1).
            unsafe {
                if (*array(a)).len > 0 {
                    (*array(a)).len = (*array(a)).len.wrapping_sub(1);
                    return Ok(());
                }
            }
        }
        Err(refused(vm))
    }

    /// `dst` = 1 for an array, 0 for a number.
    #[vm_op]
    fn kind(a: u64) -> u64 {
        if is_array(a) { 1.0f64.to_bits() } else { 0.0f64.to_bits() }
    }

    /// Counts.
    #[vm_op]
    fn count(vm: &mut Vm) {
        vm.context.count = vm.context.count.wrapping_add(1);
    }

    /// `dst` = what was counted.
    #[vm_op]
    fn counted(vm: &mut Vm) -> u64 {
        (vm.context.count as f64).to_bits()
    }

    /// Jumps if `a < b`.
    #[vm_op]
    fn jump_if_less(a: u64, b: u64, target: Label) -> Flow {
        if f64::from_bits(a) < f64::from_bits(b) { target.jump() } else { Flow::Next }
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: u64) -> Flow {
        vm.ret(a)
    }
}
