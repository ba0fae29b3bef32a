//! Checks sections by reading them with gimli.

use std::collections::BTreeMap;

use gimli::{
    BaseAddresses, CfaRule, CieOrFde, EhFrame, EndianSlice, LittleEndian, RegisterRule, UnwindContext, UnwindSection,
};

use super::*;
use crate::gdb::{aarch64, x86_64};

/// The contents of a section: for each region the start, the length and the rows, each with its start, its distance from
/// the canonical frame address and its rules, except lost ones.
type Read = Vec<(u64, u64, Vec<(u64, i64, Vec<(u16, RegisterRule<usize>)>)>)>;

fn read(section: &[u8], isa: &Isa) -> Read {
    let section = EhFrame::from(EndianSlice::new(section, LittleEndian));
    let bases = BaseAddresses::default();
    let mut entries = section.entries(&bases);
    let mut regions = Vec::new();
    while let Some(entry) = entries.next().unwrap() {
        let CieOrFde::Fde(partial) = entry else { continue };
        let fde = partial.parse(|section, bases, offset| section.cie_from_offset(bases, offset)).unwrap();
        assert_eq!(fde.cie().return_address_register().0, u16::from(isa.return_address.0));
        let mut context = UnwindContext::new();
        let mut table = fde.rows(&section, &bases, &mut context).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            let CfaRule::RegisterAndOffset { register, offset } = *row.cfa() else { panic!("{row:?}") };
            assert_eq!(register.0, u16::from(isa.stack_pointer.0));
            let mut rules: Vec<_> = row.registers().map(|(register, rule)| (register.0, rule.clone())).collect();
            // The return address must have a rule.
            rules.retain(|&(register, ref rule)| {
                register == u16::from(isa.return_address.0) || *rule != RegisterRule::SameValue
            });
            rules.sort_by_key(|&(register, _)| register);
            rows.push((row.start_address(), offset, rules));
        }
        regions.push((fde.initial_address(), fde.len(), rows));
    }
    regions
}

fn frame<const N: usize>(depth_bytes: i64, saved: [(u8, i64); N]) -> Option<Frame> {
    let saved: BTreeMap<_, _> = saved.into_iter().map(|(register, slot)| (Register(register), slot)).collect();
    Some(Frame { depth_bytes, saved })
}

#[test]
fn frames_on_x86_64() {
    let code = [0; 3000];
    let region = |start, len| CodeRegion { name: "", start, bytes: &code[..len], entries: &[] };
    let regions = [region(0x7fff_0000_1000, 2000), region(0x5000, 7)];
    let row = |at, frame| Row { at, frame };
    let rows = [
        vec![
            row(0, frame(0, [])),
            row(1, frame(8, [(3, 8)])),
            row(300, frame(4096, [(3, 8), (12, 2000)])),
            row(301, None),
            row(302, frame(0, [])),
        ],
        vec![row(0, None), row(5, frame(16, [(6, 16)]))],
    ];
    let section = section(regions.iter().zip(rows), &x86_64::ISA).unwrap();
    assert_eq!(section.len() % 4, 0);
    let returns = (16, RegisterRule::Offset(-8));
    let expected = vec![
        (
            0x7fff_0000_1000,
            2000,
            vec![
                (0x7fff_0000_1000, 8, vec![returns.clone()]),
                (0x7fff_0000_1001, 16, vec![(3, RegisterRule::Offset(-16)), returns.clone()]),
                (
                    0x7fff_0000_112c,
                    4104,
                    vec![(3, RegisterRule::Offset(-16)), (12, RegisterRule::Offset(-2008)), returns.clone()],
                ),
                (0x7fff_0000_112d, 8, vec![]),
                (0x7fff_0000_112e, 8, vec![returns.clone()]),
            ],
        ),
        (0x5000, 7, vec![(0x5000, 8, vec![]), (0x5005, 24, vec![(6, RegisterRule::Offset(-24)), returns])]),
    ];
    assert_eq!(read(&section, &x86_64::ISA), expected);
}

#[test]
fn frames_on_aarch64() {
    let region = CodeRegion { name: "", start: 0x4000, bytes: &[0; 32], entries: &[] };
    let row = |at, frame| Row { at, frame };
    let rows =
        vec![row(0, frame(0, [])), row(4, frame(32, [(29, 32), (30, 24)])), row(24, frame(0, [])), row(28, None)];
    let section = section([(&region, rows)].into_iter(), &aarch64::ISA).unwrap();
    let saved = vec![(29, RegisterRule::Offset(-32)), (30, RegisterRule::Offset(-24))];
    let in_place = (30, RegisterRule::SameValue);
    let expected = vec![
        (0x4000, 0, vec![in_place.clone()]),
        (0x4004, 32, saved),
        (0x4018, 0, vec![in_place]),
        (0x401c, 0, vec![]),
    ];
    assert_eq!(read(&section, &aarch64::ISA), [(0x4000, 32, expected)]);
}
