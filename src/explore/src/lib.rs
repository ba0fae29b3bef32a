//! What explorers show: machine code as instructions, and stages of code side by side in one HTML file.
//!
//! | module | turns | into |
//! |---|---|---|
//! | `disassemble` | machine code | instructions, as text |
//! | `code` | machine code and its holes | lines of a page |
//! | `page` | stages of code, whose blocks name what they belong to | a page |
//! | `html` | a page | one HTML file that needs nothing else |
//! | [`parsed`] | such a file | what a test looks at |
//!
//! A page has sections, such as the functions of a program. A section has panes beside each other, such as its source and
//! its machine code. Blocks of different panes that have a number in common are highlighted together. [`Page`] has an example.
#![forbid(unsafe_code)]

mod code;
mod disassemble;
mod html;
mod page;
#[doc(hidden)]
pub mod parsed;

pub use code::{Mark, hole_name, is_relative, lines};
pub use disassemble::{ONLY_BYTES, disassemble};
pub use page::{Block, Byte, Line, Page, Pane, Section};
