import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { World } from '../base/world.ts';
import { VectorizerError } from '../core/errors.ts';
import { databaseError, findDamage, type KvDatabase, openDatabase, openDatabaseOrAnew } from './kv-database.ts';
import { checkManifest } from './kv-manifest.ts';
import { checkTables } from './kv-tables.ts';
import { seal, unseal } from './kv-seal.ts';
import { requireRoom } from './room.ts';
import { storageError } from './storage-error.ts';
import { ValueCache } from './value-cache.ts';

export type KvOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** Keys from `gte` (or above `gt`) to below `lt`; a bound left out is open. */
export interface KvRange {
  readonly gte?: Uint8Array;
  readonly gt?: Uint8Array;
  readonly lt?: Uint8Array;
}

export interface KvIteration extends KvRange {
  readonly reverse?: boolean;
  /** At most so many entries. */
  readonly limit?: number;
}

export interface KvEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The store as it was at one moment. */
export interface KvView {
  readonly iteratePages: (iteration: KvIteration) => AsyncIterable<readonly KvEntry[]>;
  readonly close: () => Promise<void>;
}

interface Write {
  readonly bytes: number;
  readonly sync: boolean;
  readonly work: { readonly operations: readonly KvOperation[] } | { readonly range: KvRange };
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

// 500 operations are built in about 1 ms.
const SLICE_OPERATIONS = 500;
// Writes that wait are merged up to this size.
const MERGED_BYTES = 4 << 20;
// A full disk in the middle of a write would leave classic-level with a journal that it cannot append to, and a
// compaction needs room as well; so we stop this much earlier.
const RESERVE_BYTES = 32 << 20;
// Entries that an iterator fetches per hop to its thread, and what they may weigh: a page of a thousand points and the
// one behind it are one hop.
const FETCH_ENTRIES = 1024;
const FETCH_BYTES = 1 << 20;
// The same of a walk without a limit: it stays in the second-level cache until it is used (a sixth less processor time
// with values of 1 KB), and the event loop turns in between.
const WALK_BYTES = 256 << 10;
// Values that were read one by one are kept up to this size: LevelDB takes 4 µs for one that it has in memory.
const CACHE_BYTES = 64 << 20;
// The same where memory is short.
const SMALL_CACHE_BYTES = 1 << 20;

// What an open may write beside the content of the journals.
const PROVED_BYTES = 256 << 10;
/** A key that nobody has. */
const NOTHING = new Uint8Array(1);

type Snapshot = ReturnType<KvDatabase['snapshot']>;

/**
 * An ordered map of bytes to bytes on disk (classic-level): catalogue, payloads, manifests. Keys are ordered byte by
 * byte. A batch is atomic; with `sync` it survives a power loss when it resolves, without it the end of the process.
 *
 * Writes take effect in the order of the calls: one is under way at a time, those that wait meanwhile are merged into
 * the next. Reads see what was resolved.
 */
export class Kv {
  readonly #world: World;
  readonly #directory: string;
  #database: KvDatabase;
  #waiting: Write[] = [];
  #draining: Promise<void> | undefined;
  /** After a write that failed below us: what must be done before the next one. */
  #ailment: 'none' | 'journal' | 'reopen' = 'none';
  readonly #cache = new ValueCache(CACHE_BYTES);
  /** Grows when a write begins and when it ends: while it is odd, a value that is read may be old in a moment. */
  #writeMarks = 0;

  private constructor(world: World, directory: string, database: KvDatabase) {
    this.#world = world;
    this.#directory = directory;
    this.#database = database;
  }

  /**
   * Opens or creates the store of a directory, which belongs to one process at a time.
   *
   * Throws   unavailable if another process holds it, data_damaged if its files are not as written,
   *          insufficient_storage if there is no room to recover what the last process left in the journal.
   */
  static async open(world: World, directory: string): Promise<Kv> {
    // Not after the open: LevelDB would already have taken in what it could read, and deleted the evidence.
    await world.files.mkdir(directory);
    const [finding] = await findDamage(world.files, directory);
    if (finding !== undefined) throw new VectorizerError('data_damaged', finding);
    const database = await openDatabaseOrAnew(world.files, directory);
    // LevelDB has given CURRENT a new manifest, and does not sync that name: nothing may be stored before it stays.
    try {
      await world.files.syncDirectory(directory);
    } catch (error) {
      // Caught to undo.
      await database.close();
      throw storageError(error, directory);
    }
    return new Kv(world, directory, database);
  }

  /** Bytes of values that are kept because they were read one by one. */
  get cacheBytes(): number {
    return this.#cache.bytes;
  }

  /** What `cacheBytes` comes to where memory is not short. */
  get usualCacheBytes(): number {
    return CACHE_BYTES;
  }

  /** Whether many such values are kept, as usual, or few, because memory is short. */
  set cacheSize(size: 'usual' | 'small') {
    this.#cache.resize(size === 'usual' ? CACHE_BYTES : SMALL_CACHE_BYTES);
  }

