import type { World } from '../base/world.ts';
import type { FlushedRows } from '../segments/originals.ts';
import {
  GRAPH_KIND,
  planRowsFlush,
  REMOVED_KIND,
  removedBytes,
  type RowsFlush,
  rowsName,
  type SegmentManifest,
  writeRows,
} from '../segments/segment-files.ts';
import type { Segment } from '../segments/segment.ts';
import { writeFile } from '../storage/write-file.ts';
import type { Kv } from '../storage/kv.ts';
import type { IndexFiles } from './index-files.ts';
import { encodeManifest, manifestFiles, type ShardManifest } from './manifest.ts';
import type { Payloads } from './payloads.ts';

/** The shard's state as a checkpoint sees it. */
export interface CheckpointSource {
  readonly segments: readonly Segment[];
  readonly payloads: Payloads;
  /** The last update that is applied. */
  readonly sequence: number;
  readonly nextSegment: number;
  readonly indexFiles: IndexFiles;
  /** Numbers of segments that are being made beside it; their files stay. */
  readonly building: ReadonlySet<number>;
  /** Runs `job` between two updates. */
  between<T>(job: () => T): Promise<T>;
}

/** One segment's part of a checkpoint, taken between two updates. */
interface SegmentCapture {
  readonly segment: Segment;
  readonly rows: readonly RowsFlush[];
  readonly removedCount: number;
  /** undefined: the file of the last checkpoint still tells it, or nothing is removed. */
  readonly removed: Uint8Array | undefined;
}

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
  private readonly dimension: number;
  private current: ShardManifest;

  constructor(options: {
    readonly world: World;
    readonly kv: Kv;
    readonly directory: string;
    readonly manifestKey: Uint8Array;
    readonly dimension: number;
    readonly manifest: ShardManifest;
  }) {
    this.world = options.world;
    this.kv = options.kv;
    this.directory = options.directory;
    this.manifestKey = options.manifestKey;
    this.dimension = options.dimension;
    this.current = options.manifest;
  }

  get manifest(): ShardManifest {
    return this.current;
  }

  /** Whether the graph of some segment has grown so much that it is worth saving. */
  graphIsDue(segments: readonly Segment[], occasion: Occasion): boolean {
    return segments.some((segment) => this.graphHasGrown(segment, occasion));
  }

  /** Writes a checkpoint. Throws insufficient_storage or what the disk said; everything is then as it was before. */
  async write(source: CheckpointSource, occasion: Occasion): Promise<void> {
    await this.world.files.mkdir(this.directory);
    const graphs = await this.saveGraphs(source.segments, occasion);
    const { sequence, nextSegment, indexCapture, captures } = await source.between(() => {
      source.payloads.beginFlush();
      return {
        sequence: source.sequence,
        nextSegment: source.nextSegment,
        indexCapture: source.indexFiles.capture(source.sequence, occasion),
        captures: source.segments.map((segment) => this.capture(segment)),
      };
    });
    const flushed = new Map<Segment, FlushedRows[]>();
    try {
      for (const { segment, rows } of captures) {
        const files: FlushedRows[] = [];
        flushed.set(segment, files);
        for (const plan of rows) files.push(await writeRows(this.world, this.directory, segment, this.dimension, plan));
      }
      const segments: SegmentManifest[] = [];
      for (const capture of captures) segments.push(await this.describe(capture, graphs));
      const indexes = await source.indexFiles.write(indexCapture);
      const manifest: ShardManifest = { format: 1, sequence, nextSegment, segments, indexes };
      const operations = await source.payloads.flushOperations();
      operations.push({ type: 'put', key: this.manifestKey, value: encodeManifest(manifest) });
      await this.kv.batch(operations, { sync: true });
      this.current = manifest;
    } catch (error) {
      source.payloads.endFlush(false);
      source.indexFiles.end(indexCapture, false);
      await closeAll([...flushed.values()].flat());
      await this.sweep(source);
      throw error;
    }
    source.payloads.endFlush(true);
    source.indexFiles.end(indexCapture, true);
    for (const [segment, files] of flushed) await closeAll(segment.originals.replaceBy(files));
    await this.sweep(source);
  }

  /** Brings the rows of a segment that is being made into files, which no manifest names yet. */
  async flushRows(segment: Segment): Promise<void> {
    await this.world.files.mkdir(this.directory);
    const files: FlushedRows[] = [];
    for (const plan of planRowsFlush(segment))
      files.push(await writeRows(this.world, this.directory, segment, this.dimension, plan));
    await closeAll(segment.originals.replaceBy(files));
  }

  /**
   * Removes the files that nobody needs: what a crash or a failed checkpoint left, and what is replaced. Needed is what
   * the manifest names; what segments hold that took their place while no checkpoint could be written (the next one
   * names it); and what belongs to segments that are being made.
   */
  async sweep(source: Pick<CheckpointSource, 'segments' | 'building'>): Promise<void> {
    const { files } = this.world;
    const needed = new Set(manifestFiles(this.current));
    for (const { number, originals } of source.segments) {
      for (const { firstRow, rowCount } of originals.files) needed.add(rowsName(number, firstRow, rowCount));
    }
    for (const name of await files.list(this.directory)) {
      if (!needed.has(name) && !source.building.has(Number.parseInt(name, 10))) {
        await files.unlink(`${this.directory}/${name}`);
      }
    }
  }

  private savedGraph(segment: Segment): { readonly name: string; readonly indexedCount: number } | undefined {
    const name = this.current.segments.find(({ number }) => number === segment.number)?.graph ?? undefined;
    const count = name === undefined ? undefined : /-graph-(\d+)\.bin$/.exec(name)?.[1];
    return name === undefined || count === undefined ? undefined : { name, indexedCount: Number(count) };
  }

  private graphHasGrown(segment: Segment, occasion: Occasion): boolean {
    const saved = this.savedGraph(segment)?.indexedCount ?? 0;
    return segment.indexedCount > saved * GRAPH_GROWTH[occasion];
  }

  /** Writes the graphs that are worth it; the names of all graphs by segment number. */
  private async saveGraphs(segments: readonly Segment[], occasion: Occasion): Promise<ReadonlyMap<number, string>> {
    const names = new Map<number, string>();
    for (const segment of segments) {
      const saved = this.savedGraph(segment);
      if (saved !== undefined) names.set(segment.number, saved.name);
      if (segment.dense === undefined || !this.graphHasGrown(segment, occasion)) continue;
      const graph = segment.dense.exportGraph();
      const name = `${segment.number}-graph-${graph.indexedCount}.bin`;
      await writeFile(this.world, `${this.directory}/${name}`, GRAPH_KIND, graph.chunks);
      names.set(segment.number, name);
    }
    return names;
  }

  private capture(segment: Segment): SegmentCapture {
    const { removedCount } = segment;
    const known = this.current.segments.find(({ number }) => number === segment.number)?.removed;
    const unchanged = removedCount === 0 || known === removedName(segment.number, removedCount);
    return {
      segment,
      rows: planRowsFlush(segment),
      removedCount,
      removed: unchanged ? undefined : removedBytes(segment),
    };
  }

  private async describe(capture: SegmentCapture, graphs: ReadonlyMap<number, string>): Promise<SegmentManifest> {
    const { segment, rows, removedCount, removed } = capture;
    const { number } = segment;
    const removedFile = removedCount === 0 ? null : removedName(number, removedCount);
    if (removed !== undefined) await writeFile(this.world, `${this.directory}/${removedFile}`, REMOVED_KIND, [removed]);
    const [firstNew] = rows;
    const kept = segment.originals.files
      .filter(({ firstRow }) => firstNew === undefined || firstRow < firstNew.firstRow)
      .map(({ firstRow, rowCount }) => ({ name: rowsName(number, firstRow, rowCount), firstRow, rowCount }));
    const { m, efConstruct } = segment.options;
    return {
      number,
      m,
      efConstruct,
      rows: [...kept, ...rows],
      removed: removedFile,
      graph: graphs.get(number) ?? null,
    };
  }
}

async function closeAll(files: readonly FlushedRows[]): Promise<void> {
  await Promise.all(files.map(({ file }) => file.close()));
}

function removedName(segment: number, removedCount: number): string {
  return `${segment}-removed-${removedCount}.bin`;
}
