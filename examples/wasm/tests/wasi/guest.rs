//! [`Guest`]: a program that passes calls of the test on to WASI.

use wasm::wasi::{self, Wasi, WasiBuilder};
use wasm::{Engine, Error, Extern, Instance, Linker, Memory, Module, Store, Val, ValType};

/// The functions that return an error number, and their parameters: `i` is an i32, and `l` an i64.
pub const FUNCTIONS: [(&str, &str); 45] = [
    ("args_get", "ii"),
    ("args_sizes_get", "ii"),
    ("clock_res_get", "ii"),
    ("clock_time_get", "ili"),
    ("environ_get", "ii"),
    ("environ_sizes_get", "ii"),
    ("fd_advise", "illi"),
    ("fd_allocate", "ill"),
    ("fd_close", "i"),
    ("fd_datasync", "i"),
    ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"),
    ("fd_fdstat_set_rights", "ill"),
    ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "il"),
    ("fd_filestat_set_times", "illi"),
    ("fd_pread", "iiili"),
    ("fd_prestat_dir_name", "iii"),
    ("fd_prestat_get", "ii"),
    ("fd_pwrite", "iiili"),
    ("fd_read", "iiii"),
    ("fd_readdir", "iiili"),
    ("fd_renumber", "ii"),
    ("fd_seek", "ilii"),
    ("fd_sync", "i"),
    ("fd_tell", "ii"),
    ("fd_write", "iiii"),
    ("path_create_directory", "iii"),
    ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiilli"),
    ("path_link", "iiiiiii"),
    ("path_open", "iiiiillii"),
    ("path_readlink", "iiiiii"),
    ("path_remove_directory", "iii"),
    ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"),
    ("path_unlink_file", "iii"),
    ("poll_oneoff", "iiii"),
    ("proc_raise", "i"),
    ("random_get", "ii"),
    ("sched_yield", ""),
    ("sock_accept", "iii"),
    ("sock_recv", "iiiiii"),
    ("sock_send", "iiiii"),
    ("sock_shutdown", "ii"),
];

/// Error numbers.
pub const SUCCESS: i32 = 0;
pub const BAD_DESCRIPTOR: i32 = 8;
pub const EXISTS: i32 = 20;
pub const FAULT: i32 = 21;
pub const INVALID: i32 = 28;
pub const IS_FOLDER: i32 = 31;
pub const NAME_TOO_LONG: i32 = 37;
pub const NO_ENTRY: i32 = 44;
pub const NOT_FOLDER: i32 = 54;
pub const NOT_EMPTY: i32 = 55;
pub const NOT_SOCKET: i32 = 57;
pub const NOT_SUPPORTED: i32 = 58;
pub const PERMISSION: i32 = 63;
pub const PIPE: i32 = 64;
pub const NOT_SEEKABLE: i32 = 70;

/// The flags of `path_open`.
pub const CREATE: i64 = 1;
pub const FOLDER: i64 = 2;
pub const EXCLUSIVE: i64 = 4;
pub const TRUNCATE: i64 = 8;
/// Rights.
pub const READ: i64 = 1 << 1;
pub const WRITE: i64 = 1 << 6;

/// Where results go.
pub const OUT: i64 = 0x100;
/// Where the test puts paths, and what functions write.
pub const FIRST: i64 = 0x1000;
pub const SECOND: i64 = 0x4000;

/// The number of bytes of the memory.
pub const MEMORY: i64 = 1 << 16;

/// A program that passes calls on.
pub struct Guest {
    pub store: Store<Wasi>,
    pub memory: Memory,
    instance: Instance,
}

impl Guest {
    /// Creates a program with these grants, and a page of memory.
    pub fn new(grants: WasiBuilder) -> Guest {
        Guest::with_pages(grants, 1)
    }

    /// Creates a program with these grants.
    pub fn with_pages(grants: WasiBuilder, pages: u32) -> Guest {
        let (mut imports, mut functions) = (String::new(), String::new());
        for (name, params) in FUNCTIONS {
            let types: String = params.chars().map(|ty| if ty == 'i' { " i32" } else { " i64" }).collect();
            let gets: String = (0..params.len()).map(|at| format!(" (local.get {at})")).collect();
            imports +=
                &format!("(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} (param{types}) (result i32)))\n");
            functions += &format!("(func (export \"{name}\") (param{types}) (result i32) (call ${name}{gets}))\n");
        }
        let engine = Engine::default();
        let module = format!("(module {imports} (memory (export \"memory\") {pages}) {functions})");
        let module = Module::new(&engine, module).expect("it is valid");
        let mut store = Store::new(&engine, grants.build());
        let mut linker = Linker::new();
        wasi::add_to_linker(&mut linker, &mut store, |wasi| wasi).expect("there is memory");
        let instance = linker.instantiate(&mut store, &module).expect("all functions are defined");
        let Some(Extern::Memory(memory)) = instance.get_export(&store, "memory") else { panic!("a memory") };
        Guest { store, memory, instance }
    }

