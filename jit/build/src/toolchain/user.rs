//! The user's arguments for the C compiler → those that are kept for compiling stencils, and those that are dropped.
//!
//! A stencil must do what its op says on every machine that builds it. An allow-list therefore keeps only flags that
//! tell the compiler where its own programs and files are. All others are dropped:
//!
//! * `-march=native`, `-mavx2` and similar flags put instructions into a table that other machines lack, and a later
//!   `-march=x86-64` does not undo `-mavx2`. [`Ops::raise_baseline`](crate::Ops::raise_baseline) is the replacement.
//! * `-mfpmath=387`, `-ffast-math`, `-ffp-contract=fast`, `-frounding-math` change results.
//! * `-O0`, `-fPIC`, `-flto`, `-g` and similar flags are set by [`flags`](super::flags) for all stencils.
//! * `-fsanitize=…`, `-pg`, `-fprofile-…`, `-finstrument-functions` insert code that a copy cannot contain.
//! * `-D`, `-U`, `-I`, `-include` and similar flags can replace declarations of the prelude. Stencils include no system
//!   headers, so they do not need these flags.
//! * `@file`, `-specs`, `-Xclang`, `-mllvm`, `-Wa,…`, `-wrapper`, `-x` can do all of the above.

use std::ffi::{OsStr, OsString};

/// Flags that are kept, each with its value in the same argument or in the next.
const WITH_VALUE: &[&str] = &[
    // The location of the system's files.
    "--sysroot",
    "-isysroot",
    // The location of the assembler and other parts of the compiler.
    "-B",
    "--gcc-toolchain",
];

/// Flags without a value that are kept.
const ALONE: &[&str] = &[
    // For compilers that default to 32 bits. Stencils are always 64-bit.
    "-m64",
];

/// Flags whose value is the next argument. A dropped flag takes its value along.
const NEXT_IS_VALUE: &[&str] = &[
    "-D",
    "-I",
    "-L",
    "-MF",
    "-MQ",
    "-MT",
    "-U",
    "-Xanalyzer",
    "-Xarch_host",
    "-Xassembler",
    "-Xclang",
    "-Xlinker",
    "-Xpreprocessor",
    "-arch",
    "-aux-info",
    "-dumpbase",
    "-dumpdir",
    "-framework",
    "-gcc-toolchain",
    "-idirafter",
    "-iframework",
    "-imacros",
    "-imultilib",
    "-include",
    "-include-pch",
    "-iprefix",
    "-iquote",
    "-isystem",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-iwithsysroot",
    "-l",
    "-mllvm",
    "-o",
    "-resource-dir",
    "-target",
    "-u",
    "-wrapper",
    "-x",
    "-z",
    "--config",
    "--define-macro",
    "--include",
    "--include-directory",
    "--param",
    "--target",
    "--undefine-macro",
];

/// Variables that change a compiler's command line, or that have the effect of dropped flags.
pub(super) const VARIABLES: [&str; 5] =
    ["CCC_OVERRIDE_OPTIONS", "CCC_ADD_ARGS", "CPATH", "C_INCLUDE_PATH", "NIX_CFLAGS_COMPILE"];

/// The user's arguments, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UserArguments {
    /// Words before the first flag, such as `cc` in `zig cc` and `ccache cc`.
    pub(super) words: Vec<OsString>,
    /// Flags that stencils are compiled with.
    pub(super) kept: Vec<OsString>,
    /// Flags that stencils are not compiled with.
    pub(super) dropped: Vec<String>,
}

impl UserArguments {
    /// Sorts the arguments that the `cc` crate found, in their order.
    pub(super) fn sort(arguments: &[OsString]) -> UserArguments {
        let mut sorted = UserArguments::default();
        let mut rest = arguments.iter().peekable();
        while let Some(word) = rest.next_if(|argument| is_word(argument)) {
            sorted.words.push(word.clone());
        }
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy();
            // `-w` comes from the `cc` crate.
            if text == "-w" {
                continue;
            }
            let mut whole = vec![argument.clone()];
            let is_kept = keeps(&text);
            let takes_next = WITH_VALUE.contains(&&*text) || NEXT_IS_VALUE.contains(&&*text);
            if takes_next {
                whole.extend(rest.next().cloned());
            }
            match is_kept {
                true => sorted.kept.extend(whole),
                false => sorted.dropped.push(whole.join(OsStr::new(" ")).to_string_lossy().into_owned()),
            }
        }
        sorted
    }

    /// Returns the dropped flags that select a processor.
    pub(super) fn machine_flags(&self) -> impl Iterator<Item = &str> {
        self.dropped.iter().map(String::as_str).filter(|flag| flag.starts_with("-m") && !flag.starts_with("-mllvm"))
    }
}

