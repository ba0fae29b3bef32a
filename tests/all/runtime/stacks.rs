//! Value stacks as runtime functions and collectors see them: slots, roots, and clearing the slots after the roots.

use std::cell::{Cell, RefCell};

use mimeo::{FiberError, FiberExit, FiberLimits};

use super::*;

const DEEP: FunctionIndex = FunctionIndex(0);
const YIELDING: FunctionIndex = FunctionIndex(1);
const YIELDING_BELOW: FunctionIndex = FunctionIndex(2);
const RESULTS: FunctionIndex = FunctionIndex(3);
const WIDE: u32 = 4;

/// Slots of the frames of `wide` functions: a page of 4 KiB has 512.
const WIDTHS: [u16; 11] = [3, 4, 63, 510, 511, 512, 513, 1023, 1024, 1025, 1600];
/// Slots of a frame of `deep`, and the distance to the next frame.
const DEEP_SLOTS: u32 = 5;
const DEEP_STEP: u32 = 3;

fn stack_program() -> Program {
    let mut builder = ProgramBuilder::new();
    // deep(n): n plus the answer of `ask` in the innermost of n nested calls.
    define(&mut builder, "deep", 1, DEEP_SLOTS as u16, |code| {
        let more = code.label();
        let window = Slot(DEEP_STEP as u16);
        code.set_escaping(Slot(0));
        code.number(Slot(1), 0);
        code.jump_if_less(Slot(1), Slot(0), more);
        code.ask(Slot(2), Slot(0), 1);
        code.ret(Slot(2));
        code.bind(more);
        code.number(Slot(1), -1);
        code.add(window, Slot(0), Slot(1));
        code.call(DEEP, window, 1);
        code.number(Slot(1), 1);
        code.add(Slot(0), window, Slot(1));
        code.ret(Slot(0));
    });
    // yielding(n): yields n; returns 77, from a slot that it set before, plus the value it is resumed with.
    define(&mut builder, "yielding", 1, 3, |code| {
        code.number(Slot(2), 77);
        code.yields(Slot(1), Slot(0), 1);
        code.add(Slot(1), Slot(1), Slot(2));
        code.ret(Slot(1));
    });
    define(&mut builder, "yielding_below", 1, 4, |code| {
        code.number(Slot(1), 0);
        code.add(Slot(2), Slot(0), Slot(1));
        code.call(YIELDING, Slot(2), 1);
        code.ret(Slot(2));
    });
    // results(n): returns n, and leaves n + 10 and n + 20 in the next slots.
    define(&mut builder, "results", 1, 3, |code| {
        code.number(Slot(2), 10);
        code.add(Slot(1), Slot(0), Slot(2));
        code.add(Slot(2), Slot(1), Slot(2));
        code.ret(Slot(0));
    });
    // wide(n): n plus the number of its slots plus the answer of `ask`.
    for width in WIDTHS {
        define(&mut builder, &format!("wide{width}"), 1, width, |code| {
            let last = Slot(width - 1);
            code.set_escaping(Slot(0));
            code.number(last, i64::from(width));
            code.ask(Slot(1), Slot(0), 1);
            code.add(Slot(0), Slot(0), last);
            code.add(Slot(0), Slot(0), Slot(1));
            code.ret(Slot(0));
        });
    }
    verified(builder)
}

fn one(_: &mut Vm, _: Window) -> Result<i64, Thrown> {
    Ok(1)
}

/// Writes to every slot after the top frame.
fn litter(vm: &mut Vm) {
    for index in vm.frame_slots()..vm.room() {
        vm.set_slot(index, -1 - i64::from(index));
    }
}

fn is_clear_after(vm: &Vm) -> bool {
    (vm.frame_slots()..vm.room()).all(|index| vm.slot(index) == 0)
}

fn active_stacks(vm: &Vm) -> Vec<Vec<u64>> {
    vm.active_stacks().map(<[u64]>::to_vec).collect()
}

