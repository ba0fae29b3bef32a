//! [`Engine`]: the configuration of machines, and the numbers of types, which modules and stores share.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mimeo::Limits;
use mimeo::jit::JitConfig;

use crate::value::FuncType;

/// What the machines of an engine's stores are like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The native tier.
    pub jit: JitConfig,
    /// The limits of a store, among them that on its memory.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Config {
        Config { jit: JitConfig::default(), limits: Limits::default().with_depth(20_000).with_slots(1 << 20) }
    }
}

impl Config {
    /// Sets the configuration of the native tier.
    #[must_use]
    pub fn with_jit(self, jit: JitConfig) -> Config {
        Config { jit, ..self }
    }

    /// Sets the limits of each store.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Config {
        Config { limits, ..self }
    }
}

/// A configuration, and the types of functions that its modules have. Cloning it is cheap.
#[derive(Clone, Default)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    config: Config,
    /// The types; the index is the number.
    types: Mutex<Vec<FuncType>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(&self.inner.config).finish()
    }
}

impl Engine {
    /// Creates an engine.
    pub fn new(config: Config) -> Engine {
        Engine { inner: Arc::new(Inner { config, types: Mutex::default() }) }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    pub(crate) fn is_same(&self, other: &Engine) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Returns the number of a type, which is the same for equal types.
    pub(crate) fn number_of(&self, ty: &FuncType) -> u32 {
        let mut types = self.inner.types.lock().unwrap_or_else(PoisonError::into_inner);
        let number = types.iter().position(|other| other == ty).unwrap_or_else(|| {
            types.push(ty.clone());
            types.len() - 1
        });
        number as u32
    }
}
