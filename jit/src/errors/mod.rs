//! Failures → errors: a sentence each, with a stable [`Diagnostic`] where native code is missing.

mod bad_setting;
mod code_buf_error;
mod diagnostic;
mod no_stencil;
mod patch_error;
mod table_error;
mod unavailable;

pub use bad_setting::BadSetting;
pub use code_buf_error::CodeBufError;
pub use diagnostic::{Diagnostic, UnknownDiagnostic};
pub use no_stencil::NoStencil;
pub use patch_error::PatchError;
pub use table_error::{Part, StencilName, TableError, TableProblem};
pub use unavailable::Unavailable;
