//! Turns seconds since 1970 into the parts of a date in a time zone, and back.

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// The parts of a date that `os.time` reads. They can be out of range: the 32nd of a month is in the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The year of the calendar.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
    /// The hour, from 0.
    pub hour: i64,
    /// The minute, from 0.
    pub minute: i64,
    /// The second, from 0.
    pub second: i64,
    /// Whether daylight saving time is in force. `None` if unknown.
    pub is_dst: Option<bool>,
}

/// All parts of a date in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// The parts, all in range.
    pub fields: Fields,
    /// The day of the week, from 1 for Sunday.
    pub weekday: i64,
    /// The day of the year, from 1.
    pub day_of_year: i64,
    /// The offset from UTC in seconds, positive to the east.
    pub(super) offset: i64,
    /// The zone's abbreviation at this time.
    pub(super) zone: String,
}

/// ```
/// use lua_syntax::time::Zone;
///
/// let date = Zone::UTC.date(86_400).expect("not that far away");
/// assert_eq!(date.format(b"%A, %Y-%m-%d"), b"Friday, 1970-01-02");
/// assert_eq!(Zone::UTC.seconds(&date.fields), Some(86_400));
/// ```
impl Zone {
    /// UTC, for formats that begin with `!`.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// Returns the local zone, from the variable `TZ` or the system.
    #[must_use]
    pub fn local() -> Zone {
        Zone(TimeZone::system())
    }

    /// Creates a zone from a rule in the form of `TZ`, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    #[must_use]
    pub fn from_rule(rule: &str) -> Option<Zone> {
        TimeZone::posix(rule).ok().map(Zone)
    }

    /// Returns the date `seconds` after the start of 1970, or `None` if its year does not fit 32 bits.
    #[must_use]
    pub fn date(&self, seconds: i64) -> Option<Date> {
        let (cycles, seconds) = in_range(seconds);
        let timestamp = Timestamp::from_second(seconds).ok()?;
        let info = self.0.to_offset_info(timestamp);
        let date = info.offset().to_datetime(timestamp);
        // C's abbreviation for UTC, which differs from jiff's.
        let zone = if self.0 == TimeZone::UTC { "GMT" } else { info.abbreviation() };
        let fields = Fields {
            year: i32::try_from(i64::from(date.year()) + cycles * CYCLE_YEARS).ok()?.into(),
            month: date.month().into(),
            day: date.day().into(),
            hour: date.hour().into(),
            minute: date.minute().into(),
            second: date.second().into(),
            is_dst: Some(info.dst().is_dst()),
        };
        Some(Date {
            fields,
            weekday: date.weekday().since(Weekday::Sunday) as i64 + 1,
            day_of_year: date.day_of_year().into(),
            offset: info.offset().seconds().into(),
            zone: zone.to_owned(),
        })
    }

    /// Returns the seconds from the start of 1970 to a date. If the clock shows a time twice or not at all, `is_dst`
    /// decides; without it, the offset before the change is used. Returns `None` if the year does not fit 32 bits.
    #[must_use]
    pub fn seconds(&self, fields: &Fields) -> Option<i64> {
        let local = days_before(fields.year, fields.month)?
            .checked_add(fields.day.checked_sub(1)?)?
            .checked_mul(86_400)?
            .checked_add(fields.hour.checked_mul(3600)?)?
            .checked_add(fields.minute.checked_mul(60)?)?
            .checked_add(fields.second)?;
        let (cycles, local) = in_range(local);
        let date_time: DateTime = jiff::tz::Offset::UTC.to_datetime(Timestamp::from_second(local).ok()?);
        let timestamp = self.0.to_ambiguous_timestamp(date_time).compatible().ok()?;
        let seconds = timestamp.as_second();
        let is_dst = self.0.to_offset_info(timestamp).dst().is_dst();
        // As in C: the time in the other half of the year differs by an hour.
        let seconds = match fields.is_dst {
            Some(true) if !is_dst => seconds - 3600,
            Some(false) if is_dst => seconds + 3600,
            _ => seconds,
        };
        Some(seconds + cycles * CYCLE_SECONDS)
    }
}

/// The years after which the calendar repeats, with the days of the week.
const CYCLE_YEARS: i64 = 400;

/// The seconds of these years.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

/// Seconds from the start of 1970 to dates that are not far away: less than about 6,000 years.
const NEAR: std::ops::Range<i64> = -200_000_000_000..200_000_000_000;

/// Returns the cycles of the calendar and the seconds after them for a date that is far away, and none otherwise.
fn in_range(seconds: i64) -> (i64, i64) {
    if NEAR.contains(&seconds) {
        return (0, seconds);
    }
    (seconds.div_euclid(CYCLE_SECONDS), seconds.rem_euclid(CYCLE_SECONDS))
}

