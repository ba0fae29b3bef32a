//! The memory map of this process, from Linux → [`Mapping`]s.

use std::ops::Range;

/// The file that lists the mappings.
pub(crate) const MAPS: &str = "/proc/self/maps";

/// A range of the process's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) range: Range<usize>,
    /// `rwxp`, with `-` for each missing permission.
    pub(crate) permissions: String,
}

/// Returns the current mappings of this process.
///
/// # Panics
///
/// If [`MAPS`] cannot be read.
pub(crate) fn mappings() -> Vec<Mapping> {
    parse(&std::fs::read_to_string(MAPS).unwrap_or_else(|error| panic!("{MAPS}: {error}")))
}

/// Parses the lines. Skips lines of another form.
pub(crate) fn parse(text: &str) -> Vec<Mapping> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let (start, end) = words.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        Some(Mapping { range: address(start)?..address(end)?, permissions: words.next()?.to_owned() })
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let text = "55d0c0000000-55d0c0021000 r--p 00000000 fe:00 1 /bin/a b\nnonsense\n1000-3000 rwxp 0 0 0\n";
        let mapping = |range, permissions: &str| Mapping { range, permissions: permissions.to_owned() };
        assert_eq!(parse(text), [mapping(0x55d0_c000_0000..0x55d0_c002_1000, "r--p"), mapping(0x1000..0x3000, "rwxp")]);
    }
}
