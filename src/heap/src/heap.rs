//! [`Heap`]: allocates objects, and gives access to them.
//!
//! The numbers in `SAFETY` comments are those of the [contract](crate).

use std::alloc::{Layout, alloc};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};
use std::ptr::{NonNull, null_mut};

use mimeo_interp::{Account, OutOfMemory};

use crate::accounts::Accounts;
use crate::intern::Table;
use crate::object::{Gc, Header, Kinds, Managed};
use crate::trace::WHITE;
use crate::{Interned, Vector};

/// All objects of a language whose values are `V`.
///
/// ```
/// use mimeo_doc_ops::objects::objects::Value;
/// use mimeo_doc_ops::objects::{Heap, Pair, pair};
///
/// // `Heap` is a `mimeo_heap::Heap<Value>`.
/// let mut heap = Heap::default();
/// let inner = heap.add(pair(Value::int(1), Value::int(2)))?;
/// let outer = heap.add(pair(inner.value(), Value::int(3)))?;
/// assert_eq!(heap.get::<Pair>(heap[outer].first).map(|pair| pair.second), Some(Value::int(2)));
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
pub struct Heap<V: Kinds> {
    /// All objects, newest first.
    pub(crate) objects: *mut Header,
    pub(crate) interned: Table,
    pub(crate) accounts: Accounts,
    marker: PhantomData<V>,
}

impl<V: Kinds> Default for Heap<V> {
    /// Creates an empty heap without a limit, which allocates nothing.
    fn default() -> Heap<V> {
        Heap { objects: null_mut(), interned: Table::default(), accounts: Accounts::default(), marker: PhantomData }
    }
}

impl<V: Kinds> fmt::Debug for Heap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").field("used", &self.used()).finish_non_exhaustive()
    }
}

impl<V: Kinds> Heap<V> {
    /// Charges all objects to a machine's account from now on, whose limit they share.
    ///
    /// # Errors
    ///
    /// If the account does not allow it.
    ///
    /// ```
    /// use mimeo::Account;
    /// use mimeo_doc_ops::objects::objects::Value;
    /// use mimeo_doc_ops::objects::{Heap, pair};
    ///
    /// let account = Account::new(Some(100));
    /// let mut heap = Heap::default();
    /// heap.attach(&account)?;
    /// assert!(heap.add(pair(Value::int(1), Value::int(2))).is_ok());
    /// assert_eq!(account.used(), heap.used());
    /// // 100 bytes have room for three pairs of 32 bytes.
    /// assert!((0..3).any(|_| heap.add(pair(Value::int(1), Value::int(2))).is_err()));
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn attach(&mut self, account: &Account) -> Result<(), OutOfMemory> {
        self.accounts.attach(account)
    }

    /// Returns the number of bytes of all objects, with what they own: exactly after a collection, and otherwise with
    /// what was not collected yet. See [`attach`](Self::attach) for an example.
    #[must_use]
    pub fn used(&self) -> usize {
        self.accounts.used()
    }

