import { ASCII_ALPHANUMERIC, basicPlaneAlphanumeric, isAlphanumeric } from './characters.ts';

/**
 * The words of `text`: runs of alphanumeric characters, in order.
 * lowercase   of each word alone, as Rust's `str::to_lowercase`: a final sigma is final in its word.
 */
export function cutWords(text: string, lowercase: boolean): string[] {
  return cutAscii(text, lowercase) ?? cutUnicode(text, lowercase);
}

/** undefined where `text` has a character outside ASCII. */
function cutAscii(text: string, lowercase: boolean): string[] | undefined {
  // Some characters outside ASCII come into it by lower case (K, the Kelvin sign): the original decides.
  const lowered = lowercase ? text.toLowerCase() : text;
  if (lowered.length !== text.length) return undefined;
  const words: string[] = [];
  const { length } = text;
  let start = -1;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127) return undefined;
    if (ASCII_ALPHANUMERIC[code] === 1) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      words.push(lowered.substring(start, at));
      start = -1;
    }
  }
  if (start >= 0) words.push(lowered.substring(start));
  return words;
}

function cutUnicode(text: string, lowercase: boolean): string[] {
  const alphanumeric = basicPlaneAlphanumeric();
  const words: string[] = [];
  const { length } = text;
  let start = -1;
  for (let at = 0; at < length;) {
    const code = text.charCodeAt(at);
    let next = at + 1;
    let isPart = alphanumeric[code] === 1;
    if (code >= 0xd800 && code < 0xdc00) {
      const codePoint = text.codePointAt(at) ?? code;
      if (codePoint > 0xffff) {
        next = at + 2;
        isPart = isAlphanumeric(codePoint);
      }
    }
    if (isPart) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      words.push(part(text, start, at, lowercase));
      start = -1;
    }
    at = next;
  }
  if (start >= 0) words.push(part(text, start, length, lowercase));
  return words;
}

function part(text: string, start: number, end: number, lowercase: boolean): string {
  const word = text.substring(start, end);
  return lowercase ? word.toLowerCase() : word;
}

/** JavaScript's `\s` is not Unicode's White_Space: it has U+FEFF and lacks U+0085. */
const WHITE_SPACE = /\p{White_Space}+/u;

/** What stands between white space, as it stands. */
export function cutWhitespace(text: string, lowercase: boolean): string[] {
  const words: string[] = [];
  for (const word of text.split(WHITE_SPACE)) {
    if (word !== '') words.push(lowercase ? word.toLowerCase() : word);
  }
  return words;
}
