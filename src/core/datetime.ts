/**
 * Dates as Qdrant reads them: `YYYY-MM-DD`, alone or followed by `T` or a blank, `HH:MM`, `:SS`, a fraction and a zone
 * (`Z`, `±HH:MM`, `±HHMM`, `±HH`; none = UTC). As chrono reads them a number may have fewer digits, and second 60 is the
 * second behind 59 in every minute.
 *
 * Returns   microseconds since 1970 UTC, digits beyond them cut off; undefined where the text is no such date or names a
 *           day that does not exist.
 * Cost      about 100 ns; nothing is allocated but the result.
 * Source    SEMANTICS.md 2.3; chrono 0.4.
 */
export function parseDatetime(text: string): bigint | undefined {
  cursor.text = text;
  cursor.at = 0;
  const days = readDay();
  if (days === undefined) return undefined;
  if (cursor.at === text.length) return microseconds(days * 86_400, 0);
  const separator = text.charCodeAt(cursor.at++);
  if (separator !== UPPER_T && separator !== LOWER_T && separator !== SPACE) return undefined;

  const hour = digits(2);
  if (hour < 0 || hour > 23 || !skip(COLON)) return undefined;
  const minute = digits(2);
  if (minute < 0 || minute > 59) return undefined;
  const minutes = days * 1440 + hour * 60 + minute;
  if (cursor.at === text.length) return microseconds(minutes * 60, 0);

  if (!skip(COLON)) return undefined;
  const second = digits(2);
  if (second < 0 || second > 60) return undefined;
  const fraction = skip(POINT) ? readFraction() : 0;
  const offset = readZone();
  if (fraction < 0 || offset === undefined || cursor.at < text.length) return undefined;
  return microseconds((minutes - offset) * 60 + second, fraction);
}

const SPACE = 32;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const COLON = 58;
const UPPER_T = 84;
const UPPER_Z = 90;
const LOWER_T = 116;
const LOWER_Z = 122;

// What is being read; `parseDatetime` is not entered twice.
const cursor = { text: '', at: 0 };

/** 9e9 s: up to there, in the year 2255, microseconds are exact doubles. */
const EXACT_SECONDS = 9e9;

function microseconds(seconds: number, fraction: number): bigint {
  if (seconds > -EXACT_SECONDS && seconds < EXACT_SECONDS) return BigInt(seconds * 1e6 + fraction);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction);
}

function skip(code: number): boolean {
  if (cursor.text.charCodeAt(cursor.at) !== code) return false;
  cursor.at++;
  return true;
}

/** The number in the next digits, `max` at most; -1 where there is none. */
function digits(max: number): number {
  const { text, at } = cursor;
  let value = 0;
  let end = at;
  while (end < at + max) {
    const digit = text.charCodeAt(end) - 48;
    // Behind the end of the text the code is NaN.
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    end++;
  }
  cursor.at = end;
  return end === at ? -1 : value;
}

/** Days since 1970 of `YYYY-MM-DD`. */
function readDay(): number | undefined {
  const year = digits(4);
  if (year < 0 || !skip(MINUS)) return undefined;
  const month = digits(2);
  if (month < 1 || month > 12 || !skip(MINUS)) return undefined;
  const day = digits(2);
  return day >= 1 && day <= daysOf(year, month) ? daysSince1970(year, month, day) : undefined;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Source: Howard Hinnant, chrono-compatible date algorithms, `days_from_civil`. */
function daysSince1970(year: number, month: number, day: number): number {
  // Years begin in March, so that the leap day is the last of its year.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Microseconds of a fraction of one digit or more; -1 where there is none. */
function readFraction(): number {
  const start = cursor.at;
  const value = digits(6);
  if (value < 0) return -1;
  const scaled = value * 10 ** (6 - (cursor.at - start));
  while (digits(9) >= 0);
  return scaled;
}

/** Minutes that the zone is ahead of UTC. */
function readZone(): number | undefined {
  const sign = cursor.text.charCodeAt(cursor.at);
  if (Number.isNaN(sign)) return 0;
  cursor.at++;
  if (sign === UPPER_Z || sign === LOWER_Z) return 0;
  if (sign !== PLUS && sign !== MINUS) return undefined;
  const hours = twoDigits();
  if (hours < 0 || hours > 23) return undefined;
  let minutes = 0;
  if (cursor.at < cursor.text.length) {
    skip(COLON);
    minutes = twoDigits();
    if (minutes < 0 || minutes > 59) return undefined;
  }
  return (hours * 60 + minutes) * (sign === MINUS ? -1 : 1);
}

function twoDigits(): number {
  const start = cursor.at;
  const value = digits(2);
  return cursor.at === start + 2 ? value : -1;
}
