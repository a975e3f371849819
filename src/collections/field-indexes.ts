import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FieldIndex } from '../filters/field-index.ts';
import { openFieldIndex } from '../filters/open-field-index.ts';
import { Bitset } from '../base/bitset.ts';
import type { JsonPath } from '../core/json-path.ts';
import { type FieldIndexInfo, type FieldSchema, sameSchema } from '../core/payload-schema.ts';
import type { Logger } from '../observe/logger.ts';

/** Points with their slots and payloads, all of them, some at a time; those that change meanwhile may come as they were. */
export type AllPayloads = () => AsyncIterable<readonly SlotPayload[]>;

export interface SlotPayload {
  readonly slot: number;
  readonly payload: Uint8Array;
}

/** An index as it stands in the manifest. */
export interface FieldDefinition {
  readonly path: JsonPath;
  readonly schema: FieldSchema;
}

/** An index by its definition; undefined where it does not hold all points. */
export interface HeldIndex {
  readonly definition: FieldDefinition;
  readonly index: FieldIndex | undefined;
}

/** Brings an index back from what was saved of it. */
export interface IndexLoader {
  /** Fills the index with all points, as they were at some time since this call. False: it cannot be used; or throws. */
  load(index: FieldIndex): Promise<boolean>;
  /** Gives slots what the payloads of their points say now. */
  repair(index: FieldIndex, slots: Bitset): Promise<void>;
}

/** An index of before a restart; without a loader it is built from the payloads. */
export interface RestoredIndex {
  readonly definition: FieldDefinition;
  readonly loader: IndexLoader | undefined;
}

interface Entry extends FieldDefinition {
  index: FieldIndex;
  readonly origin: 'new' | 'restored';
  /** Settles when the index holds all points. */
  built: Promise<void>;
  isReady: boolean;
  /** It is being loaded: updates do not go into it, and what they touch is repaired when it is. */
  isLoading: boolean;
  /** While it is being built: slots that updates have brought up to date already; while it is loaded: that they changed. */
  touched: Bitset | undefined;
  readonly stop: AbortController;
}

/** How long an index may be built or refreshed before the event loop turns. */
const SLICE_MS = 1;
/** After so long without an update an index is refreshed in which more than this has changed, in points and as a share. */
const PAUSE_MS = 1000;
const STALE_MIN = 256;
const STALE_SHARE = 0.005;
/** Points between two looks at the clock. */
const PIECE_POINTS = 64;

/**
 * The payload indexes of one shard. An index is built behind the updates: those that come meanwhile go into it as well,
 * and what they have written is not overwritten by the older payloads that the building meets. One that is loaded from
 * what was saved of it is repaired at the end where updates came meanwhile. Until it holds all points nobody asks it.
 */
export class FieldIndexes {
  private readonly logger: Logger;
  private readonly seed: number;
  private readonly all: AllPayloads;
  private readonly entries = new Map<string, Entry>();
  private refreshing: Promise<void> | undefined;
  /** Waits for updates to pause. */
  private pause: NodeJS.Timeout | undefined;
  private generation = 0;
  private writeCount = 0;
  private watched: Bitset | undefined;

  /** seed: any 32 bits, drawn at random. */
  constructor(logger: Logger, all: AllPayloads, seed: number) {
    this.logger = logger;
    this.seed = seed;
    this.all = all;
  }

  /** Grows when an index comes or goes: what was made with others is void. */
  get epoch(): number {
    return this.generation;
  }

  get held(): readonly HeldIndex[] {
    return Array.from(this.entries.values(), ({ path, schema, index, isReady }) => ({
      definition: { path, schema },
      index: isReady ? index : undefined,
    }));
  }

  /** Grows by one with every point that is written or deleted. */
  get writes(): number {
    return this.writeCount;
  }

  get infos(): readonly FieldIndexInfo[] {
    return Array.from(this.entries.values(), ({ path, schema, index }) => ({ path, schema, points: index.pointCount }));
  }

  /** Bytes in memory, by index. */
  get memory(): readonly { readonly field: string; readonly bytes: number }[] {
    return Array.from(this.entries.values(), ({ path, index }) => ({ field: path.text, bytes: index.memoryBytes }));
  }

