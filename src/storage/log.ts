import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { invariant, present } from '../base/invariant.ts';
import type { OpenFile, World } from '../base/world.ts';
import { VectorizerError, dataDamaged } from '../core/errors.ts';
import {
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  SEGMENT_VERSION,
  encodeRecordHeader,
  encodeSegmentHeader,
  segmentName,
} from './log-format.ts';
import { openSegments, type OpenedSegments, type Segment, type TornTail } from './log-open.ts';
import { SegmentBreach, readRecords, readSegmentHeader, type LogRecord } from './log-reader.ts';
import { storageError } from './storage-error.ts';

/** A place in a log. A log that is begun anew, with other content under the same sequences, has a higher generation. */
export interface Position {
  readonly generation: number;
  readonly sequence: number;
}

export interface LogOptions {
  readonly world: World;
  readonly directory: string;
  /** `always`: an acknowledged record survives a power loss. `never`: it survives the end of the process. */
  readonly fsync: 'always' | 'never';
  /** A new file is begun before a group that would make the last one longer than this. */
  readonly segmentBytes: number;
}

interface Append {
  readonly sequence: number;
  readonly parts: readonly Uint8Array[];
  readonly payloadBytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

// A group is written by one call and held in memory until it is durable: 16 MiB keeps the disk busy, and what waits
// behind it does not wait long.
const GROUP_BYTES = 16 << 20;
// Offsets and lengths within a file stay far below 2^32.
const PAYLOAD_BYTES_MAX = 1 << 30;

/**
 * The update log of one shard: an append-only list of records, each with a sequence that strictly increases. The file
 * format is in docs/format-log.md.
 *
 * Group commit: all appends that come in while the disk is busy, or within one turn of the event loop, go out in one
 * write and one fdatasync. A group is written after the one before it is durable, so what is acknowledged is always
 * a prefix of what is in the file.
 *
 * Lock order: one `#exclusive` section at a time changes files (a run of groups, truncate, idle, close). Readers take
 * no lock; they see what was durable when they reached a segment.
 */
export class UpdateLog {
  readonly #options: LogOptions;
  readonly #generation: number;
  /** Oldest first; appends go to the last. `bytes` of it grows only when a group is durable. */
  readonly #segments: Segment[];
  /** Last durable sequence, 0 before the first; stays when its file is dropped. */
  #durable: number;
  /** Highest sequence ever handed in. */
  #accepted: number;
  #pending: Append[] = [];
  #drainScheduled = false;
  #turn: Promise<unknown> = Promise.resolve();
  /** The last segment, while its file is open. */
  #file: OpenFile | undefined;
  #refusal: VectorizerError | undefined;
  /** When it was opened: the last record before the first that it holds; 0: it holds all, or none. */
  readonly previous: number;

  private constructor(options: LogOptions, { generation, segments, lastSequence, previous }: OpenedSegments) {
    this.previous = previous;
    this.#options = options;
    this.#generation = generation;
    this.#segments = segments;
    this.#durable = lastSequence;
    this.#accepted = lastSequence;
  }

  /**
   * Opens the log of a directory; an empty log makes no file until the first append.
   *
   * tornTail   what the last write left half done and was cut off; nothing of it was ever acknowledged.
   * Throws     data_damaged (file and byte offset named) if the last segment is damaged in any other way.
   */
  static async open(
    options: LogOptions,
  ): Promise<{ readonly log: UpdateLog; readonly tornTail: TornTail | undefined }> {
    const opened = await openSegments(options.world.files, options.directory, 'cut');
    return { log: new UpdateLog(options, opened), tornTail: opened.tornTail };
  }

  /** As `open`, of a log that must not be changed: a torn tail stays, and nothing may be appended. */
  static async inspect(
    options: LogOptions,
  ): Promise<{ readonly log: UpdateLog; readonly tornTail: TornTail | undefined }> {
    const opened = await openSegments(options.world.files, options.directory, 'leave');
    const log = new UpdateLog(options, opened);
    await log.close();
    return { log, tornTail: opened.tornTail };
  }

