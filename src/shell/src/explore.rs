//! A loaded program and its text → the page that `--explore` writes: each function from its source to its machine code.

use std::path::PathBuf;

use mimeo::listing::{Page, Section, sections};
use mimeo::{InstructionSet, Linked, Machine};

use crate::command::Failure;
use crate::output::show;
use crate::source::Text;

/// The page to write instead of running.
///
/// ```
/// use mimeo_doc_ops::sample_machine;
/// use mimeo_shell::Explore;
///
/// let (mut machine, linked) = sample_machine();
/// let file = std::env::temp_dir().join(format!("mimeo-shell-{}.html", std::process::id()));
/// // Prints that it wrote the file.
/// Explore { file: file.clone() }.of_program(&mut machine, linked, None)?;
/// let page = std::fs::read_to_string(&file).expect("it was written");
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("safe_divide"));
/// # std::fs::remove_file(&file).unwrap();
/// # Ok::<(), mimeo_shell::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explore {
    /// The file to write.
    pub file: PathBuf,
}

impl Explore {
    /// Writes the page of a program, with the lines of its text, if it has one. See [`Explore`] for an example.
    ///
    /// # Errors
    ///
    /// If the program is not loaded in this machine, or the file cannot be written.
    pub fn of_program<I: InstructionSet>(
        &self,
        machine: &mut Machine<I>,
        linked: Linked<I>,
        text: Option<&Text>,
    ) -> Result<(), Failure> {
        let title = text.map_or(I::NAME, |text| &text.name);
        let of_function = |file: Option<&str>| {
            // The compiler may not have said which text a function is from.
            text.filter(|text| file.is_none_or(|file| file == text.name)).map(|text| text.text.as_str())
        };
        let sections = sections(machine, linked, |body| of_function(body.file.as_deref()));
        let written = sections.map_err(|error| error.to_string()).and_then(|sections| self.write(title, sections));
        written.map_err(Failure::Command)
    }

    /// Writes a page of functions, and prints that it did.
    ///
    /// ```
    /// let explore = mimeo_shell::Explore { file: "no/such/folder.html".into() };
    /// let message = explore.write("example", Vec::new()).unwrap_err();
    /// assert!(message.starts_with("cannot write no/such/folder.html: "));
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, title: &str, sections: Vec<Section>) -> Result<(), String> {
        let note = "Stages of a function are beside each other. Places in machine code are counted from the start of the \
                    function's code, or of the loop's.";
        let page = Page { title: title.to_owned(), notes: vec![note.to_owned()], sections };
        let file = self.file.display();
        let written = std::fs::write(&self.file, page.to_string());
        written.map_err(|error| format!("cannot write {file}: {error}"))?;
        show(&format!("wrote {file}\n"));
        Ok(())
    }
}
