import { idText } from '../../src/core/ids.ts';
import { CONTEXT, PARAMS, queryOf, READ } from '../collections/house.ts';
import { toPlainVectors } from '../collections/plain-vectors.ts';
import { type FaultHouse, whereN } from './fault-house.ts';
import { applyStep, type CollectionState, N_COUNT, partsOf, type Point, type State, type Step } from './session.ts';

/** What was promised when the fault came. */
export interface Promised {
  /** What all finished turns have left. */
  readonly state: State;
  /** Steps under way, each of different points or alone. */
  readonly underWay: readonly Step[];
  /** Whether each of them was acknowledged; one that was refused and must not be there has no place in `underWay`. */
  readonly acknowledged: readonly boolean[];
}

/** As text, so that two points can be compared. */
type Found = ReadonlyMap<number, string>;

/**
 * Compares what a house answers with what was promised: what is acknowledged is there, what is under way is there or not,
 * each shard's part of it wholly; nothing else is. Reads by scrolling, counting, exact search, and by filters.
 * Returns the breaches.
 */
export async function compare(house: FaultHouse, promised: Promised): Promise<readonly string[]> {
  const breaches = compareCatalogue(house, promised);
  for (const [name, before] of promised.state.collections) {
    if (!house.database.has(name) || house.database.names().every((other) => other !== name)) continue;
    const found = await readPoints(house, name);
    breaches.push(...comparePoints(name, before, found, promised), ...(await crossRead(house, name, found)));
    breaches.push(...compareIndexes(house, name, promised));
  }
  return breaches;
}

/** States that may be found: without what is under way, and with it where it is alone. */
function possible({ state, underWay: [step, ...others], acknowledged }: Promised): readonly State[] {
  if (step === undefined || others.length > 0) return [state];
  const after = applyStep(state, step);
  return acknowledged[0] === true ? [after] : [state, after];
}

function compareCatalogue({ database }: FaultHouse, promised: Promised): string[] {
  const shown = (names: Iterable<string>, aliases: Iterable<readonly [string, string]>): string =>
    JSON.stringify([[...names].toSorted(), [...aliases].map((pair) => pair.join('=')).toSorted()]);
  const found = shown(
    database.names(),
    database.listAliases(undefined).map(({ alias, collection }) => [alias, collection] as const),
  );
  const expected = possible(promised).map(({ collections, aliases }) => shown(collections.keys(), aliases));
  return expected.includes(found) ? [] : [`catalogue: ${found} instead of ${expected.join(' or ')}`];
}

function compareIndexes({ database }: FaultHouse, name: string, promised: Promised): readonly string[] {
  const found = database
    .collection(name)
    .info()
    .payloadSchema.map(({ path }) => path.text);
  const allowed = possible(promised).map((state) =>
    [...(state.collections.get(name)?.indexes ?? [])].toSorted().join(),
  );
  const text = found.toSorted().join();
  return allowed.includes(text) ? [] : [`${name}: indexes [${text}] instead of [${allowed.join('] or [')}]`];
}

function comparePoints(
  name: string,
  before: CollectionState,
  found: Found,
  { state, underWay, acknowledged }: Promised,
): readonly string[] {
  const breaches: string[] = [];
  const judged = new Set<number>();
  underWay.forEach((step, at) => {
    const after = applyStep(state, step).collections.get(name);
    if (after === undefined) return;
    for (const [shard, ids] of partsOf(before, after)) {
      const there = ids.every((id) => found.get(id) === textOf(after.points.get(id)));
      const absent = ids.every((id) => found.get(id) === textOf(before.points.get(id)));
      for (const id of ids) judged.add(id);
      const what = `${name}: ${step.kind} of ${ids.join()} in shard ${shard}`;
      if (!there && !absent) breaches.push(`${what} is there in part: ${ids.map((id) => found.get(id)).join(' ')}`);
      else if (!there && acknowledged[at] === true) breaches.push(`${what} is lost though it was acknowledged`);
    }
  });
  for (const id of new Set([...found.keys(), ...before.points.keys()])) {
    if (judged.has(id)) continue;
    const expected = textOf(before.points.get(id));
    const text = found.get(id);
    if (text !== expected)
      breaches.push(`${name}: point ${id} is ${text?.slice(0, 200)}, should be ${expected?.slice(0, 200)}`);
  }
  return breaches.slice(0, 10);
}

