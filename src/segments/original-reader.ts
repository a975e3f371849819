import type { Originals } from './originals.ts';
import type { RowCodec } from './row-codec.ts';

const NUMBERS_MIN = 1024;

/**
 * Reads originals of dense vectors and multivectors into memory that each call uses again: a search reads some tens of
 * them and the building of an index all, and buffers of their own would fragment the heap (100,000 x 768: 60 MB).
 */
export class OriginalReader {
  private readonly originals: Originals;
  private readonly codec: RowCodec;
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(originals: Originals, codec: RowCodec) {
    this.originals = originals;
    this.codec = codec;
  }

  /** Their numbers end to end; valid until the next call. */
  read(places: Uint32Array): Float32Array {
    let end = 0;
    for (const place of places) end += this.originals.bytesAt(place);
    if (this.bytes.length < end) this.bytes = new Uint8Array(Math.max(NUMBERS_MIN * 4, end + (end >>> 1)));
    let at = 0;
    for (const place of places) {
      const to = at + this.originals.bytesAt(place);
      this.originals.copyAt(place, this.bytes.subarray(at, to));
      at = to;
    }
    return this.codec.decode(this.bytes.subarray(0, end));
  }
}
