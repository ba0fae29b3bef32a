//! Random graphs of objects that change while the collector runs, compared with a model of what is reachable.
//!
//! Every node of the graph has its own userdata, which records that it was dropped.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Held, no_code, nothing};
use crate::heap::{Builtin, Capture, Chunk, ChunkParts, Coroutine, Gc, Heap, Prototype};
use crate::ops::ops::{Closure, Table, Value};
use mimeo_twins::Random;

type Log = Rc<RefCell<BTreeSet<usize>>>;

struct Tag(usize, Log);

impl Drop for Tag {
    fn drop(&mut self) {
        assert!(self.1.borrow_mut().insert(self.0), "node {} was freed twice", self.0);
    }
}

#[derive(Clone, Copy)]
enum Node {
    Table(Gc<Table>),
    Closure(Gc<Closure>),
    Builtin(Gc<Builtin>),
    Coroutine(Gc<Coroutine>),
}

impl Node {
    fn value(self) -> Value {
        match self {
            Node::Table(table) => table.into(),
            Node::Closure(closure) => closure.into(),
            Node::Builtin(builtin) => builtin.into(),
            Node::Coroutine(coroutine) => coroutine.into(),
        }
    }
}

/// The place in a node that holds another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Index(u32),
    Name(u32),
    Other(u32),
    /// The other node is the key.
    Key(usize),
    Metatable,
    /// An upvalue of a closure, a value of a builtin, or a slot of a coroutine's stack.
    Slot(u32),
}

struct World {
    heap: Heap,
    held: Held,
    chunk: Gc<Chunk>,
    nodes: BTreeMap<usize, (Node, BTreeMap<Place, usize>)>,
    made: usize,
    roots: Vec<usize>,
    freed: Log,
}

const SLOTS: u32 = 3;

impl World {
    fn new() -> World {
        let mut heap = Heap::default();
        let callee = no_code();
        let captures = (0..=SLOTS).map(Capture::Slot).collect();
        let prototypes = Box::new([Prototype::new(callee, captures)]);
        let chunk = heap.new_chunk(ChunkParts { prototypes, ..ChunkParts::default() });
        let mut world = World {
            heap,
            held: Held::default(),
            chunk,
            nodes: BTreeMap::new(),
            made: 0,
            roots: Vec::new(),
            freed: Log::default(),
        };
        // A closure that keeps the chunk alive.
        let environment = world.heap.new_table(0, 0, 0);
        let upvalues = [(); SLOTS as usize + 1].map(|()| world.heap.closed_upvalue(Value::NIL));
        let closure = world.heap.new_closure(chunk, 0, environment, &upvalues);
        world.held.hold(closure);
        world
    }

    fn make(&mut self, random: &mut Random) -> usize {
        let id = self.made;
        self.made += 1;
        let heap = &mut self.heap;
        let tag: Value = heap.new_userdata(Some(Box::new(Tag(id, self.freed.clone())))).into();
        let node = match random.below(6) {
            0 => {
                let environment = heap.new_table(0, 0, 0);
                let mut upvalues = vec![heap.closed_upvalue(tag)];
                upvalues.extend((0..SLOTS).map(|_| heap.closed_upvalue(Value::NIL)));
                Node::Closure(heap.new_closure(self.chunk, 0, environment, &upvalues))
            }
            1 => Node::Builtin(heap.new_builtin(
                "node",
                no_code(),
                nothing,
                Box::new([tag, Value::NIL, Value::NIL, Value::NIL]),
            )),
            2 => {
                let coroutine = heap.new_coroutine(Value::TRUE);
                heap.begin(coroutine, self.held.fibers.len() as u32);
                self.held.fibers.push(vec![tag, Value::NIL, Value::NIL, Value::NIL]);
                Node::Coroutine(coroutine)
            }
            _ => {
                let table = heap.new_table(random.below(3) as u32, random.below(3) as u32, random.below(3) as u32);
                let name = heap.text(b"tag");
                heap.set_field(table, name, tag);
                Node::Table(table)
            }
        };
        self.nodes.insert(id, (node, BTreeMap::new()));
        id
    }

    /// Stores a node, or `nil`, in another one, and in the model.
    fn link(&mut self, random: &mut Random, from: usize, to: Option<usize>) {
        let value = to.map_or(Value::NIL, |to| self.nodes[&to].0.value());
        let heap = &mut self.heap;
        let slot = random.below(u64::from(SLOTS)) as u32;
        let mut to_key = None;
        let place = match self.nodes[&from].0 {
            Node::Table(table) => match random.below(5) {
                0 => {
                    let index = 1 + random.below(12) as u32;
                    heap.set_index(table, index, value);
                    Place::Index(index)
                }
                1 => {
                    let name = random.below(30) as u32;
                    let text = heap.text(format!("name {name}").as_bytes());
                    heap.set_field(table, text, value);
                    Place::Name(name)
                }
                2 => {
                    let number = random.below(12) as u32;
                    let key = Value::number(f64::from(number) + 0.5);
                    heap.set(table, key, value).expect("it is a key");
                    Place::Other(number)
                }
                3 => match (to, self.nodes[&from].1.iter().find(|(place, _)| matches!(place, Place::Key(_)))) {
                    (Some(to), _) => {
                        heap.set(table, value, Value::TRUE).expect("it is a key");
                        Place::Key(to)
                    }
                    (None, Some((&place, key))) => {
                        to_key = Some(self.nodes[key].0.value());
                        place
                    }
                    (None, None) => return,
                },
                _ => {
                    heap.set_metatable(table, value.to_table());
                    if value.is_nil() || value.is_table() {
                        Place::Metatable
                    } else {
                        self.nodes.get_mut(&from).expect("a node").1.remove(&Place::Metatable);
                        return;
                    }
                }
            },
            Node::Closure(closure) => {
                heap.set_upvalue(closure.upvalue(slot + 1).expect("it has as many"), value);
                Place::Slot(slot)
            }
            Node::Builtin(builtin) => {
                heap.set_captured(builtin, slot as usize + 1, value);
                Place::Slot(slot)
            }
            Node::Coroutine(coroutine) => {
                let fiber = coroutine.fiber().expect("it has one");
                // Without a barrier, as in ops.
                self.held.fibers[fiber as usize][slot as usize + 1] = value;
                Place::Slot(slot)
            }
        };
        if let (Some(key), Node::Table(table)) = (to_key, self.nodes[&from].0) {
            self.heap.set(table, key, Value::NIL).expect("it is a key");
        }
        let links = &mut self.nodes.get_mut(&from).expect("a node").1;
        match to {
            Some(to) => links.insert(place, to),
            None => links.remove(&place),
        };
    }

