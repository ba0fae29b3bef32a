//! What Linux says of this process's memory → [`Mapping`]s and sizes.

use std::ops::Range;

#[cfg(target_os = "linux")]
use procfs::FromRead;
#[cfg(target_os = "linux")]
use procfs::process::{MMPermissions, MemoryMap, MemoryMaps, Process};

/// A part of the process's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its addresses.
    pub range: Range<usize>,
    /// Whether it can be read.
    pub is_readable: bool,
    /// Whether it can be written.
    pub is_writable: bool,
    /// Whether it can be executed.
    pub is_executable: bool,
}

#[cfg(target_os = "linux")]
impl From<&MemoryMap> for Mapping {
    fn from(map: &MemoryMap) -> Mapping {
        let has = |permission| map.perms.contains(permission);
        Mapping {
            range: map.address.0 as usize..map.address.1 as usize,
            is_readable: has(MMPermissions::READ),
            is_writable: has(MMPermissions::WRITE),
            is_executable: has(MMPermissions::EXECUTE),
        }
    }
}

/// Returns the mappings of this process, or `None` where the system does not say.
pub fn mappings() -> Option<Vec<Mapping>> {
    #[cfg(target_os = "linux")]
    // By this name, for which an emulator shows the memory of the program that it runs, and not its own.
    return Some(MemoryMaps::from_file("/proc/self/maps").ok()?.iter().map(Mapping::from).collect());
    #[cfg(not(target_os = "linux"))]
    None
}

/// How much memory this process has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Address space in use.
    pub mapped_bytes: u64,
    /// Memory in use, with that of an emulator.
    pub resident_bytes: u64,
}

impl Size {
    /// Returns how much memory the process has now, or `None` where the system does not say.
    pub fn now() -> Option<Size> {
        #[cfg(target_os = "linux")]
        {
            let (pages, page_bytes) = (Process::myself().ok()?.statm().ok()?, procfs::page_size());
            Some(Size { mapped_bytes: pages.size * page_bytes, resident_bytes: pages.resident * page_bytes })
        }
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Returns by how much the process has grown.
    #[must_use]
    pub fn growth_since(self, before: Size) -> Size {
        Size {
            mapped_bytes: self.mapped_bytes.saturating_sub(before.mapped_bytes),
            resident_bytes: self.resident_bytes.saturating_sub(before.resident_bytes),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_test_is_found() {
        let mappings = mappings().expect("Linux says it");
        let at =
            |address: usize| mappings.iter().find(|mapping| mapping.range.contains(&address)).expect("it is mapped");
        let code = at(this_test_is_found as fn() as usize);
        assert!(code.is_readable && code.is_executable && !code.is_writable);
        let stack = at(std::ptr::from_ref(&mappings).addr());
        assert!(stack.is_readable && stack.is_writable && !stack.is_executable);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn growth_is_seen() {
        if !crate::alone::is_alone("memory::tests::growth_is_seen", "true") {
            return;
        }
        let before = Size::now().expect("Linux says it");
        let bytes = vec![1_u8; 64 << 20];
        let grown = Size::now().expect("Linux says it").growth_since(before);
        assert!(grown.mapped_bytes >= 60 << 20 && grown.resident_bytes >= 60 << 20, "{grown:?}");
        assert_eq!(before.growth_since(Size { mapped_bytes: u64::MAX, resident_bytes: u64::MAX }), Size::default());
        drop(bytes);
    }
}