function textOf(point: Point | undefined): string | undefined {
  if (point === undefined) return undefined;
  const { dense, words, payload } = point;
  const vectors = { ...(dense && { dense }), ...(words && { words }) };
  return shownPoint(vectors, payload);
}

function shownPoint(vectors: object, payload: object): string {
  return JSON.stringify([vectors, Object.entries(payload).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

async function readPoints({ database }: FaultHouse, name: string): Promise<Found> {
  const page = await database.collection(name).scroll(CONTEXT, {
    collection: name,
    offset: undefined,
    limit: 100_000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'all' },
    ...READ,
  });
  const found = new Map<number, string>();
  for (const { id, payload, vectors } of page.points) {
    const key = Number(idText(id));
    if (found.has(key)) throw new Error(`${name}: scrolling shows point ${key} twice`);
    found.set(key, shownPoint(toPlainVectors(vectors), JSON.parse(new TextDecoder().decode(payload))));
  }
  return found;
}

/** Counts, searches and filters tell of the same points as scrolling. */
async function crossRead({ database }: FaultHouse, name: string, found: Found): Promise<readonly string[]> {
  const collection = database.collection(name);
  const points = [...found].map(([id, text]) => ({
    id,
    parsed: JSON.parse(text) as [Partial<Point>, [string, unknown][]],
  }));
  const breaches: string[] = [];
  const same = (what: string, actual: readonly unknown[], expected: readonly unknown[]): void => {
    const [a, b] = [actual, expected].map((list) => JSON.stringify(list.map(String).toSorted()));
    if (a !== b) breaches.push(`${name}: ${what} finds ${a}, scrolling ${b}`);
  };
  const count = await collection.count(CONTEXT, { collection: name, filter: undefined, exact: true, ...READ });
  same('counting', [count], [found.size]);
  const all = { limit: 100_000, params: { ...PARAMS, exact: true } };
  const dense = [1, -2, 3, -4];
  const words = { indices: [1, 2, 3, 5, 8, 13], values: [1, 1, 1, 1, 1, 1] };
  const queries = [queryOf(dense, { ...all, using: 'dense' }), queryOf(words, { ...all, using: 'words' })];
  const [byDense = [], byWords = []] = await collection.query(CONTEXT, { collection: name, queries, ...READ });
  same(
    'exact search',
    byDense.map(({ id, score }) => `${idText(id)}:${score}`),
    points.flatMap(({ id, parsed: [{ dense: own }] }) =>
      own === undefined ? [] : [`${id}:${own.reduce((sum, value, at) => sum + value * (dense[at] ?? 0), 0)}`],
    ),
  );
  same(
    'sparse search',
    byWords.map(({ id, score }) => `${idText(id)}:${score}`),
    points.flatMap(({ id, parsed: [vectors] }) => {
      const own = vectors.words;
      return own === undefined ? [] : [`${id}:${own.values.reduce((sum, value) => sum + value, 0)}`];
    }),
  );
  for (let n = 0; n < N_COUNT; n++) {
    const page = await collection.scroll(CONTEXT, {
      collection: name,
      offset: undefined,
      limit: 100_000,
      filter: whereN(n),
      orderBy: undefined,
      withPayload: { kind: 'none' },
      withVector: { kind: 'none' },
      ...READ,
    });
    same(
      `the filter n = ${n}`,
      page.points.map(({ id }) => idText(id)),
      points
        .filter(({ parsed: [, payload] }) => payload.some(([key, value]) => key === 'n' && value === n))
        .map(({ id }) => id),
    );
  }
  return breaches;
}
