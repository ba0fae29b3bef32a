//! Turns a date into text by a format of C's `strftime`, in the C locale.

use super::shape::{Part, Shape};
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
            let conversion = (byte == b'%').then(|| self.conversion(tail)).flatten();
            if let Some((shape, part, tail)) = conversion {
                rest = tail;
                shape.push(&mut out, part);
            } else {
                out.push(byte);
            }
        }
        out
    }

    /// Returns the conversion that begins here, after its `%`, and the rest of the format.
    fn conversion<'a>(&self, format: &'a [u8]) -> Option<(Shape, Part, &'a [u8])> {
        let (shape, format) = Shape::parse(format);
        // Modifiers make no difference in the C locale.
        let format = match format.split_first() {
            Some((&modifier @ (b'E' | b'O'), tail)) => {
                tail.first().filter(|letter| modified(modifier).contains(letter))?;
                tail
            }
            _ => format,
        };
        let (&conversion, tail) = format.split_first()?;
        Some((shape, self.part(conversion)?, tail))
    }

    fn part(&self, conversion: u8) -> Option<Part> {
        let day = *DAYS.get(self.weekday as usize - 1).unwrap_or(&"???");
        let month = *MONTHS.get(self.fields.month as usize - 1).unwrap_or(&"???");
        let hour_of_half = (self.fields.hour + 11) % 12 + 1;
        let half = if self.fields.hour < 12 { "AM" } else { "PM" };
        let number = |number, digits| Part::Number(number, digits, b'0');
        let spaced = |number| Part::Number(number, 2, b' ');
        let all = |format: &[u8]| Part::Text(self.format(format));
        Some(match conversion {
            b'a' => Part::Name(&day[..3]),
            b'A' => Part::Name(day),
            b'b' | b'h' => Part::Name(&month[..3]),
            b'B' => Part::Name(month),
            b'c' => all(b"%a %b %e %H:%M:%S %Y"),
            b'C' => number(self.fields.year.div_euclid(100), 2),
            b'd' => number(self.fields.day, 2),
            b'D' | b'x' => all(b"%m/%d/%y"),
            b'e' => spaced(self.fields.day),
            b'F' => all(b"%Y-%m-%d"),
            b'g' => number(self.iso_week().0.rem_euclid(100), 2),
            b'G' => number(self.iso_week().0, 1),
            b'H' => number(self.fields.hour, 2),
            b'I' => number(hour_of_half, 2),
            b'j' => number(self.day_of_year, 3),
            b'k' => spaced(self.fields.hour),
            b'l' => spaced(hour_of_half),
            b'm' => number(self.fields.month, 2),
            b'M' => number(self.fields.minute, 2),
            b'n' => Part::Text(b"\n".to_vec()),
            b'p' => Part::Short(half.to_owned()),
            b'P' => Part::Lower(half),
            b'r' => all(b"%I:%M:%S %p"),
            b'R' => all(b"%H:%M"),
            b's' => number(Zone::local().seconds(&self.fields).unwrap_or(-1), 1),
            b'S' => number(self.fields.second, 2),
            b't' => Part::Text(b"\t".to_vec()),
            b'T' | b'X' => all(b"%H:%M:%S"),
            b'u' => number((self.weekday + 5) % 7 + 1, 1),
            b'U' => number(self.week_of_year(0), 2),
            b'V' => number(self.iso_week().1, 2),
            b'w' => number(self.weekday - 1, 1),
            b'W' => number(self.week_of_year(1), 2),
            b'y' => number(self.fields.year.rem_euclid(100), 2),
            b'Y' => number(self.fields.year, 1),
            b'z' => Part::Offset(self.offset / 60),
            b'Z' => Part::Short(self.zone.to_string()),
            b'%' => Part::Text(b"%".to_vec()),
            _ => return None,
        })
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
            ("%5d|%-d|%_d|%-5d|%_5d|%05e|%10Y|%-H|%_M", "00009|9| 9|    9|    9|00009|0000002001|1|46"),
            ("%^a|%#A|%5p|%#p|%^P|%#Z|%08b", "SUN|SUNDAY|   AM|am|am|gmt|00000Sep"),
            ("%12D|%^c|%3n|%4%|%_5Ey|%-3Q|%+Y", "    09/09/01|SUN SEP  9 01:46:40 2001|  \n|   %|    1|%-3Q|%+Y"),
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
