//! Values ⇄ bytes. A number takes 7 bits a byte, the lowest first; a list begins with its length, an enum with the
//! number of its variant.

use crate::error::InvalidIr;

/// Bytes that are read from the front.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn number(&mut self) -> Result<u64, InvalidIr> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(InvalidIr::Bytes)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                // The tenth byte has one bit.
                return if shift < 63 || byte <= 1 { Ok(number) } else { Err(InvalidIr::Bytes) };
            }
        }
        Err(InvalidIr::Bytes)
    }

    /// Reads a number of things that follow, each at least one byte.
    fn len(&mut self) -> Result<usize, InvalidIr> {
        let len = usize::try_from(self.number()?).map_err(|_| InvalidIr::Bytes)?;
        if len <= self.0.len() { Ok(len) } else { Err(InvalidIr::Bytes) }
    }
}

/// A value that has bytes.
pub(crate) trait Coded: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr>;
}

impl Coded for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr> {
        from.number()
    }
}

impl Coded for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        u64::from(*self).put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr> {
        u32::try_from(from.number()?).map_err(|_| InvalidIr::Bytes)
    }
}

impl Coded for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push((*self).into());
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr> {
        match from.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(InvalidIr::Bytes),
        }
    }
}

impl Coded for String {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        out.extend(self.as_bytes());
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr> {
        let (text, rest) = from.len().map(|len| from.0.split_at(len))?;
        from.0 = rest;
        String::from_utf8(text.into()).map_err(|_| InvalidIr::Bytes)
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|part| part.put(out));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr> {
        (0..from.len()?).map(|_| T::get(from)).collect()
    }
}

impl<T: Coded> Coded for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, InvalidIr> {
        bool::get(from)?.then(|| T::get(from)).transpose()
    }
}

/// Declares a type, and how it is coded.
macro_rules! coded {
    (
        $(#[$attr:meta])*
        pub struct $name:ident(pub $inner:ty);
    ) => {
        $(#[$attr])*
        pub struct $name(pub $inner);

        impl $crate::bytes::Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $crate::bytes::Coded::put(&self.0, out);
            }

            fn get(from: &mut $crate::bytes::Reader<'_>) -> Result<Self, $crate::error::InvalidIr> {
                $crate::bytes::Coded::get(from).map($name)
            }
        }
    };
    (
        $(#[$attr:meta])*
        pub struct $name:ident { $($(#[$field_attr:meta])* pub $field:ident: $ty:ty,)* }
    ) => {
        $(#[$attr])*
        pub struct $name { $($(#[$field_attr])* pub $field: $ty,)* }

        impl $crate::bytes::Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::bytes::Coded::put(&self.$field, out);)*
            }

            fn get(from: &mut $crate::bytes::Reader<'_>) -> Result<Self, $crate::error::InvalidIr> {
                Ok($name { $($field: $crate::bytes::Coded::get(from)?,)* })
            }
        }
    };
    (
        $(#[$attr:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident $({ $($field:ident: $ty:ty),* })?,)* }
    ) => {
        $(#[$attr])*
        #[expect(clippy::allow_attributes, reason = "only enums with fields need it")]
        #[allow(missing_docs, reason = "the variants describe their fields")]
        pub enum $name { $($(#[$doc])* $variant $({ $($field: $ty),* })?,)* }

        impl $crate::bytes::Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                /// The numbers of the variants.
                #[repr(u8)]
                enum Tag { $($variant,)* }
                match self {
                    $($name::$variant $({ $($field),* })? => {
                        out.push(Tag::$variant as u8);
                        $($($crate::bytes::Coded::put($field, out);)*)?
                    })*
                }
            }

            fn get(from: &mut $crate::bytes::Reader<'_>) -> Result<Self, $crate::error::InvalidIr> {
                #[repr(u8)]
                enum Tag { $($variant,)* }
                let tag = from.number()?;
                $(
                    if tag == Tag::$variant as u64 {
                        return Ok($name::$variant $({ $($field: $crate::bytes::Coded::get(from)?),* })?);
                    }
                )*
                Err($crate::error::InvalidIr::Bytes)
            }
        }
    };
}

pub(crate) use coded;
