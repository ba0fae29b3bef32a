//! A compiler's predefined macros → [`Identity`]: the compiler's family and version, and its default target.

use mimeo_def::stencil::Arch;

use super::flags::Family;
use crate::object_file::Format;

/// A compiler's family, version and default target.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) family: Family,
    /// Major version.
    pub(super) version: u32,
    /// Default architecture, if stencils support it.
    pub(super) arch: Option<Arch>,
    /// Default format of its objects, if they can be read.
    pub(super) format: Option<Format>,
}

impl Identity {
    /// Parses the output of `-dM -E`.
    pub(super) fn parse(macros: &str) -> Option<Identity> {
        let value = |name: &str| {
            macros.lines().find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name)?.strip_prefix(' '))
        };
        let defined = |name: &str| value(name).is_some();
        let (family, version) = match (value("__clang_major__"), value("__GNUC__")) {
            (Some(version), _) => (Family::Clang, version),
            (None, Some(version)) => (Family::Gcc, version),
            (None, None) => return None,
        };
        let arch = match () {
            () if defined("__x86_64__") => Some(Arch::X86_64),
            () if defined("__aarch64__") => Some(Arch::Aarch64),
            () => None,
        };
        let format = match () {
            () if defined("__ELF__") => Some(Format::Elf),
            () if defined("__MACH__") => Some(Format::MachO),
            () if defined("_WIN32") => Some(Format::Coff),
            () => None,
        };
        Some(Identity { family, version: version.trim().parse().ok()?, arch, format })
    }

    /// Returns the family's name and its oldest supported version.
    pub(super) fn minimum(&self) -> (&'static str, u32) {
        match self.family {
            Family::Gcc => ("gcc", 12),
            Family::Clang => ("clang", 14),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_identify_compilers() {
        let gcc = "#define __GNUC__ 12\n#define __x86_64__ 1\n#define __ELF__ 1\n#define __GNUC_MINOR__ 2\n";
        let clang = "#define __GNUC__ 4\n#define __clang_major__ 19\n#define __aarch64__ 1\n#define __MACH__ 1\n";
        assert_eq!(
            Identity::parse(gcc),
            Some(Identity { family: Family::Gcc, version: 12, arch: Some(Arch::X86_64), format: Some(Format::Elf) })
        );
        assert_eq!(
            Identity::parse(clang),
            Some(Identity {
                family: Family::Clang,
                version: 19,
                arch: Some(Arch::Aarch64),
                format: Some(Format::MachO)
            })
        );
        assert_eq!(Identity::parse("#define __TINYC__ 928\n"), None);
    }
}
