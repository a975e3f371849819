import { setImmediate as nextTurn } from 'node:timers/promises';
import { refuseAborted } from '../core/context.ts';
import type { Filter } from '../core/filter.ts';
import { encodeFilter } from '../core/filter-text.ts';
import { compileFilter } from '../filters/compile.ts';
import type { ChangeJournal } from './change-journal.ts';
import { grown, KeptMatches, type Matches, type MatchSource } from './kept-matches.ts';
import type { PayloadScan } from './payload-scan.ts';

/** Results kept for a shard, and what they may weigh: 1,000 filters over 100,000 points are 25 MB. */
const KEPT_MAX = 1024;
const KEPT_BYTES_MAX = 32 * 2 ** 20;
/** Changed points looked at one by one before the event loop turns; some microseconds each. */
const CATCH_UP_POINTS = 256;
/** So many changes and it is quicker to ask the indexes anew. */
const CATCH_UP_MAX = 4096;

/**
 * Which points of a shard match a filter. Results are kept as bitmaps; a point that changes afterwards is looked at
 * alone when the filter is asked for again, so a result is right whatever was written, and cheap while little was.
 */
export class FilterMatcher {
  private readonly source: MatchSource;
  private readonly journal: ChangeJournal;
  private readonly scan: PayloadScan;
  /** In the order of their last use. */
  private readonly kept = new Map<string, KeptMatches>();
  private keptBytes = 0;

  constructor(source: MatchSource, journal: ChangeJournal, scan: PayloadScan) {
    this.source = source;
    this.journal = journal;
    this.scan = scan;
  }

  /** Bytes of results that are kept. */
  get bytes(): number {
    return this.keptBytes;
  }

  /** The matching points; a read and a write wait for other indexes (`FieldIndexes.building`). Throws timeout where the signal ends a walk over payloads. */
  async match(filter: Filter, signal: AbortSignal, purpose: 'read' | 'write'): Promise<Matches> {
    const key = encodeFilter(filter);
    // Before what is kept is looked at: a read may have found it without the index that a write must wait for.
    if (purpose === 'write') await this.indexesFor(filter, purpose);
    const known = this.kept.get(key);
    if (known !== undefined && (await this.catchUp(known, signal, CATCH_UP_MAX))) {
      this.use(key, known);
      return known;
    }
    if (known !== undefined) this.drop(key, known);
    await this.indexesFor(filter, purpose);
    this.journal.open();
    try {
      for (;;) {
        const fresh = await this.evaluate(filter, signal);
        if (fresh === undefined || !(await this.catchUp(fresh, signal, Infinity))) continue;
        this.keep(key, fresh);
        return fresh;
      }
    } finally {
      this.journal.close();
    }
  }

  /** About how many points match, without looking at payloads. */
  estimate(filter: Filter): number {
    return compileFilter(filter, this.source.filterContext()).estimate;
  }

  /** A segment is about to be closed. */
  forget(): void {
    for (const kept of this.kept.values()) kept.forget();
  }

  /** Keeps nothing of what is kept now. */
  close(): void {
    for (const [key, kept] of this.kept) this.drop(key, kept);
  }

  private async indexesFor(filter: Filter, purpose: 'read' | 'write'): Promise<void> {
    const { paths } = compileFilter(filter, this.source.filterContext());
    await this.source.fields.building(paths, purpose);
  }

  /** Looks at the points that changed since, until few are left; false where the result cannot be saved. */
  private async catchUp(kept: KeptMatches, signal: AbortSignal, changesMax: number): Promise<boolean> {
    for (;;) {
      const pending = kept.pendingCount;
      if (pending === undefined || pending > changesMax) return false;
      kept.advance(CATCH_UP_POINTS);
      if (pending <= CATCH_UP_POINTS) return true;
      await nextTurn();
      refuseAborted(signal);
    }
  }

  /** The result as of some moment of this call, to be caught up with; undefined: the indexes changed meanwhile. */
  private async evaluate(filter: Filter, signal: AbortSignal): Promise<KeptMatches | undefined> {
    const { source, journal } = this;
    const { epoch } = source.fields;
    const { position } = journal;
    const compiled = compileFilter(filter, source.filterContext());
    if (compiled.residues.length === 0)
      return new KeptMatches(source, journal, { filter, words: compiled.resolve([]), position, epoch });
    const residues = await this.scan.run(compiled.residues, compiled.undecided(), signal);
    if (epoch !== source.fields.epoch) return undefined;
    // Points have changed while payloads were read. The parts are joined as of now; what changed is looked at again.
    const now = compileFilter(filter, source.filterContext());
    const words = now.resolve(residues.map((bits) => grown(bits, source.slots.end)));
    return new KeptMatches(source, journal, { filter, words, position, epoch });
  }

  private keep(key: string, kept: KeptMatches): void {
    const before = this.kept.get(key);
    if (before !== undefined) this.drop(key, before);
    this.kept.set(key, kept);
    this.journal.open();
    this.keptBytes += kept.bytes;
    for (const [oldKey, old] of this.kept) {
      if (this.kept.size <= KEPT_MAX && this.keptBytes <= KEPT_BYTES_MAX) break;
      if (old !== kept) this.drop(oldKey, old);
    }
  }

  /** Puts it behind the others, so that it is the last to go; one that was dropped meanwhile stays so. */
  private use(key: string, kept: KeptMatches): void {
    if (this.kept.get(key) !== kept) return;
    this.kept.delete(key);
    this.kept.set(key, kept);
  }

  private drop(key: string, kept: KeptMatches): void {
    if (this.kept.get(key) !== kept) return;
    this.kept.delete(key);
    this.journal.close();
    this.keptBytes -= kept.bytes;
    kept.close();
  }
}
