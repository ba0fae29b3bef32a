//! Parts of a hole ↔ their words in a file.

use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention, HoleValue, PatchKind};

pub(super) fn kind_word(kind: PatchKind) -> String {
    match kind {
        PatchKind::A64LoadPageOffset { shift } => format!("A64LoadPageOffset:{shift}"),
        PatchKind::A64LoadOffset { shift } => format!("A64LoadOffset:{shift}"),
        PatchKind::A64MovWide { shift } => format!("A64MovWide:{shift}"),
        plain => format!("{plain:?}"),
    }
}

pub(super) fn parse_kind(word: &str) -> Option<PatchKind> {
    PatchKind::ALL.into_iter().find(|kind| kind_word(*kind) == word)
}

pub(super) fn value_word(value: HoleValue) -> String {
    match value {
        HoleValue::Operand(index) => format!("operand:{index}"),
        HoleValue::WindowLen(index) => format!("window_len:{index}"),
        HoleValue::Runtime(index) => format!("runtime:{index}"),
        HoleValue::Exit(exit) => format!("exit:{}", exit.name()),
        HoleValue::Pc => "pc".to_owned(),
        HoleValue::NextPc => "next_pc".to_owned(),
        HoleValue::FunctionWord => "function_word".to_owned(),
        HoleValue::Continue => "continue".to_owned(),
        HoleValue::Region => "region".to_owned(),
        HoleValue::RegionExits => "region_exits".to_owned(),
        HoleValue::Hot => "hot".to_owned(),
        HoleValue::Cold => "cold".to_owned(),
        HoleValue::Rodata => "rodata".to_owned(),
    }
}

pub(super) fn parse_value(word: &str) -> Option<HoleValue> {
    let index = |text: &str| text.parse::<u16>().ok();
    Some(match word.split_once(':') {
        Some(("operand", text)) => HoleValue::Operand(index(text)?),
        Some(("window_len", text)) => HoleValue::WindowLen(index(text)?),
        Some(("runtime", text)) => HoleValue::Runtime(index(text)?),
        Some(("exit", name)) => HoleValue::Exit(Exit::ALL.into_iter().find(|exit| exit.name() == name)?),
        Some(_) => return None,
        None => {
            let plain = [
                HoleValue::Pc,
                HoleValue::NextPc,
                HoleValue::FunctionWord,
                HoleValue::Continue,
                HoleValue::Region,
                HoleValue::RegionExits,
                HoleValue::Hot,
                HoleValue::Cold,
                HoleValue::Rodata,
            ];
            plain.into_iter().find(|value| value_word(*value) == word)?
        }
    })
}

pub(super) fn parse_arch(word: &str) -> Option<Arch> {
    [Arch::X86_64, Arch::Aarch64].into_iter().find(|arch| arch.name() == word)
}

pub(super) fn convention_word(convention: Convention) -> &'static str {
    match convention {
        Convention::C => "C",
        Convention::PreserveNone => "preserve_none",
    }
}

pub(super) fn parse_convention(word: &str) -> Option<Convention> {
    [Convention::C, Convention::PreserveNone].into_iter().find(|convention| convention_word(*convention) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_written_can_be_parsed() {
        for kind in PatchKind::ALL {
            assert_eq!(parse_kind(&kind_word(kind)), Some(kind));
        }
        let exits = Exit::ALL.map(HoleValue::Exit);
        let others = [HoleValue::Operand(3), HoleValue::WindowLen(65535), HoleValue::Runtime(0), HoleValue::NextPc];
        for value in exits.into_iter().chain(others) {
            assert_eq!(parse_value(&value_word(value)), Some(value));
        }
        for nonsense in ["", "operand", "operand:", "operand:-1", "operand:65536", "exit:door", "Pc", "X86Rel32 "] {
            assert_eq!((parse_value(nonsense), parse_kind(nonsense)), (None, None), "{nonsense}");
        }
        assert_eq!(parse_kind("A64LoadOffset:5"), None);
    }
}
