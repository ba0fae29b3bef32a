//! A small tracing heap for the objects of a language: structs that ops read through pointers and Rust code through
//! references.
//!
//! ```text
//!   runtime functions ── Heap::add, intern, push ──► objects ◄── fields of structs of the ops ── stencils
//!          │                                            ▲
//!          └─ allocate: collects when that is due ──────┘ marks from stacks, constants and the host; sweeps the rest
//! ```
//!
//! A language declares the header of objects, and the objects whose fields ops read, in the module of its ops. All
//! others can be declared anywhere. [`kinds!`] lists them, and says which of their fields can refer to objects:
//!
//! ```
//! # mod ops {
//! // In the module of the ops.
//! #[derive(Clone, Copy)]
//! pub struct Value(u64);
//!
//! impl Value {
//!     pub fn number(number: u32) -> Value {
//!         Value((number as u64).wrapping_shl(1) | 1)
//!     }
//!
//!     pub fn object(object: *mut Object) -> Value {
//!         Value(object as u64)
//!     }
//!
//!     pub fn as_object(self) -> Option<*mut Object> {
//!         if self.0 & 1 == 0 { Some(self.0 as *mut Object) } else { None }
//!     }
//! }
//!
//! #[repr(C)]
//! pub struct Object {
//!     pub next: *mut Object,
//!     pub kind: u8,
//!     pub mark: u8,
//! }
//!
//! #[repr(C)]
//! pub struct Pair {
//!     pub object: Object,
//!     pub first: Value,
//!     pub second: Value,
//! }
//! # }
//!
//! // In Rust.
//! use ops::{Object, Pair, Value};
//!
//! #[repr(C)]
//! struct Text {
//!     object: Object,
//!     text: Box<str>,
//!     is_ascii: bool,
//! }
//!
//! // SAFETY: addresses are even. (1) to (6): only this example creates and collects objects.
//! mimeo_heap::kinds! {
//!     unsafe values Value { object, as_object };
//!     header Object;
//!     1 => Pair { first, second };
//!     2 => Text { text } not { is_ascii };
//! }
//!
//! let mut heap = mimeo_heap::Heap::default();
//! let text = heap.add(Text { object: Object::default(), text: "text".into(), is_ascii: true })?;
//! let pair = heap.add(Pair { object: Object::default(), first: text.value(), second: Value::number(1) })?;
//! heap.add(Text { object: Object::default(), text: "garbage".into(), is_ascii: true })?;
//! // SAFETY: (1): only the pair is used afterwards, and what it refers to.
//! unsafe { heap.collect(|tracer| mimeo_heap::Trace::trace(&pair, tracer)) };
//! assert_eq!(heap.used(), size_of::<Pair>() + size_of::<Text>() + "text".len());
//! assert_eq!(heap.get::<Text>(heap[pair].first).map(|text| &*text.text), Some("text"));
//! # Ok::<(), mimeo::OutOfMemory>(())
//! ```
//!
//! With a machine, the language implements [`Collected`], and creates objects in [`allocate`]. Creating an object never
//! collects. Stacks, fibers and constants are traced without the help of the language; it traces what its host, its
//! context and its inline-cache cells refer to. Every fiber counts as in use until it is dropped.
//!
//! A collection marks everything reachable and sweeps the rest, while the program waits. It is due when the objects
//! have doubled, so its cost for each byte allocated is constant. That is right for a small language. Lua's heap, in
//! `examples/lua/src/heap` of mimeo, does more with the same header: it works in steps, for which stores notify it by a
//! barrier; it has its own pool, weak tables, finalizers, and frees fibers and programs.
//!
//! An allocation that the machine's account or the system refuses is an [`OutOfMemory`](mimeo_interp::OutOfMemory), and
//! collecting needs no memory. What an object owns without the heap, such as a `Box`, is counted when the object is
//! added and by each collection.
//!
//! # The contract
//!
//! Everything relies on these rules. The language promises them where it uses [`kinds!`], implements [`Collected`] and
//! [`Trace`] or calls an `unsafe` function. The unsafe blocks of this crate cite their numbers.
//!
//! 1. A [`Gc`], and a value for which [`Tagged::to_object`] returns an address, is a live object of the one heap that
//!    it is used with. Only the heap creates them. A collection frees the objects that are unreachable from the roots,
//!    and a dropped heap all others: neither are used afterwards.
//! 2. An object begins with a header, whose kind is that of its type. Only the heap writes headers.
//! 3. Everything that refers to objects is traced. In [`kinds!`], it is in the first list of its object. A field in
//!    neither list does not compile.
//! 4. References to objects come from a borrow of the heap. So a `&mut` is the only access to an object, and ops and
//!    other holders of pointers access none meanwhile.
//! 5. A heap and its objects stay in one thread.
//! 6. A [`Vector`] has a block for so many items as its capacity, and the first `len` of them are there. Code outside
//!    of this crate does not write these fields.
//! 7. A panic in a collection, of a [`Trace`] or in the `Drop` of an object, aborts the process.

