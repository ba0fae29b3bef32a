//! [`Diagnostic`]: the stable names of what the native tier can have to say, each with what happened and what to do.

use std::fmt;
use std::str::FromStr;

macro_rules! diagnostics {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $summary:literal, $remedy:literal;)+) => {
        /// A stable name for one kind of trouble. Messages begin with its code; tools and readers may rely on it.
        ///
        /// ```
        /// use mimeo::jit::Diagnostic;
        ///
        /// let diagnostic: Diagnostic = "JIT_TARGET".parse()?;
        /// assert_eq!(diagnostic, Diagnostic::Target);
        /// assert_eq!(diagnostic.page(), "docs/diagnostics/JIT_TARGET.md");
        /// assert!(diagnostic.summary().starts_with("There are no stencils for this machine"));
        /// # Ok::<(), mimeo::jit::UnknownDiagnostic>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Diagnostic {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Diagnostic {
            /// All diagnostics, in the order in which they are documented.
            pub const ALL: &[Diagnostic] = &[$(Diagnostic::$name),+];

            /// Returns the name in messages, which does not change.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Diagnostic::$name => $code,)+
                }
            }

            /// Returns what happened, in one sentence.
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Diagnostic::$name => $summary,)+
                }
            }

            /// Returns what to do about it, in one sentence.
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Diagnostic::$name => $remedy,)+
                }
            }

            /// Returns the page that explains it, as a path from the root of mimeo's source.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Diagnostic::$name => concat!("docs/diagnostics/", $code, ".md"),)+
                }
            }
        }
    };
}

diagnostics! {
    /// Native code was not asked for, or not in a way that can be followed.
    OptIn = "JIT_OPT_IN",
        "Native code was not asked for, or the configuration names something that does not exist.",
        "Build with the feature `jit`, hand a `Jit` to the machine, and correct the name that the message quotes.";
    /// There are no stencils for this machine.
    Target = "JIT_TARGET",
        "There are no stencils for this machine: the build made none, or made them for another architecture or a newer processor.",
        "Build on a supported target with a C compiler, or check in a table for it and build with `MIMEO_STENCILS=prebuilt`.";
    /// An op has no stencil.
    StencilUnsupported = "JIT_STENCIL_UNSUPPORTED",
        "An op has no stencil, so native code is left for it and the interpreter runs it.",
        "Read the reason in the message or in the build's report, and change the op, or accept the cost that the statistics show.";
    /// The table of stencils cannot be trusted.
    StencilSource = "JIT_STENCIL_SOURCE",
        "The table of stencils is not what it should be, and nothing of it is run.",
        "Build again from clean, so that the table is made from the ops and by the version of mimeo that use it.";
    /// A value does not fit its hole.
    PatchOverflow = "JIT_PATCH_OVERFLOW",
        "A value does not fit the field of the instruction that should hold it.",
        "Make the operand smaller, or the function's frame; until then the interpreter runs that op.";
    /// The operating system gives no executable memory.
    ExecMemory = "JIT_EXEC_MEMORY",
        "The operating system gives no memory for code, or does not let it become executable.",
        "Allow the process more memory, and memory that becomes executable, or run with the native tier off.";
    /// A branch has nowhere to go.
    BranchTarget = "JIT_BRANCH_TARGET",
        "A branch refers to something that is no label of the function, or that it cannot reach.",
        "Split the function when it is very large; otherwise the op's stencil continues where the op does not, which is a mistake in it.";
    /// The tiers do not do the same.
    Differential = "JIT_DIFFERENTIAL",
        "The interpreter's handler and the stencil of an op do not do the same.",
        "Compare the two with the op's C and machine code in the message; run with the op switched off until it is corrected.";
    /// There is no room for code.
    CodeCache = "JIT_CODE_CACHE",
        "There is no room for the code of a function: the cache is full, or the function is larger than the cache.",
        "Allow more code, or split the function.";
    /// Compiling would take too long.
    LatencyBudget = "JIT_LATENCY_BUDGET",
        "Compiling a function would take longer than one compilation may take.",
        "Allow more time for a compilation, or split the function.";
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// The error for a text that is not the code of a [`Diagnostic`].
///
/// ```
/// use mimeo::jit::{Diagnostic, UnknownDiagnostic};
///
/// let error = "JIT_TYPO".parse::<Diagnostic>().unwrap_err();
/// assert_eq!(error, UnknownDiagnostic("JIT_TYPO".to_owned()));
/// assert!(error.to_string().starts_with("`JIT_TYPO` is no diagnostic; there are JIT_OPT_IN, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDiagnostic(pub String);

impl fmt::Display for UnknownDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = Diagnostic::ALL.iter().map(|diagnostic| diagnostic.code()).collect();
        write!(f, "`{}` is no diagnostic; there are {}", self.0, codes.join(", "))
    }
}

impl std::error::Error for UnknownDiagnostic {}

impl FromStr for Diagnostic {
    type Err = UnknownDiagnostic;

    fn from_str(text: &str) -> Result<Self, UnknownDiagnostic> {
        let found = Diagnostic::ALL.iter().find(|diagnostic| diagnostic.code() == text);
        found.copied().ok_or_else(|| UnknownDiagnostic(text.to_owned()))
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
