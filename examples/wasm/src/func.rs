//! [`Func`]: a function of an instance or of the host.

use std::error::Error as StdError;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use mimeo::asm::FunctionIndex;

use crate::host::{FunctionData, Host, HostCall, HostError, HostFunction, MAX_RESULTS};
use crate::ops::ops::{FunctionInstance, FunctionRef, Owner};
use crate::store::{StoreContext, StoreContextMut, caller};
use crate::translate::call_host;
use crate::value::{FuncType, Val, ValType, WasmTypes};
use crate::{AsContext, AsContextMut, Caller, Error, ExternRef, Func};

/// The error of a function of the host's.
pub type BoxedError = Box<dyn StdError + Send + Sync>;

impl Host {
    /// Returns the bits of a value.
    ///
    /// # Panics
    ///
    /// If it is a reference of another store (test `handles_of_another_store_panic`).
    pub(crate) fn bits_of(&self, value: Val) -> u64 {
        let check = |store| assert_eq!(store, self.store, "the reference is of another store");
        match value {
            Val::I32(value) => u64::from(value as u32),
            Val::I64(value) => value as u64,
            Val::F32(bits) => u64::from(bits),
            Val::F64(bits) => bits,
            Val::FuncRef(None) | Val::ExternRef(None) => 0,
            Val::FuncRef(Some(function)) => {
                check(function.store);
                self.functions.address(function.index) as u64
            }
            Val::ExternRef(Some(reference)) => {
                check(reference.store);
                u64::from(reference.index) + 1
            }
        }
    }

    /// Returns the value of a type with these bits, which come from a slot.
    pub(crate) fn value_of(&self, bits: u64, ty: ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(bits as i32),
            ValType::I64 => Val::I64(bits as i64),
            ValType::F32 => Val::F32(bits as u32),
            ValType::F64 => Val::F64(bits),
            ValType::FuncRef => Val::FuncRef((bits != 0).then(|| {
                // SAFETY: a reference is the address of a function of the store.
                let index = unsafe { (*(bits as *const FunctionData)).index };
                Func { store: self.store, index }
            })),
            ValType::ExternRef => {
                let index = (bits as u32).checked_sub(1);
                Val::ExternRef(index.map(|index| ExternRef { store: self.store, index }))
            }
        }
    }

    fn values_of(&self, bits: &[u64], types: &[ValType]) -> Vec<Val> {
        bits.iter().zip(types).map(|(&bits, &ty)| self.value_of(bits, ty)).collect()
    }

    /// Adds a function and returns its index.
    pub(crate) fn add_function(&mut self, seen: FunctionInstance, outside: FunctionRef, ty: FuncType) -> u32 {
        let index = self.functions.len();
        self.functions.add(FunctionData { seen, index, outside, ty })
    }
}

fn types_of(values: &[Val]) -> Vec<ValType> {
    values.iter().map(Val::ty).collect()
}

/// Makes the error of a function of the host's that an op throws.
fn host_error(error: BoxedError) -> HostError {
    match error.downcast::<Error>() {
        Ok(nested) => HostError::Nested(*nested),
        Err(own) => HostError::Own(Arc::from(own)),
    }
}

