import { setImmediate as nextTurn } from 'node:timers/promises';
import { dataDamaged } from '../core/errors.ts';
import { compareIds, idAfter, idKey, idText, type PointId } from '../core/ids.ts';
import type { Kv, KvEntry, KvOperation } from '../storage/kv.ts';
import { idOfKey, payloadKey, payloadRange, versionKey, versionRange } from './keys.ts';
import { type OverlayEntry, PayloadOverlay } from './payload-overlay.ts';

/** A point and its payload as raw JSON; empty: it has none. */
export interface PointPayload {
  readonly id: PointId;
  readonly payload: Uint8Array;
}

const NO_PAYLOAD = new Uint8Array(0);
/** About what V8 takes for an entry of the overlay beside its payload: the entry, the id, a view, a place in the map. */
const OVERLAY_ENTRY_BYTES = 300;
/** 1,000 keys take about half a millisecond. */
const SLICE_OPERATIONS = 1000;

/**
 * The payloads of a shard's points, and with them which points there are, in id order: what was written since the last
 * checkpoint in memory, before what the key-value store holds.
 */
export class Payloads {
  private readonly kv: Kv;
  private readonly collection: number;
  private readonly shard: number;
  private active = new PayloadOverlay();
  /** What a running checkpoint is writing. */
  private flushing: PayloadOverlay | undefined;
  /** Whether the store may hold versions of points. */
  private hasVersions = false;
  /** Whether a point is there, by what does not depend on the store. */
  exists: (id: PointId) => boolean = () => false;

  constructor(kv: Kv, collection: number, shard: number) {
    this.kv = kv;
    this.collection = collection;
    this.shard = shard;
  }

  /** Bytes of payloads in memory: what no checkpoint has written yet. */
  get overlayBytes(): number {
    const size = this.active.size + (this.flushing?.size ?? 0);
    return this.active.bytes + (this.flushing?.bytes ?? 0) + size * OVERLAY_ENTRY_BYTES;
  }

  /** What no checkpoint has taken yet. */
  get unwritten(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.active.size, bytes: this.active.bytes };
  }

  /**
   * payload: raw JSON, empty for none, undefined for a deleted point. Kept without copying.
   * version: the operation, where it changed the payload alone; undefined where the point's row tells it.
   */
  set(id: PointId, payload: Uint8Array | undefined, version: number | undefined): void {
    this.active.set(id, payload, version);
    this.hasVersions ||= version !== undefined;
  }

  /** The versions of points whose payload was changed after their row was written, as the store has them. */
  async *versions(): AsyncGenerator<{ readonly id: PointId; readonly version: number }, void, undefined> {
    for await (const { key, value } of this.kv.iterate(versionRange(this.collection, this.shard))) {
      this.hasVersions = true;
      yield { id: idOfKey(key), version: new DataView(value.buffer, value.byteOffset).getFloat64(0, true) };
    }
  }

  /**
   * All points with their payloads in no order, some hundreds at a time, as of the moment of this call. A point that
   * changes meanwhile comes with its old payload, or not at all where it is new.
   */
  all(): AsyncGenerator<readonly PointPayload[], void, undefined> {
    const { active, flushing } = this;
    const stored = this.kv.iteratePages(payloadRange(this.collection, this.shard));
    // The first call fixes what the iteration sees, before the overlay can be written to the store.
    const first = stored.next();
    const older = [...(flushing?.values() ?? [])].filter(({ id }) => active.get(id) === undefined);
    const newer = [...active.values(), ...older];
    return merged(newer, first, stored);
  }

  /** The payload of a point that exists, as raw JSON; empty where it has none. */
  get(id: PointId): Uint8Array {
    const entry = this.active.get(id) ?? this.flushing?.get(id);
    if (entry !== undefined) return entry.payload ?? NO_PAYLOAD;
    return this.kv.getSync(payloadKey(this.collection, this.shard, id)) ?? this.absent(id);
  }

  /** The payloads of many points that exist, in order; reads off the main thread. */
  async getMany(ids: readonly PointId[]): Promise<Uint8Array[]> {
    const found = ids.map((id) => this.active.get(id) ?? this.flushing?.get(id));
    const missing = ids.filter((_, index) => found[index] === undefined);
    const stored = await this.kv.getMany(missing.map((id) => payloadKey(this.collection, this.shard, id)));
    let next = 0;
    return found.map((entry, index) => {
      if (entry !== undefined) return entry.payload ?? NO_PAYLOAD;
      // What was deleted meanwhile is asked for again, in the overlay first.
      return stored[next++] ?? this.get(ids[index] as PointId);
    });
  }

  /** Of a point that has no key: deleted a moment ago. Every other one has a key, if with an empty value. */
  private absent(id: PointId): Uint8Array {
    if (!this.exists(id)) return NO_PAYLOAD;
    const place = `collection ${this.collection}, shard ${this.shard}, point ${idText(id)}`;
    throw dataDamaged(place, 'the key-value store has lost its payload');
  }

  /** The first `count` points in id order from `offset` on. */
  async page(offset: PointId | undefined, count: number): Promise<PointPayload[]> {
    const result: PointPayload[] = [];
    let from = offset;
    while (result.length < count) {
      // The overlay is read in pieces: a piece shows everything newer up to its last id.
      const piece = (count - result.length) * 2 + 64;
      const newer = mergeEntries(this.active.page(from, piece), this.flushing?.page(from, piece) ?? []).slice(0, piece);
      const last = newer.length === piece ? newer.at(-1)?.id : undefined;
      const next = last === undefined ? undefined : idAfter(last);
      const { gte, lt } = payloadRange(this.collection, this.shard, from);
      const end = next === undefined ? lt : payloadKey(this.collection, this.shard, next);
      // Each of the newer ones hides one that is stored, at most.
      const limit = count - result.length + newer.length;
      await mergeStored(newer, this.kv.iteratePages({ gte, lt: end, limit }), count, result);
      if (next === undefined) break;
      from = next;
    }
    return result;
  }

  /** Begins a checkpoint: it will write what was written until now; later writes go to a new overlay. */
  beginFlush(): void {
    this.flushing = this.active;
    this.active = new PayloadOverlay();
  }

  /** What the checkpoint has to write; made in slices, so that tens of thousands of points do not stop the event loop. */
  async flushOperations(): Promise<KvOperation[]> {
    const operations: KvOperation[] = [];
    for (const { id, payload, version } of this.flushing?.values() ?? []) {
      const key = payloadKey(this.collection, this.shard, id);
      operations.push(payload === undefined ? { type: 'del', key } : { type: 'put', key, value: payload });
      if (this.hasVersions) operations.push(versionOperation(versionKey(this.collection, this.shard, id), version));
      if (operations.length % SLICE_OPERATIONS === 0) await nextTurn();
    }
    return operations;
  }

  /** The checkpoint's batch is in the store, or it failed and everything is unwritten again. */
  endFlush(written: boolean): void {
    if (!written && this.flushing !== undefined) this.active.absorbOlder(this.flushing);
    this.flushing = undefined;
  }
}

