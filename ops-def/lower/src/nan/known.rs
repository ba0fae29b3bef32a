//! [`Known`]: what is known about a value on one path, float by float; and [`Env`]: the same for all variables.

use std::collections::{BTreeMap, BTreeSet};

use crate::consts::Value;
use crate::ir::LocalId;
use crate::ty::{Structs, Ty};

/// What is known about a float, from the most to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Float {
    /// Neither infinite nor a NaN.
    Finite,
    /// Not a NaN.
    Number,
    /// It may be a NaN, whose bits came from outside: from an operand, memory, an integer or a constant.
    Given,
    /// It may be a computed NaN, so its bits depend on the compiler.
    Computed,
}

/// What is known about a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// No value: a variable before its assignment, or an expression that does not complete.
    Unset,
    /// A value without floats, from which nothing follows.
    Plain,
    Float(Float),
    /// The fields of a struct or tuple.
    Parts(Vec<Known>),
    Choice(Box<Choice>),
}

/// What is known about a `bool`, an `Option` or a `Result`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Choice {
    /// The value inside the `Some` or `Ok`.
    pub(super) payload: Known,
    /// What follows for the variables if it is `true`, `Some` or `Ok`.
    pub(super) yes: Facts,
    /// What follows if it is not.
    pub(super) no: Facts,
}

/// What is known about some variables.
pub(super) type Facts = BTreeMap<LocalId, Known>;

impl Known {
    /// Returns a value of this type whose floats are all like `float`.
    pub(super) fn of(ty: &Ty, float: Float, structs: &Structs) -> Known {
        match ty {
            ty if ty.is_float() => Known::Float(float),
            Ty::Struct(name) | Ty::Cell(name) => {
                let fields = structs.get(name).map_or(&[][..], |of| &of.fields);
                Known::parts(fields.iter().map(|(_, ty)| Known::of(ty, float, structs)).collect())
            }
            Ty::Tuple(types) => Known::parts(types.iter().map(|ty| Known::of(ty, float, structs)).collect()),
            Ty::Option(of) | Ty::Result(of) => Known::choice(Known::of(of, float, structs), Facts::new(), Facts::new()),
            _ => Known::Plain,
        }
    }

    /// Returns what is known about a constant of type `ty`.
    pub(super) fn of_value(value: &Value, ty: &Ty, structs: &Structs) -> Known {
        match value {
            Value::Float(bits) => Known::of_bits(*bits, ty),
            Value::Struct(parts) => {
                let Ty::Struct(name) = ty else { unreachable!("the constant is a struct") };
                let fields = parts.iter().zip(&structs[name].fields);
                Known::parts(fields.map(|(part, (_, ty))| Known::of_value(part, ty, structs)).collect())
            }
            Value::Int(_) | Value::Bool(_) => Known::Plain,
        }
    }

    /// Returns what is known about a float of type `ty` with these bits.
    pub(super) fn of_bits(bits: u64, ty: &Ty) -> Known {
        let value = if *ty == Ty::F32 { f32::from_bits(bits as u32).into() } else { f64::from_bits(bits) };
        Known::Float(match () {
            () if value.is_nan() => Float::Given,
            () if value.is_infinite() => Float::Number,
            () => Float::Finite,
        })
    }

    pub(super) fn parts(parts: Vec<Known>) -> Known {
        if parts.iter().all(|part| *part == Known::Plain) { Known::Plain } else { Known::Parts(parts) }
    }

    pub(super) fn choice(payload: Known, yes: Facts, no: Facts) -> Known {
        if payload == Known::Plain && yes.is_empty() && no.is_empty() {
            return Known::Plain;
        }
        Known::Choice(Box::new(Choice { payload, yes, no }))
    }

    /// Returns what is known about a value that is a float.
    pub(super) fn float(&self) -> Float {
        match self {
            Known::Float(float) => *float,
            _ => Float::Computed,
        }
    }

    /// Returns what is known about a field, or, for index 0, about the value inside the `Some` or `Ok`.
    pub(super) fn part(&self, index: usize) -> Known {
        match self {
            Known::Parts(parts) => parts[index].clone(),
            Known::Choice(choice) => choice.payload.clone(),
            other => other.clone(),
        }
    }

