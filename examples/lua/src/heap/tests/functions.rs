//! Functions, upvalues, coroutines and userdata: what they keep alive, and what happens when they are freed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::{Held, no_code, nothing, number, text};
use crate::heap::{Capture, Chunk, ChunkParts, CoroutineState, Event, Gc, Heap, LeftFunction, LeftLocal, Prototype};
use crate::ops::ops::Value;

fn chunk(heap: &mut Heap, captures: usize, constants: Box<[Value]>) -> Gc<Chunk> {
    let callee = no_code();
    let captures = (0..captures as u32).map(Capture::Slot).collect();
    let prototypes = Box::new([Prototype::new(callee, captures)]);
    heap.new_chunk(ChunkParts {
        name: Box::from(&b"test"[..]),
        constants,
        prototypes,
        program: 7,
        ..ChunkParts::default()
    })
}

#[test]
fn a_closure_keeps_its_environment_upvalues_and_constants() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let constant = text(&mut heap, "a constant");
    let chunk = chunk(&mut heap, 2, Box::new([constant]));
    let environment = heap.new_table(0, 0, 0);
    let inner = heap.new_table(1, 0, 0);
    let upvalues = [heap.closed_upvalue(inner.into()), heap.closed_upvalue(Value::TRUE)];
    let closure = heap.new_closure(chunk, 0, environment, &upvalues);
    held.hold(closure);
    held.collect(&mut heap);
    assert_eq!(closure.environment(), environment);
    assert_eq!(closure.upvalues().map(Gc::value).collect::<Vec<_>>(), [inner.into(), Value::TRUE]);
    assert_eq!((closure.upvalue(1), closure.upvalue(2)), (Some(upvalues[1]), None));
    assert_eq!(closure.prototype().chunk().parts().constants[0].to_text().expect("a text").bytes(), b"a constant");
    assert_eq!(closure.prototype().captures[..], [Capture::Slot(0), Capture::Slot(1)]);
    let other = heap.new_table(0, 0, 0);
    heap.set_environment(closure, other);
    held.collect(&mut heap);
    assert_eq!(closure.environment(), other);
    assert!(heap.take_dead_programs().is_empty());
    held.values.clear();
    held.collect(&mut heap);
    assert_eq!(heap.take_dead_programs(), [7]);
    assert!(heap.take_dead_programs().is_empty());
}

/// In every phase of a cycle, a closure keeps the upvalue that it was given.
#[test]
fn a_closure_has_a_fixed_number_of_upvalues() {
    for kilobytes in 0..12 {
        let mut heap = Heap::default();
        let mut held = Held::default();
        let chunk = chunk(&mut heap, 1, Box::default());
        let environment = heap.new_table(0, 0, 0);
        let upvalue = heap.closed_upvalue(Value::NIL);
        let closure = heap.new_closure(chunk, 0, environment, &[upvalue]);
        held.hold(closure);
        for _ in 0..200 {
            let more = heap.new_table(4, 0, 0);
            held.hold(more);
        }
        held.step(&mut heap, kilobytes);
        let table = heap.new_table(1, 0, 0);
        let other = heap.closed_upvalue(table.into());
        heap.join_upvalue(closure, 0, other);
        held.step(&mut heap, 1 << 20);
        held.collect(&mut heap);
        assert_eq!(closure.upvalue(0), Some(other));
        assert_eq!(other.value(), table.into());
        let beyond = catch_unwind(AssertUnwindSafe(|| heap.join_upvalue(closure, 1, other)));
        assert!(beyond.is_err(), "it has one upvalue");
    }
}

#[test]
fn a_coroutine_keeps_its_globals_and_what_an_error_has_left() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let coroutine = heap.new_coroutine(Value::TRUE);
    held.hold(coroutine);
    assert!(coroutine.globals().is_none() && coroutine.left().is_empty());
    let globals = heap.new_table(0, 0, 0);
    heap.set_globals(coroutine, globals);
    let function = heap.new_builtin("body", no_code(), nothing, Box::default());
    let (name, value) =
        (text(&mut heap, "a name that is longer than forty bytes, and not interned"), heap.new_table(1, 0, 0));
    let locals = Box::new([LeftLocal { name, value: value.into() }]);
    let left = LeftFunction { function: function.into(), line: Some(3), name: None, locals };
    let before = heap.count();
    heap.set_left(coroutine, Some(Box::new([left])));
    assert!(heap.count() > before);
    held.collect(&mut heap);
    let with = heap.count();
    assert_eq!(coroutine.globals(), Some(globals));
    assert_eq!((coroutine.left()[0].function, coroutine.left()[0].locals[0].value), (function.into(), value.into()));
    heap.set_left(coroutine, None);
    held.collect(&mut heap);
    assert!(coroutine.left().is_empty() && heap.count() < with);
}

