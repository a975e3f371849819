import { setImmediate as nextTurn } from 'node:timers/promises';
import { bitsOf } from '../base/bitset.ts';
import type { CollectionConfig } from '../core/collection-config.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import type { PointId } from '../core/ids.ts';
import { openSegment } from '../segments/segment-files.ts';
import type { Segment, SegmentOptions } from '../segments/segment.ts';
import { UpdateLog } from '../storage/log.ts';
import { applyRecord } from './apply.ts';
import { ApplyQueue } from './apply-queue.ts';
import { Checkpoint, type CheckpointSource, type Occasion } from './checkpoint.ts';
import type { FieldIndexes } from './field-indexes.ts';
import { fieldSpecs } from './field-specs.ts';
import type { Foundation } from './foundation.ts';
import { IndexFiles } from './index-files.ts';
import { manifestKey } from './keys.ts';
import { refuseGap } from './log-gap.ts';
import { mayHoldOriginals } from './memory-limits.ts';
import { decodeManifest, EMPTY_MANIFEST, type ShardManifest } from './manifest.ts';
import { Payloads } from './payloads.ts';
import type { PointSlots } from './point-slots.ts';
import { decodeRecord, encodeRecord, type UpdateRecord } from './record.ts';
import { logFolder, segmentsFolder, type ShardPlace } from './shard-place.ts';
import { ShardPoints } from './shard-points.ts';
import { ShardSegments } from './shard-segments.ts';
import type { Applied, Place, ShardState } from './shard-state.ts';
import { ShardVectorFields } from './shard-vector-fields.ts';

/**
 * An update in the log: `applied` settles when searches see it. It gives what Qdrant refuses although it has carried out
 * a part, and rejects where the shard has failed.
 */
export interface LoggedUpdate {
  readonly sequence: number;
  readonly applied: Promise<VectorizerError | undefined>;
}

/** 16 MB: large sequential reads at the start, and whole files to drop after a checkpoint. */
const LOG_SEGMENT_BYTES = 16 * 2 ** 20;
/** A checkpoint is due at this many points in memory, or at the bytes of `wal_capacity_mb`: it bounds what a restart replays. */
const UNWRITTEN_POINTS_MAX = 50_000;
/** While checkpoints fail (a full disk), writes are refused from here on, before memory runs out. */
const UNWRITTEN_BYTES_HARD_MAX = 512 * 2 ** 20;
/** Updates that may be in the log without being applied before a client waits even with wait=false (Qdrant: 200). */
const QUEUE_MAX = 200;

/**
 * One shard: the log, the segments, the payloads, and the one queue in which updates are applied.
 * Lock order: `maintenance` (checkpoint, swap of segments) before the apply queue.
 */
export class Shard implements CheckpointSource, ShardState {
  /** Within its collection. */
  readonly number: number;
  readonly place: ShardPlace;
  readonly payloads: Payloads;
  /** The points by slot, the indexes over their payloads, and which match a filter. */
  readonly points: ShardPoints;
  readonly indexFiles: IndexFiles;
  readonly vectorFields: ShardVectorFields;
  private readonly foundation: Foundation;
  private readonly log: UpdateLog;
  private readonly checkpoint: Checkpoint;
  private readonly queue = new ApplyQueue();
  private readonly maintenance = new ApplyQueue();
  private readonly own: ShardSegments;
  private logged: number;
  private appliedSequence: number;
  private readonly unwrittenBytesMax: number;
  private unwrittenPoints = 0;
  private failed: Error | undefined;
  private closed = false;

  private constructor(parts: {
    foundation: Foundation;
    options: SegmentOptions;
    log: UpdateLog;
    checkpoint: Checkpoint;
    place: ShardPlace;
    directory: string;
    payloads: Payloads;
    segments: Segment[];
    walCapacityMb: number;
  }) {
    const { manifest } = parts.checkpoint;
    this.number = parts.place.shard;
    this.place = parts.place;
    this.foundation = parts.foundation;
    this.log = parts.log;
    this.checkpoint = parts.checkpoint;
    this.payloads = parts.payloads;
    this.payloads.exists = (id) => this.find(id) !== undefined;
    this.own = new ShardSegments({
      foundation: parts.foundation,
      options: parts.options,
      segments: parts.segments,
      next: manifest.nextSegment,
      specsOfNew: (wanted) => this.vectorFields.specsOfNew(wanted),
    });
    const { world, compute, logger } = parts.foundation;
    const { seed } = parts.options;
    this.points = new ShardPoints({ payloads: parts.payloads, compute, logger, seed, segments: () => this.segments });
    this.vectorFields = new ShardVectorFields(
      manifest.fields ?? parts.options.fields,
      () => this.segments,
      () => this.everythingChanged(),
    );
    this.indexFiles = new IndexFiles({ world, directory: parts.directory, logger, points: this.points });
    this.unwrittenBytesMax = Math.min(parts.walCapacityMb * 2 ** 20, UNWRITTEN_BYTES_HARD_MAX / 2);
    this.appliedSequence = manifest.sequence;
    this.logged = Math.max(manifest.sequence, parts.log.bounds.last?.sequence ?? 0);
  }