mod accounts;
mod collect;
mod heap;
mod intern;
mod object;
mod trace;
mod vector;

pub use collect::{Collected, allocate, collect};
pub use heap::Heap;
pub use intern::Interned;
pub use object::{Gc, Header, Kind, Kinds, Managed, Tagged};
pub use trace::{Trace, Tracer, Weak};
pub use vector::Vector;

/// Lists the kinds of objects of a language. After the type of values are the names of its functions that make a value
/// of an object's address, and that return the address if a value is an object: with `value = nan_box(…, object: *mut
/// Object)`, these are `object` and `as_object`. Then comes the type of the header.
///
/// After the number of a kind, from 1 on, is the type of the objects. The first
/// list has the fields that refer to objects or own memory, which are [traced](Trace). After `not` are those that do
/// neither. A field that is in neither list does not compile, except the first one, which is `object`, the header.
///
/// It implements [`Tagged`], [`Kinds`] and [`Trace`] for the values, [`Managed`] and [`Trace`] for the objects, and
/// [`Default`] for the header. It checks that the header is laid out as [`Header`] and is at the beginning of every
/// object. `unsafe` says that the language keeps the promises of the [contract](crate), and those of [`Tagged`].
///
/// ```
/// use mimeo_doc_ops::objects::objects::{Object, Value};
/// use mimeo_doc_ops::objects::Pair;
/// use mimeo_heap::Managed as _;
///
/// // `mimeo_doc_ops::objects` has:
/// // mimeo_heap::kinds! {
/// //     unsafe values Value { object, as_object };
/// //     header Object;
/// //     1 => Pair { first, second };
/// //     2 => Text { text };
/// //     3 => List { items };
/// // }
/// assert_eq!(Pair::KIND, 1);
/// ```
///
/// This header is laid out in another way:
///
/// ```compile_fail,E0080
/// #[repr(C)]
/// pub struct Object {
///     pub kind: u8,
///     pub mark: u8,
///     pub next: *mut Object,
/// }
/// # #[derive(Clone, Copy)] struct Value(u64);
/// # impl Value {
/// #     fn object(object: *mut Object) -> Value { Value(object as u64) }
/// #     fn as_object(self) -> Option<*mut Object> { Some(self.0 as *mut Object) }
/// # }
/// # #[repr(C)]
/// # struct Pair {
/// #     object: Object,
/// #     one: Value,
/// # }
///
/// // SAFETY: there are no objects.
/// mimeo_heap::kinds! { unsafe values Value { object, as_object }; header Object; 1 => Pair { one }; }
/// ```
///
/// This has a field that nothing is said about:
///
/// ```compile_fail,E0027
/// # #[repr(C)] pub struct Object { pub next: *mut Object, pub kind: u8, pub mark: u8 }
/// # #[derive(Clone, Copy)] struct Value(u64);
/// # impl Value {
/// #     fn object(object: *mut Object) -> Value { Value(object as u64) }
/// #     fn as_object(self) -> Option<*mut Object> { Some(self.0 as *mut Object) }
/// # }
/// #[repr(C)]
/// struct Forgetful {
///     object: Object,
///     one: Value,
///     two: Value,
/// }
///
/// // SAFETY: there are no objects.
/// mimeo_heap::kinds! { unsafe values Value { object, as_object }; header Object; 1 => Forgetful { one }; }
/// ```
#[macro_export]
macro_rules! kinds {
    (
        unsafe values $value:ident { $from:ident, $to:ident };
        header $header:ident;
        $($number:expr => $ty:ident { $($field:ident),* $(,)? } $(not { $($other:ident),* $(,)? })?;)+
    ) => {
        #[allow(unsafe_code, reason = "the macro checks what it promises, or whoever uses it writes `unsafe`")]
        const _: () = {
            use ::std::alloc::Layout;
            use ::std::mem::offset_of;

            // Its fields have these types.
            let _: fn(&$header) -> (*mut $header, u8, u8) = |header| (header.next, header.kind, header.mark);
            let (next, kind, mark) =
                (offset_of!($header, next), offset_of!($header, kind), offset_of!($header, mark));
            let is_header = $crate::Header::has_layout(Layout::new::<$header>(), next, kind, mark);
            assert!(is_header, "the header has the fields `next`, `kind` and `mark` of `mimeo_heap::Header`");
            let mut next: usize = 0;
            $(
                next += 1;
                assert!($number as usize == next, "kinds are listed in the order of their numbers, from 1 on");
                assert!(offset_of!($ty, object) == 0, "objects are `repr(C)` and begin with `object`");
                let _: fn(&$ty) -> &$header = |object| &object.object;
            )+

            impl ::std::default::Default for $header {
                fn default() -> $header {
                    $header { next: ::std::ptr::null_mut(), kind: 0, mark: 0 }
                }
            }

            // SAFETY: the language promises it.
            unsafe impl $crate::Tagged for $value {
                #[inline]
                fn from_object(object: ::std::ptr::NonNull<$crate::Header>) -> $value {
                    $value::$from(object.as_ptr().cast::<$header>())
                }

                #[inline]
                fn to_object(self) -> ::std::option::Option<::std::ptr::NonNull<$crate::Header>> {
                    ::std::ptr::NonNull::new($value::$to(self)?.cast())
                }
            }

            // SAFETY: the numbers are checked above; `Managed` has the same.
            unsafe impl $crate::Kinds for $value {
                const KINDS: &'static [$crate::Kind] = &[$($crate::Kind::of::<$ty>()),+];
            }

            // SAFETY: (3): it marks the object that it can be.
            unsafe impl $crate::Trace for $value {
                #[inline]
                fn trace(&self, tracer: &mut $crate::Tracer) {
                    if let ::std::option::Option::Some(object) = $crate::Tagged::to_object(*self) {
                        tracer.mark(object);
                    }
                }
            }

            $(
                // SAFETY: the header and its place are checked above.
                unsafe impl $crate::Managed for $ty {
                    type Value = $value;

                    const KIND: u8 = $number;
                }

                // SAFETY: (3): it traces all fields but those of which the language says that they refer to nothing.
                unsafe impl $crate::Trace for $ty {
                    #[allow(unused_variables, reason = "there are objects without such fields")]
                    fn trace(&self, tracer: &mut $crate::Tracer) {
                        let $ty { object: _, $($field,)* $($($other: _,)*)? } = self;
                        $($crate::Trace::trace($field, tracer);)*
                    }

                    fn bytes(&self) -> usize {
                        0 $(+ $crate::Trace::bytes(&self.$field))*
                    }

                    fn release(&mut self) {
                        $($crate::Trace::release(&mut self.$field);)*
                    }
                }
            )+
        };
    };
}

