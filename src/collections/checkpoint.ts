import type { World } from '../base/world.ts';
import { VectorizerError } from '../core/errors.ts';
import {
  type FieldManifest,
  type FileRange,
  GRAPH_KIND,
  REMOVED_KIND,
  removedBytes,
  type SegmentManifest,
} from '../segments/segment-files.ts';
import {
  closeFiles,
  fileNames,
  type FlushedSegment,
  planFlush,
  rowsName,
  type SegmentFlush,
  settleFlush,
  vectorsName,
  writeFlush,
} from '../segments/segment-flush.ts';
import type { FieldSpec } from '../segments/field-spec.ts';
import type { SegmentField } from '../segments/segment-field.ts';
import type { Segment } from '../segments/segment.ts';
import { writeFile } from '../storage/write-file.ts';
import type { Kv, KvOperation } from '../storage/kv.ts';
import { storageError } from '../storage/storage-error.ts';
import type { IndexFiles } from './index-files.ts';
import { encodeManifest, namedFiles, type ShardManifest } from './manifest.ts';
import type { Payloads } from './payloads.ts';
import type { ShardVectorFields } from './shard-vector-fields.ts';

/** The shard's state as a checkpoint sees it. */
export interface CheckpointSource {
  readonly segments: readonly Segment[];
  readonly payloads: Payloads;
  /** The last update that is applied. */
  readonly sequence: number;
  readonly nextSegment: number;
  readonly indexFiles: IndexFiles;
  readonly vectorFields: ShardVectorFields;
  /** Numbers of segments that are being made beside it; their files stay. */
  readonly building: ReadonlySet<number>;
  /** Runs `job` between two updates. */
  between<T>(job: () => T): Promise<T>;
}

/** One segment's part of a checkpoint, taken between two updates. */
interface SegmentCapture {
  readonly segment: Segment;
  readonly flush: SegmentFlush;
  readonly fieldEnd: number;
  readonly removedCount: number;
  /** undefined: the file of the last checkpoint still tells it, or nothing is removed. */
  readonly removed: Uint8Array | undefined;
}

/** Names of saved graphs by segment and field. */
type Graphs = ReadonlyMap<SegmentField, string>;

/** When a checkpoint is written: while work goes on, when a shard has come to rest, when it is closed. */
export type Occasion = 'working' | 'resting' | 'closing';

/** A graph is saved again once it has grown by this factor since it was saved last; a restart indexes the rest anew. */
const GRAPH_GROWTH: Readonly<Record<Occasion, number>> = { working: 1.5, resting: 1.1, closing: 1 };

/**
 * Brings a shard's state onto the disk, in an order that a crash may interrupt anywhere:
 *
 *   1. graphs      new files; nobody names them yet
 *   2. capture     between two updates: which rows, which removals, which payloads
 *   3. rows, payload indexes   new files
 *   4. one atomic, synced batch in the key-value store: payloads and the manifest that names the files and the sequence
 *   5. the log below the sequence and files that the manifest does not name are dropped
 *
 * Before 4 the old manifest and the log tell everything; after it the new one does.
 */
export class Checkpoint {
  private readonly world: World;
  private readonly kv: Kv;
  private readonly directory: string;
  private readonly manifestKey: Uint8Array;
  private current: ShardManifest;
  /** Files of manifests that a failed fsync may have stored or not. */
  private readonly uncertain = new Set<string>();

  constructor(options: {
    readonly world: World;
    readonly kv: Kv;
    readonly directory: string;
    readonly manifestKey: Uint8Array;
    readonly manifest: ShardManifest;
  }) {
    this.world = options.world;
    this.kv = options.kv;
    this.directory = options.directory;
    this.manifestKey = options.manifestKey;
    this.current = options.manifest;
  }

  get manifest(): ShardManifest {
    return this.current;
  }

  /** Notes the vector fields of a shard that is new: its log is applied to these, whatever the collection's are by then. */
  async begin(fields: readonly FieldSpec[]): Promise<void> {
    this.current = { ...this.current, fields };
    const operation = { type: 'put', key: this.manifestKey, value: encodeManifest(this.current) } as const;
    // Synced: where later batches survive a power loss and this one does not, the store's journal has a hole.
    await this.kv.batch([operation], { sync: true });
  }

