//! Turns a date into text by a format of C's `strftime`, in the C locale.

use std::io::{self, Write as _};

use super::{Date, Zone};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Date {
    /// Formats the date. Unknown conversions are copied.
    #[must_use]
    pub fn format(&self, format: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = format;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match (byte, tail.split_first()) {
                (b'%', Some((&modifier @ (b'E' | b'O'), [conversion, tail @ ..])))
                    if modified(modifier).contains(conversion) =>
                {
                    // They make no difference in the C locale.
                    rest = tail;
                    self.push(&mut out, *conversion).expect("writing to a vector never fails");
                }
                (b'%', Some((&conversion, tail))) => {
                    rest = tail;
                    self.push(&mut out, conversion).expect("writing to a vector never fails");
                }
                _ => out.push(byte),
            }
        }
        out
    }

    fn push(&self, out: &mut Vec<u8>, conversion: u8) -> io::Result<()> {
        let day = *DAYS.get(self.weekday as usize - 1).unwrap_or(&"?");
        let month = *MONTHS.get(self.fields.month as usize - 1).unwrap_or(&"?");
        let hour_of_half = (self.fields.hour + 11) % 12 + 1;
        let half = if self.fields.hour < 12 { "AM" } else { "PM" };
        match conversion {
            b'a' => write!(out, "{}", &day[..3]),
            b'A' => write!(out, "{day}"),
            b'b' | b'h' => write!(out, "{}", &month[..3]),
            b'B' => write!(out, "{month}"),
            b'c' => self.push_all(out, b"%a %b %e %H:%M:%S %Y"),
            b'C' => write!(out, "{:02}", self.fields.year.div_euclid(100)),
            b'd' => write!(out, "{:02}", self.fields.day),
            b'D' | b'x' => self.push_all(out, b"%m/%d/%y"),
            b'e' => write!(out, "{:2}", self.fields.day),
            b'F' => self.push_all(out, b"%Y-%m-%d"),
            b'g' => write!(out, "{:02}", self.iso_week().0.rem_euclid(100)),
            b'G' => write!(out, "{}", self.iso_week().0),
            b'H' => write!(out, "{:02}", self.fields.hour),
            b'I' => write!(out, "{hour_of_half:02}"),
            b'j' => write!(out, "{:03}", self.day_of_year),
            b'k' => write!(out, "{:2}", self.fields.hour),
            b'l' => write!(out, "{hour_of_half:2}"),
            b'm' => write!(out, "{:02}", self.fields.month),
            b'M' => write!(out, "{:02}", self.fields.minute),
            b'n' => writeln!(out),
            b'p' => write!(out, "{half}"),
            b'P' => write!(out, "{}", half.to_ascii_lowercase()),
            b'r' => self.push_all(out, b"%I:%M:%S %p"),
            b'R' => self.push_all(out, b"%H:%M"),
            b's' => write!(out, "{}", Zone::local().seconds(&self.fields).unwrap_or(-1)),
            b'S' => write!(out, "{:02}", self.fields.second),
            b't' => write!(out, "\t"),
            b'T' | b'X' => self.push_all(out, b"%H:%M:%S"),
            b'u' => write!(out, "{}", (self.weekday + 5) % 7 + 1),
            b'U' => write!(out, "{:02}", self.week_of_year(0)),
            b'V' => write!(out, "{:02}", self.iso_week().1),
            b'w' => write!(out, "{}", self.weekday - 1),
            b'W' => write!(out, "{:02}", self.week_of_year(1)),
            b'y' => write!(out, "{:02}", self.fields.year.rem_euclid(100)),
            b'Y' => write!(out, "{}", self.fields.year),
            b'z' => {
                let sign = if self.offset < 0 { '-' } else { '+' };
                let minutes = self.offset.abs() / 60;
                write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
            }
            b'Z' => write!(out, "{}", self.zone),
            b'%' => write!(out, "%"),
            _ => out.write_all(&[b'%', conversion]),
        }
    }

    fn push_all(&self, out: &mut Vec<u8>, format: &[u8]) -> io::Result<()> {
        out.write_all(&self.format(format))
    }

    /// Returns the number of the week in the year, if weeks begin with the weekday `first`, from 0 for Sunday.
    fn week_of_year(&self, first: i64) -> i64 {
        let weekday = (self.weekday - 1 - first).rem_euclid(7);
        (self.day_of_year + 6 - weekday) / 7
    }

    /// Returns the year and week of ISO 8601: weeks begin on Monday and belong to the year with most of their days.
    fn iso_week(&self) -> (i64, i64) {
        let monday_based = (self.weekday + 5) % 7;
        let week = (self.day_of_year - 1 - monday_based + 10).div_euclid(7);
        if week < 1 {
            return (self.fields.year - 1, weeks_in(self.fields.year - 1));
        }
        if week > weeks_in(self.fields.year) { (self.fields.year + 1, 1) } else { (self.fields.year, week) }
    }
}

/// Returns the conversions that a modifier can precede.
fn modified(modifier: u8) -> &'static [u8] {
    if modifier == b'E' { b"cCxXyY" } else { b"deHImMSuUVwWy" }
}

/// Returns the number of ISO weeks in a year.
fn weeks_in(year: i64) -> i64 {
    // The weekday of the last day of a year, from 0 for Sunday.
    let last = |year: i64| (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7);
    if last(year) == 4 || last(year - 1) == 3 { 53 } else { 52 }
}

#[cfg(test)]
mod tests {
    use crate::time::Zone;

    fn formatted(seconds: i64, format: &str) -> String {
        let date = Zone::UTC.date(seconds).expect("in range");
        String::from_utf8(date.format(format.as_bytes())).expect("text")
    }

    #[test]
    fn conversions_are_those_of_c() {
        for (format, text) in [
            ("%Y-%m-%d %H:%M:%S", "2001-09-09 01:46:40"),
            ("%c|%x|%X|%p", "Sun Sep  9 01:46:40 2001|09/09/01|01:46:40|AM"),
            ("%a %A %b %B %h", "Sun Sunday Sep September Sep"),
            ("%C %y %e %j %u %w", "20 01  9 252 7 0"),
            ("%D %F %T %R %r", "09/09/01 2001-09-09 01:46:40 01:46 01:46:40 AM"),
            ("%U %W %V %G %g", "36 36 36 2001 01"),
            ("%I %k %l %P %n%t%%", "01  1  1 am \n\t%"),
            ("%z %Z", "+0000 GMT"),
            ("%Ec|%EC %Ex %EX %Ey %EY", "Sun Sep  9 01:46:40 2001|20 09/09/01 01:46:40 01 2001"),
            ("%Od %Oe %OH %OI %Om %OM %OS %Ou %OU %OV %Ow %OW %Oy", "09  9 01 01 09 46 40 7 36 36 0 36 01"),
            ("%Ed %OY %E", "%Ed %OY %E"),
            ("%Q %", "%Q %"),
            ("", ""),
        ] {
            assert_eq!(formatted(1_000_000_000, format), text, "{format}");
        }
    }

    #[test]
    fn weeks_belong_to_the_year_with_most_of_their_days() {
        for (day, text) in [
            (0, "1970-01-01 1970 01"),
            (14_975, "2011-01-01 2010 52"),
            (16_070, "2013-12-31 2014 01"),
            (18_627, "2020-12-31 2020 53"),
            (18_628, "2021-01-01 2020 53"),
        ] {
            assert_eq!(formatted(day * 86_400, "%F %G %V"), text);
        }
    }
}
