//! Native machine code → instructions as text, by a third-party disassembler, or bytes without the feature
//! `disassembler`.

/// Returns the instructions in `code`, which runs at `start`: offset and length in bytes, text.
#[cfg(all(feature = "disassembler", target_arch = "x86_64"))]
pub fn disassemble(code: &[u8], start: u64) -> Vec<(usize, usize, String)> {
    use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};

    let mut formatter = IntelFormatter::new();
    let decoder = Decoder::with_ip(64, code, start, DecoderOptions::NONE);
    decoder
        .into_iter()
        .map(|instruction| {
            let mut text = String::new();
            formatter.format(&instruction, &mut text);
            ((instruction.ip() - start) as usize, instruction.len(), text)
        })
        .collect()
}

/// Returns the instructions in `code`, which runs at `start`: offset and length in bytes, text.
#[cfg(all(feature = "disassembler", target_arch = "aarch64"))]
pub fn disassemble(code: &[u8], _start: u64) -> Vec<(usize, usize, String)> {
    use yaxpeax_arch::{Decoder, U8Reader};
    use yaxpeax_arm::armv8::a64::InstDecoder;

    let decoder = InstDecoder::default();
    code.chunks(4)
        .enumerate()
        .map(|(index, bytes)| {
            let text = match decoder.decode(&mut U8Reader::new(bytes)) {
                Ok(instruction) => instruction.to_string(),
                Err(error) => format!("??? {error}"),
            };
            (index * 4, bytes.len(), text)
        })
        .collect()
}

/// The reason why [`disassemble`] returns no text.
pub const ONLY_BYTES: Option<&str> =
    match cfg!(all(feature = "disassembler", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        true => None,
        false => Some("bytes only: `mimeo` was built without the feature `disassembler`"),
    };

/// Returns the bytes of `code`, eight to a line: offset and length in bytes, no text.
#[cfg(not(all(feature = "disassembler", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn disassemble(code: &[u8], _start: u64) -> Vec<(usize, usize, String)> {
    let lines = code.chunks(8).enumerate();
    lines.map(|(index, bytes)| (index * 8, bytes.len(), String::new())).collect()
}