  /** Opens a shard: its files, then the log behind them. Throws data_damaged, naming the file. */
  static async open(foundation: Foundation, place: ShardPlace, config: CollectionConfig): Promise<Shard> {
    const { world, kv, logger, fsync } = foundation;
    const directory = segmentsFolder(place);
    const key = manifestKey(place.collection, place.shard);
    const stored = kv.getSync(key);
    const manifest = stored === undefined ? EMPTY_MANIFEST : decodeManifest(stored, place.directory);
    const options = segmentOptions(foundation, config);
    const segments: Segment[] = [];
    const holdsOriginals = (): boolean => mayHoldOriginals(foundation);
    for (const segment of manifest.segments)
      segments.push(await openSegment(world, directory, segment, options, holdsOriginals));
    const { walCapacityMb } = config.wal;
    const checkpoint = new Checkpoint({ world, kv, directory, manifestKey: key, manifest });
    if (stored === undefined) await checkpoint.begin(options.fields);
    else await checkpoint.sweep({ segments, building: new Set() });
    const logDirectory = logFolder(place);
    const { log, tornTail } = await UpdateLog.open({
      world,
      directory: logDirectory,
      fsync,
      segmentBytes: LOG_SEGMENT_BYTES,
    });
    log.beginAfter(manifest.sequence);
    await refuseGap(world, { log, directory, stored: stored === undefined ? undefined : manifest });
    if (tornTail !== undefined) logger.warn('cut a torn record off the end of the log', { ...tornTail });
    const payloads = new Payloads(kv, place.collection, place.shard);
    const shard = new Shard({
      foundation,
      place,
      options,
      log,
      checkpoint,
      directory,
      payloads,
      segments,
      walCapacityMb,
    });
    await shard.restorePoints();
    await shard.replay(logDirectory);
    await shard.settleVectorFields();
    // Those that fail are logged, and built again at the next start.
    void shard.fields.complete.then(() => shard.saveIndexes()).catch(() => undefined);
    return shard;
  }

  /** The collection's configuration has changed: segments from now on are made by it. */
  configure(config: CollectionConfig): void {
    this.own.options = segmentOptions(this.foundation, config);
  }

  /** Logs the changes of vector fields that are in the catalogue and could not be logged. Throws insufficient_storage. */
  async settleVectorFields(): Promise<void> {
    for (const record of this.vectorFields.unsettled(this.own.options.fields))
      await (
        await this.update(record)
      ).applied;
  }

  /** Whether fields of a segment are indexed in other ways than the collection wants now; see Segment.isStale. */
  isStale(segment: Segment, leastBytes: number): boolean {
    return segment.isStale(this.own.options.fields, leastBytes);
  }

  get segments(): readonly Segment[] {
    return this.own.all;
  }

  /** Grows with every change that can change what a read finds. */
  get version(): number {
    return this.points.version;
  }

  /** The last update that is applied. */
  get sequence(): number {
    return this.appliedSequence;
  }

  get nextSegment(): number {
    return this.own.next;
  }

  /** Numbers of segments that are being made: their files are not in the manifest yet. */
  get building(): ReadonlySet<number> {
    return this.own.building;
  }

  /** Runs `job` between two updates. */
  between<T>(job: () => T): Promise<T> {
    return this.queue.run(job);
  }

  get pointCount(): number {
    return this.segments.reduce((count, segment) => count + segment.liveCount, 0);
  }

  /** Updates that are logged and not applied. */
  get queueLength(): number {
    return this.queue.length;
  }

  /** Why updates that are logged could not be applied; none are accepted any more. */
  get failure(): Error | undefined {
    return this.failed;
  }

