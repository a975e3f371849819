/** The failures of serde_json 1.0, in its words: clients of Qdrant see them at the door. */
export const JSON_FAILURES = {
  eofList: 'EOF while parsing a list',
  eofObject: 'EOF while parsing an object',
  eofString: 'EOF while parsing a string',
  eofValue: 'EOF while parsing a value',
  colon: 'expected `:`',
  listCommaOrEnd: 'expected `,` or `]`',
  objectCommaOrEnd: 'expected `,` or `}`',
  ident: 'expected ident',
  value: 'expected value',
  escape: 'invalid escape',
  number: 'invalid number',
  numberRange: 'number out of range',
  unicode: 'invalid unicode code point',
  control: 'control character (\\u0000-\\u001F) found while parsing a string',
  keyString: 'key must be a string',
  surrogate: 'lone leading surrogate in hex escape',
  trailingComma: 'trailing comma',
  trailing: 'trailing characters',
  hexEnd: 'unexpected end of hex escape',
  depth: 'recursion limit exceeded',
} as const;

export type JsonFailure = keyof typeof JSON_FAILURES;

/**
 * Bytes that are not JSON.
 * offset  bytes read when the failure was noticed, as serde_json counts them: its column is `offset` minus the start of
 *         the line, so a byte that was only looked at counts as read.
 */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly failure: JsonFailure;
  readonly offset: number;

  constructor(failure: JsonFailure, offset: number) {
    super(JSON_FAILURES[failure]);
    this.failure = failure;
    this.offset = offset;
  }
}

/** ` at line L column C`: lines from 1; the column counts bytes after the last line feed before `offset`. */
export function jsonPosition(bytes: Uint8Array, offset: number): string {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    if (bytes[at] === 10) {
      line++;
      lineStart = at + 1;
    }
  }
  return ` at line ${line} column ${offset - lineStart}`;
}
