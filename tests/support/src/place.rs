//! The name of a target → [`Place`]: its triple, its compilers, and the [`Way`] in which this machine can run it.

use mimeo_build::Target;
use mimeo_build::object_file::Format;
use mimeo_cli::generate::HOST;
use mimeo_def::stencil::Arch;

/// A target of the support table.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// What the table calls it.
    pub name: &'static str,
    /// Its triple.
    pub triple: &'static str,
    /// Architecture of its stencils.
    pub arch: Arch,
    /// Format of its objects.
    pub format: Format,
    /// C compilers for it: each that is there must serve, and there must be one. On the target itself there is `cc`.
    compilers: &'static [&'static str],
}

/// All of them, in the order of the table.
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
pub(crate) enum Way {
    /// They are this machine's own.
    Native,
    /// The processor is emulated.
    QemuUser,
    /// Windows is.
    Wine,
    /// Its stencils run in a program of another system on the same architecture.
    Stencils(&'static Place, Box<Way>),
    /// Not at all.
    Nowhere,
}

impl Way {
    /// How the table calls what stands in for the target.
    pub(crate) fn substitute(&self) -> Option<String> {
        match self {
            Way::Native | Way::Nowhere => None,
            Way::QemuUser => Some("qemu-user".to_owned()),
            Way::Wine => Some("Wine".to_owned()),
            Way::Stencils(other, way) => match way.substitute() {
                None => Some(format!("its stencils on {}", other.name)),
                Some(more) => Some(format!("its stencils on {}, {more}", other.name)),
            },
        }
    }
}

impl Place {
    /// Whether it is this machine's own.
    fn is_native(&self) -> bool {
        self.triple == HOST
    }

    /// How its programs run here.
    pub(crate) fn way(&self) -> Way {
        let is_linux = HOST == PLACES[0].triple;
        match self.name {
            _ if self.is_native() => Way::Native,
            "aarch64-linux" if is_linux => Way::QemuUser,
            "x86_64-windows" if is_linux => Way::Wine,
            "x86_64-darwin" | "aarch64-darwin" => {
                let other = &PLACES[usize::from(self.arch == Arch::Aarch64)];
                match other.way() {
                    Way::Nowhere => Way::Nowhere,
                    way => Way::Stencils(other, Box::new(way)),
                }
            }
            _ => Way::Nowhere,
        }
    }

    /// The compilers to be tried.
    pub(crate) fn compilers(&self) -> impl Iterator<Item = &'static str> {
        let own = if self.is_native() { Some("cc") } else { None };
        own.into_iter().chain(self.compilers.iter().copied())
    }

    /// As the compilers' conventions want it.
    pub(crate) fn target(&self) -> Target {
        Target { triple: self.triple.to_owned(), host: HOST.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_triples() {
        for place in PLACES {
            assert_eq!(place.target().arch(), Some(place.arch), "{}", place.name);
            let (arch, system) = place.name.split_once('-').unwrap();
            assert!(place.triple.starts_with(arch) && place.triple.contains(system), "{}", place.name);
        }
    }

    #[test]
    fn what_stands_in_for_darwin_has_its_architecture() {
        for place in PLACES {
            if let Way::Stencils(other, _) = place.way() {
                assert_eq!((other.arch, other.format), (place.arch, Format::Elf), "{}", place.name);
            }
        }
    }
}
