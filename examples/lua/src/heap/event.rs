//! An operation on a value → the metamethod that the value's metatable has for it.

use super::{Gc, Heap};
use crate::ops::ops::{Table, Text, Value};

macro_rules! events {
    ($($event:ident $name:literal,)*) => {
        /// The operations that a metatable can have a field for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the names are those of Lua's manual")]
        pub enum Event {
            $($event,)*
        }

        impl Event {
            /// All events.
            pub const ALL: &[Event] = &[$(Event::$event,)*];

            /// Returns the name of the field.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Event::$event => $name,)*
                }
            }
        }
    };
}

events! {
    Index "__index",
    NewIndex "__newindex",
    Gc "__gc",
    Mode "__mode",
    Eq "__eq",
    Len "__len",
    Call "__call",
    Add "__add",
    Sub "__sub",
    Mul "__mul",
    Div "__div",
    Mod "__mod",
    Pow "__pow",
    Unm "__unm",
    Concat "__concat",
    Lt "__lt",
    Le "__le",
    ToString "__tostring",
    Metatable "__metatable",
}

impl Event {
    /// Returns the event's bit in [`Table::missing`].
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl Heap {
    /// Returns the text of the event's name.
    pub fn event_name(&mut self, event: Event) -> Gc<Text> {
        if self.events.is_empty() {
            self.events = Event::ALL.iter().map(|event| self.text(event.name().as_bytes())).collect();
        }
        self.events[event as usize]
    }

    /// Returns the metamethod for an event, or `nil`. The table remembers that it lacks one.
    #[inline]
    pub fn metamethod(&mut self, metatable: Gc<Table>, event: Event) -> Value {
        if metatable.missing & event.bit() != 0 { Value::NIL } else { self.find_metamethod(metatable, event) }
    }

    fn find_metamethod(&mut self, mut metatable: Gc<Table>, event: Event) -> Value {
        let name = self.event_name(event);
        let method = metatable.get_text(name);
        if method.is_nil() {
            metatable.set_missing(metatable.missing | event.bit());
        }
        method
    }
}