#[test]
fn open_upvalues_are_shared_and_closed_from_a_slot_on() {
    let mut heap = Heap::default();
    let mut stack = [1.0, 2.0, 3.0, 4.0].map(number);
    let mut list = std::ptr::null_mut();
    let base = stack.as_mut_ptr();
    // SAFETY: the stack outlives the list's use.
    let find = |heap: &mut Heap, list: &mut _, slot: usize| unsafe { heap.find_upvalue(list, base.add(slot)) };
    let found = [1, 3, 0].map(|slot| find(&mut heap, &mut list, slot));
    assert_eq!(found, [1, 3, 0].map(|slot| find(&mut heap, &mut list, slot)));
    assert!(found.iter().all(|upvalue| upvalue.is_open()));
    heap.set_upvalue(found[1], number(40.0));
    // SAFETY: as above.
    unsafe {
        assert_eq!(*base.add(3), number(40.0));
        heap.close_upvalues(&mut list, base.addr() + 8);
        *base.add(1) = Value::NIL;
    }
    assert_eq!(found.map(|upvalue| upvalue.is_open()), [false, false, true]);
    assert_eq!(found.map(Gc::value), [number(2.0), number(40.0), number(1.0)]);
    assert_eq!(list, found[2].as_ptr());
    heap.set_upvalue(found[0], number(20.0));
    assert_eq!(found[0].value(), number(20.0));
    // SAFETY: as above.
    unsafe { heap.close_upvalues(&mut list, base.addr()) };
    assert!(list.is_null());
}

#[test]
fn a_builtin_keeps_its_captured_values_alive() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let [one, other] = ["one", "other"].map(|name| text(&mut heap, name));
    let builtin = heap.new_builtin("next", no_code(), nothing, Box::new([one, Value::NIL]));
    held.hold(builtin);
    heap.set_captured(builtin, 1, other);
    held.collect(&mut heap);
    assert_eq!(builtin.captured(), [one, other]);
    assert_eq!(one.to_text().expect("a text").bytes(), b"one");
    assert_eq!((builtin.name, Value::from(builtin).type_name()), ("next", "function"));
}

#[test]
fn a_coroutine_keeps_its_stack_and_gives_its_fiber_back() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let body = heap.new_builtin("body", no_code(), nothing, Box::default());
    let mut coroutine = heap.new_coroutine(body.into());
    held.hold(coroutine);
    held.collect(&mut heap);
    held.fibers.push(Vec::new());
    assert_eq!(heap.begin(coroutine, 0), body.into());
    let on_stack = heap.new_table(0, 0, 0);
    held.fibers[0] = vec![on_stack.into(), number(5.0)];
    // An upvalue that outlives its coroutine.
    let slot = held.fibers[0].as_mut_ptr();
    let mut list = coroutine.take_open_upvalues();
    // SAFETY: the stack outlives the upvalues, and the list is given back.
    let upvalues = unsafe {
        let upvalues = [heap.find_upvalue(&mut list, slot.add(1)), heap.find_upvalue(&mut list, slot)];
        coroutine.set_open_upvalues(list);
        upvalues
    };
    let chunk = chunk(&mut heap, 1, Box::default());
    let closure = heap.new_closure(chunk, 0, on_stack, &upvalues[1..]);
    held.hold(closure);
    held.collect(&mut heap);
    assert_eq!(on_stack.length(), 0, "it is alive");
    assert!(heap.take_dead_fibers().is_empty());
    held.values = vec![closure.into()];
    held.collect(&mut heap);
    assert_eq!(heap.take_dead_fibers(), [0]);
    held.fibers[0].clear();
    assert!(!upvalues[1].is_open());
    assert_eq!(upvalues[1].value(), on_stack.into());
    // A finished coroutine has returned its fiber earlier.
    let mut ended = heap.new_coroutine(Value::TRUE);
    held.hold(ended);
    heap.begin(ended, 0);
    ended.set_state(CoroutineState::Running);
    assert_eq!((ended.state, ended.end(), ended.end()), (CoroutineState::Running, Some(0), None));
    held.values.clear();
    held.collect(&mut heap);
    assert!(heap.take_dead_fibers().is_empty());
}

