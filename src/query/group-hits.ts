import { idKey } from '../core/ids.ts';
import type { Ranked } from './ranking.ts';

/** A value that points are grouped by. */
export type GroupKey = string | bigint;

/** Points that have a value, best first. */
export interface Group<P> {
  readonly key: GroupKey;
  readonly hits: readonly P[];
}

/** A point and when it came: of equal scores the earlier one is better. */
interface Hit<P> {
  readonly point: P;
  readonly arrival: number;
}

interface OpenGroup<P> {
  readonly key: GroupKey;
  readonly hits: Hit<P>[];
}

/** Collects the best points of each group, `groupSize` at most, in whatever order and in how many rounds they come. */
export class GroupHits<P extends Ranked> {
  readonly #limit: number;
  readonly #groupSize: number;
  readonly #sign: number;
  readonly #groups = new Map<GroupKey, OpenGroup<P>>();
  readonly #seen = new Set<number | string>();
  /** The best groups in order, until another one comes among them. */
  #ranked: readonly OpenGroup<P>[] | undefined;

  /** limit: groups that are wanted. */
  constructor(options: { readonly limit: number; readonly groupSize: number; readonly largerFirst: boolean }) {
    this.#limit = options.limit;
    this.#groupSize = options.groupSize;
    this.#sign = options.largerFirst ? 1 : -1;
  }

  /** Whether the point has come before, whatever became of it. */
  hasSeen(point: P): boolean {
    return this.#seen.has(idKey(point.id));
  }

  /** keys: each once; none: the point belongs to no group. */
  add(point: P, keys: readonly GroupKey[]): void {
    const hit = { point, arrival: this.#seen.size };
    this.#seen.add(idKey(point.id));
    for (const key of keys) {
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, { key, hits: [hit] });
      else this.#insert(group, hit);
      if (group === undefined || group.hits[0] === hit) this.#ranked = undefined;
    }
  }

  /** The best groups, by their best points: as many as are wanted. */
  best(): Group<P>[] {
    return this.#bestOpen().map(shown);
  }

  get groupCount(): number {
    return this.#groups.size;
  }

  /** All groups that have as many points as they can have. */
  full(): readonly Group<P>[] {
    return [...this.#groups.values()].filter((group) => this.#isFull(group)).map(shown);
  }

  /** Those that can have more. */
  unfilled(): readonly Group<P>[] {
    return [...this.#groups.values()].filter((group) => !this.#isFull(group)).map(shown);
  }

  /** How many points each of the best groups can have beyond those that it has; only those that can. */
  missing(): Map<GroupKey, number> {
    const open = this.#bestOpen().filter((group) => !this.#isFull(group));
    return new Map(open.map(({ key, hits }) => [key, this.#groupSize - hits.length]));
  }

  /** Of the best groups those that can have more points. */
  unfilledBest(): readonly Group<P>[] {
    return this.#bestOpen()
      .filter((group) => !this.#isFull(group))
      .map(shown);
  }

  #bestOpen(): readonly OpenGroup<P>[] {
    this.#ranked ??= [...this.#groups.values()]
      .sort((a, b) => this.#compare(a.hits[0] as Hit<P>, b.hits[0] as Hit<P>))
      .slice(0, this.#limit);
    return this.#ranked;
  }

  #isFull({ hits }: OpenGroup<P>): boolean {
    return hits.length >= this.#groupSize;
  }

  #insert({ hits }: OpenGroup<P>, hit: Hit<P>): void {
    let at = hits.length;
    while (at > 0 && this.#compare(hit, hits[at - 1] as Hit<P>) < 0) at -= 1;
    if (at === this.#groupSize) return;
    hits.splice(at, 0, hit);
    hits.length = Math.min(hits.length, this.#groupSize);
  }

  #compare(a: Hit<P>, b: Hit<P>): number {
    return this.#sign * (b.point.score - a.point.score) || a.arrival - b.arrival;
  }
}

function shown<P>({ key, hits }: OpenGroup<P>): Group<P> {
  return { key, hits: hits.map(({ point }) => point) };
}
