import { Bitset, bitsOf, hasBit } from '../base/bitset.ts';
import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { jsonPath } from '../core/json-path.ts';
import { encodeIndex, INDEX_KIND, type IndexPlaces, NO_SLOT, StoredIndex } from '../filters/index-file.ts';
import type { FieldIndex } from '../filters/field-index.ts';
import type { Logger } from '../observe/logger.ts';
import type { Segment } from '../segments/segment.ts';
import { writeFile } from '../storage/write-file.ts';
import type { Occasion } from './checkpoint.ts';
import { type FieldDefinition, type FieldIndexes, type IndexLoader, slices } from './field-indexes.ts';
import type { ManifestIndex } from './manifest.ts';
import type { ShardPoints } from './shard-points.ts';

/**
 * An index is written again when more than this share of the points have changed since its file was written: they are
 * what a restart has to read payloads for.
 */
const CHANGED_SHARE: Readonly<Record<Occasion, number>> = { working: 0.2, resting: 0.05, closing: 0.01 };
/** Where a restart would have to read more payloads than this share (and this number), it builds the index anew, in the background. */
const REPAIRED_SHARE_MAX = 0.3;
const REPAIRED_ALWAYS = 1000;
/** So many points are indexed in about a tenth of a second. */
const LARGE_POINTS = 10_000;
/** Payloads that are read at once. */
const REPAIR_POINTS = 512;

/** Rows of a segment: a file's places are those of its segments, end to end. */
interface SegmentRows {
  readonly segment: number;
  readonly rowCount: number;
}

/** What the file of an index says of the points that it holds. */
interface Origin {
  /** It holds all points as of this update. */
  readonly sequence: number;
  readonly segments: readonly SegmentRows[];
}

/** The file of an index that the manifest names. */
interface Saved {
  readonly file: string;
  readonly segments: readonly SegmentRows[];
  /** What `FieldIndexes.writes` was then. */
  readonly writes: number;
}

/** The indexes' part of a checkpoint, taken between two updates. */
export interface IndexCapture {
  readonly origin: Origin;
  readonly places: IndexPlaces;
  readonly writes: number;
  readonly indexes: readonly {
    readonly definition: FieldDefinition;
    /** undefined: it does not hold all points yet. */
    readonly index: FieldIndex | undefined;
    /** The file that holds it so far. */
    readonly file: string | null;
    readonly isDue: boolean;
  }[];
  /** Slots that have changed since. */
  readonly changed: Bitset;
  /** Files by index, as they come. */
  readonly written: Map<FieldIndex, string>;
}

/**
 * Keeps the payload indexes of a shard in files (docs/format-index.md). An index is derived from the payloads: its file
 * may be older than the manifest that names it, since the points that have changed since then are told by their
 * versions, and their payloads are read at the start. A file that is damaged costs the time of building the index anew.
 */
export class IndexFiles {
  private readonly world: World;
  private readonly directory: string;
  private readonly logger: Logger;
  private readonly points: ShardPoints;
  private readonly saved = new WeakMap<FieldIndex, Saved>();
  /** Files of indexes that no checkpoint has seen loaded yet, by definition. */
  private readonly restoring = new Map<string, string>();
  private nextNumber = 1;

  constructor(parts: {
    readonly world: World;
    readonly directory: string;
    readonly logger: Logger;
    readonly points: ShardPoints;
  }) {
    this.world = parts.world;
    this.directory = parts.directory;
    this.logger = parts.logger;
    this.points = parts.points;
  }

  /** Whether some index has changed so much that it is worth writing. */
  isDue(occasion: Occasion): boolean {
    return this.fields.held.some(({ index }) => index !== undefined && this.indexIsDue(index, occasion));
  }

  /** Whether an index without a file would take a while to be built again. */
  get lacksLarge(): boolean {
    const isLarge = this.points.slots.live.count >= LARGE_POINTS;
    return isLarge && this.fields.held.some(({ index }) => index !== undefined && !this.saved.has(index));
  }

