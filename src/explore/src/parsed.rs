//! The HTML of a page → what a test looks at. Refuses what is not well-formed.

use std::collections::BTreeSet;

/// A page. See [`page`] for an example.
#[derive(Debug, Default)]
pub struct Page {
    /// The title.
    pub title: String,
    /// The sections.
    pub sections: Vec<Section>,
}

/// A section of a page. See [`page`] for an example.
#[derive(Debug, Default)]
pub struct Section {
    /// Its name, without the note.
    pub name: String,
    /// Its panes.
    pub panes: Vec<Pane>,
}

/// A pane of a section. See [`page`] for an example.
#[derive(Debug, Default)]
pub struct Pane {
    /// The title, without the note.
    pub title: String,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// A block of a pane. See [`page`] for an example.
#[derive(Debug, Default)]
pub struct Block {
    /// What it belongs to.
    pub links: Vec<u32>,
    /// Its text.
    pub text: String,
}

impl Section {
    /// Returns the pane with this title. See [`page`] for an example.
    ///
    /// # Panics
    ///
    /// If there is none (test `a_pane_that_is_not_there_is_named`).
    pub fn pane(&self, title: &str) -> &Pane {
        self.panes.iter().find(|pane| pane.title == title).unwrap_or_else(|| panic!("`{}` lacks {title}", self.name))
    }
}

/// A start or an end of an element, or text.
enum Token<'a> {
    Start { name: &'a str, attributes: Vec<(&'a str, String)> },
    End(&'a str),
    Text(String),
}

/// Elements without an end.
const VOID: [&str; 2] = ["meta", "input"];

/// Reads a page.
///
/// ```
/// use mimeo_explore::parsed;
///
/// let html = mimeo_explore::Page { title: "a & b".to_owned(), ..Default::default() }.to_string();
/// let page = parsed::page(&html)?;
/// assert_eq!((page.title.as_str(), page.sections.len()), ("a & b", 0));
/// assert!(parsed::page(&html.replace("</main>", "")).is_err());
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
///
/// If an element does not end, an attribute has no quotes, an id is there twice, or a character should be escaped.
pub fn page(html: &str) -> Result<Page, String> {
    let mut rest = html.strip_prefix("<!DOCTYPE html>\n").ok_or("it has no document type")?;
    let (mut page, mut open, mut ids) = (Page::default(), Vec::<&str>::new(), BTreeSet::new());
    while !rest.is_empty() {
        match token(&mut rest, open.last().copied())? {
            Token::Start { name, attributes } => {
                let value = |key| attributes.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
                if let Some(id) = value("id")
                    && !ids.insert(id.to_owned())
                {
                    return Err(format!("the id `{id}` is there twice"));
                }
                begin(&mut page, name, value("data-u").unwrap_or_default())?;
                if !VOID.contains(&name) {
                    open.push(name);
                }
            }
            Token::End(name) => {
                let last = open.pop();
                if last != Some(name) {
                    return Err(format!("`</{name}>` ends {last:?}"));
                }
            }
            Token::Text(text) => add(&mut page, &open, &text),
        }
    }
    if open.is_empty() { Ok(page) } else { Err(format!("{open:?} do not end")) }
}