/// Returns the number of days from the start of 1970 to that of a month, which counts from 1 and can be out of range.
fn days_before(year: i64, month: i64) -> Option<i64> {
    let months = month.checked_sub(1)?;
    let year = i32::try_from(year.checked_add(months.div_euclid(12))?).ok()?;
    // Years begin in March, so that the day of a leap year is the last.
    let (year, month) = match months.rem_euclid(12) {
        month @ 0..2 => (i64::from(year) - 1, month + 10),
        month => (i64::from(year), month - 2),
    };
    let in_cycle = year.rem_euclid(CYCLE_YEARS);
    let leap_days = in_cycle / 4 - in_cycle / 100;
    let days_of_months = (153 * month + 2) / 5;
    let before_1970 = 719_468;
    Some(year.div_euclid(CYCLE_YEARS) * 146_097 + in_cycle * 365 + leap_days + days_of_months - before_1970)
}

#[cfg(test)]
mod tests {
    use super::{Fields, Zone};

    fn berlin() -> Zone {
        Zone::from_rule("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule")
    }

    /// Returns the seconds for `year`, `month`, `day`, `hour`, `minute` and `second`.
    fn seconds(zone: &Zone, parts: [i64; 6], is_dst: Option<bool>) -> Option<i64> {
        let [year, month, day, hour, minute, second] = parts;
        zone.seconds(&Fields { year, month, day, hour, minute, second, is_dst })
    }

    #[test]
    fn seconds_become_dates() {
        let date = Zone::UTC.date(86_400 * 45 + 3661).expect("in range");
        let fields = Fields { year: 1970, month: 2, day: 15, hour: 1, minute: 1, second: 1, is_dst: Some(false) };
        assert_eq!((date.fields, date.weekday, date.day_of_year), (fields, 1, 46));
        assert_eq!((date.offset, &*date.zone), (0, "GMT"));
        let summer = berlin().date(1_720_000_000).expect("in range");
        assert_eq!((summer.fields.hour, summer.fields.is_dst), (11, Some(true)));
        assert_eq!((summer.offset, &*summer.zone), (7200, "CEST"));
        assert_eq!(Zone::UTC.date(i64::MAX), None);
        let far = Zone::UTC.date(10_000_000_000_000).expect("it fits 32 bits");
        assert_eq!((far.fields.year, far.fields.month, far.fields.day, far.weekday), (318_857, 5, 20, 1));
        assert_eq!((far.fields.hour, far.day_of_year), (17, 140));
        assert_eq!(Zone::UTC.seconds(&far.fields), Some(10_000_000_000_000));
    }

    #[test]
    fn dates_become_seconds() {
        for (parts, expected) in [
            ([1970, 1, 1, 0, 0, 0], 0),
            ([1969, 12, 31, 23, 59, 59], -1),
            ([2024, 3, 0, 12, 0, 0], 1_709_208_000),
            ([2023, 14, -3, 0, 0, 0], 1_706_400_000),
            ([2000, -11, 1, 0, 0, 0], 915_148_800),
            ([1970, 1, 1, 25, -1, 61], 90_001),
            // Far away; the values are those of C.
            ([10_000, 1, 1, 12, 0, 0], 253_402_344_000),
            ([1_000_000_000, 1, 1, 12, 0, 0], 31_556_889_832_824_000),
            ([-20_000, 1, 1, 12, 0, 0], -693_306_216_000),
            ([2000, 2, 29, 0, 0, 0], 951_782_400),
            ([1900, 3, 1, 0, 0, 0], -2_203_891_200),
        ] {
            assert_eq!(seconds(&Zone::UTC, parts, None), Some(expected), "{parts:?}");
        }
        assert_eq!(seconds(&Zone::UTC, [1 << 60, 1, 1, 0, 0, 0], None), None);
        assert_eq!(seconds(&Zone::UTC, [2000, i64::MIN, 1, 0, 0, 0], None), None);
        assert_eq!(seconds(&Zone::UTC, [2000, 1, i64::MAX, 0, 0, 0], None), None);
    }

    #[test]
    fn daylight_saving_time_can_be_requested() {
        let july = [2024, 7, 3, 11, 46, 40];
        assert_eq!(seconds(&berlin(), july, None), Some(1_720_000_000));
        assert_eq!(seconds(&berlin(), july, Some(true)), Some(1_720_000_000));
        assert_eq!(seconds(&berlin(), july, Some(false)), Some(1_720_003_600));
        let january = [2024, 1, 3, 11, 46, 40];
        let winter = seconds(&berlin(), january, None).expect("in range");
        assert_eq!(seconds(&berlin(), january, Some(true)), Some(winter - 3600));
    }

    #[test]
    fn the_local_zone_converts_in_both_directions() {
        let zone = Zone::local();
        let now = 1_732_000_000;
        assert_eq!(zone.date(now).and_then(|date| zone.seconds(&date.fields)), Some(now));
    }
}