  get checkpointIsRunning(): boolean {
    return this.maintenance.length > 0;
  }

  get slots(): PointSlots {
    return this.points.slots;
  }

  get fields(): FieldIndexes {
    return this.points.fields;
  }

  find(id: PointId): Place | undefined {
    return this.points.find(id);
  }

  idAt(slot: number): PointId {
    return this.points.idAt(slot);
  }

  /** The slots whose points match now, after the indexes that are being built are there: so it is always decided alike. */
  matching(filter: Filter): Promise<Uint32Array> {
    return this.points.matching(filter);
  }

  changed(slot: number): void {
    this.points.changed(slot);
  }

  /**
   * Logs an accepted update. Resolves when it is durable; `applied` follows in the order of the log.
   * Throws insufficient_storage where the disk is full; nothing is changed then.
   */
  async update(record: UpdateRecord): Promise<LoggedUpdate> {
    this.refuseOverload();
    const sequence = ++this.logged;
    await this.log.append(sequence, encodeRecord(record));
    const applying = this.queue.run(() => this.apply(record, sequence));
    const applied = this.settle(applying);
    // Whoever waits hears of it; those who do not wait find it in `failure`.
    applied.catch(() => undefined);
    if (this.queue.length > QUEUE_MAX) await applying;
    return { sequence, applied };
  }

  /** Uses up the number of an operation that was refused after Qdrant would have logged it. */
  skipOperation(): number {
    return ++this.logged;
  }

  /** Whether so much is only in the log and in memory that it should be written. */
  checkpointIsDue(occasion: Occasion): boolean {
    return (
      this.pendingBytes > this.unwrittenBytesMax ||
      this.unwrittenPoints > UNWRITTEN_POINTS_MAX ||
      this.checkpoint.graphIsDue(this.segments, occasion) ||
      (occasion === 'resting' && this.indexFiles.isDue(occasion))
    );
  }

  /** Writes what is unwritten, then drops the log below it. */
  async writeCheckpoint(occasion: Occasion): Promise<void> {
    await this.maintenance.run(() => this.checkpointNow(occasion));
  }

  /**
   * Holds still what files and store hold of the shard while `take` works with it: all that was acknowledged before this
   * call, up to one position of the log. Updates go on meanwhile. Throws insufficient_storage where they have no room for it.
   */
  async capture<T>(take: (manifest: ShardManifest) => Promise<T>): Promise<T> {
    await this.queue.run(() => undefined);
    return this.maintenance.run(async () => {
      if (this.failed !== undefined) throw this.failed;
      if (this.closed) throw new VectorizerError('unavailable', 'the shard is closed');
      if (this.appliedSequence > this.checkpoint.manifest.sequence) await this.checkpointNow('resting');
      return take(this.checkpoint.manifest);
    });
  }

  /**
   * Makes a segment beside the others, of which nobody knows until `replaceSegments`. `flush` brings its rows into files,
   * which no checkpoint sweeps away meanwhile. If `build` fails the segment gives its memory back, and the next
   * checkpoint sweeps its files.
   */
  async buildSegment(build: (target: Segment, flush: () => Promise<void>) => Promise<void>): Promise<void> {
    await this.own.build((target) => build(target, () => this.checkpoint.flushRows(target)));
  }

  /** Puts a new segment for new rows behind the others: those before it only lose rows from now on. Between updates. */
  startSegment(): Segment {
    return this.own.start();
  }

  /**
   * Puts `successor` in the place of `old`, between two updates, then writes a checkpoint so that the old files can go.
   * `carryOver` runs in the same moment: it brings over what changed since the successor was made. Throws timeout where
   * that cannot be brought over: fields of vectors that came or went since `begun`; the old ones stay then.
   */
  async replaceSegments(
    old: readonly Segment[],
    successor: Segment,
    begun: number,
    carryOver: () => void,
  ): Promise<void> {
    let isReplaced = false;
    try {
      await this.maintenance.run(async () => {
        await this.queue.run(() => {
          this.vectorFields.refuseChanges(begun);
          isReplaced = true;
          carryOver();
          this.own.exchange(old, successor);
          this.points.moveTo(successor);
        });
        await this.checkpointNow('resting');
      });
    } finally {
      if (isReplaced) {
        // Requests that have just found a row there reach for it within this turn.
        await nextTurn();
        this.points.forget();
        for (const segment of old) await segment.close();
      }
    }
  }

