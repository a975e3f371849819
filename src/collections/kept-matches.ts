import { clearBit, countBits, hasBit, setBit } from '../base/bitset.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import { compileFilter, type FilterContext } from '../filters/compile.ts';
import { compilePayloadFilter } from '../filters/payload-filter.ts';
import type { Segment } from '../segments/segment.ts';
import { AdmittedRows } from './admitted-rows.ts';
import type { ChangeJournal } from './change-journal.ts';
import type { FieldIndexes } from './field-indexes.ts';
import type { PointSlots } from './point-slots.ts';

/** What of a shard the matching of filters looks at. */
export interface MatchSource {
  readonly slots: PointSlots;
  readonly fields: FieldIndexes;
  readonly segments: readonly Segment[];
  /** Grows when points move to other rows without a change of theirs. */
  readonly placement: number;
  /** Its segments cannot be searched any more. */
  readonly isClosed: boolean;
  /** Everything that a compiled filter asks for, as it is now. */
  filterContext(): FilterContext;
  payloadOf(slot: number): Uint8Array;
}

/** The points of a shard that match a filter: whenever it is looked at, those that match at that moment. */
export interface Matches {
  /** Bitmap of slots; to be used before anything is awaited. */
  readonly words: Uint32Array;
  readonly count: number;
  /** The same as rows of all segments, for searches that begin now: to be retained within this turn. */
  readonly rows: AdmittedRows;
}

/** What a result is when it is made: right as of `position` of the journal, by the indexes of `epoch`. */
export interface FirstMatches {
  readonly filter: Filter;
  readonly words: Uint32Array;
  readonly position: number;
  readonly epoch: number;
}

/** One filter's result, brought up to date with the journal whenever it is looked at. */
export class KeptMatches implements Matches {
  private readonly source: MatchSource;
  private readonly journal: ChangeJournal;
  private readonly filter: Filter;
  private readonly epoch: number;
  private admitted: AdmittedRows | undefined;
  private isClosed = false;
  private rowsPosition = -1;
  private rowsPlacement = -1;
  private position: number;
  private slotWords: Uint32Array;
  private slotCount: number;
  /** About what the bitmaps over slots and over rows weigh. */
  readonly bytes: number;

  constructor(source: MatchSource, journal: ChangeJournal, first: FirstMatches) {
    this.source = source;
    this.journal = journal;
    this.filter = first.filter;
    this.epoch = first.epoch;
    this.position = first.position;
    this.slotWords = first.words;
    this.slotCount = countBits(first.words);
    this.bytes = first.words.byteLength * 2 + 1024;
  }

  get words(): Uint32Array {
    this.settle();
    return this.slotWords;
  }

  get count(): number {
    this.settle();
    return this.slotCount;
  }

  /** Changes that have not been looked at; undefined where they are forgotten, or the indexes are others by now. */
  get pendingCount(): number | undefined {
    return this.epoch === this.source.fields.epoch ? this.journal.since(this.position)?.length : undefined;
  }

  /** Looks at the next changes, at most so many. */
  advance(changesMax: number): void {
    const changed = this.journal.since(this.position)?.subarray(0, changesMax);
    if (changed === undefined || changed.length === 0) return;
    const { source } = this;
    const compiled = compileFilter(this.filter, source.filterContext());
    const tests = compiled.residues.map(compilePayloadFilter);
    const words = grown(this.slotWords, source.slots.end);
    for (const slot of changed) {
      let payload: Uint8Array | undefined;
      const matches =
        source.slots.live.has(slot) &&
        compiled.test(slot, (residue) => tests[residue]?.((payload ??= source.payloadOf(slot))) === true);
      if (matches === hasBit(words, slot)) continue;
      if (matches) setBit(words, slot);
      else clearBit(words, slot);
      this.slotCount += matches ? 1 : -1;
    }
    this.slotWords = words;
    this.position += changed.length;
  }

  get rows(): AdmittedRows {
    this.settle();
    const { segments, placement, isClosed } = this.source;
    if (isClosed) throw new VectorizerError('unavailable', 'the shard is closed');
    const known = this.admitted;
    const isLatest = this.rowsPosition === this.position && this.rowsPlacement === placement;
    if (known !== undefined && isLatest && segments.every((segment) => known.has(segment))) return known;
    this.forget();
    const rows = this.translate();
    // Where this is not kept any more, nobody closes them but the search that asks.
    if (this.isClosed) setImmediate(() => rows.retire());
    else this.admitted = rows;
    this.rowsPosition = this.position;
    this.rowsPlacement = placement;
    return rows;
  }

  /** A segment is about to be closed. */
  forget(): void {
    this.admitted?.retire();
    this.admitted = undefined;
  }

  /** It is not kept any more; requests that have it already may use it to their end. */
  close(): void {
    this.isClosed = true;
    this.forget();
  }

  /**
   * Between the end of `match` and now updates may have slipped in: few at most. Where an index has come or gone as well,
   * those points alone are judged by the indexes of now: a request that is under way is not refused for it.
   */
  private settle(): void {
    if (this.journal.since(this.position) === undefined)
      throw new VectorizerError('unavailable', 'too much has changed while a filter was used: try again');
    this.advance(Infinity);
  }

  /** From slots to the rows of all segments at once. */
  private translate(): AdmittedRows {
    const { slots, segments } = this.source;
    const bitmaps = new Map(
      segments.map(({ number, rowCount }) => [number, new Uint32Array(Math.ceil(rowCount / 32))]),
    );
    let number = -1;
    let rows = new Uint32Array(0);
    // Not by `bitsOf`: of 20,000 slots a generator takes 0.3 ms, this a tenth.
    const words = this.slotWords;
    for (let at = 0; at < words.length; at++) {
      for (let word = words[at] as number; word !== 0; word &= word - 1) {
        const slot = at * 32 + 31 - Math.clz32(word & -word);
        const segment = slots.segmentOf(slot);
        if (segment !== number) {
          number = segment;
          rows = bitmaps.get(segment) ?? new Uint32Array(0);
        }
        setBit(rows, slots.rowOf(slot));
      }
    }
    const wordsOf = ({ number }: Segment): Uint32Array => bitmaps.get(number) ?? new Uint32Array(0);
    return new AdmittedRows(new Map(segments.map((segment) => [segment, wordsOf(segment)])));
  }
}

/** The bitmap with room for all slots; a copy only where it must grow. */
export function grown(words: Uint32Array, slotEnd: number): Uint32Array {
  const length = Math.ceil(slotEnd / 32);
  if (words.length >= length) return words;
  // Room for some more, so that inserts do not copy it each time.
  const result = new Uint32Array(length + 64 + (length >>> 4));
  result.set(words);
  return result;
}