  /** Whether the graph of some segment has grown so much that it is worth saving. */
  graphIsDue(segments: readonly Segment[], occasion: Occasion): boolean {
    return segments.some((segment) => segment.fields.some((field) => this.graphHasGrown(segment, field, occasion)));
  }

  /** Writes a checkpoint. Throws insufficient_storage or what the disk said; everything is then as it was before. */
  async write(source: CheckpointSource, occasion: Occasion): Promise<void> {
    await this.makeFolder();
    // Vector fields that are dropped meanwhile stay readable to the end.
    const retained = [...source.segments];
    for (const segment of retained) segment.retain();
    try {
      await this.writeRetained(source, occasion, retained);
    } finally {
      for (const segment of retained) segment.release();
    }
  }

  /** retained: gets the segments that have come since, retained too. */
  private async writeRetained(source: CheckpointSource, occasion: Occasion, retained: Segment[]): Promise<void> {
    const graphs = await this.saveGraphs(retained, occasion);
    const { sequence, nextSegment, fields, indexCapture, captures } = await source.between(() => {
      source.payloads.beginFlush();
      const added = source.segments.filter((segment) => !retained.includes(segment));
      for (const segment of added) segment.retain();
      retained.push(...added);
      return {
        sequence: source.sequence,
        nextSegment: source.nextSegment,
        fields: source.vectorFields.specs,
        indexCapture: source.indexFiles.capture(source.sequence, occasion),
        captures: source.segments.map((segment) => this.capture(segment)),
      };
    });
    const flushed: FlushedSegment[] = [];
    try {
      for (const { segment, flush } of captures)
        flushed.push(await writeFlush(this.world, this.directory, segment, flush));
      const segments: SegmentManifest[] = [];
      for (const capture of captures) segments.push(await this.describe(capture, graphs));
      const indexes = await source.indexFiles.write(indexCapture);
      const manifest: ShardManifest = { format: 2, sequence, nextSegment, segments, fields, indexes };
      const operations = await source.payloads.flushOperations();
      operations.push({ type: 'put', key: this.manifestKey, value: encodeManifest(manifest) });
      await this.store(manifest, operations);
    } catch (error) {
      source.payloads.endFlush(false);
      source.indexFiles.end(indexCapture, false);
      await Promise.all(flushed.map(closeFiles));
      await this.sweep(source);
      throw error;
    }
    source.payloads.endFlush(true);
    source.indexFiles.end(indexCapture, true);
    for (const segment of flushed) await settleFlush(segment);
    await this.sweep(source);
  }

  /** The moment that counts. */
  private async store(manifest: ShardManifest, operations: readonly KvOperation[]): Promise<void> {
    try {
      await this.kv.batch(operations, { sync: true });
    } catch (error) {
      // Caught to note that the next start may find this manifest: its files stay until another one is stored.
      const isCertain = error instanceof VectorizerError && error.kind === 'insufficient_storage';
      if (!isCertain) for (const name of namesOf(manifest)) this.uncertain.add(name);
      throw error;
    }
    this.current = manifest;
    this.uncertain.clear();
  }

  /** Brings the rows of a segment that is being made into files, which no manifest names yet. */
  async flushRows(segment: Segment): Promise<void> {
    await this.makeFolder();
    await settleFlush(await writeFlush(this.world, this.directory, segment, planFlush(segment)));
  }

  /**
   * Removes the files that nobody needs: what a crash or a failed checkpoint left, and what is replaced. Needed is what
   * the manifest names, and one that may be stored; what segments hold that took their place while no checkpoint could be
   * written (the next one names it); and what belongs to segments that are being made.
   */
  async sweep(source: Pick<CheckpointSource, 'segments' | 'building'>): Promise<void> {
    const { files } = this.world;
    const needed = new Set([...namesOf(this.current), ...this.uncertain]);
    for (const segment of source.segments) for (const name of fileNames(segment)) needed.add(name);
    for (const name of await files.list(this.directory)) {
      if (!needed.has(name) && !source.building.has(Number.parseInt(name, 10))) {
        const path = `${this.directory}/${name}`;
        await files.unlink(path).catch((error: unknown) => {
          throw storageError(error, path);
        });
      }
    }
  }

