//! [`Page`]: stages of code side by side, as data.

/// A page, which is displayed as HTML.
///
/// ```
/// use mimeo_explore::{Block, Line, Page, Pane, Section};
///
/// let pane = |title: &str, text: &str| {
///     let block = Block { links: vec![7], lines: vec![Line::text(text)] };
///     Pane::new(title, vec![block])
/// };
/// let panes = vec![pane("source", "x < 1"), pane("bytecode", "less r0, 1")];
/// let section = Section { name: "main".to_owned(), panes, ..Section::default() };
/// let page = Page { title: "a.x".to_owned(), sections: vec![section], ..Page::default() };
/// let html = page.to_string();
/// assert!(html.contains("x &lt; 1") && html.ends_with("</html>\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What the page is about.
    pub title: String,
    /// Sentences below the title.
    pub notes: Vec<String>,
    /// The functions or ops.
    pub sections: Vec<Section>,
}

/// A function or an op. See [`Page`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What there is to say about all of it; may be empty.
    pub note: String,
    /// Its stages, from the source to the machine code.
    pub panes: Vec<Pane>,
}

/// A stage of a section. See [`Page`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pane {
    /// What it shows.
    pub title: String,
    /// What there is to say about all of it; may be empty.
    pub note: String,
    /// Its lines.
    pub blocks: Vec<Block>,
}

/// Lines that are highlighted together. See [`Page`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// What the block belongs to. Blocks of one section that have a number in common are highlighted together.
    pub links: Vec<u32>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of a pane.
///
/// ```
/// use mimeo_explore::Line;
///
/// assert_eq!(Line::text("ret r0").text, "ret r0");
/// assert!(Line::heading("cold").is_heading);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The number of the line or its place in the code; may be empty.
    pub label: String,
    /// The bytes of machine code.
    pub bytes: Vec<Byte>,
    /// The text, without a line break.
    pub text: String,
    /// A remark; may be empty.
    pub note: String,
    /// Whether the line is the title of those below it.
    pub is_heading: bool,
}

/// A byte of machine code. See [`Mark`](crate::Mark) for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Byte {
    /// A byte that is the same in every copy of the code.
    Fixed(u8),
    /// A byte of a hole.
    Hole(u8),
    /// A byte of a hole whose value is not shown.
    Hidden,
}

impl Pane {
    /// Returns a pane about which there is nothing to say.
    ///
    /// ```
    /// assert_eq!(mimeo_explore::Pane::new("IR", Vec::new()).title, "IR");
    /// ```
    pub fn new(title: &str, blocks: Vec<Block>) -> Pane {
        Pane { title: title.to_owned(), note: String::new(), blocks }
    }
}

impl Line {
    /// Returns a line that is only text. See [`Line`] for an example.
    pub fn text(text: impl Into<String>) -> Line {
        Line { text: text.into(), ..Line::default() }
    }

    /// Returns a title. See [`Line`] for an example.
    pub fn heading(text: impl Into<String>) -> Line {
        Line { text: text.into(), is_heading: true, ..Line::default() }
    }
}
