import { Segment, type SegmentOptions } from '../segments/segment.ts';
import { mayHoldOriginals } from './memory-limits.ts';

/** What the segments of a shard are made with. */
export interface SegmentsSource {
  readonly foundation: Parameters<typeof mayHoldOriginals>[0];
  readonly options: SegmentOptions;
  /** Those that files hold. */
  readonly segments: readonly Segment[];
  /** Number of the next one; numbers are not used again. */
  readonly next: number;
  /** The fields of a segment that is made now, of those that the collection wants. */
  readonly specsOfNew: (wanted: SegmentOptions['fields']) => SegmentOptions['fields'];
}

/** The segments of a shard, those that are being made among them; the last one takes new rows. */
export class ShardSegments {
  /** Of segments from now on. */
  options: SegmentOptions;
  private readonly source: SegmentsSource;
  private readonly numbers = new Set<number>();
  private list: readonly Segment[];
  private nextNumber: number;

  constructor(source: SegmentsSource) {
    this.source = source;
    this.options = source.options;
    this.list = source.segments;
    this.nextNumber = source.next;
  }

  get all(): readonly Segment[] {
    return this.list;
  }

  get next(): number {
    return this.nextNumber;
  }

  /** Numbers of segments that nobody knows yet. */
  get building(): ReadonlySet<number> {
    return this.numbers;
  }

  /** Puts a new segment behind the others. */
  start(): Segment {
    const segment = this.create();
    this.list = [...this.list, segment];
    return segment;
  }

  /** Makes a segment beside the others, of which nobody knows until `exchange`; if `build` fails it is closed. */
  async build(build: (target: Segment) => Promise<void>): Promise<void> {
    const target = this.create();
    this.numbers.add(target.number);
    try {
      await build(target);
    } catch (error) {
      // Caught to undo; a segment that has taken its place already stays.
      if (!this.list.includes(target)) await target.close();
      throw error;
    } finally {
      this.numbers.delete(target.number);
    }
  }

  /** Puts one in the place of others. */
  exchange(old: readonly Segment[], successor: Segment): void {
    // Without new rows meanwhile the successor takes the next ones itself; without any rows it is not needed.
    const rest = this.list.filter((segment) => !old.includes(segment) && segment.rowCount > 0);
    this.list = successor.rowCount > 0 || rest.length === 0 ? [successor, ...rest] : rest;
  }

  /** From now on nothing is found here: what is closed must not be read. */
  async close(): Promise<void> {
    const segments = this.list;
    this.list = [];
    for (const segment of segments) await segment.close();
  }

  private create(): Segment {
    const { foundation, specsOfNew } = this.source;
    const fields = specsOfNew(this.options.fields);
    const segment = new Segment(this.nextNumber++, { ...this.options, fields }, undefined);
    if (!mayHoldOriginals(foundation)) for (const field of segment.fields) field.dropRemainders();
    return segment;
  }
}