  /** Finishes what is running. `keep`: false for a shard that is being deleted. */
  async close(keep: boolean): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.queue.run(() => undefined);
    await this.maintenance.run(() => undefined);
    try {
      if (keep && this.hasUnwritten()) await this.checkpointNow('closing');
    } catch (error) {
      // Nothing is lost: the log still holds it, and the next start replays it.
      this.foundation.logger.warn('the last checkpoint failed; the log keeps what it would have written', {
        error: String(error),
      });
    }
    await this.points.close();
    await this.log.close();
    await this.own.close();
  }

  private get pendingBytes(): number {
    return this.segments.reduce((bytes, segment) => bytes + segment.pendingBytes, this.payloads.unwritten.bytes);
  }

  private hasUnwritten(): boolean {
    if (this.appliedSequence > this.checkpoint.manifest.sequence) return true;
    return this.checkpoint.graphIsDue(this.segments, 'closing') || this.indexFiles.isDue('closing');
  }

  private refuseOverload(): void {
    if (this.failed !== undefined) {
      throw new VectorizerError('internal', `updates stopped: ${this.failed.message}`, { cause: this.failed });
    }
    if (this.closed) throw new VectorizerError('unavailable', 'the shard is closed');
    if (this.pendingBytes > UNWRITTEN_BYTES_HARD_MAX) {
      throw new VectorizerError('insufficient_storage', 'updates wait in memory because the disk cannot take them');
    }
  }

  private async apply(record: UpdateRecord, sequence: number): Promise<Applied> {
    // What comes behind a failed update must not be applied: a checkpoint would then pass over the failed one.
    if (this.failed !== undefined) throw this.failed;
    try {
      const applied = await applyRecord(this, record, { sequence, giveWay: () => this.queue.giveWay() });
      this.unwrittenPoints += applied.pointCount;
      this.appliedSequence = sequence;
      this.fields.upkeep();
      return applied;
    } catch (error) {
      // The log is ahead of what searches see: no more is accepted, and the next start replays it.
      this.failed = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** After the update itself the queue goes on; whoever waits for an index waits until it is built. */
  private async settle(applying: Promise<Applied>): Promise<VectorizerError | undefined> {
    const { settled, refusal } = await applying;
    await settled;
    if (settled !== undefined) void this.saveIndexes();
    return refusal;
  }

  /** Saves indexes that were built and that no update may bring into a file for long. */
  private async saveIndexes(): Promise<void> {
    if (this.closed || this.failed !== undefined || !this.indexFiles.lacksLarge) return;
    try {
      await this.writeCheckpoint('resting');
    } catch (error) {
      // Nothing is lost: the next checkpoint writes them.
      this.foundation.logger.warn('new indexes could not be saved', { error: String(error) });
    }
  }

  /** Brings back what no file of a segment holds: slots, later versions, indexes. */
  private async restorePoints(): Promise<void> {
    for (const segment of this.segments) this.points.adopt(segment);
    for await (const { id, version } of this.payloads.versions()) {
      const place = this.find(id);
      if (place !== undefined && place.segment.rows.versionAt(place.row) < version)
        place.segment.rows.setVersion(place.row, version);
    }
    this.indexFiles.restore(this.checkpoint.manifest.indexes ?? []);
  }

  /** A filter may ask which vectors points have. */
  private everythingChanged(): void {
    for (const slot of bitsOf(this.slots.live.words)) this.changed(slot);
  }

  private async replay(logDirectory: string): Promise<void> {
    const { manifest } = this.checkpoint;
    let records = 0;
    for await (const { sequence, record } of this.log.tail(manifest.sequence)) {
      await this.apply(decodeRecord(record, `${logDirectory}, record ${sequence}`), sequence);
      records++;
    }
    if (records > 0) this.foundation.logger.info('replayed the log', { directory: logDirectory, records });
  }

  private async checkpointNow(occasion: Occasion): Promise<void> {
    const points = this.unwrittenPoints;
    await this.checkpoint.write(this, occasion);
    this.unwrittenPoints -= points;
    await this.log.truncate(this.checkpoint.manifest.sequence + 1);
    // Of a thousand collections few are written to at a time: the others hold no file open.
    await this.log.idle();
  }
}

function segmentOptions({ compute, world }: Foundation, config: CollectionConfig): SegmentOptions {
  return { compute, fields: fieldSpecs(config), seed: Math.floor(world.random() * 2 ** 32) };
}
