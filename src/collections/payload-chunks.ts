import type { ChangeJournal } from './change-journal.ts';
import type { AllPayloads, SlotPayload } from './field-indexes.ts';

/** Payloads end to end in shared memory, with the slots that they belong to. */
export interface PayloadChunk {
  readonly bytes: Uint8Array;
  /** One more than there are payloads. */
  readonly starts: Uint32Array;
  readonly slots: Uint32Array;
}

/** What goes to a thread in one message: a few milliseconds of work. */
const CHUNK_BYTES = 1 << 20;
const CHUNK_POINTS = 8192;
/**
 * Chunks of all shards are kept for the next walk up to this size, and given up after a while without one: a walk over 100,000
 * payloads of 1 KB takes a tenth of the time then (scripts/bench/filters/unindexed.ts).
 */
const KEPT_BYTES_MAX = 128 << 20;
/** What all shards of the process keep together, and how much that may be. */
let keptBytes = 0;
let keptBytesMax = KEPT_BYTES_MAX;

/** Where memory is short nothing more is kept. What is kept already is its shards' to drop. */
export function keepChunks(keep: boolean): void {
  keptBytesMax = keep ? KEPT_BYTES_MAX : 0;
}
const KEPT_MS = 20_000;
/** With more changes than this since they were made chunks are made anew. */
const STALE_MAX = 4096;

/**
 * All payloads of a shard as chunks for worker threads. A shard whose payloads fit is read once for many walks: the
 * points that changed since are named, and their payloads in the chunks mean nothing.
 */
export class PayloadChunks {
  private readonly all: AllPayloads;
  private readonly journal: ChangeJournal;
  private kept: readonly PayloadChunk[] | undefined;
  private keptPosition = 0;
  private keptBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(all: AllPayloads, journal: ChangeJournal) {
    this.all = all;
    this.journal = journal;
  }

  /**
   * The chunks, and in `stale` the slots that have changed since they were made. What changes while they are walked
   * through is the caller's to know.
   */
  walk(): { readonly chunks: AsyncIterable<PayloadChunk> | Iterable<PayloadChunk>; readonly stale: Uint32Array } {
    const stale = this.kept === undefined ? undefined : this.journal.since(this.keptPosition);
    if (this.kept !== undefined && stale !== undefined && stale.length <= STALE_MAX) {
      this.timer?.refresh();
      return { chunks: this.kept, stale };
    }
    this.drop();
    return { chunks: this.read(), stale: new Uint32Array(0) };
  }

  /** Bytes that are kept for the next walk. */
  get bytes(): number {
    return this.kept === undefined ? 0 : this.keptBytes;
  }

  drop(): void {
    clearTimeout(this.timer);
    if (this.kept === undefined) return;
    this.kept = undefined;
    keptBytes -= this.keptBytes;
    this.journal.close();
  }

  private async *read(): AsyncGenerator<PayloadChunk, void, undefined> {
    const { position } = this.journal;
    this.journal.open();
    let isKept = false;
    try {
      const chunks: PayloadChunk[] = [];
      let bytes = 0;
      for await (const chunk of this.build()) {
        bytes += chunk.bytes.byteLength + chunk.slots.byteLength * 2;
        if (keptBytes + bytes <= keptBytesMax) chunks.push(chunk);
        else chunks.length = 0;
        yield chunk;
      }
      isKept = keptBytes + bytes <= keptBytesMax && this.kept === undefined;
      if (!isKept) return;
      this.kept = chunks;
      this.keptBytes = bytes;
      keptBytes += bytes;
      this.keptPosition = position;
      this.timer = setTimeout(() => this.drop(), KEPT_MS).unref();
    } finally {
      if (!isKept) this.journal.close();
    }
  }

  private async *build(): AsyncGenerator<PayloadChunk, void, undefined> {
    let members: SlotPayload[] = [];
    let bytes = 0;
    for await (const points of this.all()) {
      for (const point of points) {
        if (members.length > 0 && (bytes + point.payload.length > CHUNK_BYTES || members.length === CHUNK_POINTS)) {
          yield packed(members, bytes);
          members = [];
          bytes = 0;
        }
        members.push(point);
        bytes += point.payload.length;
      }
    }
    if (members.length > 0) yield packed(members, bytes);
  }
}

function packed(members: readonly SlotPayload[], byteCount: number): PayloadChunk {
  const bytes = new Uint8Array(new SharedArrayBuffer(byteCount));
  const starts = new Uint32Array(new SharedArrayBuffer((members.length + 1) * 4));
  const slots = new Uint32Array(members.length);
  let end = 0;
  members.forEach(({ slot, payload }, at) => {
    bytes.set(payload, end);
    end += payload.length;
    starts[at + 1] = end;
    slots[at] = slot;
  });
  return { bytes, starts, slots };
}
