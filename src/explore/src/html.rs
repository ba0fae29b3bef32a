//! A [`Page`] → one HTML file, which needs no other file and no network.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::page::{Block, Byte, Line, Page, Pane, Section};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The bytes for which each line of machine code has room.
const ROOM_BYTES: usize = 10;

/// Text in HTML. Characters that HTML does not allow, or that would change the order of others, are shown by their number.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' => f.write_char(c)?,
                '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                    write!(f, "\\u{{{:x}}}", u32::from(c))?;
                }
                _ if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Display for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let title = Escaped(&self.title);
        writeln!(
            f,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>"
        )?;
        for note in &self.notes {
            writeln!(f, "<p>{}</p>", Escaped(note))?;
        }
        f.write_str(
            "<p class=\"help\">Point at a line to see what belongs to it. A click keeps it and brings the rest into view. \
             Keys: <kbd>Tab</kbd> next pane, <kbd>↑</kbd> <kbd>↓</kbd> next block, <kbd>Esc</kbd> let go, \
             <kbd>/</kbd> search, <kbd>1</kbd> to <kbd>9</kbd> hide a kind of pane.</p>\n\
             <div id=\"kinds\"></div>\n</header>\n<nav aria-label=\"sections\">\n\
             <input type=\"search\" id=\"filter\" placeholder=\"search\" aria-label=\"search the sections\">\n<ol>\n",
        )?;
        for (index, section) in self.sections.iter().enumerate() {
            writeln!(f, "<li><a href=\"#s{index}\">{}</a></li>", Escaped(&section.name))?;
        }
        f.write_str("</ol>\n</nav>\n<main>\n")?;
        for (index, section) in self.sections.iter().enumerate() {
            write_section(f, index, section)?;
        }
        writeln!(f, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>")
    }
}

fn write_section(f: &mut Formatter<'_>, index: usize, Section { name, note, panes }: &Section) -> fmt::Result {
    write!(f, "<section id=\"s{index}\">\n<h2>{}", Escaped(name))?;
    write_unless_empty(f, "small", note)?;
    f.write_str("</h2>\n<div class=\"panes\">\n")?;
    for pane in panes {
        write_pane(f, pane)?;
    }
    f.write_str("</div>\n</section>\n")
}

fn write_pane(f: &mut Formatter<'_>, Pane { title, note, blocks }: &Pane) -> fmt::Result {
    let title = Escaped(title);
    write!(f, "<article>\n<h3>{title}")?;
    write_unless_empty(f, "small", note)?;
    // A line break after the start of `pre` is not part of it.
    writeln!(f, "</h3>\n<pre tabindex=\"0\" aria-label=\"{title}\">")?;
    for block in blocks {
        write_block(f, block)?;
    }
    f.write_str("</pre>\n</article>\n")
}

fn write_block(f: &mut Formatter<'_>, Block { links, lines }: &Block) -> fmt::Result {
    f.write_str("<span class=\"b\"")?;
    for (index, link) in links.iter().enumerate() {
        write!(f, "{}{link}", if index == 0 { " data-u=\"" } else { " " })?;
    }
    f.write_str(if links.is_empty() { ">" } else { "\">" })?;
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            f.write_char('\n')?;
        }
        write_line(f, line)?;
    }
    f.write_str("</span>")
}

fn write_line(f: &mut Formatter<'_>, Line { label, bytes, text, note, is_heading }: &Line) -> fmt::Result {
    if !label.is_empty() {
        write!(f, "<i>{}</i>  ", Escaped(label))?;
    }
    if !bytes.is_empty() {
        write_bytes(f, bytes)?;
    }
    if *is_heading {
        write!(f, "<b>{}</b>", Escaped(text))?;
    } else {
        write!(f, "{}", Escaped(text))?;
    }
    if note.is_empty() { Ok(()) } else { write!(f, "  <em>{}</em>", Escaped(note)) }
}

