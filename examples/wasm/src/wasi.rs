//! WASI preview 1: what a program has of the system, by the functions of `wasi_snapshot_preview1`.
//!
//! | module | functions |
//! |---|---|
//! | `arguments` | arguments and the environment |
//! | `clock` | clocks, and waiting for them or for descriptors |
//! | `io` | reading and writing |
//! | `descriptors` | what a descriptor is, and closing it |
//! | `status` | kind, size and times of what is open |
//! | `folder` | the entries of a folder |
//! | `path` | what paths name: opening, creating, removing |
//! | `system` | random bytes, the scheduler, signals and sockets |

mod arguments;
mod builder;
mod clock;
mod descriptors;
mod errno;
mod folder;
mod guest;
mod io;
mod path;
mod status;
mod system;

use std::fmt;
use std::time::Instant;

pub use builder::WasiBuilder;

use crate::func::BoxedError;
use crate::value::WasmTypes;
use crate::{AsContextMut, Caller, Error, Extern, Linker};
use descriptors::Descriptors;
use errno::Errno;
use guest::Guest;

/// The name of the module that programs import.
const MODULE: &str = "wasi_snapshot_preview1";

/// What a program has of the system. A [`WasiBuilder`] makes it.
pub struct Wasi {
    args: Vec<Vec<u8>>,
    /// `NAME=VALUE`.
    environment: Vec<Vec<u8>>,
    descriptors: Descriptors,
    /// When the monotonic clock was zero.
    start: Instant,
}

/// The error by which a program ends itself: [`Error::host_error`] finds it.
///
/// ```
/// use wasm::wasi::{self, Exit, WasiBuilder};
/// use wasm::{Engine, Linker, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(
///     &engine,
///     r#"(module
///         (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
///         (memory (export "memory") 1)
///         (func (export "_start") (call $exit (i32.const 3))))"#,
/// )?;
/// let mut store = Store::new(&engine, WasiBuilder::new().build());
/// let mut linker = Linker::new();
/// wasi::add_to_linker(&mut linker, &mut store, |wasi| wasi)?;
/// let instance = linker.instantiate(&mut store, &module)?;
/// let start = instance.get_typed_func::<(), ()>(&store, "_start")?;
/// let error = start.call(&mut store, ()).unwrap_err();
/// assert_eq!(error.host_error(), Some(&Exit(3)));
/// # Ok::<(), wasm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(
    /// The status; zero is success.
    pub i32,
);

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the program ended with status {}", self.0)
    }
}

impl std::error::Error for Exit {}