/// Makes a struct of the ops a [`Vector`]: `vector!(Items of Value)`. The struct has the fields `start: *mut Value`,
/// `len: usize` and `capacity: usize`, which only this crate writes; that is checked.
///
/// It implements [`Deref`](std::ops::Deref) and [`DerefMut`](std::ops::DerefMut) to the vector, [`From`], [`Default`]
/// and [`Trace`], but not [`Drop`], which no struct of ops has: the heap frees its memory with the object. See
/// [`Heap::vector`] for an example.
#[macro_export]
macro_rules! vector {
    ($ty:ident of $item:ty) => {
        #[allow(unsafe_code, reason = "the macro checks what it promises")]
        const _: () = {
            use ::std::mem::offset_of;

            // Its fields have these types.
            let _: fn(&$ty) -> (*mut $item, usize, usize) = |vector| (vector.start, vector.len, vector.capacity);
            let (start, len, capacity) = (offset_of!($ty, start), offset_of!($ty, len), offset_of!($ty, capacity));
            let layout = ::std::alloc::Layout::new::<$ty>();
            let is_vector = $crate::Vector::<$item>::has_layout(layout, start, len, capacity);
            assert!(is_vector, "it has the fields `start`, `len` and `capacity` of `mimeo_heap::Vector`");

            impl ::std::convert::From<$crate::Vector<$item>> for $ty {
                fn from(vector: $crate::Vector<$item>) -> $ty {
                    let (start, len, capacity) = vector.into_parts();
                    $ty { start, len, capacity }
                }
            }

            impl ::std::default::Default for $ty {
                fn default() -> $ty {
                    $crate::Vector::default().into()
                }
            }

            impl ::std::ops::Deref for $ty {
                type Target = $crate::Vector<$item>;

                #[inline]
                fn deref(&self) -> &$crate::Vector<$item> {
                    // SAFETY: (6): it is made from a vector, which has the same layout.
                    unsafe { &*::std::ptr::from_ref(self).cast() }
                }
            }

            impl ::std::ops::DerefMut for $ty {
                #[inline]
                fn deref_mut(&mut self) -> &mut $crate::Vector<$item> {
                    // SAFETY: (6): as above.
                    unsafe { &mut *::std::ptr::from_mut(self).cast() }
                }
            }

            // SAFETY: (3): the vector traces every item.
            unsafe impl $crate::Trace for $ty {
                fn trace(&self, tracer: &mut $crate::Tracer) {
                    $crate::Trace::trace(&**self, tracer);
                }

                fn bytes(&self) -> usize {
                    $crate::Trace::bytes(&**self)
                }

                fn release(&mut self) {
                    let _: $crate::Vector<$item> = ::std::mem::take(&mut **self);
                }
            }
        };
    };
}