/// Writes bytes as a column. Those of holes are marked.
fn write_bytes(f: &mut Formatter<'_>, bytes: &[Byte]) -> fmt::Result {
    f.write_str("<code>")?;
    let mut is_hole = false;
    for &byte in bytes {
        let begins_or_ends = is_hole == matches!(byte, Byte::Fixed(_));
        if begins_or_ends {
            f.write_str(if is_hole { "</u>" } else { "<u>" })?;
            is_hole = !is_hole;
        }
        match byte {
            Byte::Fixed(byte) | Byte::Hole(byte) => write!(f, "{byte:02x}")?,
            Byte::Hidden => f.write_str("··")?,
        }
    }
    f.write_str(if is_hole { "</u>" } else { "" })?;
    let room = ROOM_BYTES.saturating_sub(bytes.len()) * 2;
    write!(f, "{:room$}</code>  ", "")
}

fn write_unless_empty(f: &mut Formatter<'_>, element: &str, text: &str) -> fmt::Result {
    if text.is_empty() { Ok(()) } else { write!(f, "<{element}>{}</{element}>", Escaped(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parsed;

    /// Text that would be markup if it was not escaped, or that HTML does not allow.
    const HOSTILE: &str = "</pre></script><script>alert(1)</script><!-- & &amp; \" ' ]]> \0\x1b\u{202e}\u{85}";

    /// Returns a page in which each text is hostile.
    fn hostile() -> Page {
        let line = |is_heading| Line {
            label: HOSTILE.to_owned(),
            bytes: vec![Byte::Fixed(1), Byte::Hole(2), Byte::Hidden, Byte::Fixed(3)],
            text: HOSTILE.to_owned(),
            note: HOSTILE.to_owned(),
            is_heading,
        };
        let block = Block { links: vec![3, 9], lines: vec![line(true), line(false)] };
        let pane = Pane { title: HOSTILE.to_owned(), note: HOSTILE.to_owned(), blocks: vec![block] };
        let section = Section { name: HOSTILE.to_owned(), note: HOSTILE.to_owned(), panes: vec![pane] };
        Page { title: HOSTILE.to_owned(), notes: vec![HOSTILE.to_owned()], sections: vec![section] }
    }

    #[test]
    fn no_text_becomes_markup() {
        let html = hostile().to_string();
        let shown = HOSTILE.replace('\0', "\\u{0}").replace('\x1b', "\\u{1b}");
        let shown = shown.replace('\u{202e}', "\\u{202e}").replace('\u{85}', "\\u{85}");
        let page = parsed::page(&html).expect("it is well-formed");
        assert_eq!((&page.title, &page.sections[0].name), (&shown, &shown));
        let block = &page.sections[0].panes[0].blocks[0];
        assert_eq!(block.links, [3, 9]);
        let expected = format!("{shown}  0102··03{:12}  {shown}  {shown}", "");
        assert_eq!(block.text, format!("{expected}\n{expected}"));
        assert_eq!(html.matches("<script>").count(), 1);
        assert!(!html.contains(['\0', '\x1b', '\u{202e}', '\u{85}']));
    }

    #[test]
    fn a_page_needs_no_other_file() {
        let html = hostile().to_string();
        for word in ["http://", "https://", "src=", "url(", "@import", "<link"] {
            assert!(!html.contains(word), "{word}");
        }
        assert!(html.contains("@media (prefers-color-scheme: dark)"), "there are two schemes");
    }

    #[test]
    fn holes_are_marked() {
        let bytes = [Byte::Hole(0xab), Byte::Fixed(1), Byte::Hidden, Byte::Hole(2)];
        let block = Block { links: Vec::new(), lines: vec![Line { bytes: bytes.to_vec(), ..Line::text("x") }] };
        let pane = Pane { blocks: vec![block], ..Pane::default() };
        let page = Page { sections: vec![Section { panes: vec![pane], ..Section::default() }], ..Page::default() };
        assert!(
            page.to_string().contains("<span class=\"b\"><code><u>ab</u>01<u>··02</u>            </code>  x</span>")
        );
    }
}