fn litter_and_clear(vm: &mut Vm, _: Window) -> Result<i64, Thrown> {
    let kept = active_stacks(vm);
    litter(vm);
    assert!(vm.frame_slots() == vm.room() || !is_clear_after(vm));
    vm.clear_after_stacks();
    assert!(is_clear_after(vm));
    assert_eq!(active_stacks(vm), kept);
    Ok(1)
}

#[test]
fn slots_after_the_frames_are_cleared_wherever_the_frames_end() {
    let program = stack_program();
    for config in configs() {
        for (index, width) in WIDTHS.into_iter().enumerate() {
            let function = FunctionIndex(WIDE + index as u32);
            let width = u32::from(width);
            let most = if width == 513 { 20_000 } else { width + 1500 };
            for slots in [width, width + 1, width + 7, width + 511, width + 512, width + 513, most] {
                let limits = Limits::default().with_slots(slots).with_depth(2);
                let (mut machine, linked) = asking(config.clone(), limits, &program, litter_and_clear);
                for _ in 0..2 {
                    let result = machine.call(linked.function(function), &[5]);
                    assert_eq!(result, Ok(6 + i64::from(width)), "{slots} slots, {config:?}");
                }
            }
        }
        for depth in (0..400).step_by(9).chain([168, 169, 170]) {
            let slots = DEEP_STEP * depth + DEEP_SLOTS;
            for slots in [slots, slots + 1, slots + 700] {
                let limits = Limits::default().with_slots(slots).with_depth(depth + 1);
                let (mut machine, linked) = asking(config.clone(), limits, &program, litter_and_clear);
                let result = machine.call(linked.function(DEEP), &[i64::from(depth)]);
                assert_eq!(result, Ok(i64::from(depth) + 1), "{slots} slots, {config:?}");
            }
        }
    }
}

#[test]
fn a_stack_without_frames_is_cleared_completely() {
    for config in configs() {
        let limits = Limits::default().with_slots(3000);
        let (mut machine, linked) = asking(config.clone(), limits, &stack_program(), one);
        for _ in 0..3 {
            assert_eq!(machine.call(linked.function(DEEP), &[900]), Ok(901), "{config:?}");
            let vm = machine.vm_mut();
            assert_eq!((vm.frame_slots(), vm.room()), (0, 3000), "{config:?}");
            assert_eq!(active_stacks(vm), [Vec::<u64>::new()], "{config:?}");
            assert_eq!(vm.slot(0), 901, "the result is still there");
            assert!(vm.slot(2700) != 0, "and values of earlier frames");
            vm.clear_after_stacks();
            assert!(is_clear_after(vm), "{config:?}");
        }
    }
}

const LIMITS: FiberLimits = FiberLimits::new().with_slots(900).with_depth(100);

/// The slots after the frames of a stack.
#[derive(Clone, Copy)]
struct After {
    first: *mut u64,
    len: usize,
}

impl After {
    fn the_top_of(vm: &Vm) -> Self {
        let len = vm.room() - vm.frame_slots();
        After { first: vm.slot_ptr(vm.frame_slots()), len: len as usize }
    }

    fn is_clear(self) -> bool {
        // SAFETY: the stacks of the machine and of its fibers exist until the end of the test, and nothing runs on
        // them during the read.
        (0..self.len).all(|index| unsafe { *self.first.add(index) } == 0)
    }
}

/// The littered slots of the active stacks, the innermost last.
type Littered = Rc<RefCell<Vec<After>>>;

/// Creates a fiber that is suspended in `yielding_below`, with litter after its frames.
fn suspended(vm: &mut Vm, linked: Linked) -> FiberRef {
    let fiber = vm.new_fiber(LIMITS).expect("there is memory");
    let callee = linked.function(YIELDING_BELOW);
    assert!(matches!(vm.start_fiber(fiber, callee, &[8]), Ok(FiberExit::Suspended)));
    assert_eq!(vm.host.yielded.take(), Some((8, 1)));
    // Its top frame has 3 slots, after 2 of the frame below.
    for index in 3..LIMITS.slots - 2 {
        assert_eq!(vm.set_fiber_slot(fiber, index, -1), Ok(()));
    }
    fiber
}

