/**
 * Which characters make a word: Rust's `char::is_alphanumeric`, that is, Unicode Alphabetic, Nd, Nl and No.
 * Text is scanned by UTF-16 code unit; a table answers for the basic plane, the regular expression for the rest.
 */

const ALPHANUMERIC = /^[\p{Alphabetic}\p{N}]$/u;

/** Letters and digits of ASCII; index = character code, 1 = part of a word. */
export const ASCII_ALPHANUMERIC: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  ALPHANUMERIC.test(String.fromCharCode(code)) ? 1 : 0,
);

let basicPlane: Uint8Array | undefined;

/**
 * The same for the whole basic plane, made when first asked for (some milliseconds). Surrogates are 0: the caller looks
 * at pairs itself, and a lone one is part of no word.
 */
export function basicPlaneAlphanumeric(): Uint8Array {
  basicPlane ??= Uint8Array.from({ length: 0x10000 }, (_, code) =>
    ALPHANUMERIC.test(String.fromCharCode(code)) ? 1 : 0,
  );
  return basicPlane;
}

/** For a code point outside the basic plane. */
export function isAlphanumeric(codePoint: number): boolean {
  return ALPHANUMERIC.test(String.fromCodePoint(codePoint));
}