    /// Calls a function, and returns its error number.
    pub fn call(&mut self, name: &str, args: &[i64]) -> i32 {
        self.try_call(name, args).unwrap_or_else(|error| panic!("{name}{args:?}: {error}"))
    }

    pub fn try_call(&mut self, name: &str, args: &[i64]) -> Result<i32, Error> {
        let Some(Extern::Func(function)) = self.instance.get_export(&self.store, name) else { panic!("{name}") };
        let types = function.ty(&self.store).params;
        assert_eq!(types.len(), args.len(), "{name}");
        let args = args.iter().zip(types).map(|(&arg, ty)| match ty {
            ValType::I32 => Val::I32(arg as i32),
            _ => Val::I64(arg),
        });
        let args: Vec<Val> = args.collect();
        match function.call(&mut self.store, &args)?[..] {
            [Val::I32(errno)] => Ok(errno),
            _ => panic!("{name} returns a number"),
        }
    }

    /// Puts bytes into the memory.
    pub fn put(&mut self, at: i64, bytes: &[u8]) {
        self.memory.data_mut(&mut self.store)[at as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    pub fn bytes(&self, at: i64, len: usize) -> Vec<u8> {
        self.memory.data(&self.store)[at as usize..][..len].to_vec()
    }

    pub fn u32(&self, at: i64) -> u32 {
        u32::from_le_bytes(self.bytes(at, 4).try_into().unwrap())
    }

    pub fn u64(&self, at: i64) -> u64 {
        u64::from_le_bytes(self.bytes(at, 8).try_into().unwrap())
    }

    /// Calls a function whose parameters are a descriptor and a path.
    pub fn path(&mut self, name: &str, fd: i64, path: &str) -> i32 {
        self.put(FIRST, path.as_bytes());
        self.call(name, &[fd, FIRST, path.len() as i64])
    }

    /// Calls a function whose parameters are twice a descriptor and a path.
    pub fn paths(&mut self, name: &str, fd: i64, from: &str, to: &str) -> i32 {
        self.put(FIRST, from.as_bytes());
        self.put(SECOND, to.as_bytes());
        let (from, to) = (from.len() as i64, to.len() as i64);
        match name {
            "path_link" => self.call(name, &[fd, 0, FIRST, from, fd, SECOND, to]),
            "path_symlink" => self.call(name, &[FIRST, from, fd, SECOND, to]),
            _ => self.call(name, &[fd, FIRST, from, fd, SECOND, to]),
        }
    }

    /// Opens a path, following symbolic links.
    pub fn open(&mut self, fd: i64, path: &str, how: i64, rights: i64) -> Result<i64, i32> {
        self.open_with(fd, 1, path, how, rights, 0)
    }

    pub fn open_with(
        &mut self,
        fd: i64,
        lookup: i64,
        path: &str,
        how: i64,
        rights: i64,
        flags: i64,
    ) -> Result<i64, i32> {
        self.put(FIRST, path.as_bytes());
        let len = path.len() as i64;
        match self.call("path_open", &[fd, lookup, FIRST, len, how, rights, 0, flags, OUT]) {
            SUCCESS => Ok(self.u32(OUT).into()),
            errno => Err(errno),
        }
    }

    /// Writes a list with one buffer to [`OUT`] + 16.
    fn buffer(&mut self, at: i64, len: usize) -> i64 {
        self.put(OUT + 16, &(at as u32).to_le_bytes());
        self.put(OUT + 20, &(len as u32).to_le_bytes());
        OUT + 16
    }

    pub fn write(&mut self, fd: i64, bytes: &[u8]) -> Result<u32, i32> {
        self.put(FIRST, bytes);
        let buffer = self.buffer(FIRST, bytes.len());
        match self.call("fd_write", &[fd, buffer, 1, OUT]) {
            SUCCESS => Ok(self.u32(OUT)),
            errno => Err(errno),
        }
    }

    pub fn read(&mut self, fd: i64, len: usize) -> Result<Vec<u8>, i32> {
        let buffer = self.buffer(FIRST, len);
        match self.call("fd_read", &[fd, buffer, 1, OUT]) {
            SUCCESS => Ok(self.bytes(FIRST, self.u32(OUT) as usize)),
            errno => Err(errno),
        }
    }

    pub fn pwrite(&mut self, fd: i64, bytes: &[u8], offset: i64) -> Result<u32, i32> {
        self.put(FIRST, bytes);
        let buffer = self.buffer(FIRST, bytes.len());
        match self.call("fd_pwrite", &[fd, buffer, 1, offset, OUT]) {
            SUCCESS => Ok(self.u32(OUT)),
            errno => Err(errno),
        }
    }

    pub fn pread(&mut self, fd: i64, len: usize, offset: i64) -> Result<Vec<u8>, i32> {
        let buffer = self.buffer(FIRST, len);
        match self.call("fd_pread", &[fd, buffer, 1, offset, OUT]) {
            SUCCESS => Ok(self.bytes(FIRST, self.u32(OUT) as usize)),
            errno => Err(errno),
        }
    }
}
