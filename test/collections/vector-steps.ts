import * as fc from 'fast-check';
import { type Compaction, compactSegments } from '../../src/collections/compaction.ts';
import type {
  DenseVectorConfig,
  Distance,
  QuantizationDiff,
  VectorFieldConfig,
} from '../../src/core/collection-config.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { seededRandom } from '../seeded-random.ts';
import { NO_DIFF } from './house.ts';
import { denseConfig, type PlainVector, sparseConfig } from './plain-vectors.ts';
import {
  checkContent,
  checkSearch,
  collectionOf,
  crash,
  crashBeforeLog,
  createField,
  deleteField,
  deletePoints,
  deleteVectors,
  restart,
  updateVectors,
  upsert,
  type VectorGround,
} from './vector-ground.ts';
import type { GivenPoint, VectorTarget } from './vector-model.ts';

/**
 * What may happen to a collection. Steps hold numbers, of which vectors and names are made when they are carried out:
 * which fields there are is known only then.
 */
export type Step =
  | { readonly kind: 'upsert' | 'update_vectors'; readonly points: readonly PointDraw[] }
  | { readonly kind: 'delete_vectors' | 'delete'; readonly target: number; readonly ids: readonly number[] }
  | { readonly kind: 'create_field' | 'delete_field' | 'quantise'; readonly draw: number }
  | { readonly kind: 'lose_log'; readonly draw: number; readonly shards: readonly number[] }
  | { readonly kind: 'behind'; readonly work: Work; readonly steps: readonly Step[] }
  | { readonly kind: Work | 'restart' | 'crash' | 'segment' | 'index' };

/** Upkeep that goes on behind updates. */
type Work = 'checkpoint' | 'compact';

interface PointDraw {
  readonly id: number;
  readonly n: number;
  readonly draw: number;
}

const NEVER = new AbortController().signal;
/** All that has rows. */
const COMPACTION: Compaction = {
  isDue: ({ rowCount }) => rowCount > 0,
  mayIndex: true,
  signal: NEVER,
  onProgress: () => undefined,
};
const NAMES = ['', 'a', 'b', 'c', 'größe'];
const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];
export const QUANTISATIONS: readonly QuantizationConfig[] = [
  { kind: 'scalar', quantile: 0.99, alwaysRam: true, memory: undefined },
  { kind: 'product', compression: 'x4', alwaysRam: undefined, memory: undefined },
  { kind: 'binary', encoding: undefined, queryEncoding: undefined, alwaysRam: undefined, memory: undefined },
  { kind: 'binary', encoding: 'two_bits', queryEncoding: 'scalar8bits', alwaysRam: undefined, memory: undefined },
  { kind: 'turbo', bits: 'bits4', alwaysRam: undefined, memory: undefined },
  { kind: 'turbo', bits: 'bits1_5', alwaysRam: undefined, memory: undefined },
];

const anyDraw = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const anyId = fc.integer({ min: 1, max: 24 });
const anyPoint: fc.Arbitrary<PointDraw> = fc.record({ id: anyId, n: fc.nat(3), draw: anyDraw });
const points = fc.array(anyPoint, { minLength: 1, maxLength: 10 });
const anyUpdate: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('upsert'), points }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('update_vectors'), points }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete_vectors', 'delete'),
      target: anyDraw,
      ids: fc.uniqueArray(anyId, { minLength: 1, maxLength: 4 }),
    }),
  },
);
const anyFieldChange: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('create_field', 'create_field', 'delete_field'),
  draw: anyDraw,
});