/// Acts as a collector in the innermost fiber.
fn collect(vm: &mut Vm, linked: Linked, fibers: &[FiberRef], littered: &[After]) {
    let [other, this] = fibers else { panic!("two fibers run") };
    let suspended = suspended(vm, linked);
    let idle = vm.new_fiber(LIMITS).expect("there is memory");
    let kept = active_stacks(vm);
    assert_eq!(kept.iter().map(Vec::len).collect::<Vec<_>>(), [DEEP_STEP as usize * 20 + 5, 513, 3]);
    assert_eq!((kept[1][0], kept[1][512], kept[2][2]), (30, 513, 3));
    // The stack of an outer fiber can be read like that of a suspended one.
    assert_eq!(vm.fiber_stack(*other), Ok(&kept[1][..]));
    assert_eq!(vm.fiber_stack(idle), Ok(&[][..]));
    let values = vm.fiber_stack(suspended).expect("it is suspended").to_vec();
    assert_eq!(values, [8, 0, 8, 0, 77]);
    vm.clear_after_stacks();
    assert!(littered.iter().all(|after| after.is_clear()));
    assert_eq!(active_stacks(vm), kept);
    // The stack of a suspended fiber is cleared separately.
    let slots_of = |vm: &Vm| {
        (0..LIMITS.slots - 2).map(|index| vm.fiber_slot(suspended, index).expect("it has the slot")).collect::<Vec<_>>()
    };
    let before = slots_of(vm);
    assert!(before[3..].iter().all(|&value| value == -1));
    assert_eq!(vm.clear_after_fiber_stack(suspended), Ok(()));
    let after = slots_of(vm);
    assert_eq!(after[..3], before[..3]);
    assert!(after[3..].iter().all(|&value| value == 0));
    assert_eq!(vm.fiber_stack(suspended), Ok(&values[..]));
    assert_eq!(vm.clear_after_fiber_stack(idle), Ok(()));
    assert_eq!(vm.clear_after_fiber_stack(*other), Ok(()));
    assert_eq!(active_stacks(vm), kept);
    assert_eq!(vm.fiber_stack(*this), Err(FiberError::Running));
    assert_eq!(vm.clear_after_fiber_stack(*this), Err(FiberError::Running));
    // Running fibers cannot be dropped.
    assert_eq!([this, other].map(|fiber| vm.drop_fiber(*fiber)), [Err(FiberError::Running); 2]);
    let beyond = LIMITS.slots - 2;
    assert_eq!(vm.fiber_slot(suspended, beyond), Err(FiberError::NoSuchSlot(beyond)));
    assert_eq!(vm.set_fiber_slot(suspended, beyond, 0), Err(FiberError::NoSuchSlot(beyond)));
    assert_eq!(vm.fiber_slot(idle, 0), Err(FiberError::NotSuspended));
    assert_eq!(vm.fiber_slot(*other, 0), Err(FiberError::Running));
    assert_eq!(vm.set_fiber_slot(suspended, 1, 100), Ok(()));
    assert!(matches!(vm.resume_fiber(suspended), Ok(FiberExit::Done(177))));
    assert_eq!(vm.drop_fiber(suspended), Ok(()));
    assert_eq!(vm.fiber_stack(suspended), Err(FiberError::Dropped));
    assert_eq!(vm.drop_fiber(idle), Ok(()));
}

