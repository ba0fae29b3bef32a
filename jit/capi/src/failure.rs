//! An error or panic in Rust → a [`Status`] and the messages that C can read: [`Failure`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Status;

/// An error, and its position in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line and column in the program's text, both starting at 1.
    pub position: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
}

/// The reason why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub status: Status,
    /// The errors, at least one.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// Creates a failure without a position.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Failure { status, problems: vec![Problem { position: None, message: message.into() }] }
    }

    /// Creates the failure for a null pointer.
    pub fn null(what: &str) -> Self {
        Failure::new(Status::NullPointer, format!("{what} is null"))
    }

    /// Creates the failure for the first byte of a program that is not UTF-8.
    pub(crate) fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Self {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let position = Some((number(line), number(column)));
        let problem = Problem { position, message: "invalid UTF-8".to_owned() };
        Failure { status: Status::NotUtf8, problems: vec![problem] }
    }

    /// Creates the failure for a caught panic.
    pub(crate) fn panic(payload: Box<dyn Any + Send>) -> Self {
        let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
            (Some(text), _) => (*text).to_owned(),
            (None, Some(text)) => text.clone(),
            (None, None) => "no message".to_owned(),
        };
        // A payload can have any type, and can panic while it is dropped. In that case it is leaked.
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(second);
        }
        Failure::new(Status::Panic, format!("panic: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_bad_byte_counts_characters() {
        let position = |bytes: &[u8]| {
            Failure::not_utf8(bytes, std::str::from_utf8(bytes).expect_err("not text")).problems[0].position
        };
        assert_eq!(position(b"\xff"), Some((1, 1)));
        assert_eq!(position("é\nüß".as_bytes().split_last().expect("bytes").1), Some((2, 2)));
        assert_eq!(position(b"a\n\n\xc3\n"), Some((3, 1)));
    }

    #[test]
    fn every_panic_has_a_message() {
        struct Malicious;
        impl Drop for Malicious {
            fn drop(&mut self) {
                panic!("once more");
            }
        }
        let message = |payload: Box<dyn Any + Send>| Failure::panic(payload).problems[0].message.clone();
        assert_eq!(message(Box::new("text")), "panic: text");
        assert_eq!(message(Box::new("owned".to_owned())), "panic: owned");
        assert_eq!(message(Box::new(Malicious)), "panic: no message");
    }
}