/// Reads the next token inside of an element.
fn token<'a>(rest: &mut &'a str, inside: Option<&str>) -> Result<Token<'a>, String> {
    if let Some(raw @ ("script" | "style")) = inside
        && !rest.starts_with("</")
    {
        let end = rest.find("</").ok_or_else(|| format!("`{raw}` does not end"))?;
        let text = &rest[..end];
        *rest = &rest[end..];
        return Ok(Token::Text(text.to_owned()));
    }
    let Some(tag) = rest.strip_prefix('<') else {
        let end = rest.find('<').unwrap_or(rest.len());
        let text = unescaped(&rest[..end])?;
        *rest = &rest[end..];
        return Ok(Token::Text(text));
    };
    let end = tag.find('>').ok_or("a tag does not end")?;
    *rest = &tag[end + 1..];
    let tag = &tag[..end];
    if let Some(name) = tag.strip_prefix('/') {
        return Ok(Token::End(name));
    }
    let (name, mut list) = tag.split_once(' ').unwrap_or((tag, ""));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Err(format!("`<{tag}>` is no tag"));
    }
    let mut attributes = Vec::new();
    while !list.is_empty() {
        let (key, value) = list.split_once("=\"").ok_or_else(|| format!("`{list}` has no quotes"))?;
        let (value, others) = value.split_once('"').ok_or_else(|| format!("`{list}` has no quotes"))?;
        attributes.push((key, unescaped(value)?));
        list = others.strip_prefix(' ').unwrap_or(others);
    }
    Ok(Token::Start { name, attributes })
}

/// Replaces the references to characters.
fn unescaped(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once(';').ok_or_else(|| format!("`&{part}` is not escaped"))?;
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            _ => return Err(format!("`&{name};` is not known")),
        });
        out.push_str(after);
    }
    match out.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t')) {
        Some(c) => Err(format!("there is a {c:?}")),
        None => Ok(out),
    }
}

/// Begins what an element stands for.
fn begin(page: &mut Page, name: &str, links: &str) -> Result<(), String> {
    let section = page.sections.last_mut();
    match name {
        "section" => page.sections.push(Section::default()),
        "article" => section.ok_or("a pane outside of a section")?.panes.push(Pane::default()),
        "span" => {
            let pane = section.and_then(|section| section.panes.last_mut()).ok_or("a block outside of a pane")?;
            let links = links.split_whitespace().map(|link| link.parse().map_err(|_| format!("a link to `{link}`")));
            pane.blocks.push(Block { links: links.collect::<Result<_, _>>()?, text: String::new() });
        }
        _ => {}
    }
    Ok(())
}

/// Adds text to what the elements around it stand for.
fn add(page: &mut Page, open: &[&str], text: &str) {
    let section = page.sections.last_mut();
    match *open {
        [.., "h1"] => page.title += text,
        [.., "h2"] => {
            if let Some(section) = section {
                section.name += text;
            }
        }
        _ => {
            let Some(pane) = section.and_then(|section| section.panes.last_mut()) else { return };
            if open.last() == Some(&"h3") {
                pane.title += text;
            } else if let (true, Some(block)) = (open.contains(&"span"), pane.blocks.last_mut()) {
                block.text += text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let whole = |body: &str| page(&format!("<!DOCTYPE html>\n{body}")).map(|_| ()).unwrap_err();
        for (body, error) in [
            ("<p>a", "[\"p\"] do not end"),
            ("<p>a</b>", "`</b>` ends Some(\"p\")"),
            ("</p>", "`</p>` ends None"),
            ("<p>a & b</p>", "`& b` is not escaped"),
            ("<p>&nbsp;</p>", "`&nbsp;` is not known"),
            ("<p id=a></p>", "`id=a` has no quotes"),
            ("<p id=\"a\"></p><p id=\"a\"></p>", "the id `a` is there twice"),
            ("<p>a\0</p>", "there is a '\\0'"),
            ("<A></A>", "`<A>` is no tag"),
            ("<p", "a tag does not end"),
            ("<style>a", "`style` does not end"),
            ("<span>a</span>", "a block outside of a pane"),
            ("<article></article>", "a pane outside of a section"),
        ] {
            assert_eq!(whole(body), error, "{body}");
        }
        assert!(page("<p></p>").is_err());
        let link = "<section><article><span data-u=\"1 x\">a</span></article></section>";
        assert_eq!(whole(link), "a link to `x`");
    }

    #[test]
    #[should_panic = "`main` lacks bytecode"]
    fn a_pane_that_is_not_there_is_named() {
        let section = Section { name: "main".to_owned(), panes: vec![Pane::default()] };
        section.pane("bytecode");
    }
}