#[test]
fn the_stacks_of_outer_and_suspended_fibers_are_also_cleared() {
    let program = stack_program();
    let width = |slots| FunctionIndex(WIDE + WIDTHS.iter().position(|&width| width == slots).expect("one has") as u32);
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default().with_slots(2000), &program, one);
        let littered = Littered::default();
        let fibers = Rc::new(RefCell::new(Vec::new()));
        let collections = Rc::new(Cell::new(0));
        let counted = Rc::clone(&collections);
        let ask = move |vm: &mut Vm, _: Window| {
            litter(vm);
            littered.borrow_mut().push(After::the_top_of(vm));
            let stacks = littered.borrow().len();
            let (function, arg, result) = match stacks {
                1 => (width(513), 30, 30 + 513 + 2),
                2 => (DEEP, 20, 20 + 3),
                _ => {
                    collect(vm, linked, &fibers.take(), &littered.take());
                    counted.set(counted.get() + 1);
                    return Ok(3);
                }
            };
            let fiber = vm.new_fiber(LIMITS).expect("there is memory");
            fibers.borrow_mut().push(fiber);
            let callee = linked.function(function);
            let exit = vm.start_fiber(fiber, callee, &[arg])?;
            assert_eq!(exit, FiberExit::Done(result));
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
            Ok(2)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        for iteration in 1..5 {
            assert_eq!(machine.call(linked.function(width(3)), &[7]), Ok(7 + 3 + 2), "{config:?}");
            assert_eq!(collections.get(), iteration, "{config:?}");
        }
    }
}

#[cfg(target_os = "linux")]
mod resident {
    use super::*;

    /// Returns the number of pages of `slots` slots that are resident.
    fn pages(first: *mut u64, slots: u32) -> usize {
        // SAFETY: it has no preconditions.
        let page_bytes = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("a size");
        let len_bytes = slots as usize * size_of::<u64>();
        assert!((first as usize).is_multiple_of(page_bytes), "a stack begins at a page");
        let mut pages = vec![0; len_bytes.div_ceil(page_bytes)];
        // SAFETY: the stack is mapped, and `pages` has a byte for each of its pages.
        let status = unsafe { libc::mincore(first.cast(), len_bytes, pages.as_mut_ptr()) };
        assert_eq!(status, 0, "the system knows the resident pages");
        pages.iter().filter(|&page| page & 1 == 1).count()
    }

    /// Returns the largest number of pages that the frames of `deep` take, with pages of at least 4 KiB.
    fn pages_of(depth: u32) -> usize {
        (DEEP_STEP * depth + DEEP_SLOTS) as usize * size_of::<u64>() / 4096 + 1
    }

    const DEPTH: u32 = 30_000;
    const SHALLOW: u32 = 1000;

    #[test]
    fn memory_shrinks_after_a_deep_recursion() {
        for config in configs() {
            let (mut machine, linked) = asking(config.clone(), Limits::default(), &stack_program(), one);
            let base = machine.vm().slot_ptr(0);
            let slots = machine.vm().room();
            for _ in 0..3 {
                machine.vm_mut().host.ask = Some(Rc::new(one));
                assert_eq!(
                    machine.call(linked.function(DEEP), &[i64::from(DEPTH)]),
                    Ok(i64::from(DEPTH) + 1),
                    "{config:?}"
                );
                let deep = pages(base, slots);
                assert!(deep > pages_of(SHALLOW), "{deep} pages for a deep recursion, {config:?}");
                let below = move |vm: &mut Vm, _: Window| {
                    vm.clear_after_stacks();
                    let left = pages(base, slots);
                    assert!((1..=pages_of(SHALLOW)).contains(&left), "{left} pages");
                    Ok(2)
                };
                machine.vm_mut().host.ask = Some(Rc::new(below));
                let result = machine.call(linked.function(DEEP), &[i64::from(SHALLOW)]);
                assert_eq!(result, Ok(i64::from(SHALLOW) + 2), "{config:?}");
                machine.vm_mut().clear_after_stacks();
                assert_eq!(pages(base, slots), 0, "{config:?}");
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn ten_thousand_suspended_fibers_take_a_page_or_less_each() {
        if !mimeo_corpus::alone::is_alone(
            "runtime::stacks::resident::ten_thousand_suspended_fibers_take_a_page_or_less_each",
            "true",
        ) {
            return;
        }
        let (mut machine, linked) = asking(None, Limits::default(), &stack_program(), one);
        let vm = machine.vm_mut();
        let before = mimeo_corpus::memory::Size::now().expect("Linux says it");
        let fibers: Vec<_> = (0..10_000)
            .map(|_| {
                let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
                let exit = vm.start_fiber(fiber, linked.function(YIELDING_BELOW), &[8]);
                assert!(matches!(exit, Ok(FiberExit::Suspended)));
                fiber
            })
            .collect();
        let taken = mimeo_corpus::memory::Size::now().expect("Linux says it").growth_since(before).mapped_bytes;
        // A separate mapping would take 14 MB for each fiber.
        assert!(taken < 80 << 20, "{taken} bytes of address space");
        for fiber in fibers {
            assert_eq!(vm.set_fiber_slot(fiber, 1, 3), Ok(()));
            assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(80))));
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
        }
    }