  /** The value of a key, at once: from memory, or a read of some microseconds. */
  getSync(key: Uint8Array): Uint8Array | undefined {
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    try {
      const marks = this.#writeMarks;
      return this.#keep(key, this.#open(key, this.#database.getSync(key)), marks);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const [value] = await this.getMany([key]);
    return value;
  }

  /** The values of many keys, in their order. */
  async getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const marks = this.#writeMarks;
    const values = keys.map((key) => this.#cache.get(key));
    const missing = keys.filter((_, index) => values[index] === undefined);
    if (missing.length === 0) return values;
    const sealed = await this.#translated(this.#database.getMany(missing));
    let next = 0;
    return values.map((value, index) => {
      const key = keys[index];
      if (value !== undefined || key === undefined) return value;
      return this.#keep(key, this.#open(key, sealed[next++]), marks);
    });
  }

  /**
   * Applies all operations or none. Keys and values may not change until it settles.
   *
   * Rejects   insufficient_storage if the disk is (almost) full: nothing is written, reads go on, and writes work again
   *           once there is room.
   */
  batch(operations: readonly KvOperation[], { sync }: { readonly sync: boolean }): Promise<void> {
    let bytes = 0;
    for (const operation of operations) {
      bytes += operation.key.length + (operation.type === 'put' ? operation.value.length : 0);
    }
    return this.#enqueue(bytes, sync, { operations });
  }

  /** Removes all keys of a range; not atomic. */
  clear(range: KvRange): Promise<void> {
    return this.#enqueue(0, false, { range });
  }

  /** Entries in the order of keys (or against it), as they were when the iteration began. */
  async *iterate(iteration: KvIteration): AsyncGenerator<KvEntry, void, undefined> {
    for await (const page of this.iteratePages(iteration)) yield* page;
  }

  /** As `iterate`, a thousand entries at a time: a walk over everything costs a third. It begins with the first `next`. */
  iteratePages(iteration: KvIteration): AsyncGenerator<readonly KvEntry[], void, undefined> {
    return this.#pages(this.#fetch(iteration));
  }

  /** The store as it is at this moment, whatever is written later; to be closed. */
  view(): KvView {
    const snapshot = this.#database.snapshot();
    return {
      iteratePages: (iteration) => this.#pages(this.#fetch(iteration, snapshot)),
      close: () => snapshot.close(),
    };
  }

  /** Reads everything and reports all damage, one line each; an empty list means that the store is sound. */
  async check(): Promise<readonly string[]> {
    const { files } = this.#world;
    // Not all that are there: one that a compaction is writing is not whole yet.
    const { tables } = await checkManifest(files, this.#directory);
    const names = tables.map(({ name }) => name);
    const findings = [...(await checkTables(files, this.#directory, names))];
    // LevelDB ends the process where it meets what it does not expect.
    if (findings.length > 0) return findings;
    try {
      for await (const page of this.#fetch({})) {
        for (const [key, value] of page) {
          if (unseal(key, value) === undefined) findings.push(brokenSeal(this.#directory, key));
        }
      }
    } catch (error) {
      // Caught to report it beside what was found before; LevelDB cannot read on behind it.
      findings.push(error instanceof Error ? error.message : String(error));
    }
    return findings;
  }

  /** Finishes the writes under way and closes the files. */
  async close(): Promise<void> {
    await this.#draining;
    this.#cache.close();
    await this.#database.close();
  }

  #enqueue(bytes: number, sync: boolean, work: Write['work']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, sync, work, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const writes = this.#takeMerged();
      try {
        await this.#ready(writes.reduce((sum, write) => sum + write.bytes, 0));
        await this.#write(writes);
        for (const write of writes) write.resolve();
      } catch (error) {
        // Caught to tell each caller; later writes may find room again.
        for (const write of writes) write.reject(this.#translate(error));
      }
    }
    this.#draining = undefined;
  }

  /** The first waiting write, with the batches behind it that can go along. */
  #takeMerged(): readonly Write[] {
    let count = 0;
    let bytes = 0;
    for (const { work, bytes: writeBytes } of this.#waiting) {
      bytes += writeBytes;
      if (count > 0 && (bytes > MERGED_BYTES || 'range' in work)) break;
      count += 1;
      if ('range' in work) break;
    }
    const writes = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return writes;
  }

  async #write(writes: readonly Write[]): Promise<void> {
    const sync = writes.some(({ work, sync }) => sync || 'range' in work);
    const batch = this.#database.batch();
    let built = 0;
    this.#writeMarks += 1;
    try {
      for (const { work } of writes) {
        if ('range' in work) {
          await this.#database.clear(work.range);
          this.#cache.close();
          // Something for the batch to sync, behind all that was cleared: a journal without holes.
          const cleared = clearedKey(work.range);
          if (cleared !== undefined) batch.del(cleared);
          continue;
        }
        for (const operation of work.operations) {
          this.#cache.drop(operation.key);
          if (operation.type === 'put') batch.put(operation.key, seal(operation.key, operation.value));
          else batch.del(operation.key);
          built += 1;
          if (built % SLICE_OPERATIONS === 0) await nextTurn();
        }
      }
      await batch.write({ sync });
      // LevelDB syncs its journal, and never the name of a journal that it has just begun.
      if (sync) await this.#world.files.syncDirectory(this.#directory);
      this.#ailment = 'none';
    } catch (error) {
      // Caught to remember: the journal may end in half a record, and what is appended behind that would be lost.
      this.#ailment = this.#ailment === 'none' ? 'journal' : 'reopen';
      throw error;
    } finally {
      this.#writeMarks += 1;
      await batch.close();
    }
  }

  /** Makes sure that a write of so many bytes meets a sound journal and enough room. */
  async #ready(bytes: number): Promise<void> {
    await requireRoom(this.#world.files, this.#directory, RESERVE_BYTES + 2 * bytes);
    if (this.#ailment === 'journal') {
      // Compacting even an empty range makes LevelDB begin a new journal and write the old one's content to a table.
      await this.#database.compactRange(NOTHING, NOTHING);
    } else if (this.#ailment === 'reopen') {
      await this.#proveRoom();
      await this.#database.close();
      this.#database = await openDatabase(this.#directory);
      this.#ailment = 'none';
    }
  }

  /**
   * Throws insufficient_storage unless the disk really takes as much as an open writes (the journal as a table, and a new
   * manifest): if the open failed half way nothing could be read any more. Free space does not tell it where a quota does.
   */
  async #proveRoom(): Promise<void> {
    const { files } = this.#world;
    const path = join(this.#directory, 'room.tmp');
    const names = await files.list(this.#directory);
    const journals = names
      .filter((name) => name.endsWith('.log'))
      .map((name) => files.stat(join(this.#directory, name)));
    const bytes = (await Promise.all(journals)).reduce((sum, stat) => sum + (stat?.bytes ?? 0), PROVED_BYTES);
    try {
      const file = await files.open(path, 'create');
      try {
        await file.write([new Uint8Array(bytes)], 0);
        await file.sync();
      } finally {
        await file.close();
      }
    } finally {
      await files.unlink(path).catch(() => undefined);
    }
  }

  async *#pages(
    pages: AsyncIterable<readonly [Uint8Array, Uint8Array][]>,
  ): AsyncGenerator<readonly KvEntry[], void, undefined> {
    for await (const page of pages) yield page.map(([key, value]) => ({ key, value: this.#open(key, value) }));
  }

  async *#fetch(
    iteration: KvIteration,
    snapshot?: Snapshot,
  ): AsyncGenerator<readonly [Uint8Array, Uint8Array][], void, undefined> {
    const highWaterMarkBytes = iteration.limit === undefined ? WALK_BYTES : FETCH_BYTES;
    const seenFrom = snapshot === undefined ? {} : { snapshot };
    const iterator = this.#atOnce(() => this.#database.iterator({ ...iteration, ...seenFrom, highWaterMarkBytes }));
    const fetch = (): Promise<[Uint8Array, Uint8Array][]> => this.#translated(iterator.nextv(FETCH_ENTRIES));
    try {
      let entries = await fetch();
      while (entries.length > 0) {
        // A walk reads on while its caller works: LevelDB and the caller then take turns on two cores instead of one.
        const ahead = iteration.limit === undefined ? fetch() : undefined;
        // Awaited in the next round; the caller may never come back for it.
        ahead?.catch(() => undefined);
        yield entries;
        entries = await (ahead ?? fetch());
      }
    } finally {
      await iterator.close();
    }
  }

  #atOnce<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Keeps a value for the next time, unless something was written since `marks`, or is being written. */
  #keep(key: Uint8Array, value: Uint8Array | undefined, marks: number): Uint8Array | undefined {
    if (value !== undefined && marks === this.#writeMarks && marks % 2 === 0) this.#cache.add(key, value);
    return value;
  }

  #open<T extends Uint8Array | undefined>(key: Uint8Array, sealed: T): T | Uint8Array {
    if (sealed === undefined) return sealed;
    const value = unseal(key, sealed);
    if (value === undefined) throw new VectorizerError('data_damaged', brokenSeal(this.#directory, key));
    return value;
  }

  async #translated<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): Error {
    return databaseError(error, this.#directory);
  }
}

/** A key that a range has, if it is easily told. */
function clearedKey({ gte, lt }: KvRange): Uint8Array | undefined {
  if (gte === undefined || (lt !== undefined && Buffer.compare(gte, lt) >= 0)) return undefined;
  return gte;
}

function brokenSeal(directory: string, key: Uint8Array): string {
  return `${directory}: the value of key ${Buffer.from(key).toString('hex')} fails its checksum`;
}