impl Func {
    /// Creates a function of the host's. It is given the arguments, whose types were checked, and returns the results.
    ///
    /// # Errors
    ///
    /// If there is not enough memory for its code, or it has more than 1000 parameters or results.
    pub fn new<S: AsContextMut>(
        mut store: S,
        ty: FuncType,
        call: impl Fn(Caller<'_, S::Data>, &[Val]) -> Result<Vec<Val>, BoxedError> + 'static,
    ) -> Result<Func, Error> {
        let FuncType { params, results } = ty.clone();
        if params.len().max(results.len()) > MAX_RESULTS {
            return Err(Error::link(format!("a function has at most {MAX_RESULTS} parameters and results")));
        }
        let call: HostCall = Rc::new(move |vm, bits| {
            let args = vm.host.values_of(bits, &params);
            let values = call(caller(vm), &args).map_err(host_error)?;
            if types_of(&values) != results {
                let message = "a function of the host's returned values of other types than it declares";
                return Err(HostError::Own(Arc::from(BoxedError::from(message))));
            }
            Ok(values.iter().map(|&value| vm.host.bits_of(value)).collect())
        });
        let mut context = store.as_context_mut();
        let host = context.host();
        let owner = Owner { index: host.host_functions.len() };
        let index = host.host_functions.add(HostFunction { owner, call });
        let owner = host.host_functions.address(index).cast::<Owner>();
        let (params, results) = (ty.params.len() as u16, ty.results.len() as u16);
        let code = host.host_code.entry((params, results)).or_insert_with(|| call_host(params, results)).clone();
        let code = context.load(&code, owner)?.function(FunctionIndex(0));
        // SAFETY: it is used in this machine only, and its program stays loaded.
        let callee = unsafe { context.vm().callee(code) }.expect("it is loaded");
        let host = context.host();
        let number = host.engine.number_of(&ty);
        let seen = FunctionInstance { inside: callee, outside: callee, owner, ty: number };
        let index = host.add_function(seen, code, ty);
        Ok(Func { store: host.store, index })
    }

    /// Creates a function of the host's from a closure whose types say those of the function. The parameters are a tuple.
    ///
    /// # Errors
    ///
    /// If there is not enough memory for its code.
    pub fn wrap<S: AsContextMut, P: WasmTypes, R: WasmTypes>(
        store: S,
        call: impl Fn(Caller<'_, S::Data>, P) -> Result<R, BoxedError> + 'static,
    ) -> Result<Func, Error> {
        Func::new(store, FuncType::new(P::types(), R::types()), move |caller, args| {
            let args = P::from_vals(args).expect("the types were checked");
            call(caller, args).map(R::into_vals)
        })
    }

    /// Returns the type.
    ///
    /// # Panics
    ///
    /// If the function is of another store (test `handles_of_another_store_panic`).
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.data(&store.as_context()).ty.clone()
    }

    fn data<'a, T>(&self, context: &StoreContext<'a, T>) -> &'a FunctionData {
        context.check(self.store);
        &context.vm.host.functions[self.index]
    }

    /// Calls the function and returns its results.
    ///
    /// # Errors
    ///
    /// [`Error::Link`] if the arguments have other types, and [`Error::Run`] if it traps.
    ///
    /// # Panics
    ///
    /// If the function or an argument is of another store (test `handles_of_another_store_panic`).
    pub fn call(&self, mut store: impl AsContextMut, args: &[Val]) -> Result<Vec<Val>, Error> {
        let mut context = store.as_context_mut();
        context.check(self.store);
        let function = &context.host().functions[self.index];
        let FuncType { params, results } = function.ty.clone();
        if types_of(args) != params {
            let given = FuncType::new(types_of(args), []);
            return Err(Error::link(format!("the arguments {given} do not have the types of {}", function.ty)));
        }
        let bits = args.iter().map(|&value| context.host().bits_of(value)).collect();
        let bits = self.call_bits(&mut context, bits, results.len())?;
        Ok(context.host().values_of(&bits, &results))
    }

    fn call_bits<T: 'static>(
        &self,
        context: &mut StoreContextMut<'_, T>,
        args: Vec<u64>,
        results: usize,
    ) -> Result<Vec<u64>, Error> {
        let function = &context.host().functions[self.index];
        let code = function.outside;
        // They are where the arguments were.
        let first = context.vm().frame_slots();
        context.run(code, &args)?;
        Ok((first..).take(results).map(|slot| context.vm().slot(slot)).collect())
    }

    /// Returns the function with its types in Rust.
    ///
    /// # Errors
    ///
    /// [`Error::Link`] if it has other types.
    ///
    /// # Panics
    ///
    /// If the function is of another store (test `handles_of_another_store_panic`).
    pub fn typed<P: WasmTypes, R: WasmTypes>(&self, store: impl AsContext) -> Result<TypedFunc<P, R>, Error> {
        let context = store.as_context();
        let (ty, wanted) = (&self.data(&context).ty, FuncType::new(P::types(), R::types()));
        if *ty != wanted {
            return Err(Error::link(format!("the function has the type {ty}, not {wanted}")));
        }
        Ok(TypedFunc { function: *self, marker: PhantomData })
    }
}

/// A function with its types in Rust.
#[derive(Debug)]
pub struct TypedFunc<P, R> {
    function: Func,
    marker: PhantomData<fn(P) -> R>,
}

impl<P, R> Clone for TypedFunc<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, R> Copy for TypedFunc<P, R> {}

impl<P: WasmTypes, R: WasmTypes> TypedFunc<P, R> {
    /// Calls the function. The parameters are a tuple, or one value.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] if it traps.
    ///
    /// # Panics
    ///
    /// If the function or an argument is of another store (test `handles_of_another_store_panic`).
    pub fn call(&self, store: impl AsContextMut, args: P) -> Result<R, Error> {
        let results = self.function.call(store, &args.into_vals())?;
        Ok(R::from_vals(&results).expect("the types were checked"))
    }
}
