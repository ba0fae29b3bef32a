//! [`Diagnostic`]: the stable names of the problems that the native tier reports, each with its cause and its remedy.

use std::fmt;
use std::str::FromStr;

macro_rules! diagnostics {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $summary:literal, $remedy:literal;)+) => {
        /// A stable name for one kind of problem. Messages begin with its code; tools and readers may rely on it.
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
    /// Native code was not requested, or the configuration is wrong.
    OptIn = "JIT_OPT_IN",
        "Native code was not requested, or the configuration names something that does not exist.",
        "Build with the feature `jit`, give the machine a `Jit`, and correct the name that the message quotes.";
    /// There are no stencils for this machine.
    Target = "JIT_TARGET",
        "There are no stencils for this machine: the build made none, or made them for another architecture or a newer processor.",
        "Build on a supported target with a C compiler, or check in a table for it and build with `MIMEO_STENCILS=prebuilt`.";
    /// An op has no stencil.
    StencilUnsupported = "JIT_STENCIL_UNSUPPORTED",
        "An op has no stencil, so native code is left whenever the interpreter must run the op.",
        "Read the reason in the message or in the build's report, and change the op, or accept the cost that the statistics show.";
    /// The table of stencils is invalid.
    StencilSource = "JIT_STENCIL_SOURCE",
        "The table of stencils is invalid, and none of it is executed.",
        "Run a clean build, so that the table matches the ops and the version of mimeo that use it.";
    /// A value does not fit its hole.
    PatchOverflow = "JIT_PATCH_OVERFLOW",
        "A value does not fit the instruction field that must hold it.",
        "Make the operand or the function's frame smaller; until then the interpreter runs that op.";
    /// The operating system provides no executable memory.
    ExecMemory = "JIT_EXEC_MEMORY",
        "The operating system provides no memory for code, or does not let it become executable.",
        "Allow the process more memory and executable memory, or turn the native tier off.";
    /// A branch has no valid target.
    BranchTarget = "JIT_BRANCH_TARGET",
        "The target of a branch is not a label of the function, or is out of reach.",
        "Split the function if it is very large; otherwise correct the op's stencil, which continues where the op does not.";
    /// The tiers behave differently.
    Differential = "JIT_DIFFERENTIAL",
        "The interpreter's handler and the stencil of an op behave differently.",
        "Compare the two with the op's C and machine code in the message; switch the stencil off until it is corrected.";
    /// Code does not fit the cache.
    CodeCache = "JIT_CODE_CACHE",
        "There is no room for the code of a function: the cache is full, or the function is larger than the cache.",
        "Allow more code, or split the function.";
    /// Compiling would take too long.
    LatencyBudget = "JIT_LATENCY_BUDGET",
        "Compiling a function would take longer than the latency budget allows.",
        "Raise the latency budget, or split the function.";
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
/// assert!(error.to_string().starts_with("`JIT_TYPO` is not a diagnostic; the diagnostics are JIT_OPT_IN, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDiagnostic(pub String);

impl fmt::Display for UnknownDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = Diagnostic::ALL.iter().map(|diagnostic| diagnostic.code()).collect();
        write!(f, "`{}` is not a diagnostic; the diagnostics are {}", self.0, codes.join(", "))
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
