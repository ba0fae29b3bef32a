//! A heap with objects of every form, beside a model of what refers to what.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ptr::null_mut;
use std::rc::Rc;

use mimeo::OutOfMemory;
use mimeo_heap::{Gc, Interned, Trace as _, Weak};

/// An object, or nothing. It is a pointer, so that Miri knows what it may access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(*mut Object);

pub const NOTHING: Value = Value(null_mut());

impl Value {
    fn object(object: *mut Object) -> Value {
        Value(object)
    }

    fn as_object(self) -> Option<*mut Object> {
        Some(self.0)
    }
}

#[repr(C)]
pub struct Object {
    next: *mut Object,
    kind: u8,
    mark: u8,
}

/// Notes in a list that it was dropped.
pub struct Id(usize, Rc<RefCell<Vec<bool>>>);

impl Drop for Id {
    fn drop(&mut self) {
        let was_freed = std::mem::replace(&mut self.1.borrow_mut()[self.0], true);
        assert!(!was_freed, "{} is freed again", self.0);
    }
}

#[repr(C)]
pub struct Pair {
    object: Object,
    first: Value,
    second: Value,
    id: Id,
}

#[repr(C)]
pub struct Items {
    start: *mut Value,
    len: usize,
    capacity: usize,
}

#[repr(C)]
pub struct List {
    object: Object,
    items: Items,
    id: Id,
}

#[repr(C)]
pub struct Other {
    object: Object,
    pointer: *mut Pair,
    list: Option<Gc<List>>,
    values: Vec<Value>,
    boxed: Box<[Value]>,
    weak: Weak<Pair>,
    id: Id,
}

#[repr(C)]
pub struct Name {
    object: Object,
    name: String,
    id: Id,
}

mimeo_heap::vector!(Items of Value);

// SAFETY: only objects are not null. (1) to (6): the tests use only what the model says is reachable.
mimeo_heap::kinds! {
    unsafe values Value { object, as_object };
    header Object;
    1 => Pair { first, second } not { id };
    2 => List { items } not { id };
    3 => Other { pointer, list, values, boxed, weak } not { id };
    4 => Name { name } not { id };
}

impl Interned for Name {
    fn key(&self) -> &[u8] {
        self.name.as_bytes()
    }
}

/// The steps of a [run](World::run), and the collections in a world. Miri is slow.
pub const STEPS: usize = if cfg!(miri) { 30 } else { 300 };
pub const ROUNDS: usize = if cfg!(miri) { 2 } else { 6 };

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end
    }
}

#[derive(Clone, Copy, Debug)]
enum Node {
    Pair(Gc<Pair>),
    List(Gc<List>),
    Other(Gc<Other>),
    Name(Gc<Name>),
}

impl Node {
    fn value(self) -> Value {
        match self {
            Node::Pair(object) => object.value(),
            Node::List(object) => object.value(),
            Node::Other(object) => object.value(),
            Node::Name(object) => object.value(),
        }
    }
}

/// What the model knows of an object.
struct Known {
    node: Node,
    /// By the number of the place.
    links: BTreeMap<usize, usize>,
    /// The pair that it refers to weakly.
    weak: Option<usize>,
}

#[derive(Default)]
pub struct World {
    pub heap: mimeo_heap::Heap<Value>,
    known: BTreeMap<usize, Known>,
    roots: Vec<usize>,
    freed: Rc<RefCell<Vec<bool>>>,
    pub seen_weak: [usize; 2],
}

impl World {
    pub fn made(&self) -> usize {
        self.freed.borrow().len()
    }

    pub fn freed(&self) -> Rc<RefCell<Vec<bool>>> {
        Rc::clone(&self.freed)
    }

    fn id(&mut self) -> Id {
        self.freed.borrow_mut().push(false);
        Id(self.made() - 1, Rc::clone(&self.freed))
    }

    fn make(&mut self, random: &mut Random) -> Result<usize, OutOfMemory> {
        let id = self.id();
        let number = id.0;
        let object = Object::default();
        let node = match random.below(8) {
            0 | 1 => Node::Pair(self.heap.add(Pair { object, first: NOTHING, second: NOTHING, id })?),
            2 | 3 => {
                let items = self.heap.vector(&[NOTHING; 2][..random.below(3)])?.into();
                Node::List(self.heap.add(List { object, items, id })?)
            }
            4..=6 => {
                let boxed = Box::new([NOTHING; 2]);
                let (values, weak) = (vec![NOTHING; 2], Weak::default());
                Node::Other(self.heap.add(Other {
                    object,
                    pointer: null_mut(),
                    list: None,
                    values,
                    boxed,
                    weak,
                    id,
                })?)
            }
            _ => {
                let name = format!("name {}", random.below(30));
                let make = || Ok(Name { object, name: name.clone(), id });
                let name = self.heap.intern(name.as_bytes(), make)?;
                let is_new = self.heap[name].id.0 == number;
                // One with this name is reachable, or was not collected yet.
                if !is_new {
                    let number = self.heap[name].id.0;
                    assert!(!self.freed.borrow()[number]);
                    let known = Known { node: Node::Name(name), links: BTreeMap::new(), weak: None };
                    self.known.entry(number).or_insert(known);
                    return Ok(number);
                }
                Node::Name(name)
            }
        };
        self.known.insert(number, Known { node, links: BTreeMap::new(), weak: None });
        Ok(number)
    }