/// Whether an argument is part of the command's name, and not a flag or a file with flags.
fn is_word(argument: &OsStr) -> bool {
    !argument.to_string_lossy().starts_with(['-', '@'])
}

/// Whether a flag is kept.
fn keeps(flag: &str) -> bool {
    let with_value = |name: &&str| {
        flag.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with('=') || **name == *"-B")
    };
    ALONE.contains(&flag) || WITH_VALUE.iter().any(with_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sort(text: &str) -> UserArguments {
        UserArguments::sort(&text.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn flags_that_locate_the_compiler_are_kept() {
        let sorted = sort("--sysroot=/a --sysroot /b -isysroot /c -B/d -B /e --gcc-toolchain=/f -m64");
        assert_eq!(
            sorted.kept.join(OsStr::new(" ")),
            "--sysroot=/a --sysroot /b -isysroot /c -B/d -B /e --gcc-toolchain=/f -m64"
        );
        assert_eq!((sorted.words, sorted.dropped), (Vec::new(), Vec::new()));
    }

    #[test]
    fn flags_that_change_the_code_are_dropped() {
        let flags = [
            "-mfpmath=387",
            "-mno-sse2",
            "-mavx2",
            "-march=native",
            "-mtune=native",
            "-mcpu=native",
            "-m32",
            "-mx32",
            "-mcmodel=large",
            "-O0",
            "-Ofast",
            "-g",
            "-ffast-math",
            "-funsafe-math-optimizations",
            "-freciprocal-math",
            "-frounding-math",
            "-ffp-contract=fast",
            "-fexcess-precision=fast",
            "-fpic",
            "-flto",
            "-fsanitize=address",
            "-pg",
            "-p",
            "-finstrument-functions",
            "-fprofile-generate",
            "-fplugin=x.so",
            "-specs=x",
            "--specs=x",
            "--config=x",
            "-Wa,-x",
            "-DHELPER=",
            "-UHELPER",
            "-I/x",
            "-nostdinc",
            "-std=c89",
            "-funsigned-char",
            "-fshort-enums",
            "-fpack-struct",
            "--sysroots=/x",
            "--",
            "@flags",
            "x.o",
        ];
        let sorted = sort(&format!("-w {}", flags.join(" ")));
        assert_eq!(sorted.dropped, flags);
        assert_eq!((sorted.words, sorted.kept), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_dropped_flag_takes_its_value_along() {
        let sorted = sort(
            "-w -D X=1 -include x.h -Xclang -menable-unsafe-fp-math -mllvm -x=y -arch arm64 -x c++ -target i386 -m64",
        );
        let dropped = [
            "-D X=1",
            "-include x.h",
            "-Xclang -menable-unsafe-fp-math",
            "-mllvm -x=y",
            "-arch arm64",
            "-x c++",
            "-target i386",
        ];
        assert_eq!(sorted.dropped, dropped);
        assert_eq!(sorted.kept, ["-m64"]);
        assert_eq!(sorted.machine_flags().count(), 0);
        assert_eq!(
            sort("-w -mavx2 -O3 -mno-red-zone").machine_flags().collect::<Vec<_>>(),
            ["-mavx2", "-mno-red-zone"]
        );
        // The last flag has no value.
        assert_eq!(sort("-w -include").dropped, ["-include"]);
    }

    #[test]
    fn words_before_the_first_flag_belong_to_the_command() {
        let sorted = sort("cc -mavx2 -w -O3 x");
        assert_eq!(sorted.words, ["cc"]);
        assert_eq!(sorted.dropped, ["-mavx2", "-O3", "x"]);
        assert_eq!(sort("@flags -w").words, Vec::<OsString>::new());
    }
}