function versionOperation(key: Uint8Array, version: number | undefined): KvOperation {
  if (version === undefined) return { type: 'del', key };
  const value = new Uint8Array(8);
  new DataView(value.buffer).setFloat64(0, version, true);
  return { type: 'put', key, value };
}

/**
 * What the store has of points that `newer` names is older. Of others that have come into the overlay since, it is what
 * the caller asked for: their payloads as of then.
 */
async function* merged(
  newer: readonly OverlayEntry[],
  first: Promise<IteratorResult<readonly KvEntry[], void>>,
  stored: AsyncGenerator<readonly KvEntry[], void, undefined>,
): AsyncGenerator<readonly PointPayload[], void, undefined> {
  try {
    for (let at = 0; at < newer.length; at += SLICE_OPERATIONS) {
      yield newer.slice(at, at + SLICE_OPERATIONS).flatMap(({ id, payload }) => {
        return payload === undefined ? [] : [{ id, payload }];
      });
    }
    const known = new Set(newer.map(({ id }) => idKey(id)));
    for (let page = await first; page.done !== true; page = await stored.next()) {
      const points = page.value.map(({ key, value }) => ({ id: idOfKey(key), payload: value }));
      yield known.size === 0 ? points : points.filter(({ id }) => !known.has(idKey(id)));
    }
  } finally {
    await stored.return();
  }
}

/** Two lists in id order as one; of two entries of one id the first list's stays. */
function mergeEntries(newer: readonly OverlayEntry[], older: readonly OverlayEntry[]): readonly OverlayEntry[] {
  if (older.length === 0) return newer;
  const merged = [...newer, ...older].toSorted((a, b) => compareIds(a.id, b.id));
  return merged.filter((entry, index) => {
    const before = merged[index - 1];
    return before === undefined || compareIds(before.id, entry.id) !== 0;
  });
}

/** Adds to `result`, until it has `count`, the points of both lists in id order; what is newer hides what is stored. */
async function mergeStored(
  newer: readonly OverlayEntry[],
  stored: AsyncIterable<readonly KvEntry[]>,
  count: number,
  result: PointPayload[],
): Promise<void> {
  let next = 0;
  const takeNewer = (through: PointId | undefined): boolean => {
    let same = false;
    for (; next < newer.length && result.length < count; next++) {
      const entry = newer[next] as OverlayEntry;
      const order = through === undefined ? -1 : compareIds(entry.id, through);
      if (order > 0) break;
      same = order === 0;
      if (entry.payload !== undefined) result.push({ id: entry.id, payload: entry.payload });
    }
    return same;
  };
  for await (const page of stored) {
    for (const { key, value } of page) {
      const id = idOfKey(key);
      const hidden = takeNewer(id);
      if (result.length === count) return;
      if (!hidden) result.push({ id, payload: value });
      if (result.length === count) return;
    }
  }
  takeNewer(undefined);
}
