import { dataDamaged } from '../../core/errors.ts';
import { ID_NUMBER, ID_UUID } from '../../core/ids.ts';
import { POINT_SUFFIX_BYTES, pointSuffix } from '../keys.ts';
import type { KvEntry } from '../../storage/kv.ts';

/**
 * Entries of the key-value store in a member of a snapshot, end to end. All of a member fits into memory.
 *
 *   │ kind and words of the id, 17 bytes, as in a key │ length of the value, u32 little-endian │ value │
 */
export interface PointEntry {
  /** See `pointSuffix`. */
  readonly suffix: Uint8Array;
  readonly value: Uint8Array;
}

const LENGTH_BYTES = 4;
/** A member is closed at this length: large enough to cost little beside its frame, small enough to be held. */
const MEMBER_BYTES = 8 << 20;
/** What the buffer of a member begins with. */
const FIRST_BYTES = 64 << 10;

/**
 * The content of member after member, valid until the next is asked for: one buffer for all, since memory that is given back
 * to the system costs more than what is written into it.
 */
export async function* encodeEntries(
  pages: AsyncIterable<readonly KvEntry[]>,
): AsyncGenerator<{ readonly content: Uint8Array; readonly count: number }, void, undefined> {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let used = 0;
  let count = 0;
  for await (const page of pages) {
    for (const { key, value } of page) {
      const bytes = POINT_SUFFIX_BYTES + LENGTH_BYTES + value.length;
      if (used + bytes > buffer.length) buffer = grown(buffer, used, used + bytes);
      buffer.set(pointSuffix(key), used);
      buffer.writeUInt32LE(value.length, used + POINT_SUFFIX_BYTES);
      buffer.set(value, used + POINT_SUFFIX_BYTES + LENGTH_BYTES);
      used += bytes;
      count += 1;
      if (used < MEMBER_BYTES) continue;
      yield { content: buffer.subarray(0, used), count };
      used = 0;
      count = 0;
    }
  }
  if (count > 0) yield { content: buffer.subarray(0, used), count };
}

/** At least `bytes` long, with the first `used` bytes of another. */
function grown(buffer: Buffer, used: number, bytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 4 * buffer.length));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

/** Views of `content`. Throws data_damaged, naming `place`, where entries do not end where it does. */
export function* decodeEntries(content: Uint8Array, place: string): Generator<PointEntry, void, undefined> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  for (let at = 0; at < content.length;) {
    const valueAt = at + POINT_SUFFIX_BYTES + LENGTH_BYTES;
    const valueEnd = valueAt > content.length ? valueAt : valueAt + view.getUint32(at + POINT_SUFFIX_BYTES, true);
    const kind = content[at];
    if (valueEnd > content.length || (kind !== ID_NUMBER && kind !== ID_UUID)) {
      throw dataDamaged(`${place} at byte ${at} of its content`, 'no entry of a point');
    }
    yield { suffix: content.subarray(at, at + POINT_SUFFIX_BYTES), value: content.subarray(valueAt, valueEnd) };
    at = valueEnd;
  }
}
