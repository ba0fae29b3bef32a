//! The rule about NaNs: the bits of a float that an operation produced may become visible only where it is known not to
//! be a NaN, or after `quiet()` or `canonical_bits()`.
//!
//! IEEE 754 does not specify which NaN an operation results in, nor do Rust and C: `x + 0.0` of a signalling NaN is
//! quiet if it is computed, and unchanged if the compiler drops the addition. Both tiers can be right and still differ.
//! A NaN that came from outside keeps its bits; assignments, `-` and `abs` only copy them or change the sign.
//!
//! [`walk`] follows the paths through a body; [`known`] represents what it knows about values there. A helper is
//! followed for each call, with what is known about the arguments.

mod known;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::catalogue::Problem;
use crate::effects::Helpers;
use crate::errors::Errors;
use crate::ir::{Body, Expr};
use crate::module::Module;
use known::{Float, Known};
use walk::{Call, Exits, Follow, Found, Walk};

/// Checker of the bodies of a module.
pub(crate) struct Nans<'a> {
    module: &'a Module,
    helpers: &'a Helpers,
    calls: BTreeMap<(String, Vec<Known>), Rc<Call>>,
}

impl<'a> Nans<'a> {
    /// Creates a checker. The helpers must not be recursive.
    pub(crate) fn new(module: &'a Module, helpers: &'a Helpers) -> Self {
        Nans { module, helpers, calls: BTreeMap::new() }
    }

    /// Checks the body of an op.
    pub(crate) fn check_op(&mut self, body: &Body, errors: &mut Errors) {
        let module = self.module;
        let params = &body.locals[..body.params];
        let known: Vec<Known> =
            params.iter().map(|param| Known::of(&param.ty, Float::Given, &module.structs)).collect();
        let (_, found) = Walk::new(self, module, body, None).run(&known);
        report(&found, errors);
    }

    /// Checks the body of a helper for problems that occur with any arguments.
    pub(crate) fn check_helper(&mut self, name: &str, errors: &mut Errors) {
        let params = &self.module.helpers[name].params;
        let known = params.iter().map(|param| Known::of(&param.ty, Float::Finite, &self.module.structs));
        let known: Vec<Known> = known.collect();
        report(&self.follow(name, &known).found, errors);
    }

    /// Returns what a helper does with arguments about which this is known.
    fn follow(&mut self, name: &str, known: &[Known]) -> Rc<Call> {
        let key = (name.to_owned(), known.to_vec());
        if let Some(call) = self.calls.get(&key) {
            return call.clone();
        }
        let (helpers, module) = (self.helpers, self.module);
        let call = match helpers.get(name) {
            Some(body) => {
                let (exits, found) =
                    Walk::new(self, module, body, Some(module.helpers[name].result.clone())).run(known);
                Rc::new(Call { exits, found })
            }
            // The helper itself has a problem.
            None => Rc::new(Call { exits: Exits::default(), found: Vec::new() }),
        };
        self.calls.insert(key, call.clone());
        call
    }
}

impl Follow for Nans<'_> {
    fn call(&mut self, call: &Expr, name: &str, args: &[Expr], known: &[Known], found: &mut Vec<Found>) -> Rc<Call> {
        let followed = self.follow(name, known);
        if followed.found.is_empty() {
            return followed;
        }
        let given: Vec<Known> = known.iter().map(|known| known.at_most(Float::Given)).collect();
        let own = self.follow(name, &given);
        if !own.found.is_empty() {
            // The arguments are not the cause: the helper exposes a float that it computes.
            found.extend(own.found.iter().cloned());
            return followed;
        }
        let problem = || Problem::NanArgument(name.rsplit("::").next().unwrap_or(name).to_owned());
        let before = found.len();
        for (index, arg) in args.iter().enumerate() {
            let mut one = given.clone();
            one[index] = known[index].clone();
            if !self.follow(name, &one).found.is_empty() {
                found.push(Found { span: arg.span, problem: problem() });
            }
        }
        if found.len() == before {
            found.push(Found { span: call.span, problem: problem() });
        }
        followed
    }
}

fn report(found: &[Found], errors: &mut Errors) {
    found.iter().for_each(|Found { span, problem }| errors.at(*span, problem.clone()));
}
