import { huffmanDecoded } from './huffman.ts';

/** Headers of a request by their names, in lower case; values of one name that came twice are joined by a comma. */
export type Headers = Readonly<Record<string, string>>;

/** A header block makes no sense: the connection's table is lost with it, and so the connection. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError';
}

/** Header blocks name at most this much of earlier ones (RFC 9113, 6.5.2: what is not said otherwise). */
const TABLE_BYTES_MAX = 4096;
/** Of an entry beside its name and value (RFC 7541, 4.1). */
const ENTRY_BYTES = 32;
/** Of all headers of a request. */
const LIST_BYTES_MAX = 64 * 1024;
const KNOWN_MAX = 64;
const INTEGER_MAX = 2 ** 24;

type Field = readonly [name: string, value: string];

/** Decodes the header blocks of one connection, in the order in which they come (RFC 7541). */
export class HpackDecoder {
  /** The oldest first. */
  readonly #table: Field[] = [];
  #tableBytes = 0;
  #tableBytesMax = TABLE_BYTES_MAX;
  /** What blocks that only point into the table say, as long as it stays as it is: calls of one client look alike. */
  readonly #known = new Map<string, Headers | undefined>();
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #isStable = true;

  /** The headers of a request, or undefined where they are malformed (RFC 9113, 8.2 and 8.3). Throws CompressionError. */
  decode(block: Buffer): Headers | undefined {
    const key = block.toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const fields = this.#fields(block);
    const headers = joined(fields);
    // Fields that are all in the table leave it as it was.
    if (!this.#isStable) this.#known.clear();
    else if (this.#known.size < KNOWN_MAX) this.#known.set(key, headers);
    return headers;
  }

  #fields(block: Buffer): readonly Field[] {
    this.#block = block;
    this.#at = 0;
    this.#isStable = true;
    const fields: Field[] = [];
    let listBytes = 0;
    while (this.#at < block.length) {
      const first = block[this.#at] ?? 0;
      if ((first & 0x80) === 0) this.#isStable = false;
      const field = this.#field(first);
      if (field === undefined) {
        if (fields.length > 0) throw new CompressionError('a new size of the table behind a field');
        continue;
      }
      listBytes += bytesOf(field);
      if (listBytes > LIST_BYTES_MAX) throw new CompressionError('the headers of a request are too long');
      fields.push(field);
    }
    return fields;
  }

  /** undefined = no field, but a new size of the table. */
  #field(first: number): Field | undefined {
    if ((first & 0x80) !== 0) return this.#entry(this.#integer(7));
    if ((first & 0xe0) === 0x20) {
      const bytes = this.#integer(5);
      if (bytes > TABLE_BYTES_MAX) throw new CompressionError('a table larger than was agreed');
      this.#tableBytesMax = bytes;
      this.#evict(0);
      return undefined;
    }
    const isKept = (first & 0x40) !== 0;
    const index = this.#integer(isKept ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#entry(index)[0];
    const field: Field = [name, this.#string()];
    if (isKept) this.#keep(field);
    return field;
  }

  #entry(index: number): Field {
    const field =
      index <= STATIC.length ? STATIC[index - 1] : this.#table[this.#table.length - (index - STATIC.length)];
    if (field === undefined) throw new CompressionError(`no header stands at ${index}`);
    return field;
  }

  #keep(field: Field): void {
    const bytes = bytesOf(field);
    this.#evict(bytes);
    if (bytes > this.#tableBytesMax) return;
    this.#table.push(field);
    this.#tableBytes += bytes;
  }

  /** Makes room for `bytes`, as far as there is something to drop. */
  #evict(bytes: number): void {
    while (this.#tableBytes + bytes > this.#tableBytesMax) {
      const oldest = this.#table.shift();
      if (oldest === undefined) return;
      this.#tableBytes -= bytesOf(oldest);
    }
  }

  /** An integer that begins in the lowest bits of a byte (RFC 7541, 5.1). */
  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      // The scale too: zeros without end would make it infinite, and the value no number.
      if (value > INTEGER_MAX || scale > INTEGER_MAX) throw new CompressionError('an integer without end');
      if (byte < 0x80) return value;
    }
  }

  #string(): string {
    const isCoded = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw new CompressionError('a string ends beyond its block');
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    const text = isCoded ? huffmanDecoded(bytes) : bytes.toString('latin1');
    if (text === undefined) throw new CompressionError('a string is no Huffman code');
    return text;
  }

  #byte(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw new CompressionError('a header block ends too early');
    this.#at += 1;
    return byte;
  }
}

const PSEUDO: ReadonlySet<string> = new Set([':method', ':scheme', ':path', ':authority']);
/** What belongs to a connection of HTTP/1.1. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
/** RFC 9113, 8.2.1: neither capitals nor colons, and nothing that ASCII does not show. */
const NAME = /^[!-9;-@[-~]+$/;
const NOT_IN_VALUES = /[\0\n\r]/;

/** undefined where a field should not be, or not be there. */
function joined(fields: readonly Field[]): Headers | undefined {
  const headers = Object.create(null) as Record<string, string>;
  let isBehindPseudo = false;
  for (const [name, value] of fields) {
    const before = headers[name];
    if (NOT_IN_VALUES.test(value)) return undefined;
    if (name.startsWith(':')) {
      if (isBehindPseudo || before !== undefined || !PSEUDO.has(name)) return undefined;
    } else {
      isBehindPseudo = true;
      if (OF_CONNECTION.has(name) || !NAME.test(name)) return undefined;
      if (name === 'te' && value !== 'trailers') return undefined;
    }
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/**
 * A header block that needs no table on the other side, so that it can be made once for all connections. Values are
 * latin1.
 */
export function headerBlock(status: 200 | 415 | undefined, headers: Headers): Buffer {
  const parts: Buffer[] = [];
  if (status === 200) parts.push(Buffer.from([STATUS_200]));
  else if (status !== undefined) parts.push(Buffer.from([STATUS_NAME]), literal(String(status)));
  for (const [name, value] of Object.entries(headers)) parts.push(Buffer.from([0]), literal(name), literal(value));
  return Buffer.concat(parts);
}

/** Places of `:status: 200`, indexed, and of the name `:status`, for a literal that is not kept. */
const STATUS_200 = 0x88;
const STATUS_NAME = 0x08;

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length: number[] = [];
  let rest = bytes.length;
  if (rest < 0x7f) length.push(rest);
  else {
    length.push(0x7f);
    for (rest -= 0x7f; rest >= 0x80; rest = Math.floor(rest / 128)) length.push((rest & 0x7f) | 0x80);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

function bytesOf([name, value]: Field): number {
  return name.length + value.length + ENTRY_BYTES;
}

/** What both sides know from the beginning (RFC 7541, appendix A); the first is at 1. */
const STATIC: readonly Field[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
];