  private async makeFolder(): Promise<void> {
    try {
      await this.world.files.mkdir(this.directory);
    } catch (error) {
      throw storageError(error, this.directory);
    }
  }

  private savedField(segment: Segment, field: SegmentField): FieldManifest | undefined {
    const saved = this.current.segments.find(({ number }) => number === segment.number);
    return saved?.fields.find(({ number }) => number === field.number);
  }

  private graphHasGrown(segment: Segment, field: SegmentField, occasion: Occasion): boolean {
    if (field.index.kind !== 'dense' || segment.isFull) return false;
    const name = this.savedField(segment, field)?.graph ?? '';
    const saved = Number(/-graph-(\d+)\.bin$/.exec(name)?.[1] ?? 0);
    return field.field.indexedCount > saved * GRAPH_GROWTH[occasion];
  }

  /** Writes the graphs that are worth it; the names of all graphs. */
  private async saveGraphs(segments: readonly Segment[], occasion: Occasion): Promise<Graphs> {
    const names = new Map<SegmentField, string>();
    for (const segment of segments) {
      for (const field of segment.fields) {
        const saved = this.savedField(segment, field)?.graph;
        if (saved !== undefined && saved !== null) names.set(field, saved);
        if (field.index.kind !== 'dense' || !this.graphHasGrown(segment, field, occasion)) continue;
        const graph = field.index.field.exportGraph();
        const name = `${segment.number}-${field.number}-graph-${graph.indexedCount}.bin`;
        await writeFile(this.world, `${this.directory}/${name}`, GRAPH_KIND, graph.chunks);
        names.set(field, name);
      }
    }
    return names;
  }

  private capture(segment: Segment): SegmentCapture {
    const { removedCount, fieldEnd } = segment;
    const known = this.current.segments.find(({ number }) => number === segment.number)?.removed;
    const unchanged = removedCount === 0 || known === removedName(segment.number, removedCount);
    return {
      segment,
      flush: planFlush(segment),
      fieldEnd,
      removedCount,
      removed: unchanged ? undefined : removedBytes(segment),
    };
  }

  private async describe(capture: SegmentCapture, graphs: Graphs): Promise<SegmentManifest> {
    const { segment, flush, fieldEnd, removedCount, removed } = capture;
    const { number } = segment;
    const removedFile = removedCount === 0 ? null : removedName(number, removedCount);
    if (removed !== undefined) await writeFile(this.world, `${this.directory}/${removedFile}`, REMOVED_KIND, [removed]);
    const fields = flush.fields.map(({ field, vectors }): FieldManifest => {
      const name = (first: number, count: number): string => vectorsName(number, field.number, first, count);
      const { spec, originals } = field;
      const graph = graphs.get(field) ?? null;
      return { number: field.number, spec, vectors: withNew(originals.files, vectors, name), graph };
    });
    const rows = withNew(segment.rowFiles, flush.rows, (first, count) => rowsName(number, first, count));
    return { number, rows, removed: removedFile, fields, nextField: fieldEnd };
  }
}

function namesOf(manifest: ShardManifest): readonly string[] {
  return namedFiles(manifest).map(({ name }) => name);
}

/** The files that stay, and behind them those that are new. */
function withNew(
  old: readonly { readonly first: number; readonly count: number }[],
  added: readonly FileRange[],
  nameOf: (first: number, count: number) => string,
): FileRange[] {
  const [firstNew] = added;
  const kept = old.filter(({ first }) => firstNew === undefined || first < firstNew.first);
  return [...kept.map(({ first, count }) => ({ name: nameOf(first, count), first, count })), ...added];
}

function removedName(segment: number, removedCount: number): string {
  return `${segment}-removed-${removedCount}.bin`;
}