  /** Begins to write; `end` must follow. Between two updates, of which `sequence` is the last one. */
  capture(sequence: number, occasion: Occasion): IndexCapture {
    const { held } = this.fields;
    this.forgetOthers(held.map(({ definition }) => keyOf(definition)));
    const parts = this.points.segments.map(({ number, rowCount, rows, removed }) => ({
      segment: number,
      rowCount,
      // The slot of a row never changes.
      slots: rows.slots,
      removed: removed.words.slice(),
    }));
    return {
      origin: { sequence, segments: parts.map(({ segment, rowCount }) => ({ segment, rowCount })) },
      places: new RowPlaces(
        parts.map(({ rowCount, slots, removed }) => ({
          rowCount,
          slotOf: (row) => (hasBit(removed, row) ? NO_SLOT : (slots[row] ?? NO_SLOT)),
        })),
      ),
      writes: this.fields.writes,
      indexes: held.map(({ definition, index }) => ({
        definition,
        index,
        file: this.fileOf(definition, index),
        isDue: index !== undefined && this.indexIsDue(index, occasion),
      })),
      changed: this.fields.watch(),
      written: new Map(),
    };
  }

  /** Writes the indexes that are due; what the manifest is to say of all. An index that cannot be written keeps its file. */
  async write(capture: IndexCapture): Promise<readonly ManifestIndex[]> {
    for (const { definition, index, isDue } of capture.indexes) {
      if (index === undefined || !isDue) continue;
      const { origin, places, changed } = capture;
      const file = `index-${this.nextNumber++}-${origin.sequence}.bin`;
      try {
        const content = encodeIndex({ index, places, origin, changed }, slices());
        await writeFile(this.world, `${this.directory}/${file}`, INDEX_KIND, content);
        capture.written.set(index, file);
      } catch (error) {
        // Caught to go on: without the file the next start builds the index from the payloads.
        this.logger.warn('an index could not be written', { field: definition.path.text, error: String(error) });
      }
    }
    return capture.indexes.map(({ definition: { path, schema }, index, file }) => ({
      path: path.text,
      schema,
      file: (index === undefined ? undefined : capture.written.get(index)) ?? file,
    }));
  }

  /** The checkpoint has ended: a manifest names what was written, or nothing is as before. */
  end({ origin, writes, written }: IndexCapture, isNamed: boolean): void {
    this.fields.unwatch();
    if (!isNamed) return;
    for (const [index, file] of written) this.saved.set(index, { file, segments: origin.segments, writes });
  }

  /** Begins to bring back the indexes of a manifest, from their files as far as possible. The log behind it follows. */
  restore(indexes: readonly ManifestIndex[]): void {
    const restored = indexes.map(({ path: text, schema, file }) => {
      const path = jsonPath(text);
      if (path === undefined) throw dataDamaged('manifest', `the index of \`${text}\` has no path`);
      const definition = { path, schema };
      return { definition, loader: typeof file === 'string' ? this.loaderOf(definition, file) : undefined };
    });
    this.fields.restore(restored);
  }

  private get fields(): FieldIndexes {
    return this.points.fields;
  }

  /** Of an index that was deleted meanwhile no file is kept. */
  private forgetOthers(keys: readonly string[]): void {
    for (const key of this.restoring.keys()) if (!keys.includes(key)) this.restoring.delete(key);
  }

  /** An index that is being loaded keeps its file. */
  private fileOf(definition: FieldDefinition, index: FieldIndex | undefined): string | null {
    if (index === undefined) return this.restoring.get(keyOf(definition)) ?? null;
    this.restoring.delete(keyOf(definition));
    return this.saved.get(index)?.file ?? null;
  }

  private indexIsDue(index: FieldIndex, occasion: Occasion): boolean {
    const saved = this.saved.get(index);
    const { count } = this.points.slots.live;
    if (saved === undefined) return count > 0;
    const known = new Map(saved.segments.map(({ segment, rowCount }) => [segment, rowCount]));
    const newRows = this.points.segments.reduce(
      (sum, { number, rowCount }) => sum + rowCount - (known.get(number) ?? 0),
      0,
    );
    return Math.max(newRows, this.fields.writes - saved.writes) > count * CHANGED_SHARE[occasion];
  }

