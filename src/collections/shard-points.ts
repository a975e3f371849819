import type { JsonPath } from '../core/json-path.ts';
import { present } from '../base/invariant.ts';
import type { Filter } from '../core/filter.ts';
import type { PointId } from '../core/ids.ts';
import type { FilterContext } from '../filters/compile.ts';
import type { FieldIndex } from '../filters/field-index.ts';
import { SCAN_MODULE, type ScanTask } from '../filters/payload-scan.ts';
import type { Logger } from '../observe/logger.ts';
import type { Segment, SegmentOptions } from '../segments/segment.ts';
import { ChangeJournal } from './change-journal.ts';
import { FieldIndexes, type SlotPayload } from './field-indexes.ts';
import { FilterMatcher } from './filter-matcher.ts';
import type { Matches, MatchSource } from './kept-matches.ts';
import { PayloadChunks } from './payload-chunks.ts';
import { PayloadScan, type ScanSource } from './payload-scan.ts';
import type { Payloads } from './payloads.ts';
import { PointSlots } from './point-slots.ts';
import type { Place } from './shard-state.ts';

/** What the points of a shard stand in. */
export interface PointStores {
  readonly payloads: Payloads;
  readonly compute: SegmentOptions['compute'];
  readonly logger: Logger;
  /** Any 32 bits, drawn at random: whoever sends values cannot know which of them collide. */
  readonly seed: number;
  /** The segments as they are now. */
  readonly segments: () => readonly Segment[];
}

/** A write's filter is never cancelled: it is in the log. */
const NEVER = new AbortController().signal;

/** The points of a shard by slot: where each stands, the indexes over their payloads, and which match a filter. */
export class ShardPoints implements MatchSource, ScanSource {
  readonly slots: PointSlots = new PointSlots();
  readonly fields: FieldIndexes;
  readonly chunks: PayloadChunks;
  private readonly stores: PointStores;
  private readonly journal = new ChangeJournal();
  private readonly matcher: FilterMatcher;
  private moves = 0;
  private closed = false;

  constructor(stores: PointStores) {
    this.stores = stores;
    const all = (): AsyncIterable<readonly SlotPayload[]> => this.all();
    this.fields = new FieldIndexes(stores.logger, all, stores.seed);
    this.chunks = new PayloadChunks(all, this.journal);
    this.matcher = new FilterMatcher(this, this.journal, new PayloadScan(this));
  }

  get segments(): readonly Segment[] {
    return this.stores.segments();
  }

  get placement(): number {
    return this.moves;
  }

  /** Grows with every change that can change what a read finds. */
  get version(): number {
    return this.journal.position + this.moves + this.fields.epoch;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get threads(): number {
    return this.stores.compute.searchThreads;
  }

  /** Bytes of matches of filters that are kept. */
  get matchesBytes(): number {
    return this.matcher.bytes;
  }

  /** Gives up what is only kept to be quicker. */
  dropCaches(): void {
    this.matcher.close();
    this.chunks.drop();
  }

  /** Where a point stands now, or undefined. */
  find(id: PointId): Place | undefined {
    const { segments } = this;
    for (let index = segments.length - 1; index >= 0; index--) {
      const segment = segments[index] as Segment;
      const row = segment.rowOf(id);
      if (row !== undefined) return { segment, row };
    }
    return undefined;
  }

  /** The points that match; throws timeout where the signal ends a walk over payloads. */
  match(filter: Filter, signal: AbortSignal): Promise<Matches> {
    return this.matcher.match(filter, signal, 'read');
  }

  /** About how many points match. */
  estimate(filter: Filter): number {
    return this.matcher.estimate(filter);
  }

  async matching(filter: Filter): Promise<Uint32Array> {
    return (await this.matcher.match(filter, NEVER, 'write')).words.slice();
  }

  /** The point of a slot has changed in any way. */
  changed(slot: number): void {
    this.journal.add(slot);
  }

  /** Numbers the points of a segment that was read from files. */
  adopt(segment: Segment): void {
    this.slots.adopt(segment);
  }

  /** The points of a segment stand there from now on. */
  moveTo(segment: Segment): void {
    this.slots.moveTo(segment);
    this.moves++;
  }

  /** A segment is about to be closed. */
  forget(): void {
    this.matcher.forget();
  }

  placeOf(slot: number): Place {
    const number = this.slots.segmentOf(slot);
    const segment = this.segments.find((segment) => segment.number === number);
    return { segment: present(segment, 'slots: a live slot stands in a segment'), row: this.slots.rowOf(slot) };
  }

  idAt(slot: number): PointId {
    const { segment, row } = this.placeOf(slot);
    return segment.rows.idAt(row);
  }

  payloadOf(slot: number): Uint8Array {
    return this.stores.payloads.get(this.idAt(slot));
  }

  async payloadsOf(slots: readonly number[]): Promise<readonly Uint8Array[]> {
    const { live } = this.slots;
    const used = slots.filter((slot) => live.has(slot));
    const payloads = await this.stores.payloads.getMany(used.map((slot) => this.idAt(slot)));
    if (used.length === slots.length) return payloads;
    const found = new Map(used.map((slot, index) => [slot, payloads[index]]));
    return slots.map((slot) => found.get(slot) ?? NO_PAYLOAD);
  }

  filterContext(): FilterContext {
    const { slots, fields } = this;
    return {
      indexAt: (path: JsonPath): FieldIndex | undefined => fields.at(path),
      slotOf: (id) => {
        const place = this.find(id);
        return place === undefined ? undefined : place.segment.rows.slotAt(place.row);
      },
      idAt: (slot) => this.idAt(slot),
      hasVector: (slot, name) => {
        const { segment, row } = this.placeOf(slot);
        return segment.fieldNamed(name)?.has(row) === true;
      },
      live: slots.live.words,
      slotEnd: slots.end,
      liveCount: slots.live.count,
    };
  }

  async onThread(task: ScanTask, signal: AbortSignal): Promise<readonly Uint32Array[]> {
    return (await this.stores.compute.call(SCAN_MODULE, 'scanPayloads', task, signal)) as readonly Uint32Array[];
  }

  async close(): Promise<void> {
    this.closed = true;
    this.matcher.close();
    this.chunks.drop();
    await this.fields.close();
  }

  private async *all(): AsyncGenerator<readonly SlotPayload[], void, undefined> {
    for await (const points of this.stores.payloads.all()) {
      const found: SlotPayload[] = [];
      for (const { id, payload } of points) {
        const place = this.find(id);
        if (place !== undefined) found.push({ slot: place.segment.rows.slotAt(place.row), payload });
      }
      yield found;
    }
  }
}

const NO_PAYLOAD: Uint8Array = new Uint8Array(0);