    fn part_mut(&mut self, index: usize) -> Option<&mut Known> {
        match self {
            Known::Parts(parts) => parts.get_mut(index),
            Known::Choice(choice) => Some(&mut choice.payload),
            _ => None,
        }
    }

    /// Returns `true` if it contains a float whose bits may depend on the compiler.
    pub(super) fn is_computed(&self) -> bool {
        match self {
            Known::Unset | Known::Plain => false,
            Known::Float(float) => *float == Float::Computed,
            Known::Parts(parts) => parts.iter().any(Known::is_computed),
            Known::Choice(choice) => choice.payload.is_computed(),
        }
    }

    /// Returns the same with floats about which at least `most` is known.
    pub(super) fn at_most(&self, most: Float) -> Known {
        match self {
            Known::Float(float) => Known::Float(most.min(*float)),
            Known::Parts(parts) => Known::Parts(parts.iter().map(|part| part.at_most(most)).collect()),
            Known::Choice(choice) => Known::choice(choice.payload.at_most(most), Facts::new(), Facts::new()),
            Known::Unset | Known::Plain => self.clone(),
        }
    }

    /// Returns the same without the facts about variables.
    pub(super) fn without_facts(&self) -> Known {
        self.at_most(Float::Computed)
    }

    /// Returns what is known if either may be the value.
    fn join(&self, other: &Known) -> Known {
        match (self, other) {
            (Known::Unset, known) | (known, Known::Unset) => known.clone(),
            (Known::Plain, known) | (known, Known::Plain) => known.without_facts(),
            (Known::Float(one), Known::Float(other)) => Known::Float(*one.max(other)),
            (Known::Parts(one), Known::Parts(other)) => {
                Known::Parts(one.iter().zip(other).map(|(one, other)| one.join(other)).collect())
            }
            (Known::Choice(one), Known::Choice(other)) => Known::choice(
                one.payload.join(&other.payload),
                join_facts(&one.yes, &other.yes),
                join_facts(&one.no, &other.no),
            ),
            // Values of one type have the same form.
            (one, _) => one.clone(),
        }
    }

    /// Returns what is known if both are true of the value.
    fn meet(&self, other: &Known) -> Known {
        match (self, other) {
            (Known::Float(one), Known::Float(other)) => Known::Float(*one.min(other)),
            (Known::Parts(one), Known::Parts(other)) => {
                Known::Parts(one.iter().zip(other).map(|(one, other)| one.meet(other)).collect())
            }
            (Known::Choice(one), Known::Choice(other)) => {
                Known::choice(one.payload.meet(&other.payload), one.yes.clone(), one.no.clone())
            }
            (one, _) => one.clone(),
        }
    }

    fn forget(&mut self, local: LocalId) {
        match self {
            Known::Parts(parts) => parts.iter_mut().for_each(|part| part.forget(local)),
            Known::Choice(choice) => {
                choice.payload.forget(local);
                choice.yes.remove(&local);
                choice.no.remove(&local);
            }
            Known::Unset | Known::Plain | Known::Float(_) => {}
        }
    }
}

fn join_facts(one: &Facts, other: &Facts) -> Facts {
    let both = one.iter().filter_map(|(local, known)| Some((*local, known.join(other.get(local)?))));
    both.collect()
}

/// A variable, or a part of one: a path of field indices from the outside in.
pub(super) type Place = (LocalId, Vec<usize>);

/// What is known about the variables of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Env {
    known: Vec<Known>,
    /// Variables that are copies of a place: a fact about one is true of both.
    copies: BTreeMap<LocalId, Place>,
}

/// What is known at a point of a body; `None` if control cannot reach it.
pub(super) type Flow = Option<Env>;

impl Env {
    pub(super) fn new(locals: usize, params: &[Known]) -> Env {
        let unset = std::iter::repeat_n(Known::Unset, locals - params.len());
        Env { known: params.iter().cloned().chain(unset).collect(), copies: BTreeMap::new() }
    }