#[test]
fn userdata_are_finalised_once_the_newest_first_and_dropped() {
    struct Dropped(Rc<Cell<u32>>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let mut heap = Heap::default();
    let mut held = Held::default();
    let drops = Rc::new(Cell::new(0));
    let metatable = heap.new_table(0, 0, 0);
    held.hold(metatable);
    let gc = heap.event_name(Event::Gc);
    heap.set_field(metatable, gc, Value::TRUE);
    let made: Vec<_> = (0..4)
        .map(|index| {
            let userdata = heap.new_userdata(Some(Box::new(Dropped(drops.clone()))));
            if index != 3 {
                heap.set_userdata_metatable(userdata, Some(metatable));
            }
            userdata
        })
        .collect();
    held.hold(made[1]);
    assert!(made[0].payload::<Dropped>().is_some() && made[0].payload::<u32>().is_none());
    held.collect(&mut heap);
    assert_eq!(drops.get(), 1, "the one without `__gc`");
    assert_eq!(heap.next_finalizer(), Some((made[2], Value::TRUE)));
    // The other one stays in the queue until it is taken.
    held.collect(&mut heap);
    assert_eq!(drops.get(), 2, "the one that was finalised");
    assert_eq!(heap.next_finalizer(), Some((made[0], Value::TRUE)));
    assert_eq!(heap.next_finalizer(), None);
    held.collect(&mut heap);
    assert_eq!((drops.get(), heap.next_finalizer()), (3, None));
    heap.queue_all_finalizers();
    assert_eq!(heap.next_finalizer(), Some((made[1], Value::TRUE)));
    drop(heap);
    assert_eq!(drops.get(), 4);
}

/// Stacks are written without a barrier, and the stack of a coroutine that becomes unreachable during a cycle is not
/// scanned again: so the open upvalue has to be.
#[test]
fn upvalues_keep_the_last_values_of_an_unreachable_coroutine() {
    for steps in 0..40 {
        let mut heap = Heap::default();
        let mut held = Held::default();
        heap.set_step_multiplier(25);
        // The coroutine is at the end of a list, so that the upvalue is marked long before it.
        let end = heap.new_table(1, 0, 0);
        let mut list = end;
        for _ in 0..300 {
            let next = heap.new_table(1, 0, 0);
            heap.set_index(next, 1, list.into());
            list = next;
        }
        let mut coroutine = heap.new_coroutine(Value::TRUE);
        heap.begin(coroutine, 0);
        held.fibers.push(vec![Value::NIL]);
        let mut open = std::ptr::null_mut();
        // SAFETY: the stack outlives the upvalue.
        let upvalue = unsafe {
            let upvalue = heap.find_upvalue(&mut open, held.fibers[0].as_mut_ptr());
            coroutine.set_open_upvalues(open);
            upvalue
        };
        let chunk = chunk(&mut heap, 1, Box::default());
        let closure = heap.new_closure(chunk, 0, list, &[upvalue]);
        held.hold(closure);
        heap.set_index(end, 1, coroutine.into());
        for _ in 0..steps {
            held.step(&mut heap, 0);
        }
        let last = heap.new_table(7, 0, 0);
        held.fibers[0][0] = last.into();
        heap.set_index(end, 1, Value::NIL);
        while heap.take_dead_fibers().is_empty() {
            held.step(&mut heap, 0);
        }
        held.collect(&mut heap);
        assert!(!upvalue.is_open());
        assert_eq!(upvalue.value().to_table().expect("it is alive").array_len, 7, "after {steps} steps");
    }
}

#[test]
#[should_panic(expected = "a coroutine starts only once")]
fn a_coroutine_starts_only_once() {
    let mut heap = Heap::default();
    let coroutine = heap.new_coroutine(Value::TRUE);
    assert_eq!(heap.begin(coroutine, 1), Value::TRUE);
    heap.begin(coroutine, 2);
}

#[test]
fn a_closure_has_a_prototype_and_all_upvalues() {
    let mut heap = Heap::default();
    let chunk = chunk(&mut heap, 1, Box::default());
    let environment = heap.new_table(0, 0, 0);
    let upvalue = heap.closed_upvalue(Value::TRUE);
    for (prototype, upvalues) in [(1, &[upvalue][..]), (0, &[])] {
        let made =
            catch_unwind(AssertUnwindSafe(|| heap.new_closure(chunk, prototype, environment, upvalues).as_ptr()));
        assert!(made.is_err(), "prototype {prototype}, {} upvalues", upvalues.len());
    }
}

#[test]
#[should_panic(expected = "out of bounds")]
fn a_builtin_has_a_fixed_number_of_captured_values() {
    let mut heap = Heap::default();
    let builtin = heap.new_builtin("f", no_code(), nothing, Box::new([Value::TRUE]));
    heap.set_captured(builtin, 1, Value::TRUE);
}
