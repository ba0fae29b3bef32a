//! `value = nan_box(…)` → the value type of a module with its helpers, before anything of the module is checked.
//!
//! A value is a double or has one of the 15 tags above all doubles: negative infinity has the greatest bits of those that
//! are not NaNs, `0xfff0_0000_0000_0000`, and there is only one NaN, which is positive. A kind with a payload has a tag
//! of its own, from `0xffff` downward in the order of the author, so that the test for the first is a comparison without
//! a shift. Kinds without a payload and `bool` share the tag `0xfff1`. Addresses of user space have at most 48 bits on
//! every target.

mod kind;
mod made;
mod reader;
mod written;

pub(crate) use kind::NanBox;
pub(crate) use written::Written;

#[cfg(test)]
mod tests;