/// Defines all functions of `wasi_snapshot_preview1`. `wasi` finds the [`Wasi`] in the host's data.
///
/// ```
/// use mimeo_corpus::Captured;
/// use wasm::wasi::{self, WasiBuilder};
/// use wasm::{Engine, Linker, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(
///     &engine,
///     r#"(module
///         (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
///         (memory (export "memory") 1)
///         (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
///         (func (export "_start")
///             (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#,
/// )?;
/// let output = Captured::default();
/// let mut store = Store::new(&engine, WasiBuilder::new().stdout(output.clone()).build());
/// let mut linker = Linker::new();
/// wasi::add_to_linker(&mut linker, &mut store, |wasi| wasi)?;
/// let instance = linker.instantiate(&mut store, &module)?;
/// instance.get_typed_func::<(), ()>(&store, "_start")?.call(&mut store, ())?;
/// assert_eq!(output.bytes(), b"hello\n");
/// # Ok::<(), wasm::Error>(())
/// ```
///
/// # Errors
///
/// If there is not enough memory for their code.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    store: impl AsContextMut<Data = T>,
    wasi: impl Fn(&mut T) -> &mut Wasi + Copy + 'static,
) -> Result<(), Error> {
    let mut functions = Functions { linker, store, wasi };
    functions.define("args_get", arguments::args_get)?;
    functions.define("args_sizes_get", arguments::args_sizes_get)?;
    functions.define("clock_res_get", clock::clock_res_get)?;
    functions.define("clock_time_get", clock::clock_time_get)?;
    functions.define("environ_get", arguments::environ_get)?;
    functions.define("environ_sizes_get", arguments::environ_sizes_get)?;
    functions.define("fd_advise", io::fd_advise)?;
    functions.define("fd_allocate", status::fd_allocate)?;
    functions.define("fd_close", descriptors::fd_close)?;
    functions.define("fd_datasync", io::fd_datasync)?;
    functions.define("fd_fdstat_get", status::fd_fdstat_get)?;
    functions.define("fd_fdstat_set_flags", status::fd_fdstat_set_flags)?;
    functions.define("fd_fdstat_set_rights", status::fd_fdstat_set_rights)?;
    functions.define("fd_filestat_get", status::fd_filestat_get)?;
    functions.define("fd_filestat_set_size", status::fd_filestat_set_size)?;
    functions.define("fd_filestat_set_times", status::fd_filestat_set_times)?;
    functions.define("fd_pread", io::fd_pread)?;
    functions.define("fd_prestat_dir_name", folder::fd_prestat_dir_name)?;
    functions.define("fd_prestat_get", folder::fd_prestat_get)?;
    functions.define("fd_pwrite", io::fd_pwrite)?;
    functions.define("fd_read", io::fd_read)?;
    functions.define("fd_readdir", folder::fd_readdir)?;
    functions.define("fd_renumber", descriptors::fd_renumber)?;
    functions.define("fd_seek", io::fd_seek)?;
    functions.define("fd_sync", io::fd_sync)?;
    functions.define("fd_tell", io::fd_tell)?;
    functions.define("fd_write", io::fd_write)?;
    functions.define("path_create_directory", path::path_create_directory)?;
    functions.define("path_filestat_get", path::path_filestat_get)?;
    functions.define("path_filestat_set_times", path::path_filestat_set_times)?;
    functions.define("path_link", path::path_link)?;
    functions.define("path_open", path::path_open)?;
    functions.define("path_readlink", path::path_readlink)?;
    functions.define("path_remove_directory", path::path_remove_directory)?;
    functions.define("path_rename", path::path_rename)?;
    functions.define("path_symlink", path::path_symlink)?;
    functions.define("path_unlink_file", path::path_unlink_file)?;
    functions.define("poll_oneoff", clock::poll_oneoff)?;
    functions.define("proc_raise", system::proc_raise)?;
    functions.define("random_get", system::random_get)?;
    functions.define("sched_yield", system::sched_yield)?;
    functions.define("sock_accept", system::sock_accept)?;
    functions.define("sock_recv", system::sock_recv)?;
    functions.define("sock_send", system::sock_send)?;
    functions.define("sock_shutdown", system::sock_shutdown)?;
    let Functions { linker, store, .. } = functions;
    let exit = |_: Caller<'_, T>, (status,): (i32,)| -> Result<(), BoxedError> { Err(Exit(status).into()) };
    linker.func_wrap(store, MODULE, "proc_exit", exit).map(drop)
}

/// The functions that are being defined.
struct Functions<'a, T, S, F> {
    linker: &'a mut Linker<T>,
    store: S,
    wasi: F,
}

/// A function: it gets the parameters, and writes what it returns to the program's memory.
type Call<P> = fn(&mut Wasi, &mut Guest<'_>, P) -> Result<(), Errno>;

impl<T: 'static, S: AsContextMut<Data = T>, F: Fn(&mut T) -> &mut Wasi + Copy + 'static> Functions<'_, T, S, F> {
    fn define<P: WasmTypes + 'static>(&mut self, name: &str, call: Call<P>) -> Result<(), Error> {
        let wasi = self.wasi;
        let function = move |mut caller: Caller<'_, T>, params: P| {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                return Err(BoxedError::from("the module exports no memory named `memory`"));
            };
            let control = caller.control().clone();
            let (bytes, data) = memory.data_and_store_mut(&mut caller);
            let result = call(wasi(data), &mut Guest { bytes, control }, params);
            Ok(result.map_or_else(|errno| errno as i32, |()| 0))
        };
        self.linker.func_wrap(&mut self.store, MODULE, name, function).map(drop)
    }
}