  /** The index over a path, if it holds all points. */
  at(path: JsonPath): FieldIndex | undefined {
    const entry = this.entries.get(keyOf(path));
    return entry?.isReady === true ? entry.index : undefined;
  }

  /**
   * Settles when the indexes over these paths hold all points; undefined where they do already. A read waits for those
   * that were there before a restart, a write (whose filter must always be decided alike) for all.
   */
  building(paths: readonly JsonPath[], purpose: 'read' | 'write'): Promise<unknown> | undefined {
    const waiting = paths.flatMap((path) => {
      const entry = this.entries.get(keyOf(path));
      const waits = entry !== undefined && !entry.isReady && (purpose === 'write' || entry.origin === 'restored');
      return waits ? [entry.built] : [];
    });
    return waiting.length === 0 ? undefined : Promise.all(waiting);
  }

  /** Settles when all indexes of this moment hold all points. */
  get complete(): Promise<unknown> {
    return Promise.all(Array.from(this.entries.values(), ({ built }) => built));
  }

  /** Begins to build an index; settles when it is done. The same index again does nothing, another replaces the old one. */
  create(path: JsonPath, schema: FieldSchema): Promise<void> {
    const old = this.entries.get(keyOf(path));
    if (old !== undefined && sameSchema(old.schema, schema)) return old.built;
    this.delete(path);
    const entry = this.enter({ path, schema }, 'new');
    const built = this.build([entry]);
    // Whoever waits hears of a failure; it is logged in any case.
    built.catch(() => undefined);
    entry.built = built;
    return built;
  }

  /**
   * Begins to bring back the indexes that were there before a restart, one after another; those that cannot be loaded
   * are built in one walk over the payloads.
   */
  restore(indexes: readonly RestoredIndex[]): void {
    const parts = indexes.map(({ definition, loader }): Restoring => {
      const entry = this.enter(definition, 'restored');
      const done = Promise.withResolvers<void>();
      done.promise.catch(() => undefined);
      entry.built = done.promise;
      entry.isLoading = loader !== undefined;
      return { entry, loader, done };
    });
    if (parts.length > 0) void this.bringBack(parts);
  }

  /** Begins to collect the slots that change, until `unwatch`. One at a time. */
  watch(): Bitset {
    const changed = new Bitset();
    this.watched = changed;
    return changed;
  }

  unwatch(): void {
    this.watched = undefined;
  }

  delete(path: JsonPath): void {
    const key = keyOf(path);
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.stop.abort();
    this.entries.delete(key);
    this.generation++;
  }

  /** A point has this payload now. */
  set(slot: number, payload: Uint8Array): void {
    this.note(slot);
    for (const { index, touched, isLoading } of this.entries.values()) {
      touched?.add(slot);
      if (!isLoading) index.set(slot, payload);
    }
  }

  /** The point of a slot is gone. */
  clear(slot: number): void {
    this.note(slot);
    for (const { index, touched, isLoading } of this.entries.values()) {
      touched?.add(slot);
      if (!isLoading) index.clear(slot);
    }
  }

  /**
   * Sees to it that indexes which have changed much become quick again: at once where that is due, and where less has
   * changed as soon as updates pause. Cheap; called after updates.
   */
  upkeep(): void {
    if (this.entries.size === 0) return;
    this.beginRefresh((index) => index.refreshIsDue);
    if (this.pause === undefined) {
      this.pause = setTimeout(() => {
        this.pause = undefined;
        this.beginRefresh(({ staleCount, pointCount }) => staleCount > Math.max(STALE_MIN, pointCount * STALE_SHARE));
      }, PAUSE_MS).unref();
    } else this.pause.refresh();
  }

  /** Ends what is being built. */
  async close(): Promise<void> {
    clearTimeout(this.pause);
    for (const { stop } of this.entries.values()) stop.abort();
    await Promise.allSettled([this.refreshing, ...Array.from(this.entries.values(), ({ built }) => built)]);
  }

  private beginRefresh(isDue: (index: FieldIndex) => boolean): void {
    if (this.refreshing !== undefined) return;
    const due = [...this.entries.values()].filter(({ isReady, index }) => isReady && isDue(index));
    if (due.length > 0) this.refreshing = this.refresh(due);
  }

