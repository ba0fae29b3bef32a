//! The same tests on stacks that move at every call: whatever keeps an address of a frame too long fails them.

use super::{callbacks, code, control, fiber_errors, fibers, reload, requests, suspension};
use crate::machines::with_moving_stacks;

macro_rules! moving {
    ($($module:ident::$test:ident,)*) => {$(
        #[test]
        fn $test() {
            with_moving_stacks($module::$test);
        }
    )*};
}

moving! {
    callbacks::runtime_functions_call_back_in_every_configuration,
    callbacks::an_error_in_a_callback_is_placed_where_it_happened_and_can_be_caught,
    callbacks::too_many_nested_runs_are_an_error_that_can_be_caught,
    callbacks::a_panic_passes_through_nested_runs_and_leaves_the_machine_usable,
    control::handlers_catch_what_functions_under_them_throw,
    control::tail_calls_take_no_stack,
    control::runtime_functions_see_windows_and_frames,
    fibers::fibers_stop_and_go_on,
    fibers::code_goes_while_fibers_are_suspended_in_it,
    fiber_errors::an_error_arrives_at_the_op_that_suspended_the_fiber,
    fiber_errors::an_error_keeps_its_place_when_it_is_thrown_into_a_fiber,
    requests::what_an_op_asks_for_is_its_result_or_decides_where_it_goes,
    requests::requests_are_as_deep_as_calls,
    requests::an_error_of_what_was_asked_for_is_caught_around_the_op,
    requests::a_fiber_can_be_suspended_in_what_was_asked_for_and_dropped,
    suspension::what_is_thrown_behind_the_wish_to_be_suspended_takes_its_place,
    suspension::runs_between_the_wish_to_be_suspended_and_the_ops_end_are_not_suspended,
    suspension::a_fiber_can_be_suspended_in_its_own_run_only,
    code::code_goes_while_frames_return_into_it,
    reload::a_program_is_replaced_by_another_under_a_loop_that_calls_it,
    reload::programs_load_programs_on_top_of_each_other_and_unload_them_on_the_way_back,
}