/** fields: how often fields come and go, of some 20 steps. */
export function anyStep({
  fields,
  quantised,
}: {
  readonly fields: number;
  readonly quantised: number;
}): fc.Arbitrary<Step> {
  const change = fc.oneof({ weight: 12, arbitrary: anyUpdate }, { weight: fields, arbitrary: anyFieldChange });
  return fc.oneof(
    { weight: 12 + fields, arbitrary: change },
    { weight: quantised, arbitrary: fc.record({ kind: fc.constant('quantise'), draw: anyDraw }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('checkpoint', 'compact', 'restart', 'crash', 'segment', 'index') }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('behind'),
        work: fc.constantFrom('checkpoint', 'compact'),
        steps: fc.array(change, { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: fields > 0 ? 1 : 0,
      arbitrary: fc.record({
        kind: fc.constant('lose_log'),
        draw: anyDraw,
        shards: fc.subarray([0, 1, 2], { minLength: 1 }),
      }),
    },
  );
}

export async function carryOut(ground: VectorGround, step: Step): Promise<void> {
  switch (step.kind) {
    case 'upsert':
      return upsert(
        ground,
        step.points.map((draw) => pointOf(ground, draw)),
      );
    case 'update_vectors': {
      const given = step.points
        .map((draw) => pointOf(ground, draw))
        .filter(({ vectors }) => Object.keys(vectors).length > 0);
      const known = withOneMissing(ground, given, ({ id }) => id);
      return known.length === 0 ? undefined : updateVectors(ground, known);
    }
    case 'delete':
      return deletePoints(ground, targetOf(ground, step.target, step.ids));
    case 'delete_vectors': {
      const random = seededRandom(step.target);
      const names = NAMES.filter((name) => ground.model.fieldNamed(name) !== undefined && random() < 0.5);
      if (names.length === 0) names.push(NAMES[Math.floor(random() * NAMES.length)] ?? '');
      const target = targetOf(
        ground,
        step.target,
        withOneMissing(ground, step.ids, (id) => id),
      );
      return 'ids' in target && target.ids.length === 0 ? undefined : deleteVectors(ground, target, names);
    }
    case 'create_field':
      return createField(ground, fieldOf(step.draw));
    case 'delete_field':
      return deleteField(ground, NAMES[step.draw % NAMES.length] ?? '');
    case 'quantise':
      return quantise(ground, step.draw);
    case 'lose_log': {
      const shards = step.shards.filter((shard) => shard < ground.model.shardCount);
      const field = fieldOf(step.draw);
      const isThere = ground.model.fieldNamed(field.name) !== undefined;
      const change = (): Promise<void> => (isThere ? deleteField(ground, field.name) : createField(ground, field));
      return crashBeforeLog(ground, change, shards);
    }
    case 'behind':
      return behind(ground, step.work, step.steps);
    case 'checkpoint':
    case 'compact':
      return upkeep(ground, step.kind);
    case 'restart':
      return restart(ground);
    case 'crash':
      return crash(ground);
    case 'segment':
      for (const shard of collectionOf(ground).shards) await shard.between(() => shard.startSegment());
      return undefined;
    case 'index':
      for (const { segments } of collectionOf(ground).shards)
        for (const field of segments.flatMap((segment) => segment.fields)) await field.buildIndex({ signal: NEVER });
      // A graph that has grown is due to be saved: nothing is to happen by itself, while a crash copies the files.
      return upkeep(ground, 'checkpoint');
  }
}

async function upkeep(ground: VectorGround, work: Work): Promise<void> {
  for (const shard of collectionOf(ground).shards) {
    if (work === 'checkpoint') await shard.writeCheckpoint('closing');
    else await compactSegments(shard, COMPACTION);
  }
}

/** Steps and searches while upkeep runs; a compaction may give up where fields came or went meanwhile, and only then. */
async function behind(ground: VectorGround, work: Work, steps: readonly Step[]): Promise<void> {
  const changesFields = steps.some(({ kind }) => kind === 'create_field' || kind === 'delete_field');
  const running = upkeep(ground, work).catch((error: unknown) => {
    if (changesFields && work === 'compact' && error instanceof VectorizerError && error.kind === 'timeout') return;
    throw error;
  });
  // Heard of below, should a step fail first.
  running.catch(() => undefined);
  for (const step of steps) {
    await carryOut(ground, step);
    await checkSearches(ground, 7, 2);
  }
  await running;
}

async function quantise(ground: VectorGround, draw: number): Promise<void> {
  const dense = ground.model.fields.filter((field) => field.kind === 'dense');
  const field = dense[draw % Math.max(dense.length, 1)];
  if (field === undefined) return;
  const quantization: QuantizationDiff = QUANTISATIONS[(draw >> 4) % (QUANTISATIONS.length + 1)] ?? 'disabled';
  const change = { hnswConfig: undefined, quantization, memory: undefined, onDisk: (draw >> 8) % 2 === 0 };
  await ground.house.database.update('c', { ...NO_DIFF, vectors: new Map([[field.name, change]]) });
}

/** Every field, or so many of them, is searched: by all and by some, as exactly as can be, and where nothing is quantised by default too. */
export async function checkSearches(ground: VectorGround, draw: number, fieldsMax: number = Infinity): Promise<void> {
  const random = seededRandom(draw);
  const { params } = collectionOf(ground).config;
  const { fields } = ground.model;
  const first = draw % Math.max(fields.length, 1);
  for (const field of [...fields.slice(first), ...fields.slice(0, first)].slice(0, fieldsMax)) {
    const { name } = field;
    const other = ground.model.fields[Math.floor(random() * ground.model.fields.length)] ?? field;
    const targets: readonly (VectorTarget | undefined)[] = [
      undefined,
      { n: Math.floor(random() * 4) },
      { hasVector: other.name },
      { lacksVector: other.name },
    ];
    const isQuantised = params.vectors.some((dense) => dense.name === name && dense.quantization !== undefined);
    for (const target of targets) {
      const question = { name, query: vectorFor(field, random), target };
      await checkSearch(ground, { ...question, limit: 1 + Math.floor(random() * 30), exact: true });
      if (!isQuantised) await checkSearch(ground, { ...question, limit: 5, exact: false });
    }
  }
}

export async function checkAll(ground: VectorGround, draw: number): Promise<void> {
  await checkContent(ground);
  await checkSearches(ground, draw);
}

/** Of what is given for points that are not there, the first alone: which of several is told depends on the shards. */
function withOneMissing<T>({ model }: VectorGround, given: readonly T[], idOf: (item: T) => number): readonly T[] {
  const absent = given.find((item) => !model.points.has(idOf(item)));
  return given.filter((item) => item === absent || model.points.has(idOf(item)));
}

function targetOf({ model }: VectorGround, draw: number, ids: readonly number[]): VectorTarget {
  const names = model.fields.map(({ name }) => name);
  const name = names[draw % Math.max(names.length, 1)];
  switch ((draw >> 5) % 6) {
    case 0:
      return { n: draw % 4 };
    case 1:
      return name === undefined ? { ids } : { hasVector: name };
    case 2:
      return name === undefined ? { ids } : { lacksVector: name };
    default:
      return { ids };
  }
}

function pointOf({ model }: VectorGround, { id, n, draw }: PointDraw): GivenPoint {
  const random = seededRandom(draw);
  const vectors: [string, PlainVector][] = [];
  for (const field of model.fields) if (random() < 0.7) vectors.push([field.name, vectorFor(field, random)]);
  return { id, n, vectors: Object.fromEntries(vectors) };
}

/** A vector that a field takes; tenths, now and then nothing but zeros, for uint8 also what it cuts off. */
export function vectorFor(field: VectorFieldConfig, random: () => number): PlainVector {
  if (field.kind === 'sparse') {
    const indices = [1, 2, 3, 5, 8, 4_000_000_000].filter(() => random() < 0.5);
    return { indices, values: indices.map(() => tenths(random, -20, 20) || 0.1) };
  }
  const row = (): number[] => numbers(field, random);
  if (!field.multivector) return row();
  // A single row may be given as it is.
  return random() < 0.2 ? row() : Array.from({ length: 1 + Math.floor(random() * 3) }, row);
}

function numbers({ size, datatype }: DenseVectorConfig, random: () => number): number[] {
  const isZero = random() < 0.05;
  return Array.from({ length: size }, () =>
    isZero ? 0 : datatype === 'uint8' ? tenths(random, -100, 2700) : tenths(random, -50, 50),
  );
}

function tenths(random: () => number, from: number, to: number): number {
  return (from + Math.floor(random() * (to - from))) / 10;
}

/** Any field; the same name may come with another kind, size or distance each time. */
export function fieldOf(draw: number): VectorFieldConfig {
  const random = seededRandom(draw);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const name = pick(NAMES);
  if (name !== '' && random() < 0.3)
    return { kind: 'sparse', ...sparseConfig(name, { modifier: pick(['none', 'idf', undefined] as const) }) };
  return {
    kind: 'dense',
    ...denseConfig(name, 1 + Math.floor(random() * 9), pick(DISTANCES), {
      datatype: pick([undefined, 'float32', 'float16', 'uint8'] as const),
      multivector: random() < 0.3,
      onDisk: pick([undefined, true, false]),
    }),
  };
}
