//! The user's arguments for the C compiler → those that stencils are compiled with, and those that are dropped.
//!
//! A stencil must be what its op says, whoever builds it. So flags survive by an allow-list: they say where the compiler
//! finds its own programs and files, and nothing about the code. Everything else is dropped:
//!
//! * `-march=native`, `-mavx2` and their like put instructions into a table that another machine does not have, and a
//!   later `-march=x86-64` does not take `-mavx2` back. [`Ops::raise_baseline`](crate::Ops::raise_baseline) is for that.
//! * `-mfpmath=387`, `-ffast-math`, `-ffp-contract=fast`, `-frounding-math` change results.
//! * `-O0`, `-fPIC`, `-flto`, `-g` and their like are decided by [`flags`](super::flags), for every stencil alike.
//! * `-fsanitize=…`, `-pg`, `-fprofile-…`, `-finstrument-functions` insert code that a copy cannot contain.
//! * `-D`, `-U`, `-I`, `-include` and their like can replace what the prelude declares. Stencils include no headers of
//!   a system, so nothing is missing without them.
//! * `@file`, `-specs`, `-Xclang`, `-mllvm`, `-Wa,…`, `-wrapper`, `-x` can do all of that.

use std::ffi::{OsStr, OsString};

/// Flags that survive, each with its value in the same argument or in the next.
const WITH_VALUE: &[&str] = &[
    // Where the system's files are.
    "--sysroot",
    "-isysroot",
    // Where the compiler finds its assembler and the rest of itself.
    "-B",
    "--gcc-toolchain",
];

/// Flags that survive and stand alone.
const ALONE: &[&str] = &[
    // Where a compiler has 32 bits as its default. There are no stencils of another width.
    "-m64",
];

/// Flags whose value is the next argument. Where one is dropped, the value goes with it.
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

/// Variables by which compilers change their own command line, or which stand for flags that do not survive.
pub(super) const VARIABLES: [&str; 5] =
    ["CCC_OVERRIDE_OPTIONS", "CCC_ADD_ARGS", "CPATH", "C_INCLUDE_PATH", "NIX_CFLAGS_COMPILE"];

/// What became of the user's arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UserArguments {
    /// Words before any flag: `cc` of `zig cc` and of `ccache cc`.
    pub(super) words: Vec<OsString>,
    /// Flags that stencils are compiled with.
    pub(super) kept: Vec<OsString>,
    /// Flags that they are not compiled with.
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
            // `-w` is the crate's own.
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

    /// The flags among those dropped with which the user wanted to choose the machine.
    pub(super) fn machine_flags(&self) -> impl Iterator<Item = &str> {
        self.dropped.iter().map(String::as_str).filter(|flag| flag.starts_with("-m") && !flag.starts_with("-mllvm"))
    }
}

/// Whether an argument is a part of the command's name: neither a flag nor a file with flags.
fn is_word(argument: &OsStr) -> bool {
    !argument.to_string_lossy().starts_with(['-', '@'])
}

/// Whether a flag survives.
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
    fn flags_that_say_where_the_compiler_is_survive() {
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
        // At the end there is none.
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