  private async refresh(entries: readonly Entry[]): Promise<void> {
    try {
      for (const { index, stop } of entries) if (!stop.signal.aborted) await index.refresh(slices());
    } catch (error) {
      // Caught because answers are right without it.
      this.logger.warn('an index could not be refreshed', { error: String(error) });
    } finally {
      this.refreshing = undefined;
    }
  }

  private note(slot: number): void {
    this.writeCount++;
    this.watched?.add(slot);
  }

  private enter({ path, schema }: FieldDefinition, origin: Entry['origin']): Entry {
    const entry: Entry = {
      path,
      schema,
      origin,
      index: openFieldIndex(path, schema, this.seed),
      built: Promise.resolve(),
      isReady: false,
      isLoading: false,
      touched: new Bitset(),
      stop: new AbortController(),
    };
    this.entries.set(keyOf(path), entry);
    return entry;
  }

  private async bringBack(parts: readonly Restoring[]): Promise<void> {
    const missing: Restoring[] = [];
    for (const part of parts) {
      const isDeleted = part.entry.stop.signal.aborted;
      if (isDeleted || (part.loader !== undefined && (await this.load(part.entry, part.loader)))) part.done.resolve();
      else missing.push(part);
    }
    if (missing.length === 0) return;
    try {
      await this.build(missing.map(({ entry }) => entry));
      for (const { done } of missing) done.resolve();
    } catch (error) {
      // Caught for those who wait.
      for (const { done } of missing) done.reject(error);
    }
  }

  /** False: the index is empty again, and what comes goes into it. */
  private async load(entry: Entry, loader: IndexLoader): Promise<boolean> {
    const { index } = entry;
    try {
      if (await loader.load(index)) {
        await index.refresh(slices());
        for (let touched = takeTouched(entry); touched.count > 0; touched = takeTouched(entry)) {
          await loader.repair(index, touched);
        }
        // In the same turn in which nothing was left to repair.
        markReady(entry);
        this.generation++;
        return true;
      }
    } catch (error) {
      // Caught to go on: what was saved is derived from the payloads, which are read instead.
      this.logger.warn('an index cannot be loaded: it is built anew', { field: entry.path.text, error: String(error) });
    }
    entry.index = openFieldIndex(entry.path, entry.schema, this.seed);
    entry.touched = new Bitset();
    entry.isLoading = false;
    return false;
  }

  private async build(entries: readonly Entry[]): Promise<void> {
    const giveWay = slices();
    const fields = entries.map(({ path }) => path.text).join(', ');
    this.logger.debug('building indexes from the payloads', { fields });
    try {
      for await (const points of this.all()) {
        if (entries.every(({ stop }) => stop.signal.aborted)) return;
        for (let first = 0; first < points.length; first += PIECE_POINTS) {
          for (const entry of entries) fill(entry, points.slice(first, first + PIECE_POINTS));
          await giveWay();
        }
      }
      for (const { index, stop } of entries) if (!stop.signal.aborted) await index.refresh(giveWay);
    } catch (error) {
      // Caught to tell which indexes: without them filters read the payloads.
      this.logger.error('indexes could not be built', { fields, error: String(error) });
      throw error;
    }
    entries.forEach(markReady);
    this.generation++;
  }
}

interface Restoring {
  readonly entry: Entry;
  readonly loader: IndexLoader | undefined;
  readonly done: PromiseWithResolvers<void>;
}

function markReady(entry: Entry): void {
  entry.touched = undefined;
  entry.isLoading = false;
  entry.isReady = true;
}

/** The slots that updates have touched since the last call. */
function takeTouched(entry: Entry): Bitset {
  const touched = entry.touched ?? new Bitset();
  entry.touched = new Bitset();
  return touched;
}

function fill({ index, touched, stop }: Entry, points: readonly SlotPayload[]): void {
  if (stop.signal.aborted) return;
  for (const { slot, payload } of points) if (touched?.has(slot) !== true) index.set(slot, payload);
}

/** Lets the event loop turn whenever the slice is used up. */
export function slices(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < SLICE_MS) return;
    await nextTurn();
    began = performance.now();
  };
}

function keyOf({ steps }: JsonPath): string {
  return JSON.stringify(steps);
}