    #[test]
    fn memory_of_a_suspended_fiber_shrinks_after_a_deep_recursion() {
        for config in configs() {
            let place = Rc::new(Cell::new((std::ptr::null_mut(), 0)));
            let found = Rc::clone(&place);
            let ask = move |vm: &mut Vm, _: Window| {
                // The first frame of a fiber is at the start of its stack.
                if vm.frames().count() == 1 {
                    found.set((vm.slot_ptr(0), vm.room()));
                }
                Ok(1)
            };
            let (mut machine, linked) = asking(config.clone(), Limits::default(), &stack_program(), ask);
            let vm = machine.vm_mut();
            let [deep, yielding] = [DEEP, YIELDING].map(|function| linked.function(function));
            // Enough for the recursion.
            let limits = FiberLimits::new().with_slots(1 << 17).with_depth(DEPTH + 1);
            let fiber = vm.new_fiber(limits).expect("there is memory");
            let resident = || {
                let (base, slots) = place.get();
                pages(base, slots)
            };
            for _ in 0..3 {
                let exit = vm.start_fiber(fiber, deep, &[i64::from(DEPTH)]);
                assert!(matches!(exit, Ok(FiberExit::Done(result)) if result == i64::from(DEPTH) + 1), "{config:?}");
                // The stack has grown; this call finds its address.
                assert!(matches!(vm.start_fiber(fiber, deep, &[0]), Ok(FiberExit::Done(1))), "{config:?}");
                assert!(matches!(vm.start_fiber(fiber, yielding, &[8]), Ok(FiberExit::Suspended)), "{config:?}");
                assert!(resident() > pages_of(SHALLOW), "{config:?}");
                let kept = vm.fiber_stack(fiber).expect("it is suspended").to_vec();
                assert_eq!(vm.clear_after_fiber_stack(fiber), Ok(()));
                assert_eq!(resident(), 1, "{config:?}");
                assert_eq!((kept.len(), kept[0], kept[2]), (3, 8, 77), "{config:?}");
                assert_eq!(vm.fiber_stack(fiber), Ok(&kept[..]), "{config:?}");
                assert_eq!(vm.set_fiber_slot(fiber, 1, 3), Ok(()));
                assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(80))), "{config:?}");
                assert_eq!(vm.clear_after_fiber_stack(fiber), Ok(()));
                assert_eq!(resident(), 0, "{config:?}");
            }
        }
    }
}

#[test]
fn only_escaping_slots_have_pointers() {
    for config in configs() {
        let ask = |vm: &mut Vm, values: Window| {
            assert_eq!(values.start(), 0);
            for slot in 1..vm.frame_slots() {
                assert_eq!(panic_of(|| vm.slot_ptr(slot)), format!("slot {slot} is not listed as escaping"));
            }
            for slot in [0, vm.frame_slots(), vm.room() - 1] {
                assert_eq!(vm.slot_ptr(slot).addr(), vm.slot_addr(slot));
            }
            Ok(1)
        };
        let (mut machine, linked) = asking(config, Limits::default().with_slots(1000), &stack_program(), ask);
        assert_eq!(machine.call(linked.function(DEEP), &[3]), Ok(4));
    }
}

