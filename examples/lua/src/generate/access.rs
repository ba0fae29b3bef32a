//! Fields, indices and calls → ops. All intermediate values use one slot, which is the first of the window of a call.

use lua_syntax::parse::{Expression, Suffix, SuffixKind, Variable};
use lua_syntax::syntax::StringId;
use mimeo::def::Slot;

use super::function::{Generator, name_of_suffix};
use crate::heap::NameKind;

/// The destination of the values.
#[derive(Clone, Copy)]
pub(super) enum Destination {
    /// The first value, in a slot.
    One(Slot),
    /// This number of values, from the first free slot on.
    Some(u16),
    /// All values, from the first free slot on.
    Open,
    /// The results of the function.
    Returned,
}

/// The function of a call, as the source has it.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) base: &'a Expression<'a>,
    /// The last one is the call.
    pub(super) suffixes: &'a [Suffix<'a>],
}

/// The intermediate value: its slot and its name in the source.
#[derive(Clone, Copy)]
struct Intermediate {
    slot: Slot,
    name: Option<(NameKind, StringId)>,
}

impl Generator<'_> {
    pub(super) fn access(&mut self, base: &Expression, suffixes: &[Suffix], destination: Destination) {
        let mark = self.mark();
        // A temporary that was taken last can be the window itself.
        let window = match destination {
            Destination::One(dst) if dst.0 >= self.temporaries && dst.0 + 1 == mark => dst,
            _ => self.take(),
        };
        let mut current = Intermediate { slot: window, name: self.name_of(base) };
        match base {
            Expression::Variable { variable: Variable::Local(local), .. } => current.slot = self.slot(*local),
            _ => self.into(base, window),
        }
        for index in 0..suffixes.len() {
            let destination = (index + 1 == suffixes.len()).then_some(destination);
            let called = Called { base, suffixes: &suffixes[..=index] };
            current = self.suffix(current, called, window, destination);
        }
        match destination {
            Destination::One(dst) if current.slot != dst => self.asm.copy(dst, current.slot),
            Destination::Some(count) if count > 1 => {
                // After the release, the window starts at the first free slot.
                self.release(mark);
                let first = self.take_many(count);
                self.asm.adjust(first, count);
            }
            _ => {}
        }
        self.release(mark);
    }

    /// Applies one suffix. The result goes to the window or, for the last suffix, directly to its destination.
    fn suffix(
        &mut self,
        current: Intermediate,
        called: Called<'_>,
        window: Slot,
        destination: Option<Destination>,
    ) -> Intermediate {
        let mark = self.mark();
        let suffix = &called.suffixes[called.suffixes.len() - 1];
        let dst = match destination {
            Some(Destination::One(dst)) => dst,
            _ => window,
        };
        let slot = match &suffix.kind {
            SuffixKind::Field(name) | SuffixKind::Index(Expression::String(name)) => {
                self.at(suffix.line);
                self.get_field(dst, current.slot, *name, |generator| generator.named(0, current.name));
                dst
            }
            SuffixKind::Index(key) => {
                let key = self.slot_of(key);
                self.at(suffix.line);
                self.named(0, current.name);
                self.asm.get_index(dst, current.slot, key);
                dst
            }
            SuffixKind::Call(arguments) => {
                self.call(window, current, None, arguments, called, destination);
                window
            }
            SuffixKind::Method { name, arguments } => {
                let object = self.take();
                self.at(suffix.line);
                match self.name(*name) {
                    Some(text) => {
                        self.named(0, current.name);
                        self.asm.get_method(window, object, current.slot, text);
                    }
                    None => {
                        let key = self.name_in_slot(*name);
                        self.asm.copy(object, current.slot);
                        self.named(0, current.name);
                        self.asm.get_index(window, object, key);
                        self.release(key.0);
                    }
                }
                let method = Intermediate { slot: window, name: Some((NameKind::Method, *name)) };
                self.call(window, method, Some(object), arguments, called, destination);
                window
            }
        };
        self.release(mark);
        Intermediate { slot, name: name_of_suffix(&suffix.kind) }
    }

    /// Calls `function`, which may be the window's first slot. `first` is the slot of an argument that is there already.
    fn call(
        &mut self,
        window: Slot,
        function: Intermediate,
        first: Option<Slot>,
        arguments: &[Expression],
        called: Called<'_>,
        destination: Option<Destination>,
    ) {
        let line = called.suffixes[called.suffixes.len() - 1].line;
        let is_returned = matches!(destination, Some(Destination::Returned));
        let shortcut = self.shortcut(called, destination);
        let done = self.asm.label();
        let is_open = if let Some(shortcut) = shortcut {
            self.short_call(shortcut, window, function.slot, first, arguments, done)
        } else {
            if function.slot != window {
                self.asm.copy(window, function.slot);
            }
            self.open_list(arguments)
        };
        let len = self.taken_since(window.0).max(1);
        if is_returned {
            self.close_all();
        }
        self.at(line);
        self.named(0, function.name);
        match (is_returned, is_open) {
            (false, false) => self.asm.call(window, window, len),
            (false, true) => self.asm.call_open(window, window, len),
            (true, false) => self.asm.tail_call(window, window, len),
            (true, true) => self.asm.tail_call_open(window, window, len),
        }
        self.asm.bind(done);
        if is_returned && shortcut.is_some() {
            self.close_all();
            self.asm.ret(window);
        }
    }
}