  private loaderOf(definition: FieldDefinition, file: string): IndexLoader {
    this.nextNumber = Math.max(this.nextNumber, numberOf(file) + 1);
    this.restoring.set(keyOf(definition), file);
    return {
      load: async (index) => {
        const stored = await StoredIndex.open(this.world, `${this.directory}/${file}`);
        try {
          return await this.load(index, file, stored);
        } finally {
          await stored.close();
        }
      },
      repair: (index, slots) => this.repair(index, slots),
    };
  }

  private async load(index: FieldIndex, file: string, stored: StoredIndex): Promise<boolean> {
    const origin = decodeOrigin(stored.origin, `${this.directory}/${file}`);
    const loaded = await stored.load(index, this.unchangedPlaces(origin), slices());
    const { live } = this.points.slots;
    const rest = without(live, loaded);
    if (rest.count > Math.max(REPAIRED_ALWAYS, live.count * REPAIRED_SHARE_MAX)) return false;
    this.saved.set(index, { file, segments: origin.segments, writes: this.fields.writes - rest.count });
    await this.repair(index, rest);
    return true;
  }

  /** Gives an index the payloads of points as they are now, or nothing where there is none. */
  private async repair(index: FieldIndex, slots: Bitset): Promise<void> {
    const { live } = this.points.slots;
    const giveWay = slices();
    let piece: number[] = [];
    const flush = async (): Promise<void> => {
      const payloads = await this.points.payloadsOf(piece);
      piece.forEach((slot, at) => {
        const payload = payloads[at];
        if (payload !== undefined && live.has(slot)) index.set(slot, payload);
        else index.clear(slot);
      });
      piece = [];
      await giveWay();
    };
    for (const slot of slots.members()) {
      piece.push(slot);
      if (piece.length === REPAIR_POINTS) await flush();
    }
    await flush();
  }

  /** The places of a file, with the slots of the points that have not changed since it was written. */
  private unchangedPlaces({ sequence, segments }: Origin): IndexPlaces {
    const parts = segments.map(({ segment: number, rowCount }) => {
      const segment = this.points.segments.find((each) => each.number === number);
      return { rowCount, slotOf: segment === undefined ? noSlot : unchangedSlots(segment, sequence) };
    });
    return new RowPlaces(parts);
  }
}

interface RowPart {
  readonly rowCount: number;
  readonly slotOf: (row: number) => number;
}

/** The rows of several segments as the places of one file. */
class RowPlaces implements IndexPlaces {
  readonly count: number;
  private readonly parts: readonly RowPart[];

  constructor(parts: readonly RowPart[]) {
    this.parts = parts;
    this.count = parts.reduce((count, { rowCount }) => count + rowCount, 0);
  }

  read(first: number, slots: Uint32Array): void {
    let partStart = 0;
    for (const { rowCount, slotOf } of this.parts) {
      const from = Math.max(first, partStart);
      const end = Math.min(first + slots.length, partStart + rowCount);
      for (let place = from; place < end; place++) slots[place - first] = slotOf(place - partStart);
      partStart += rowCount;
    }
  }
}

function unchangedSlots({ rows, removed }: Segment, sequence: number): RowPart['slotOf'] {
  return (row) => (removed.has(row) || rows.versionAt(row) > sequence ? NO_SLOT : rows.slotAt(row));
}

function noSlot(): number {
  return NO_SLOT;
}

function keyOf({ path, schema }: FieldDefinition): string {
  return JSON.stringify([path.steps, schema]);
}

/** Members of one set that are not in another. */
function without(members: Bitset, others: Bitset): Bitset {
  const { words } = others;
  const rest = new Bitset();
  for (const member of bitsOf(members.words.map((word, at) => word & ~(words[at] ?? 0)))) rest.add(member);
  return rest;
}

function numberOf(file: string): number {
  return Number(/^index-(\d+)-/.exec(file)?.[1] ?? 0);
}

function decodeOrigin(value: unknown, path: string): Origin {
  if (typeof value === 'object' && value !== null && 'sequence' in value && 'segments' in value) return value as Origin;
  throw dataDamaged(path, 'does not say which points it holds');
}