#[test]
fn slots_have_addresses_until_the_next_call() {
    for config in configs() {
        let ask = |vm: &mut Vm, values: Window| {
            let [mine, last] = [values.start(), vm.room() - 1].map(|index| vm.slot_ptr(index));
            // SAFETY: slots of the stack, to which nothing has a reference.
            unsafe {
                assert_eq!(*mine as i64, vm.slot(values.start()));
                *mine += 5;
                *last = 99;
            }
            assert_eq!(vm.slot(vm.room() - 1), 99);
            let beyond = vm.room();
            let message = format!("the value stack has no slot {beyond}");
            assert_eq!(panic_of(|| vm.slot_ptr(beyond)), message);
            // The end of the stack has an address, but nothing after it does.
            assert_eq!(vm.slot_addr(beyond), last.wrapping_add(1).addr());
            let after_end = format!("the value stack has no slot {}", beyond + 1);
            assert_eq!(panic_of(|| vm.slot_addr(beyond + 1)), after_end);
            assert_eq!(panic_of(|| vm.slot(beyond)), message);
            assert_eq!(panic_of(|| vm.set_slot(beyond, 1)), message);
            assert_eq!(panic_of(|| vm.slot(u32::MAX)), format!("the value stack has no slot {}", u32::MAX));
            // The stack has its largest size, so that a run does not move it.
            let results = vm.host.given.expect("the test has given it");
            assert!(matches!(vm.run(results, &[2]), Ok(2)));
            assert_eq!(vm.slot_ptr(values.start()), mine);
            Ok(0)
        };
        let limits = Limits::default().with_slots(1000);
        let (mut machine, linked) = asking(config.clone(), limits, &stack_program(), ask);
        machine.vm_mut().host.given = Some(linked.function(RESULTS));
        // Before any run.
        let vm = machine.vm();
        assert_eq!((vm.room(), vm.frame_slots(), vm.slot(0), vm.slot(999)), (1000, 0, 0, 0), "{config:?}");
        assert_eq!(panic_of(|| vm.slot(1000)), "the value stack has no slot 1000", "{config:?}");
        for _ in 0..4 {
            assert_eq!(machine.call(linked.function(FunctionIndex(WIDE)), &[7]), Ok(7 + 5 + 3), "{config:?}");
            assert_eq!(machine.vm().slot(999), 99, "{config:?}");
        }
    }
}

#[test]
fn many_slots_are_set_filled_and_copied_at_once() {
    let builder = Machine::builder(Context::default(), Host::default()).limits(Limits::default().with_slots(100));
    let mut machine: Machine<Ops> = builder.first_size(FiberLimits::new().with_slots(4).with_depth(1)).build();
    let vm = machine.vm_mut();
    let slots = |vm: &Vm, count: u32| (0..count).map(|slot| vm.slot(slot)).collect::<Vec<_>>();
    vm.set_slots(1, &[10, 20, 30]);
    vm.fill_slots(6, 2, 7);
    assert_eq!(slots(vm, 10), [0, 10, 20, 30, 0, 0, 7, 7, 0, 0], "the stack has grown");
    vm.copy_slots(1, 2, 3);
    assert_eq!(slots(vm, 6), [0, 10, 10, 20, 30, 0], "up, overlapping");
    vm.copy_slots(2, 0, 3);
    assert_eq!(slots(vm, 6), [10, 20, 30, 20, 30, 0], "down, overlapping");
    vm.copy_slots(0, 97, 3);
    assert_eq!((vm.slot(96), vm.slot(97), vm.slot(99)), (0, 10, 30));
    vm.copy_slots(98, 0, 1);
    assert_eq!(slots(vm, 3), [20, 20, 30], "one, from far away");
    let beyond = |slot: u32| format!("the value stack has no slot {slot}");
    assert_eq!(panic_of(|| vm.set_slots(98, &[1, 2, 3])), beyond(100));
    assert_eq!(panic_of(|| vm.fill_slots(99, 2, 5)), beyond(100));
    assert_eq!(panic_of(|| vm.fill_slots(u32::MAX, 2, 5)), beyond(u32::MAX));
    assert_eq!(panic_of(|| vm.copy_slots(98, 0, 3)), beyond(100));
    assert_eq!(panic_of(|| vm.copy_slots(0, 98, 3)), beyond(100));
    assert_eq!((vm.slot(98), vm.slot(99), slots(vm, 3)), (20, 30, vec![20, 20, 30]), "nothing was written");
    vm.set_slots(100, &[]);
    vm.copy_slots(100, 100, 0);
    let numbers: Vec<i64> = (0..100).collect();
    vm.set_slots(0, &numbers);
    vm.copy_slots(0, 20, 80);
    assert_eq!(slots(vm, 100), [&numbers[..20], &numbers[..80]].concat(), "many, up");
    vm.copy_slots(25, 0, 75);
    assert_eq!(slots(vm, 100), [&numbers[5..80], &numbers[55..80]].concat(), "many, down");
    assert_eq!(panic_of(|| vm.fill_slots(101, 0, 5)), beyond(100));
}

