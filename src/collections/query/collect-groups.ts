import { largerIsBetter } from '../../core/distances.ts';
import { type Condition, EVERYTHING, type FieldPredicate, type Filter, joinFilters } from '../../core/filter.ts';
import type { PointId } from '../../core/ids.ts';
import type { JsonPath } from '../../core/json-path.ts';
import type { QueryStep } from '../../core/query.ts';
import type { QueryGroups, QueryPoints } from '../../core/requests.ts';
import { type Group, GroupHits, type GroupKey } from '../../query/group-hits.ts';
import { readPayloads } from '../hydrate.ts';
import { GroupKeys } from './group-keys.ts';
import type { FoundPoint } from './found-point.ts';
import type { GroupSource } from './groups.ts';

/** Rounds that look for more groups, and rounds that look for more points of the groups there are; as many as Qdrant's. */
const ROUNDS_MAX = 5;

/**
 * The groups of a query, as Qdrant finds them (SEMANTICS.md 3.4): rounds that ask for `limit` x `groupSize` points until
 * there are enough groups, leaving out those that are full; then rounds among the best groups that are not.
 *
 * A query without prefetches gives a point the same score in every round. So it need not name the points that it has found
 * already: it asks for as many more, and its filters, which name groups alone, stay short. Where points have no value the
 * filter says so from the second round on.
 * A fusion or a formula gives points other scores among other points: one round, of everything that is found.
 */
export async function collectGroups(source: GroupSource, request: QueryGroups): Promise<Group<FoundPoint>[]> {
  const { query, limit, groupSize } = request;
  const hits = new GroupHits<FoundPoint>({ limit, groupSize, largerFirst: largerFirst(query, source) });
  const rounds = new Rounds(source, request, hits);
  const isOneList = query.query?.kind === 'fusion' || query.query?.kind === 'formula';
  if (isOneList) {
    await rounds.run([], Number.MAX_SAFE_INTEGER, () => false);
    return hits.best();
  }
  for (let round = 0; round < ROUNDS_MAX && hits.groupCount < limit; round += 1) {
    const conditions = hits.full().length === 0 ? [] : exceptKeys(request.groupBy, keysOf(hits.full()));
    const asked = rounds.countBehind(hits.unfilled());
    const before = hits.seenCount;
    // Points that each bring a group of their own will not fill any: they need not be read to the end.
    const suffices = (): boolean => hits.groupCount >= limit && hits.groupCount * 2 > hits.seenCount - before;
    if (!(await rounds.run(conditions, asked, suffices))) return hits.best();
  }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const unfilled = hits.unfilledBest();
    if (unfilled.length === 0) break;
    const missing = unfilled.reduce((count, { hits }) => count + groupSize - hits.length, 0);
    const asked = rounds.countBehind(unfilled) + Math.max(missing * SPARE - limit * groupSize, 0);
    const suffices = (): boolean => hits.unfilledBest().length === 0;
    if (!(await rounds.run(anyKey(request.groupBy, keysOf(unfilled)), asked, suffices))) break;
  }
  return hits.best();
}

/**
 * To fill groups so many points are asked for where one is missing. Of ten groups of the same size, of which two points
 * each are missing, 40 points fill all on average.
 */
const SPARE = 3;

/** The rounds of one request. */
class Rounds {
  readonly #source: GroupSource;
  readonly #request: QueryGroups;
  readonly #hits: GroupHits<FoundPoint>;
  readonly #keys: GroupKeys;
  readonly #isLeaf: boolean;
  readonly #seen: PointId[] = [];
  /** Points that have a value and belong to no group. */
  #grouplessCount = 0;
  #leavesEmptyOut: boolean;

  constructor(source: GroupSource, request: QueryGroups, hits: GroupHits<FoundPoint>) {
    this.#source = source;
    this.#request = request;
    this.#hits = hits;
    this.#keys = new GroupKeys(request.groupBy);
    const { query, prefetch } = request.query;
    this.#isLeaf = prefetch.length === 0 && !(query?.kind === 'nearest' && query.mmr !== undefined);
    this.#leavesEmptyOut = !this.#isLeaf;
  }

  /** How many points to ask for so that a round goes behind those that it finds again, which are in these groups. */
  countBehind(groups: readonly Group<FoundPoint>[]): number {
    const { limit, groupSize } = this.#request;
    const known = this.#isLeaf ? groups.reduce((count, { hits }) => count + hits.length, this.#grouplessCount) : 0;
    return limit * groupSize + known;
  }