    fn reachable(&self) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut grey = self.roots.clone();
        while let Some(id) = grey.pop() {
            if reached.insert(id) {
                grey.extend(self.nodes[&id].1.values());
            }
        }
        reached
    }

    fn hold_roots(&mut self) {
        self.held.values.truncate(1);
        for root in &self.roots {
            self.held.values.push(self.nodes[root].0.value());
        }
    }

    /// Forgets unreachable nodes, and checks that no others were freed.
    fn check(&mut self) -> BTreeSet<usize> {
        let reached = self.reachable();
        let wrong: Vec<_> = self.freed.borrow().intersection(&reached).copied().collect();
        assert!(wrong.is_empty(), "{wrong:?} were freed and can be reached");
        self.nodes.retain(|id, _| reached.contains(id));
        reached
    }

    /// Checks that every link is in the heap as it is in the model.
    fn check_links(&mut self) {
        for (node, links) in self.nodes.values() {
            for (&place, to) in links {
                let to = self.nodes[to].0.value();
                let found = match (*node, place) {
                    (Node::Table(table), Place::Index(index)) => table.get_index(index),
                    (Node::Table(table), Place::Name(name)) => {
                        table.get_text(self.heap.text(format!("name {name}").as_bytes()))
                    }
                    (Node::Table(table), Place::Other(number)) => table.get(Value::number(f64::from(number) + 0.5)),
                    (Node::Table(table), Place::Key(_)) => {
                        assert_eq!(table.get(to), Value::TRUE);
                        to
                    }
                    (Node::Table(table), _) => table.metatable().expect("it has one").into(),
                    (Node::Closure(closure), Place::Slot(slot)) => {
                        closure.upvalue(slot + 1).expect("it has it").value()
                    }
                    (Node::Builtin(builtin), Place::Slot(slot)) => builtin.captured()[slot as usize + 1],
                    (Node::Coroutine(coroutine), Place::Slot(slot)) => {
                        self.held.fibers[coroutine.fiber().expect("it has one") as usize][slot as usize + 1]
                    }
                    _ => unreachable!("no such place in such a node"),
                };
                assert_eq!(found, to, "{place:?}");
            }
        }
    }

    fn run(&mut self, random: &mut Random, iterations: usize) {
        for _ in 0..iterations {
            // Only reachable nodes may be used.
            let reached: Vec<usize> = self.check().into_iter().collect();
            if reached.is_empty() || (reached.len() < 80 && random.once_in(3)) {
                let id = self.make(random);
                if reached.is_empty() || random.once_in(6) {
                    self.roots.push(id);
                } else {
                    let from = random.pick(&reached);
                    self.link(random, from, Some(id));
                }
            } else if random.once_in(30) {
                let at = random.below(self.roots.len() as u64) as usize;
                self.roots.swap_remove(at);
            } else {
                let (from, to) = (random.pick(&reached), random.pick(&reached));
                let is_there = !random.once_in(4);
                self.link(random, from, is_there.then_some(to));
            }
            self.hold_roots();
            if random.once_in(3) {
                self.held.step(&mut self.heap, random.below(3) as u32);
            }
        }
    }

    fn finish(&mut self) {
        self.hold_roots();
        self.held.collect(&mut self.heap);
        let reached = self.check();
        self.check_links();
        let alive: BTreeSet<usize> = (0..self.made).filter(|id| !self.freed.borrow().contains(id)).collect();
        assert_eq!(alive, reached, "after a full cycle only reachable objects are left");
    }
}

#[test]
fn exactly_the_unreachable_objects_are_freed() {
    let mut made = 0;
    for seed in 0..24 {
        let mut random = Random::new(seed);
        let mut world = World::new();
        // Small steps, so that much changes during a cycle.
        world.heap.set_step_multiplier(25 + 50 * (seed as u32 % 4));
        world.heap.set_eager(u32::from(seed % 8 == 7));
        for _ in 0..4 {
            world.run(&mut random, 400);
            world.finish();
        }
        made += world.made;
        world.roots.clear();
        world.finish();
        assert_eq!(world.freed.borrow().len(), world.made);
    }
    assert!(made > 24 * 200, "{made} nodes are not many");
}