  /** Of an empty log: all up to this record was in it, and is no longer wanted. The next file remembers that. */
  beginAfter(sequence: number): void {
    if (this.#segments.length > 0) return;
    this.#durable = Math.max(this.#durable, sequence);
    this.#accepted = Math.max(this.#accepted, sequence);
  }

  /** The first and the last durable record that the log holds. */
  get bounds(): { readonly first: Position | undefined; readonly last: Position | undefined } {
    const first = this.#segments.find((segment) => segment.bytes > SEGMENT_HEADER_BYTES);
    if (first === undefined) return { first: undefined, last: undefined };
    const at = (sequence: number): Position => ({ generation: this.#generation, sequence });
    return { first: at(first.first), last: at(this.#durable) };
  }

  /** Bytes of all files of the log. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Appends one record; resolves when it is durable as `fsync` promises. The order of calls is the order in the log.
   *
   * sequence   above every sequence handed in before (also those that were rejected); gaps are fine.
   * parts      written end to end as one record, 1 GiB at most; must not change until the promise settles.
   * Rejects    insufficient_storage if the disk is full: nothing of the record stays, later appends may succeed.
   *            internal after a failed fsync: this append, all that wait, and all later ones, until reopened.
   */
  append(sequence: number, parts: readonly Uint8Array[]): Promise<void> {
    invariant(Number.isSafeInteger(sequence) && sequence > this.#accepted, 'log: sequences must strictly increase');
    const payloadBytes = parts.reduce((sum, part) => sum + part.length, 0);
    invariant(payloadBytes <= PAYLOAD_BYTES_MAX, 'log: a record holds 1 GiB at most');
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    this.#accepted = sequence;
    return new Promise((resolve, reject) => {
      this.#pending.push({ sequence, parts, payloadBytes, resolve, reject });
      if (this.#drainScheduled) return;
      this.#drainScheduled = true;
      void this.#exclusive(() => this.#drain());
    });
  }

  /**
   * All durable records with a sequence above `afterSequence`, in order, each verified as it is read. Segments before
   * the one that may hold the first of them are not touched.
   *
   * Throws   data_damaged (file and byte offset named), after all records before the damage.
   * Memory   about 1 MiB, or one record if that is longer. Records stay valid as long as they are held.
   */
  async *tail(afterSequence: number): AsyncGenerator<LogRecord, void, undefined> {
    const segments = [...this.#segments];
    let lastSequence: number | undefined;
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      if (next !== undefined && next.first <= afterSequence + 1) continue;
      const file = await this.#openToRead(segment);
      if (file === undefined) {
        // Dropped by truncate since we started: its records are no longer wanted.
        lastSequence = undefined;
        continue;
      }
      for await (const records of this.#readSegment(segment, file, lastSequence)) {
        for (const record of records) if (record.sequence > afterSequence) yield record;
        lastSequence = records.at(-1)?.sequence ?? lastSequence;
      }
    }
  }

  /** Drops the files all of whose records have a sequence below `belowSequence`. */
  async truncate(belowSequence: number): Promise<void> {
    await this.#exclusive(async () => {
      const { files } = this.#options.world;
      let dropped = 0;
      for (const segment of this.#segments.slice()) {
        const next = this.#segments[1];
        const last = next === undefined ? this.#durable : next.first - 1;
        if (last >= belowSequence) break;
        if (next === undefined) await this.#closeFile();
        // Forgotten first: a reader that finds no file knows by that why.
        this.#segments.shift();
        await files.unlink(this.#path(segment));
        dropped += 1;
      }
      // Oldest first, and names are synced once: a crash in between leaves a shorter log, never one with a hole.
      if (dropped > 0) await files.syncDirectory(this.#options.directory);
    }).catch((error: unknown) => {
      throw storageError(error, this.#options.directory);
    });
  }

  /** Reads everything and reports all damage, one line each; an empty list means that the log is sound. */
  async check(): Promise<readonly string[]> {
    const findings: string[] = [];
    let lastSequence: number | undefined;
    for (const segment of this.#segments.slice()) {
      try {
        const file = await this.#openToRead(segment);
        if (file === undefined) continue;
        for await (const records of this.#readSegment(segment, file, lastSequence)) {
          lastSequence = records.at(-1)?.sequence ?? lastSequence;
        }
      } catch (error) {
        // Caught to report all segments, not the first alone.
        findings.push(error instanceof Error ? error.message : String(error));
        lastSequence = undefined;
      }
    }
    return findings;
  }

  /** Closes the file if nothing is being written; the next append opens it again. For logs that rest. */
  async idle(): Promise<void> {
    if (this.#file === undefined || this.#drainScheduled) return;
    await this.#exclusive(() => this.#closeFile());
  }

  /** Finishes the appends under way, refuses later ones and closes the file. */
  async close(): Promise<void> {
    this.#refusal ??= new VectorizerError('unavailable', `${this.#options.directory}: the update log is closed`);
    await this.#exclusive(() => this.#closeFile());
  }

  #path(segment: Segment): string {
    return join(this.#options.directory, segment.name);
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // The next section runs whatever became of this one: the caller hears of it, the queue does not.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that all requests that it brought share the group.
    await nextTurn();
    while (this.#pending.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#writeGroup(group);
        for (const append of group) append.resolve();
      } catch (error) {
        // Caught to tell each caller; the loop goes on, since a smaller group may still fit on the disk.
        const refusal = storageError(error, this.#options.directory);
        for (const append of group) append.reject(refusal);
      }
    }
    this.#drainScheduled = false;
  }

  #takeGroup(): readonly Append[] {
    let count = 0;
    let groupBytes = 0;
    for (const append of this.#pending) {
      groupBytes += RECORD_HEADER_BYTES + append.payloadBytes;
      if (count > 0 && groupBytes > GROUP_BYTES) break;
      count += 1;
    }
    const group = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    return group;
  }

  async #writeGroup(group: readonly Append[]): Promise<void> {
    if (this.#refusal?.kind === 'internal') throw this.#refusal;
    const groupBytes = group.reduce((sum, append) => sum + RECORD_HEADER_BYTES + append.payloadBytes, 0);
    const segment = await this.#segmentFor(groupBytes, present(group[0], 'log: a group is never empty').sequence);
    const file = await this.#openFile(segment);
    try {
      await file.write(frameGroup(group, segment.salt), segment.bytes);
    } catch (error) {
      // Caught to undo: what was half written must not be there when the next group comes.
      await this.#cutBack(file, segment);
      throw storageError(error, this.#path(segment));
    }
    await this.#sync(segment, () => file.sync());
    segment.bytes += groupBytes;
    this.#durable = present(group.at(-1), 'log: a group is never empty').sequence;
  }

  async #sync(segment: Segment, sync: () => Promise<void>): Promise<void> {
    if (this.#options.fsync === 'never') return;
    try {
      await sync();
    } catch (error) {
      // The kernel may have dropped the pages it could not write and will report success next time: nobody can say
      // any more what is on the disk. Only opening anew, which reads it, can.
      throw this.#refuse(
        `${this.#path(segment)}: fsync failed; the log takes no more writes until it is reopened`,
        error,
      );
    }
  }

  async #cutBack(file: OpenFile, segment: Segment): Promise<void> {
    try {
      await file.truncate(segment.bytes);
      if (segment.bytes === SEGMENT_HEADER_BYTES) await this.#dropLast();
    } catch (error) {
      throw this.#refuse(`${this.#path(segment)}: a failed write could not be undone`, error);
    }
  }

  /** A segment that holds no record must not stay: its name promises a first sequence that another group will have. */
  async #dropLast(): Promise<void> {
    const segment = present(this.#segments.pop(), 'log: there is a last segment');
    await this.#closeFile();
    await this.#options.world.files.unlink(this.#path(segment));
  }

  #refuse(message: string, cause: unknown): VectorizerError {
    this.#refusal = new VectorizerError('internal', message, { cause });
    return this.#refusal;
  }

  /** The last segment if the group fits, else a new one. */
  async #segmentFor(groupBytes: number, firstSequence: number): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.bytes + groupBytes <= this.#options.segmentBytes) return last;
    if (last !== undefined) await this.#closeFile();
    return this.#createSegment(firstSequence);
  }

  async #createSegment(first: number): Promise<Segment> {
    const { directory, world } = this.#options;
    const { files } = world;
    const salt = Math.floor(world.random() * 0x1_0000_0000);
    const segment = { name: segmentName(this.#generation, first), first, salt, bytes: SEGMENT_HEADER_BYTES };
    const header = encodeSegmentHeader({
      version: SEGMENT_VERSION,
      generation: this.#generation,
      first,
      previous: this.#durable,
      salt,
    });
    const isFirst = this.#segments.length === 0;
    try {
      if (isFirst) await files.mkdir(directory);
      const file = await files.open(this.#path(segment), 'create');
      this.#file = file;
      await file.write([header], 0);
      // The header and the name are durable before the first record is: a header that cannot be read then never hides
      // acknowledged records.
      await this.#sync(segment, async () => {
        await file.sync();
        await files.syncDirectory(directory);
        if (isFirst) await files.syncDirectory(dirname(directory));
      });
    } catch (error) {
      // Caught to undo; an empty segment that stays all the same is recognised at open, or emptied by `create`.
      await this.#closeFile();
      await files.unlink(this.#path(segment)).catch(() => undefined);
      throw storageError(error, this.#path(segment));
    }
    this.#segments.push(segment);
    return segment;
  }

  async #openFile(segment: Segment): Promise<OpenFile> {
    this.#file ??= await this.#options.world.files.open(this.#path(segment), 'write');
    return this.#file;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** The file of a segment, or undefined if truncate has dropped it. */
  async #openToRead(segment: Segment): Promise<OpenFile | undefined> {
    if (!this.#segments.includes(segment)) return undefined;
    try {
      return await this.#options.world.files.open(this.#path(segment), 'read');
    } catch (error) {
      // Caught to tell a file that was dropped a moment ago from one that is missing.
      if (!this.#segments.includes(segment)) return undefined;
      throw storageError(error, this.#path(segment));
    }
  }

  /** `lastSequence`: that of the segment before, if it was just read to its end; a missing file is found by it. */
  async *#readSegment(
    segment: Segment,
    file: OpenFile,
    lastSequence: number | undefined,
  ): AsyncGenerator<readonly LogRecord[], void, undefined> {
    const path = this.#path(segment);
    try {
      const header = await readSegmentHeader(file, segment.bytes);
      if (lastSequence !== undefined && header.previous !== lastSequence) {
        throw new SegmentBreach(
          24,
          0,
          `continues after record ${header.previous}, but ${lastSequence} is the last before it`,
        );
      }
      yield* readRecords(file, header, segment.bytes);
    } catch (error) {
      // Caught to add the file's name.
      if (error instanceof SegmentBreach) throw dataDamaged(`${path} at byte ${error.offset}`, error.message, error);
      throw storageError(error, path);
    } finally {
      await file.close();
    }
  }
}

/** The bytes of a group: header, parts, header, parts … as one list for one write. */
function frameGroup(group: readonly Append[], salt: number): readonly Uint8Array[] {
  const headers = Buffer.allocUnsafe(group.length * RECORD_HEADER_BYTES);
  const buffers: Uint8Array[] = [];
  group.forEach(({ sequence, parts, payloadBytes }, index) => {
    const offset = index * RECORD_HEADER_BYTES;
    const payloadChecksum = parts.reduce((checksum, part) => crc32(part, checksum), 0);
    encodeRecordHeader(headers, offset, salt, { sequence, payloadBytes, payloadChecksum, beginsGroup: index === 0 });
    buffers.push(headers.subarray(offset, offset + RECORD_HEADER_BYTES), ...parts);
  });
  return buffers;
}
