//! The name of a target → [`Place`]: its triple, its compilers, and its [`Execution`] on this machine.

use mimeo_build::Target;
use mimeo_build::object_file::Format;
use mimeo_cli::generate::HOST;
use mimeo_def::stencil::Arch;

/// A target of the support table.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name in the table.
    pub name: &'static str,
    /// Its triple.
    pub triple: &'static str,
    /// Architecture of its stencils.
    pub arch: Arch,
    /// Format of its objects.
    pub format: Format,
    /// C compilers for it. At least one must exist, and all that exist must work. `cc` is added on the target itself.
    compilers: &'static [&'static str],
}

/// All targets, in the order of the table.
pub const PLACES: &[Place] = &[
    Place {
        name: "x86_64-linux",
        triple: "x86_64-unknown-linux-gnu",
        arch: Arch::X86_64,
        format: Format::Elf,
        compilers: &["clang-19", "clang-14"],
    },
    Place {
        name: "aarch64-linux",
        triple: "aarch64-unknown-linux-gnu",
        arch: Arch::Aarch64,
        format: Format::Elf,
        compilers: &["aarch64-linux-gnu-gcc", "clang-19", "clang-14"],
    },
    Place {
        name: "x86_64-windows",
        triple: "x86_64-pc-windows-gnu",
        arch: Arch::X86_64,
        format: Format::Coff,
        compilers: &["x86_64-w64-mingw32-gcc", "clang-19"],
    },
    Place {
        name: "x86_64-darwin",
        triple: "x86_64-apple-darwin",
        arch: Arch::X86_64,
        format: Format::MachO,
        compilers: &["clang-19"],
    },
    Place {
        name: "aarch64-darwin",
        triple: "aarch64-apple-darwin",
        arch: Arch::Aarch64,
        format: Format::MachO,
        compilers: &["clang-19"],
    },
];

/// How programs of a target run on this machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Execution {
    /// Directly, because the target is this machine's own.
    Native,
    /// With qemu-user, which emulates the processor.
    QemuUser,
    /// With Wine, which emulates Windows.
    Wine,
    /// Not at all, but its stencils run in a program for another system on the same architecture.
    Stencils(&'static Place, Box<Execution>),
    /// Not at all.
    Nowhere,
}

impl Execution {
    /// Returns the description of the substitute for the target's system.
    pub(crate) fn substitute(&self) -> Option<String> {
        match self {
            Execution::Native | Execution::Nowhere => None,
            Execution::QemuUser => Some("qemu-user".to_owned()),
            Execution::Wine => Some("Wine".to_owned()),
            Execution::Stencils(other, execution) => match execution.substitute() {
                None => Some(format!("its stencils on {}", other.name)),
                Some(more) => Some(format!("its stencils on {}, {more}", other.name)),
            },
        }
    }
}

impl Place {
    /// Whether it is this machine's own target.
    fn is_native(&self) -> bool {
        self.triple == HOST
    }

    /// Returns how its programs run on this machine.
    pub(crate) fn execution(&self) -> Execution {
        let is_linux = HOST == PLACES[0].triple;
        match self.name {
            _ if self.is_native() => Execution::Native,
            "aarch64-linux" if is_linux => Execution::QemuUser,
            "x86_64-windows" if is_linux => Execution::Wine,
            "x86_64-darwin" | "aarch64-darwin" => {
                let other = &PLACES[usize::from(self.arch == Arch::Aarch64)];
                match other.execution() {
                    Execution::Nowhere => Execution::Nowhere,
                    execution => Execution::Stencils(other, Box::new(execution)),
                }
            }
            _ => Execution::Nowhere,
        }
    }

    /// Returns the compilers to test.
    pub(crate) fn compilers(&self) -> impl Iterator<Item = &'static str> {
        let own = if self.is_native() { Some("cc") } else { None };
        own.into_iter().chain(self.compilers.iter().copied())
    }

    /// Returns the target for `mimeo-build`.
    pub(crate) fn target(&self) -> Target {
        Target { triple: self.triple.to_owned(), host: HOST.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_the_triples() {
        for place in PLACES {
            assert_eq!(place.target().arch(), Some(place.arch), "{}", place.name);
            let (arch, system) = place.name.split_once('-').unwrap();
            assert!(place.triple.starts_with(arch) && place.triple.contains(system), "{}", place.name);
        }
    }

    #[test]
    fn the_substitute_for_darwin_has_the_same_architecture() {
        for place in PLACES {
            if let Execution::Stencils(other, _) = place.execution() {
                assert_eq!((other.arch, other.format), (place.arch, Format::Elf), "{}", place.name);
            }
        }
    }
}
