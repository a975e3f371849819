import { fromFloat16, toFloat16 } from '../core/datatypes.ts';
import type { VectorDatatype } from '../core/vectors.ts';

/** Rows of `dimension` numbers as bytes and back, in the form in which originals of a datatype are kept. */
export interface RowCodec {
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Whole rows end to end. What comes of it may be a view of them. */
  encode(rows: Float32Array): Uint8Array;
  /** Whole rows; what comes of it may be a view of the bytes. */
  decode(bytes: Uint8Array): Float32Array;
  close(): void;
}

/** The codec of a datatype that needs no memory of its own: every one but turbo4. */
export function plainCodec(datatype: VectorDatatype, dimension: number): RowCodec {
  const close = (): void => undefined;
  switch (datatype) {
    case 'float16':
      return { rowBytes: dimension * 2, encode: encodeHalves, decode: decodeHalves, close };
    case 'uint8':
      return {
        rowBytes: dimension,
        encode: (rows) => new Uint8Array(rows),
        decode: (bytes) => new Float32Array(bytes),
        close,
      };
    case 'float32':
    case 'turbo4':
      return { rowBytes: dimension * 4, encode: bytesOfFloats, decode: floatsOfBytes, close };
  }
}

function encodeHalves(rows: Float32Array): Uint8Array {
  const halves = new Uint16Array(rows.length);
  for (let at = 0; at < rows.length; at++) halves[at] = toFloat16(rows[at] as number);
  return new Uint8Array(halves.buffer);
}

function decodeHalves(bytes: Uint8Array): Float32Array {
  const halves = new Uint16Array(aligned(bytes), 0, bytes.length / 2);
  const rows = new Float32Array(halves.length);
  for (let at = 0; at < halves.length; at++) rows[at] = fromFloat16(halves[at] as number);
  return rows;
}

function bytesOfFloats({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function floatsOfBytes(bytes: Uint8Array): Float32Array {
  return bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    : new Float32Array(aligned(bytes), 0, bytes.length / 4);
}

/** A copy that begins at offset 0; `slice` of a Buffer would not copy. */
export function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
