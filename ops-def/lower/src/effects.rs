//! The bodies of the helpers → [`Effects`]: what each does to the machine, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Body, Expr, Kind};
use crate::ty::Ty;

/// Bodies of the helpers, by name.
pub(crate) type Helpers = BTreeMap<String, Body>;

/// What the helpers of a module do, directly or through others.
pub(crate) struct Effects {
    /// Helpers that call runtime functions.
    runtime: BTreeSet<String>,
    /// Helpers that call runtime functions or write to memory.
    visible: BTreeSet<String>,
    /// Helpers that read or write slots of a window.
    windows: BTreeSet<String>,
    /// Helpers that read the function's word.
    words: BTreeSet<String>,
}

impl Effects {
    pub(crate) fn new(helpers: &Helpers) -> Self {
        let calls = |expr: &Expr| matches!(expr.kind, Kind::Runtime(..));
        let writes = |expr: &Expr| match &expr.kind {
            Kind::Assign(place, _) => is_visible(place),
            Kind::Fill(..) => true,
            _ => calls(expr),
        };
        Effects {
            runtime: helpers_that(helpers, calls),
            visible: helpers_that(helpers, writes),
            windows: helpers_that(helpers, uses_window),
            words: helpers_that(helpers, reads_word),
        }
    }

    /// Returns `true` if a helper calls runtime functions.
    pub(crate) fn runtime(&self, helper: &str) -> bool {
        self.runtime.contains(helper)
    }

    /// Returns `true` if a helper calls runtime functions or writes to memory.
    pub(crate) fn visible(&self, helper: &str) -> bool {
        self.visible.contains(helper)
    }

    /// Returns `true` if a body calls runtime functions, directly or through helpers.
    pub(crate) fn in_body(&self, body: &Body) -> bool {
        does(body, &self.runtime, |expr| matches!(expr.kind, Kind::Runtime(..)))
    }

    /// Returns `true` if a body reads or writes slots of a window, directly or through helpers.
    pub(crate) fn windows_in(&self, body: &Body) -> bool {
        does(body, &self.windows, uses_window)
    }

    /// Returns `true` if the handler of an op with this body needs the machine's record to be current, for itself or for
    /// helpers.
    pub(crate) fn needs_record(&self, body: &Body) -> bool {
        self.in_body(body) || self.windows_in(body) || does(body, &self.words, reads_word)
    }
}

fn reads_word(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::FunctionWord)
}

fn uses_window(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::WindowSlot(..) | Kind::Fill(..))
}

/// Returns `true` if a body contains a wanted expression or calls one of these helpers.
fn does(body: &Body, helpers: &BTreeSet<String>, wanted: impl Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    body.root.walk(&mut |expr| {
        found |= wanted(expr) || matches!(&expr.kind, Kind::Helper(callee, _) if helpers.contains(callee));
    });
    found
}

/// Returns the helpers that contain a wanted expression, directly or in helpers that they call.
fn helpers_that(helpers: &Helpers, wanted: impl Fn(&Expr) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (name, body) in helpers {
            let mut is_one = false;
            body.root.walk(&mut |expr| {
                is_one |= wanted(expr) || matches!(&expr.kind, Kind::Helper(callee, _) if found.contains(callee));
            });
            if is_one {
                found.insert(name.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Returns `true` if a change of this place is visible outside the op.
pub(crate) fn is_visible(place: &Expr) -> bool {
    match &place.kind {
        Kind::Local(_) => matches!(place.ty, Ty::Cell(_)),
        Kind::Field(base, _) => is_visible(base),
        _ => true,
    }
}
