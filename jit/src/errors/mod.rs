//! What native code cannot do → why not: an error, with a stable [`Diagnostic`] and a sentence for people.

mod code_buf_error;
mod diagnostic;
mod no_stencil;
mod patch_error;
mod table_error;
mod unavailable;

pub use code_buf_error::CodeBufError;
pub use diagnostic::{Diagnostic, UnknownDiagnostic};
pub use no_stencil::NoStencil;
pub use patch_error::PatchError;
pub use table_error::{Part, StencilName, TableError, TableProblem};
pub use unavailable::Unavailable;
