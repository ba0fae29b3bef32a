//! A shape and one more name → the shape that has both; the set of all shapes.
//!
//! Shapes are not in the heap's list of objects: the last phase of the marking frees all dead ones at once, so that no
//! live shape refers to one that is about to be freed. The numbers in `SAFETY` comments are those of the
//! [heap](super)'s contract.

use super::{Gc, Heap, Kind, Shape};
use crate::ops::ops::{Object, TEXT_SHAPE, Text};

#[derive(Debug)]
pub(super) struct Shapes {
    pub(super) all: Vec<Gc<Shape>>,
    /// The shape without names.
    pub(super) root: Option<Gc<Shape>>,
    /// The id of the next shape. Ids are never reused.
    next_id: u32,
    /// The number of collections that freed shapes.
    pub(super) freed: u32,
}

impl Default for Shapes {
    fn default() -> Shapes {
        Shapes { all: Vec::new(), root: None, next_id: TEXT_SHAPE + 1, freed: 0 }
    }
}

impl Shapes {
    /// Maximal number of shapes. Beyond it, tables keep new names in their hash part.
    const MAX_LEN: usize = 8192;
}

impl Heap {
    /// Returns the shape without names.
    #[inline]
    pub(super) fn root_shape(&mut self) -> Gc<Shape> {
        match self.shapes.root {
            Some(root) => root,
            None => {
                let root = self.new_shape(None, Box::default());
                self.shapes.root = Some(root);
                root
            }
        }
    }

    /// Returns the shape with one more name, which `shape` must lack, or `None` if there are too many shapes or names.
    pub(super) fn shape_with(&mut self, mut shape: Gc<Shape>, name: Gc<Text>, max_names: usize) -> Option<Gc<Shape>> {
        if shape.len() >= max_names {
            return None;
        }
        let at = match shape.find_next(name) {
            Ok(at) => return Some(shape.next[at].1),
            Err(at) => at,
        };
        let is_full = self.shapes.all.len() >= Shapes::MAX_LEN || self.shapes.next_id == u32::MAX;
        if shape.next.len() >= Shape::MAX_NEXT || is_full {
            return None;
        }
        let names = shape.names.iter().copied().chain([name]).collect();
        let next = self.new_shape(Some(shape), names);
        // SAFETY: (3): there is no other reference into the shape.
        unsafe { shape.as_mut() }.next.insert(at, (name, next));
        Some(next)
    }

    fn new_shape(&mut self, parent: Option<Gc<Shape>>, names: Box<[Gc<Text>]>) -> Gc<Shape> {
        let object = Object { next: std::ptr::null_mut(), kind: Kind::Shape as u8, mark: self.tracer.white };
        let shape = Shape::new(object, self.shapes.next_id, parent, names);
        self.shapes.next_id += 1;
        self.accounts.charge(shape.size());
        let shape = self.place(shape);
        self.shapes.all.push(shape);
        shape
    }

    /// Frees the shapes that are not marked, at the end of the marking, and makes the others white.
    pub(super) fn sweep_shapes(&mut self) {
        let (live, dead): (Vec<_>, Vec<_>) =
            self.shapes.all.drain(..).partition(|shape| !self.tracer.is_white(shape.as_object()));
        // The parent of a dead shape is never freed before it.
        for shape in &dead {
            if let Some(mut parent) = shape.parent.filter(|parent| !self.tracer.is_white(parent.as_object())) {
                // SAFETY: (3): as in `shape_with`.
                unsafe { parent.as_mut() }.next.retain(|(_, next)| next != shape);
            }
        }
        for &shape in &live {
            self.tracer.whiten_next(shape.as_object());
        }
        self.shapes.all = live;
        self.shapes.freed = self.shapes.freed.wrapping_add(u32::from(!dead.is_empty()));
        for shape in dead {
            self.free(shape.as_object());
        }
    }
}
