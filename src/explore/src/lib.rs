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
//! its machine code. Blocks of different panes that have a number in common are highlighted together:
//!
//! ```
//! use mimeo_explore::{Block, Line, Page, Pane, Section};
//!
//! let pane = |title: &str, text: &str| {
//!     let block = Block { links: vec![7], lines: vec![Line::text(text)] };
//!     Pane::new(title, vec![block])
//! };
//! let panes = vec![pane("source", "x < 1"), pane("bytecode", "less r0, 1")];
//! let section = Section { name: "main".to_owned(), panes, ..Section::default() };
//! let page = Page { title: "a.x".to_owned(), sections: vec![section], ..Page::default() };
//! let html = page.to_string();
//! assert!(html.contains("x &lt; 1") && html.ends_with("</html>\n"));
//! ```
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