    pub(super) fn get(&self, local: LocalId) -> &Known {
        &self.known[local.0]
    }

    /// Assigns to a variable, or to a part of it.
    pub(super) fn assign(&mut self, place: &Place, value: Known) {
        if let Some(known) = self.at_mut(place) {
            *known = value;
        }
        // Facts that followed from the previous value do not follow from this one.
        let local = place.0;
        self.known.iter_mut().for_each(|known| known.forget(local));
        self.copies.retain(|&copy, (of, _)| copy != local && *of != local);
    }

    /// Notes that a variable has just become a copy.
    pub(super) fn copy(&mut self, local: LocalId, of: Place) {
        if of.0 != local && *self.get(local) != Known::Plain {
            self.copies.insert(local, of);
        }
    }

    /// Adds what is known about a variable or a part of it, and about its copies.
    pub(super) fn learn(&mut self, place: &Place, known: &Known) {
        self.change(place, |before| *before = before.meet(known));
    }

    /// Notes that this `Option` or `Result` is `None` or `Err`.
    pub(super) fn empty(&mut self, local: LocalId) {
        self.change(&(local, Vec::new()), |known| {
            if let Known::Choice(choice) = known {
                choice.payload = Known::Unset;
            }
        });
    }

    fn change(&mut self, place: &Place, change: impl Fn(&mut Known)) {
        let (local, path) = self.original(place.clone());
        let copies: Vec<LocalId> = self.copies.keys().copied().collect();
        let same = copies.into_iter().filter_map(|copy| {
            let (of, start) = self.original((copy, Vec::new()));
            let rest = path.strip_prefix(start.as_slice()).filter(|_| of == local)?;
            Some((copy, rest.to_vec()))
        });
        let mut places: Vec<Place> = same.collect();
        places.push((local, path));
        places.iter().for_each(|place| self.at_mut(place).into_iter().for_each(&change));
    }

    /// Returns the original that a place is a copy of, through all copies.
    fn original(&self, (mut local, mut path): Place) -> Place {
        while let Some((of, start)) = self.copies.get(&local) {
            (local, path) = (*of, start.iter().copied().chain(path).collect());
        }
        (local, path)
    }

    /// Returns what is known about a place; `None` for a part of a value without floats.
    fn at_mut(&mut self, (local, path): &Place) -> Option<&mut Known> {
        path.iter().try_fold(&mut self.known[local.0], |known, &index| known.part_mut(index))
    }

    /// Returns the variables about which more is known here than in `less`.
    pub(super) fn more_than(&self, less: &Env) -> Facts {
        let pairs = self.known.iter().zip(&less.known).enumerate();
        let more = pairs.filter(|(_, (known, less))| known.without_facts() != less.without_facts());
        more.map(|(index, (known, _))| (LocalId(index), known.without_facts())).collect()
    }

    /// Adds what follows from a choice.
    pub(super) fn apply(&mut self, facts: &Facts) {
        facts.iter().for_each(|(&local, known)| self.learn(&(local, Vec::new()), known));
    }

    /// Returns what is known about the parameters, except those that the body assigns to.
    pub(super) fn params(&self, count: usize, assigned: &BTreeSet<LocalId>) -> Vec<Known> {
        let known = |(index, known): (usize, &Known)| {
            if assigned.contains(&LocalId(index)) { Known::Unset } else { known.without_facts() }
        };
        self.known[..count].iter().enumerate().map(known).collect()
    }
}

/// Returns what is known where two paths meet.
pub(super) fn join(one: Flow, other: Flow) -> Flow {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.copies.retain(|copy, of| other.copies.get(copy) == Some(of));
            Some(Env { known: join_all(&one.known, &other.known), copies: one.copies })
        }
        (one, other) => one.or(other),
    }
}

pub(super) fn join_known(one: &Known, other: &Known) -> Known {
    one.join(other)
}

pub(super) fn join_all(one: &[Known], other: &[Known]) -> Vec<Known> {
    one.iter().zip(other).map(|(one, other)| one.join(other)).collect()
}
