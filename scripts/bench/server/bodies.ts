import { httpRequest } from './raw-connection.ts';

const COMMA = 0x2c;
const DECIMALS = 9;
/** Sign, `0.` or `1.`, nine digits and a comma. */
const BYTES_PER_FLOAT = DECIMALS + 4;

/**
 * Writes one row as JSON numbers with nine decimals, as long as an f32 in its shortest form. Rows are normalised: a
 * coordinate lies within -1 … 1 and is changed by 5e-10 at most. Answers the bytes written.
 */
function writeRow(target: Buffer, start: number, vectors: Float32Array, first: number, dimension: number): number {
  let at = start;
  for (let column = first; column < first + dimension; column += 1) {
    const value = vectors[column] ?? 0;
    let rest = Math.round(Math.abs(value) * 1e9);
    if (value < 0) target[at++] = 0x2d;
    const whole = rest >= 1e9 ? 1 : 0;
    rest -= whole * 1e9;
    target[at] = 0x30 + whole;
    target[at + 1] = 0x2e;
    for (let digit = at + 1 + DECIMALS; digit > at + 1; digit -= 1) {
      target[digit] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    at += 2 + DECIMALS;
    target[at++] = COMMA;
  }
  return at - start - 1; // without the last comma
}

/** JSON text of row `row`, without brackets. */
export function rowJson(vectors: Float32Array, row: number, dimension: number): Buffer {
  const buffer = Buffer.allocUnsafe(dimension * BYTES_PER_FLOAT);
  return buffer.subarray(0, writeRow(buffer, 0, vectors, row * dimension, dimension));
}

/** Room for an id, a payload and small vectors. */
const REST_BYTES_MAX = 2048;

export interface UploadOptions {
  readonly collection: string;
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly batchRows: number;
  /** Id of the first row. */
  readonly firstId: number;
  readonly wait: boolean;
  /** JSON of the payload of a row; undefined = none. */
  readonly payload?: (row: number) => string;
  /** For a vector with a name; undefined = the default vector. */
  readonly named?: NamedUpload;
}

export interface NamedUpload {
  readonly name: string;
  /** JSON fields of a row's other vectors, each behind a comma; empty = none. */
  readonly others: (row: number) => string;
}

/** One upsert request for every batch of rows, made when asked for. */
export function* uploadRequests(options: UploadOptions): Generator<Buffer> {
  const { collection, vectors, dimension, batchRows, firstId, wait, payload, named } = options;
  const rowCount = vectors.length / dimension;
  const path = `/collections/${collection}/points?wait=${wait}`;
  const before = named === undefined ? '[' : `{"${named.name}":[`;
  const text = Buffer.allocUnsafe(batchRows * (dimension * BYTES_PER_FLOAT + REST_BYTES_MAX) + 16);
  for (let first = 0; first < rowCount; first += batchRows) {
    let at = text.write('{"points":[');
    for (let row = first; row < Math.min(rowCount, first + batchRows); row += 1) {
      at += text.write(`${row === first ? '' : ','}{"id":${firstId + row},"vector":${before}`, at);
      at += writeRow(text, at, vectors, row * dimension, dimension);
      const after = named === undefined ? ']' : `]${named.others(row)}}`;
      at += text.write(payload === undefined ? `${after}}` : `${after},"payload":${payload(row)}}`, at);
    }
    at += text.write(']}', at);
    yield httpRequest('PUT', path, text.subarray(0, at));
  }
}

/** What a search says besides its vector and limit. */
export interface SearchWords {
  readonly ef: number;
  /** JSON of the filter of a query; undefined = none. */
  readonly filter?: (query: number) => string;
  /** Undefined = what the collection has. */
  readonly quantization?: { readonly rescore?: boolean; readonly oversampling?: number; readonly ignore?: boolean };
  /** Undefined = the default vector. */
  readonly using?: string;
}

/** One search request for every row of `queries`. */
export function searchRequests(
  options: SearchWords & {
    readonly collection: string;
    readonly queries: Float32Array;
    readonly dimension: number;
    readonly limit: number;
  },
): readonly Buffer[] {
  const { collection, queries, dimension, ef, limit, filter, quantization, using } = options;
  const codes = quantization === undefined ? '' : `,"quantization":${JSON.stringify(quantization)}`;
  const name = using === undefined ? '' : `,"using":"${using}"`;
  return Array.from({ length: queries.length / dimension }, (_, row) => {
    const head = Buffer.from('{"query":[');
    const filtered = filter === undefined ? '' : `,"filter":${filter(row)}`;
    const tail = Buffer.from(`]${name},"limit":${limit},"params":{"hnsw_ef":${ef}${codes}}${filtered}}`);
    const body = Buffer.concat([head, rowJson(queries, row, dimension), tail]);
    return httpRequest('POST', `/collections/${collection}/points/query`, body);
  });
}