  /**
   * Asks for so many points that meet the conditions, and groups those that are new, until they suffice. False where there
   * are no more.
   */
  async run(conditions: readonly Condition[], wanted: number, suffices: () => boolean): Promise<boolean> {
    const { query, groupSize, groupBy } = this.#request;
    const emptyOut: Condition[] = this.#leavesEmptyOut ? [{ kind: 'is_empty', path: groupBy }] : [];
    const mustNot = this.#isLeaf || this.#seen.length === 0 ? emptyOut : [...emptyOut, hasId([...this.#seen])];
    const found = await this.#source.run({
      ...query,
      prefetch: query.prefetch.map((step) => forGroups(step, groupSize)),
      limit: wanted,
      offset: 0,
      filter: joinFilters(query.filter, { ...EVERYTHING, must: conditions, mustNot }),
      withPayload: { kind: 'none' },
      withVector: { kind: 'none' },
    });
    const fresh = found.filter((point) => !this.#hits.hasSeen(point));
    const pagePoints = fresh.length > PAGE_POINTS ? PAGE_POINTS : SHORT_PAGE_POINTS;
    const keepsPayloads = query.withPayload.kind !== 'none' && fresh.length <= KEPT_PAYLOADS_MAX;
    let read = 0;
    for (; read < fresh.length && !suffices(); read += pagePoints)
      await this.#group(fresh.slice(read, read + pagePoints), keepsPayloads);
    if (read < fresh.length) return true;
    // What prefetches find is cut by their limits: there may be more behind.
    return this.#isLeaf ? found.length >= wanted : found.length > 0;
  }

  async #group(points: readonly FoundPoint[], keepsPayloads: boolean): Promise<void> {
    const payloads = await readPayloads(points);
    points.forEach((point, index) => {
      // An order by values names a point once for each.
      if (this.#hits.hasSeen(point)) return;
      const payload = payloads[index] as Uint8Array;
      const keys = this.#keys.of(payload);
      this.#hits.add(keepsPayloads ? { ...point, payload } : point, keys ?? []);
      this.#seen.push(point.id);
      this.#leavesEmptyOut ||= keys === undefined;
      this.#grouplessCount += keys?.length === 0 ? 1 : 0;
    });
  }
}

/** Points whose payloads are read together: on threads, or at once where a round has no more than that. */
const PAGE_POINTS = 256;
const SHORT_PAGE_POINTS = 8;
/** Payloads of a round that are kept for the answer: some megabytes. More are read again. */
const KEPT_PAYLOADS_MAX = 1000;

/** Of a step and of those below it `groupSize` times as many points are taken. */
function forGroups(step: QueryStep, groupSize: number): QueryStep {
  return {
    ...step,
    limit: step.limit * groupSize,
    prefetch: step.prefetch.map((below) => forGroups(below, groupSize)),
  };
}

/** Whether larger scores are better. */
function largerFirst({ query, using }: QueryPoints, { config }: GroupSource): boolean {
  const isNearest = query?.kind === 'nearest' || (query?.kind === 'recommend' && query.strategy === 'average_vector');
  const field = isNearest ? config.params.vectors.find(({ name }) => name === using) : undefined;
  return field === undefined || largerIsBetter(field.distance);
}

function keysOf(groups: readonly Group<FoundPoint>[]): readonly GroupKey[] {
  return groups.map(({ key }) => key);
}

/** The field has a value beside these. */
function exceptKeys(path: JsonPath, keys: readonly GroupKey[]): readonly Condition[] {
  return matchKeys('except', path, keys);
}

/** The field has one of these values. */
function anyKey(path: JsonPath, keys: readonly GroupKey[]): readonly Condition[] {
  const should = matchKeys('any', path, keys);
  const filter: Filter = { ...EVERYTHING, should };
  return should.length === 1 ? should : [{ kind: 'filter', filter }];
}

/** A condition for each type of the keys. What is beyond i64 cannot be matched. */
function matchKeys(kind: 'any' | 'except', path: JsonPath, keys: readonly GroupKey[]): readonly Condition[] {
  const strings = keys.filter((key) => typeof key === 'string');
  const integers = keys.filter((key) => typeof key === 'bigint' && key < 2n ** 63n) as bigint[];
  const of = (predicate: FieldPredicate): Condition => ({ kind: 'field', path, predicates: [predicate] });
  return [
    ...(strings.length === 0 ? [] : [of({ kind, values: { type: 'strings', values: strings } })]),
    ...(integers.length === 0 ? [] : [of({ kind, values: { type: 'integers', values: integers } })]),
  ];
}

function hasId(ids: readonly PointId[]): Condition {
  return { kind: 'has_id', ids };
}
