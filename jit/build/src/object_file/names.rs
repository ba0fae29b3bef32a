//! Number of a relocation type without a patch kind → its name in the documents of the format.

use mimeo_def::stencil::Arch;
use object::{elf, macho, pe};

use super::Format;

/// Finds the name of the constant with a given value.
macro_rules! name_of {
    ($number:expr, $module:ident, $($constant:ident)*) => {
        match $number {
            $(n if n == u32::from($module::$constant) => Some(stringify!($constant)),)*
            _ => None,
        }
    };
}

/// Returns the name of a relocation type, if compilers and assemblers emit it, or else a text with its number.
pub fn relocation_name(format: Format, arch: Arch, number: u32) -> String {
    let name = match (format, arch) {
        (Format::Elf, Arch::X86_64) => name_of!(number, elf,
            R_X86_64_NONE R_X86_64_COPY R_X86_64_GLOB_DAT R_X86_64_JUMP_SLOT R_X86_64_RELATIVE R_X86_64_16
            R_X86_64_PC16 R_X86_64_8 R_X86_64_PC8 R_X86_64_PC64 R_X86_64_GOT64 R_X86_64_GOTPCREL64 R_X86_64_GOTPC64
            R_X86_64_GOTPLT64 R_X86_64_PLTOFF64 R_X86_64_SIZE32 R_X86_64_SIZE64 R_X86_64_GOTPC32_TLSDESC
            R_X86_64_TLSDESC_CALL R_X86_64_TLSDESC R_X86_64_IRELATIVE),
        (Format::Elf, Arch::Aarch64) => name_of!(number, elf,
            R_AARCH64_NONE R_AARCH64_ABS64 R_AARCH64_ABS32 R_AARCH64_ABS16 R_AARCH64_PREL64 R_AARCH64_PREL32
            R_AARCH64_PREL16 R_AARCH64_MOVW_SABS_G0 R_AARCH64_MOVW_SABS_G1 R_AARCH64_MOVW_SABS_G2
            R_AARCH64_LD_PREL_LO19 R_AARCH64_MOVW_PREL_G0 R_AARCH64_MOVW_PREL_G0_NC R_AARCH64_MOVW_PREL_G1
            R_AARCH64_MOVW_PREL_G1_NC R_AARCH64_MOVW_PREL_G2 R_AARCH64_MOVW_PREL_G2_NC R_AARCH64_MOVW_PREL_G3),
        (Format::MachO, Arch::X86_64) => name_of!(number, macho,
            X86_64_RELOC_UNSIGNED X86_64_RELOC_SIGNED X86_64_RELOC_BRANCH X86_64_RELOC_GOT_LOAD X86_64_RELOC_GOT
            X86_64_RELOC_SUBTRACTOR X86_64_RELOC_SIGNED_1 X86_64_RELOC_SIGNED_2 X86_64_RELOC_SIGNED_4),
        (Format::MachO, Arch::Aarch64) => name_of!(number, macho,
            ARM64_RELOC_UNSIGNED ARM64_RELOC_SUBTRACTOR ARM64_RELOC_PAGEOFF12 ARM64_RELOC_ADDEND
            ARM64_RELOC_AUTHENTICATED_POINTER),
        (Format::Coff, _) => name_of!(number, pe,
            IMAGE_REL_AMD64_ABSOLUTE IMAGE_REL_AMD64_ADDR32NB IMAGE_REL_AMD64_SECTION IMAGE_REL_AMD64_SECREL7
            IMAGE_REL_AMD64_TOKEN IMAGE_REL_AMD64_SREL32 IMAGE_REL_AMD64_PAIR IMAGE_REL_AMD64_SSPAN32),
    };
    name.map_or_else(|| format!("type {number} of {} for {}", format.name(), arch.name()), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relocation_types_have_their_documented_names() {
        let cases = [
            (Format::Elf, Arch::X86_64, 14, "R_X86_64_8"),
            (Format::Elf, Arch::Aarch64, 273, "R_AARCH64_LD_PREL_LO19"),
            (Format::MachO, Arch::X86_64, 5, "X86_64_RELOC_SUBTRACTOR"),
            (Format::MachO, Arch::Aarch64, 1, "ARM64_RELOC_SUBTRACTOR"),
            (Format::Coff, Arch::X86_64, 3, "IMAGE_REL_AMD64_ADDR32NB"),
            (Format::Coff, Arch::X86_64, 999, "type 999 of COFF for x86_64"),
        ];
        for (format, arch, number, name) in cases {
            assert_eq!(relocation_name(format, arch, number), name);
        }
    }
}
