//! Code is discarded while frames return into it.

use super::*;

#[test]
pub(super) fn code_is_discarded_while_frames_return_into_it() {
    // Every callback replaces or discards the code of some or all functions, while up to 30 nested runs
    // have active frames in it: on the native stack, in frame records, and after side exits.
    type Act = fn(&Control);
    let acts: [Act; 4] = [
        |control| control.recompile(0),
        |control| (0..3).for_each(|function| control.recompile(function)),
        Control::evict_all,
        |control| control.evict(0),
    ];
    for act in acts {
        for config in configs().into_iter().flatten() {
            let (mut machine, linked) = loaded(Some(config.clone()), Limits::default());
            let handle = control(&machine);
            machine.vm_mut().host.on_callback = Some(Box::new(move |_| act(&handle)));
            for _ in 0..4 {
                assert_eq!(machine.call(linked.function(TWICE), &[30]), Ok(930), "{config:?}");
                assert_eq!(machine.call(linked.function(CAUTIOUS), &[30]), Ok(465), "{config:?}");
            }
            // Nothing runs, so the next calls free all retired code.
            machine.vm_mut().host.on_callback = None;
            control(&machine).evict_all();
            assert_eq!(machine.call(linked.function(SUM), &[1]), Ok(1));
            assert_eq!(machine.call(linked.function(SUM), &[1]), Ok(1));
            let code = stats(&machine).code;
            assert_eq!(code.retired_bytes, 0, "{config:?}");
            assert!(code.reclaimed_bytes > 0, "{config:?}");
        }
    }
}

#[test]
pub(super) fn retired_code_is_kept_exactly_as_long_as_it_is_needed() {
    let (mut machine, linked) = loaded(Some(on()), Limits::default());
    assert_eq!(machine.call(linked.function(SUM), &[1]), Ok(1));
    let live = stats(&machine).code.live_bytes;
    let handle = control(&machine);
    // During `sum`, whose code is on the native stack.
    machine.vm_mut().host.on_callback = Some(Box::new(move |a| {
        if a == 2 {
            handle.recompile(0);
        }
    }));
    assert_eq!(machine.call(linked.function(SUM), &[5]), Ok(15));
    let code = stats(&machine).code;
    assert_eq!((code.live_bytes, code.retired_bytes, code.reclaimed_bytes), (live, 0, live));
    assert_eq!(stats(&machine).functions.recompiled, 1);
}