#[test]
fn frames_have_the_slots_of_their_functions_and_the_rest_is_room() {
    for config in configs() {
        let ask = |vm: &mut Vm, _: Window| {
            let frames: Vec<_> = vm.frames().map(|frame| (frame.function.body(), frame.slots)).collect();
            let depth = frames.len() as u32 - 1;
            assert_eq!((vm.frame_slots(), vm.room()), (DEEP_SLOTS, 1000 - DEEP_STEP * depth));
            for (level, (body, slots)) in frames.iter().enumerate() {
                assert_eq!((body.name.as_str(), slots.len()), ("deep", DEEP_SLOTS as usize));
                // The argument of each frame, and that of its callee.
                assert_eq!(slots[0], level as u64);
                if let Some(below) = level.checked_sub(1) {
                    assert_eq!(slots[DEEP_STEP as usize], below as u64);
                    assert_eq!(slots[DEEP_STEP as usize..], frames[below].1[..2]);
                }
            }
            let values = vm.active_stacks().next().expect("the current one");
            assert_eq!(values.len() as u32, DEEP_STEP * depth + DEEP_SLOTS);
            assert_eq!(values.as_ptr(), frames.last().expect("there is one").1.as_ptr());
            Ok(i64::from(depth))
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default().with_slots(1000), &stack_program(), ask);
        for depth in [0, 1, 2, 30, 100] {
            assert_eq!(machine.call(linked.function(DEEP), &[depth]), Ok(2 * depth), "{config:?}");
        }
    }
}

#[test]
fn further_results_of_a_function_remain_on_the_stack() {
    for config in configs() {
        let ask = |vm: &mut Vm, values: Window| {
            let arg = vm.slot(values.start());
            let results = vm.host.given.expect("the test has given it");
            let first = vm.run(results, &[arg])?;
            let left: Vec<i64> = (vm.frame_slots()..).take(3).map(|index| vm.slot(index)).collect();
            assert_eq!(left, [first, arg + 10, arg + 20]);
            Ok(left.iter().sum())
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &stack_program(), ask);
        machine.vm_mut().host.given = Some(linked.function(RESULTS));
        for arg in 1..6 {
            assert_eq!(machine.call(linked.function(FunctionIndex(WIDE)), &[arg]), Ok(4 * arg + 33), "{config:?}");
            assert_eq!(machine.call(linked.function(DEEP), &[arg]), Ok(arg + 30), "{config:?}");
            // The host can read them, too.
            assert_eq!(machine.call(linked.function(RESULTS), &[arg]), Ok(arg), "{config:?}");
            let vm = machine.vm();
            assert_eq!([0, 1, 2].map(|index| vm.slot(index)), [arg, arg + 10, arg + 20], "{config:?}");
        }
    }
}