    /// Stores an object, or nothing, in another one, and in the model.
    fn link(&mut self, random: &mut Random, from: usize, to: Option<usize>) -> Result<(), OutOfMemory> {
        let value = to.map_or(NOTHING, |to| self.known[&to].node.value());
        let heap = &mut self.heap;
        let place = match self.known[&from].node {
            Node::Pair(pair) => {
                let place = random.below(2);
                let Pair { first, second, .. } = &mut heap[pair];
                *[first, second][place] = value;
                place
            }
            Node::List(list) => {
                let place = random.below(heap[list].items.len() + 1);
                if place == heap[list].items.len() {
                    heap.push(list, |list| &mut list.items, value)?;
                } else if random.below(4) == 0 {
                    let last = heap[list].items.len() - 1;
                    heap[list].items.pop();
                    self.known.get_mut(&from).expect("it is known").links.remove(&last);
                    return Ok(());
                } else {
                    heap[list].items[place] = value;
                }
                place
            }
            Node::Other(other) => {
                let place = random.below(7);
                match place {
                    0 => heap[other].pointer = heap.find::<Pair>(value).map_or(null_mut(), Gc::as_ptr),
                    1 => heap[other].list = heap.find(value),
                    2 | 3 => heap[other].values[place - 2] = value,
                    4 | 5 => heap[other].boxed[place - 4] = value,
                    _ => {
                        let pair = heap.find::<Pair>(value);
                        heap[other].weak = pair.map(Weak::new).unwrap_or_default();
                        self.known.get_mut(&from).expect("it is known").weak = to.filter(|_| pair.is_some());
                        return Ok(());
                    }
                }
                let fits = [heap.get::<Pair>(value).is_some(), heap.get::<List>(value).is_some()];
                if fits.get(place) == Some(&false) {
                    self.known.get_mut(&from).expect("it is known").links.remove(&place);
                    return Ok(());
                }
                place
            }
            Node::Name(_) => return Ok(()),
        };
        let links = &mut self.known.get_mut(&from).expect("it is known").links;
        match to {
            Some(to) => links.insert(place, to),
            None => links.remove(&place),
        };
        Ok(())
    }

    fn reachable(&self) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut grey = self.roots.clone();
        while let Some(id) = grey.pop() {
            if reached.insert(id) {
                grey.extend(self.known[&id].links.values());
            }
        }
        reached
    }

    /// Makes and links objects.
    pub fn run(&mut self, random: &mut Random, steps: usize) -> Result<(), OutOfMemory> {
        for _ in 0..steps {
            let reached: Vec<usize> = self.reachable().into_iter().collect();
            if reached.is_empty() || (reached.len() < 60 && random.below(3) == 0) {
                let id = self.make(random)?;
                if reached.is_empty() || random.below(6) == 0 {
                    self.roots.push(id);
                } else {
                    let from = reached[random.below(reached.len())];
                    self.link(random, from, Some(id))?;
                }
            } else if random.below(40) == 0 {
                self.roots.swap_remove(random.below(self.roots.len()));
            } else {
                let [from, to] = [(); 2].map(|()| reached[random.below(reached.len())]);
                let is_there = random.below(4) > 0;
                self.link(random, from, Some(to).filter(|_| is_there))?;
            }
        }
        Ok(())
    }

    pub fn forget_roots(&mut self) {
        self.roots.clear();
    }

    /// Collects, between two calls of `around`, and checks what was freed.
    pub fn collect(&mut self, around: impl Fn(bool)) {
        let reached = self.reachable();
        let roots: Vec<Value> = self.roots.iter().map(|id| self.known[id].node.value()).collect();
        around(true);
        // SAFETY: (1): only what the model reaches is used afterwards.
        unsafe { self.heap.collect(|tracer| roots.trace(tracer)) };
        around(false);
        let left: BTreeSet<usize> = (0..self.made()).filter(|&id| !self.freed.borrow()[id]).collect();
        assert_eq!(left, reached);
        self.known.retain(|id, _| reached.contains(id));
        let (mut bytes, mut names) = (0, BTreeSet::new());
        for known in self.known.values_mut() {
            let heap = &self.heap;
            known.weak = known.weak.filter(|pair| reached.contains(pair));
            bytes += match known.node {
                Node::Pair(_) => size_of::<Pair>(),
                Node::List(list) => size_of::<List>() + heap[list].items.capacity * size_of::<Value>(),
                Node::Other(other) => {
                    let id = heap[other].weak.get().map(|pair| heap[pair].id.0);
                    assert_eq!(id, known.weak);
                    self.seen_weak[usize::from(id.is_some())] += 1;
                    size_of::<Other>() + 4 * size_of::<Value>()
                }
                Node::Name(name) => {
                    assert!(names.insert(&*heap[name].name), "two objects are `{}`", heap[name].name);
                    size_of::<Name>() + heap[name].name.capacity()
                }
            };
        }
        let table = self.heap.used() - bytes;
        assert!(table.is_multiple_of(16) && table <= 16 * 128, "{table} bytes of interned names");
        self.check_links();
    }

    /// Checks that every link is in the heap as it is in the model.
    fn check_links(&self) {
        for known in self.known.values() {
            for (&place, to) in &known.links {
                let (to, heap) = (self.known[to].node.value(), &self.heap);
                let found = match known.node {
                    Node::Pair(pair) => [heap[pair].first, heap[pair].second][place],
                    Node::List(list) => heap[list].items[place],
                    Node::Other(other) => match place {
                        // SAFETY: (1): the model reaches the pair.
                        0 => unsafe { Gc::from_ptr(heap[other].pointer) }.value(),
                        1 => heap[other].list.expect("it has one").value(),
                        2 | 3 => heap[other].values[place - 2],
                        _ => heap[other].boxed[place - 4],
                    },
                    Node::Name(_) => unreachable!("a name refers to nothing"),
                };
                assert_eq!(found, to, "{place}");
            }
        }
    }
}
