import { shardOf } from '../../src/collections/routing.ts';
import { idOf } from '../collections/house.ts';

/**
 * Sessions of random updates, and what a database must hold after them: collections of points in a Map, too simple to be
 * wrong. A session is drawn from a seed alone, so that the process that carries it out and the one that judges what is
 * left of it draw the same.
 */

export interface SparseNumbers {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

export interface Point {
  /** Small whole numbers: exact in f32. */
  readonly dense: readonly number[] | undefined;
  readonly words: SparseNumbers | undefined;
  readonly payload: Readonly<Record<string, number | string>>;
}

/** What can be said of a point in an upsert. */
export type NewPoint = Point & { readonly id: number };

export interface CollectionState {
  readonly shardNumber: number;
  readonly points: ReadonlyMap<number, Point>;
  readonly indexes: ReadonlySet<string>;
}

export interface State {
  readonly collections: ReadonlyMap<string, CollectionState>;
  readonly aliases: ReadonlyMap<string, string>;
}

export const EMPTY_STATE: State = { collections: new Map(), aliases: new Map() };

/** Changes of points of one collection. */
export type PointStep =
  | { readonly kind: 'upsert'; readonly collection: string; readonly points: readonly NewPoint[] }
  | { readonly kind: 'delete'; readonly collection: string; readonly ids: readonly number[] }
  | {
      readonly kind: 'set_payload';
      readonly collection: string;
      readonly ids: readonly number[];
      readonly payload: Point['payload'];
    }
  | {
      readonly kind: 'set_words';
      readonly collection: string;
      readonly ids: readonly number[];
      readonly words: SparseNumbers;
    };

export type Step =
  | PointStep
  /** Of all points whose `n` is this. */
  | { readonly kind: 'delete_where'; readonly collection: string; readonly n: number }
  | { readonly kind: 'create_index' | 'delete_index'; readonly collection: string; readonly field: string }
  | { readonly kind: 'create'; readonly collection: string; readonly shardNumber: number }
  | { readonly kind: 'drop'; readonly collection: string }
  | { readonly kind: 'set_alias'; readonly alias: string; readonly collection: string }
  | { readonly kind: 'delete_alias'; readonly alias: string }
  | { readonly kind: 'rename_alias'; readonly alias: string; readonly newAlias: string }
  /** What is only in the log and in memory is brought into files. */
  | { readonly kind: 'checkpoint'; readonly collection: string }
  /** The house is closed, which writes its last checkpoints, and opened again. */
  | { readonly kind: 'reopen' };

/** Steps that are under way together: one, or changes of different points of one collection. */
export type Turn = readonly Step[];

export const DENSE_SIZE = 4;
/** Values of `n`. */
export const N_COUNT = 6;
export const FIELDS = ['n', 'tag'] as const;

export interface SessionOptions {
  readonly turns: number;
  readonly idCount: number;
  readonly pointsMax: number;
  readonly reopens: boolean;
}

/** The first two steps make collections of one and of two shards. */
export function drawSession(random: () => number, options: SessionOptions): readonly Turn[] {
  const turns: Turn[] = [
    [{ kind: 'create', collection: 'one', shardNumber: 1 }],
    [{ kind: 'create', collection: 'two', shardNumber: 2 }],
    [{ kind: 'create_index', collection: 'one', field: 'n' }],
  ];
  let state = turns.flat().reduce(applyStep, EMPTY_STATE);
  while (turns.length < options.turns) {
    const turn = drawTurn(random, state, options);
    turns.push(turn);
    state = turn.reduce(applyStep, state);
  }
  return turns;
}

export function applyStep(state: State, step: Step): State {
  const collections = new Map(state.collections);
  const aliases = new Map(state.aliases);
  switch (step.kind) {
    case 'reopen':
    case 'checkpoint':
      return state;
    case 'create':
      collections.set(step.collection, { shardNumber: step.shardNumber, points: new Map(), indexes: new Set() });
      break;
    case 'drop':
      collections.delete(step.collection);
      for (const [alias, collection] of aliases) if (collection === step.collection) aliases.delete(alias);
      break;
    case 'set_alias':
      aliases.set(step.alias, step.collection);
      break;
    case 'delete_alias':
      aliases.delete(step.alias);
      break;
    case 'rename_alias': {
      const collection = aliases.get(step.alias);
      aliases.delete(step.alias);
      if (collection !== undefined) aliases.set(step.newAlias, collection);
      break;
    }
    case 'upsert':
    case 'delete':
    case 'set_payload':
    case 'set_words':
    case 'delete_where':
    case 'create_index':
    case 'delete_index': {
      const collection = collections.get(step.collection);
      if (collection !== undefined) collections.set(step.collection, applyToCollection(collection, step));
    }
  }
  return { collections, aliases };
}

function applyToCollection(
  collection: CollectionState,
  step: PointStep | Extract<Step, { kind: 'delete_where' | 'create_index' | 'delete_index' }>,
): CollectionState {
  const points = new Map(collection.points);
  const indexes = new Set(collection.indexes);
  switch (step.kind) {
    case 'upsert':
      for (const { id, dense, words, payload } of step.points) points.set(id, { dense, words, payload });
      break;
    case 'delete':
      for (const id of step.ids) points.delete(id);
      break;
    case 'delete_where':
      for (const [id, { payload }] of points) if (payload['n'] === step.n) points.delete(id);
      break;
    case 'set_payload':
      for (const id of step.ids) change(points, id, ({ payload }) => ({ payload: { ...payload, ...step.payload } }));
      break;
    case 'set_words':
      for (const id of step.ids) change(points, id, () => ({ words: step.words }));
      break;
    case 'create_index':
      indexes.add(step.field);
      break;
    case 'delete_index':
      indexes.delete(step.field);
  }
  return { ...collection, points, indexes };
}

function change(points: Map<number, Point>, id: number, how: (point: Point) => Partial<Point>): void {
  const point = points.get(id);
  if (point !== undefined) points.set(id, { ...point, ...how(point) });
}

/** The ids whose points a step changes, by shard: a shard carries its part out wholly or not at all. */
export function partsOf(before: CollectionState, after: CollectionState): ReadonlyMap<number, readonly number[]> {
  const parts = new Map<number, number[]>();
  for (const id of new Set([...before.points.keys(), ...after.points.keys()])) {
    if (before.points.get(id) === after.points.get(id)) continue;
    const shard = shardOf(idOf(id), before.shardNumber);
    parts.set(shard, [...(parts.get(shard) ?? []), id]);
  }
  return parts;
}

function drawTurn(random: () => number, state: State, options: SessionOptions): Turn {
  const collection = pick(random, [...state.collections.keys()]);
  const chance = random();
  if (chance < 0.12) return [{ kind: 'checkpoint', collection }];
  if (chance < 0.3) return [drawSingle(random, state, collection, options)];
  const known = [...(state.collections.get(collection)?.points.keys() ?? [])];
  const free = shuffled(
    random,
    Array.from({ length: options.idCount }, (_, id) => id),
  );
  const stepCount = 1 + Math.floor(random() * 4);
  const turn: PointStep[] = [];
  for (let step = 0; step < stepCount && free.length > 0; step++) {
    const ids = free.splice(0, 1 + Math.floor(random() * options.pointsMax));
    turn.push(drawPointStep(random, { collection, ids, known: ids.filter((id) => known.includes(id)) }));
  }
  return turn;
}

export function drawPointStep(
  random: () => number,
  { collection, ids, known }: { collection: string; ids: readonly number[]; known: readonly number[] },
): PointStep {
  const chance = random();
  if (known.length === 0 || chance < 0.55)
    return { kind: 'upsert', collection, points: ids.map((id) => drawPoint(random, id)) };
  if (chance < 0.7) return { kind: 'delete', collection, ids: known };
  if (chance < 0.88) return { kind: 'set_payload', collection, ids: known, payload: drawPayload(random) };
  return { kind: 'set_words', collection, ids: known, words: drawWords(random) };
}

/** A step that changes what no other may change meanwhile. */
function drawSingle(random: () => number, state: State, collection: string, { reopens }: SessionOptions): Step {
  const alias = pick(random, ['here', 'there']);
  const chance = random();
  if (chance < 0.15) return { kind: 'delete_where', collection, n: Math.floor(random() * N_COUNT) };
  if (chance < 0.4) return { kind: 'create_index', collection, field: pick(random, FIELDS) };
  if (chance < 0.48) return { kind: 'delete_index', collection, field: pick(random, FIELDS) };
  if (chance < 0.6) return { kind: 'set_alias', alias, collection };
  if (chance < 0.66 && state.aliases.has(alias)) return { kind: 'rename_alias', alias, newAlias: 'moved' };
  if (chance < 0.7) return { kind: 'delete_alias', alias };
  if (chance < 0.75 && reopens) return { kind: 'reopen' };
  if (chance < 0.85 && state.collections.size > 2) return { kind: 'drop', collection };
  const name = `side-${Math.floor(random() * 3)}`;
  if (!state.collections.has(name))
    return { kind: 'create', collection: name, shardNumber: 1 + Math.floor(random() * 2) };
  return { kind: 'upsert', collection: name, points: [drawPoint(random, 1)] };
}

export function drawPoint(random: () => number, id: number): NewPoint {
  const dense = Array.from({ length: DENSE_SIZE }, () => Math.floor(random() * 21) - 10);
  return {
    id,
    dense: random() < 0.9 ? dense : undefined,
    words: random() < 0.5 ? drawWords(random) : undefined,
    payload: random() < 0.9 ? drawPayload(random) : {},
  };
}

function drawWords(random: () => number): SparseNumbers {
  const indices = [1, 2, 3, 5, 8, 13].filter(() => random() < 0.5);
  const all = indices.length === 0 ? [1] : indices;
  return { indices: all, values: all.map(() => 1 + Math.floor(random() * 9)) };
}

function drawPayload(random: () => number): Point['payload'] {
  const n = Math.floor(random() * N_COUNT);
  const tag = pick(random, ['red', 'green', 'blue']);
  // Now and then one that takes several blocks of LevelDB's journal.
  return random() < 0.03 ? { n, tag, text: 'x'.repeat(Math.floor(random() * 90_000)) } : { n, tag };
}

export function pick<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function shuffled<T>(random: () => number, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