    /// Returns `true` if a collection is due: the objects have doubled since the last one, or the heap is eager.
    ///
    /// ```
    /// use mimeo_doc_ops::objects::objects::Value;
    /// use mimeo_doc_ops::objects::{Heap, pair};
    ///
    /// let mut heap = Heap::default();
    /// while !heap.is_due() {
    ///     heap.add(pair(Value::int(1), Value::int(2)))?;
    /// }
    /// // SAFETY: (1): no object is used afterwards.
    /// unsafe { heap.collect(|_| {}) };
    /// assert!(!heap.is_due());
    /// heap.set_eager(true);
    /// assert!(heap.is_due());
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.accounts.is_due()
    }

    /// Makes a collection always due, which finds objects that are in use and not reachable. For tests. See
    /// [`is_due`](Self::is_due) for an example.
    pub fn set_eager(&mut self, is_eager: bool) {
        self.accounts.is_eager = is_eager;
    }

    /// Moves an object to the heap. It never collects: see [`allocate`](crate::allocate). See [`Heap`] for an example.
    ///
    /// # Errors
    ///
    /// If the account does not allow it, or the system has no memory.
    pub fn add<T: Managed<Value = V>>(&mut self, mut object: T) -> Result<Gc<T>, OutOfMemory> {
        let Ok(place) = self.place_for(&object) else {
            object.release();
            return Err(OutOfMemory);
        };
        // SAFETY: the block is new and has the layout of `T`, (2) which begins with a header.
        unsafe {
            place.write(object);
            place.cast().write(Header { next: self.objects, kind: T::KIND, mark: WHITE });
            self.objects = place.as_ptr().cast();
            Ok(Gc::from_ptr(place.as_ptr()))
        }
    }

    /// Charges for an object, and allocates its memory.
    fn place_for<T: Managed<Value = V>>(&mut self, object: &T) -> Result<NonNull<T>, OutOfMemory> {
        self.accounts.claim(size_of::<T>() + object.bytes())?;
        // SAFETY: (2): it has a header, so the size is not 0.
        NonNull::new(unsafe { alloc(Layout::new::<T>()) }.cast()).ok_or(OutOfMemory)
    }

    /// Returns the interned object with this key. If there is none, adds the one that `make` creates, which must have
    /// the key. Interned objects with equal keys are the same object, and a collection frees those that are not
    /// reachable.
    ///
    /// # Errors
    ///
    /// Those of [`add`](Self::add), and of `make`.
    ///
    /// ```
    /// use mimeo_doc_ops::objects::{Heap, text};
    ///
    /// let mut heap = Heap::default();
    /// let [a, b, c] = ["one", "one", "two"].map(|key| heap.intern(key.as_bytes(), || text(key)));
    /// assert_eq!(a, b);
    /// assert_ne!(a, c);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn intern<T: Interned + Managed<Value = V>>(
        &mut self,
        key: &[u8],
        make: impl FnOnce() -> Result<T, OutOfMemory>,
    ) -> Result<Gc<T>, OutOfMemory> {
        let hash = self.interned.hash(key);
        if let Some(object) = self.interned.find(key, hash) {
            return Ok(object);
        }
        if let Some(bytes) = self.interned.growth() {
            self.accounts.claim(bytes)?;
            self.interned.grow()?;
        }
        let object = self.add(make()?)?;
        self.interned.insert(hash, object.header());
        Ok(object)
    }

    /// Copies items to a vector for an object.
    ///
    /// # Errors
    ///
    /// If the account does not allow it, or the system has no memory.
    ///
    /// ```
    /// use mimeo_doc_ops::objects::objects::{List, Object, Value};
    /// use mimeo_doc_ops::objects::Heap;
    ///
    /// let mut heap = Heap::default();
    /// let items = heap.vector(&[Value::int(1), Value::int(2)])?;
    /// let list = heap.add(List { object: Object::default(), items: items.into() })?;
    /// heap.push(list, |list| &mut list.items, Value::int(3))?;
    /// assert_eq!(heap[list].items[..], [1, 2, 3].map(Value::int));
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn vector<T: Copy>(&self, items: &[T]) -> Result<Vector<T>, OutOfMemory> {
        // `add` charges it.
        self.accounts.check(size_of_val(items))?;
        Vector::copy_of(items)
    }

    /// Appends an item to a vector of an object. See [`vector`](Self::vector) for an example.
    ///
    /// # Errors
    ///
    /// If the account does not allow it, or the system has no memory.
    pub fn push<T: Managed<Value = V>, U>(
        &mut self,
        object: Gc<T>,
        field: impl FnOnce(&mut T) -> &mut Vector<U>,
        item: U,
    ) -> Result<(), OutOfMemory> {
        // SAFETY: (1): the object is live; (4): the heap is borrowed. The accounts are not in the object.
        let vector = field(unsafe { &mut *object.as_ptr() });
        if let Some(bytes) = vector.growth() {
            self.accounts.claim(bytes)?;
        }
        vector.push(item)
    }

    /// Returns a value's object, if it has this type.
    ///
    /// ```
    /// use mimeo_doc_ops::objects::objects::Value;
    /// use mimeo_doc_ops::objects::{Heap, Pair, Text, pair};
    ///
    /// let mut heap = Heap::default();
    /// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
    /// assert_eq!(heap.find::<Pair>(object.value()), Some(object));
    /// assert_eq!(heap.find::<Text>(object.value()), None);
    /// assert_eq!(heap.find::<Pair>(Value::int(1)), None);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn find<T: Managed<Value = V>>(&self, value: V) -> Option<Gc<T>> {
        let object = value.to_object()?;
        // SAFETY: (1): it is live, (2) and its kind is that of its type.
        unsafe { ((*object.as_ptr()).kind == T::KIND).then(|| Gc::from_ptr(object.as_ptr().cast())) }
    }

    /// Returns a reference to a value's object, if it has this type. See [`Heap`] for an example.
    #[inline]
    #[must_use]
    pub fn get<T: Managed<Value = V>>(&self, value: V) -> Option<&T> {
        Some(&self[self.find(value)?])
    }

    /// Returns a mutable reference to a value's object, if it has this type.
    ///
    /// ```
    /// use mimeo_doc_ops::objects::objects::Value;
    /// use mimeo_doc_ops::objects::{Heap, Pair, pair};
    ///
    /// let mut heap = Heap::default();
    /// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
    /// if let Some(pair) = heap.get_mut::<Pair>(object.value()) {
    ///     pair.first = Value::int(7);
    /// }
    /// assert_eq!(heap[object].first, Value::int(7));
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn get_mut<T: Managed<Value = V>>(&mut self, value: V) -> Option<&mut T> {
        let object = self.find(value)?;
        Some(&mut self[object])
    }
}

impl<V: Kinds, T: Managed<Value = V>> Index<Gc<T>> for Heap<V> {
    type Output = T;

    #[inline]
    fn index(&self, object: Gc<T>) -> &T {
        // SAFETY: (1): it is a live object of this heap; (4): the heap is borrowed.
        unsafe { &*object.as_ptr() }
    }
}

impl<V: Kinds, T: Managed<Value = V>> IndexMut<Gc<T>> for Heap<V> {
    #[inline]
    fn index_mut(&mut self, object: Gc<T>) -> &mut T {
        // SAFETY: as in `index`.
        unsafe { &mut *object.as_ptr() }
    }
}
