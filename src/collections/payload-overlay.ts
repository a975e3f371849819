import { compareIds, idText, type PointId } from '../core/ids.ts';

/**
 * payload  of a point as raw JSON (empty: none), or undefined where the point was deleted.
 * version  the operation that changed the payload alone; undefined where the point's row tells its version.
 */
export interface OverlayEntry {
  readonly id: PointId;
  readonly payload: Uint8Array | undefined;
  readonly version: number | undefined;
}

/**
 * The payloads written since the last checkpoint: they stand before those in the key-value store until a checkpoint
 * has put them there, in one atomic batch with the manifest. So the store always shows exactly the checkpoint's state,
 * and replaying the log decides as it did the first time.
 */
export class PayloadOverlay {
  private readonly entries = new Map<string | number, OverlayEntry>();
  private byteCount = 0;

  /** Entries, deletions included. */
  get size(): number {
    return this.entries.size;
  }

  /** Bytes of payload held. */
  get bytes(): number {
    return this.byteCount;
  }

  get(id: PointId): OverlayEntry | undefined {
    return this.entries.get(overlayKey(id));
  }

  set(id: PointId, payload: Uint8Array | undefined, version: number | undefined): void {
    const key = overlayKey(id);
    this.byteCount += (payload?.length ?? 0) - (this.entries.get(key)?.payload?.length ?? 0);
    this.entries.set(key, { id, payload, version });
  }

  values(): IterableIterator<OverlayEntry> {
    return this.entries.values();
  }

  /** Takes what `older` holds and this one does not: a checkpoint failed, and both are unwritten again. */
  absorbOlder(older: PayloadOverlay): void {
    for (const { id, payload, version } of older.values())
      if (this.get(id) === undefined) this.set(id, payload, version);
  }

  /** The first `count` entries in id order from `offset` on, deletions included. */
  page(offset: PointId | undefined, count: number): OverlayEntry[] {
    const kept: OverlayEntry[] = [];
    let last: PointId | undefined;
    const trim = (): void => {
      kept.sort((a, b) => compareIds(a.id, b.id));
      kept.length = Math.min(kept.length, count);
      if (kept.length === count) last = kept[count - 1]?.id;
    };
    for (const entry of this.entries.values()) {
      if (offset !== undefined && compareIds(entry.id, offset) < 0) continue;
      if (last !== undefined && compareIds(entry.id, last) >= 0) continue;
      kept.push(entry);
      // Sorting whenever the list has grown fourfold keeps a page of a large overlay linear.
      if (kept.length >= count * 4 + 64) trim();
    }
    trim();
    return kept;
  }
}

/** Small integers stay numbers: a Map of numbers is leaner than one of strings. */
function overlayKey(id: PointId): string | number {
  return id.kind === 0 && id.word2 < 0x200000 ? id.word2 * 0x100000000 + id.word3 : idText(id);
}
