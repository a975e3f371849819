import { compareIds, idColumn, idText, type PointId } from '../../src/core/ids.ts';
import type { Filter } from '../../src/core/filter.ts';
import type { JsonPath, PathStep } from '../../src/core/json-path.ts';
import type { PointChange, PointsTarget, UpdateMode } from '../../src/core/requests.ts';
import { shardOf } from '../../src/collections/routing.ts';
import { type OracleIndex, passesIndexed } from '../filters/indexed-oracle.ts';
import { type Json, parsePayload } from '../filters/oracle.ts';
import { rawColumns, type RawPoint } from './house.ts';

/** Points by list or by filter. */
export type Target = { readonly ids: readonly PointId[] } | { readonly filter: Filter };

/** A change of points in plain data; `payload` is raw JSON of an object. */
export type Change =
  | {
      readonly kind: 'upsert';
      readonly points: readonly RawPoint[];
      readonly mode: UpdateMode;
      readonly updateFilter: Filter | undefined;
    }
  | { readonly kind: 'delete' | 'clear_payload'; readonly target: Target }
  | {
      readonly kind: 'set_payload';
      readonly target: Target;
      readonly payload: string;
      readonly key: JsonPath | undefined;
    }
  | { readonly kind: 'overwrite_payload'; readonly target: Target; readonly payload: string }
  | { readonly kind: 'delete_payload'; readonly target: Target; readonly keys: readonly JsonPath[] }
  | {
      readonly kind: 'update_vectors';
      readonly points: readonly RawPoint[];
      readonly updateFilter: Filter | undefined;
    }
  | {
      readonly kind: 'delete_vectors';
      readonly filter: Filter | undefined;
      readonly ids: readonly PointId[] | undefined;
    };

export interface ModelPoint {
  readonly id: PointId;
  payload: Json;
  vector: readonly number[] | undefined;
  version: number;
}

/** The request that a change is. */
export function requestOf(change: Change): PointChange {
  switch (change.kind) {
    case 'upsert':
    case 'update_vectors':
      return { ...change, points: rawColumns(change.points) };
    case 'set_payload':
    case 'overwrite_payload':
      return { ...change, target: targetOf(change.target), payload: new TextEncoder().encode(change.payload) };
    case 'delete':
    case 'clear_payload':
    case 'delete_payload':
      return { ...change, target: targetOf(change.target) };
    case 'delete_vectors': {
      const { filter, ids } = change;
      return { kind: 'delete_vectors', names: [''], filter, ids: ids === undefined ? undefined : idColumn(ids) };
    }
  }
}

function targetOf(target: Target): PointsTarget {
  if ('filter' in target) return { kind: 'filter', filter: target.filter };
  return { kind: 'ids', ids: idColumn(target.ids) };
}

/** Qdrant carries out lists of ids in chunks of so many: one with a missing point is the last (SEMANTICS.md 1.2). */
const CHUNK = 32;

/**
 * What a collection with one dense vector must hold after any changes, said plainly: over parsed payloads, point by
 * point. Every shard counts its own operations. Source: SEMANTICS.md 1.2.
 */
export class PointModel {
  readonly points: Map<string, ModelPoint> = new Map();
  indexes: OracleIndex[] = [];
  /** Number of the last operation of each shard. */
  readonly operations: number[];
  /** The number that the last operation is answered with: the highest of its shards. */
  answered = 0;

  constructor(shardCount: number) {
    this.operations = Array.from({ length: shardCount }, () => 0);
  }

  /** All points, or those that match, in the order of their ids. */
  matching(filter: Filter | undefined): readonly ModelPoint[] {
    const all = [...this.points.values()].toSorted((a, b) => compareIds(a.id, b.id));
    return filter === undefined ? all : all.filter((point) => this.#passes(filter, point));
  }

  createIndex(index: OracleIndex): void {
    this.deleteIndex(index.path);
    this.indexes.push(index);
  }

  deleteIndex({ steps }: JsonPath): void {
    this.indexes = this.indexes.filter(({ path }) => JSON.stringify(path.steps) !== JSON.stringify(steps));
    // Qdrant numbers a change of indexes twice.
    this.operations.forEach((_, shard) => (this.operations[shard] = (this.operations[shard] ?? 0) + 2));
  }

  /** Carries a change out; returns what a refusal says, which may come after a part was done. */
  apply(change: Change): string | undefined {
    this.answered = 0;
    switch (change.kind) {
      case 'upsert':
        return this.#upsert(change.points, change.mode, change.updateFilter);
      case 'update_vectors':
        return this.#updateVectors(change.points, change.updateFilter);
      case 'delete':
        return this.#each(change.target, 'missing is fine', ({ id }) => this.points.delete(idText(id)));
      case 'clear_payload':
        return this.#edit(change.target, () => ({}));
      case 'overwrite_payload':
        return this.#edit(change.target, () => parsePayload(change.payload));
      case 'set_payload':
        return this.#edit(change.target, (payload) => merged(payload, change.key?.steps ?? [], change.payload));
      case 'delete_payload':
        return this.#edit(change.target, (payload) =>
          change.keys.reduce((left, { steps }) => withoutPath(left, steps), payload),
        );
      case 'delete_vectors': {
        const { filter, ids } = change;
        const drop = (point: ModelPoint): void => {
          point.vector = undefined;
        };
        if (filter !== undefined) this.#each({ filter }, 'missing is refused', drop);
        if (filter !== undefined && ids !== undefined) this.answered = 0;
        return ids === undefined ? undefined : this.#each({ ids }, 'missing is refused', drop);
      }
    }
  }

  #passes(filter: Filter, { id, payload, vector }: ModelPoint): boolean {
    return passesIndexed(filter, payload, { id, vectors: vector === undefined ? [] : [''] }, this.indexes);
  }

  #edit(target: Target, edit: (payload: Json) => Json): string | undefined {
    return this.#each(target, 'missing is refused', (point) => {
      point.payload = edit(point.payload);
    });
  }

  /** What every shard gets of a list; a shard that gets nothing does not count the operation. */
  #parts<T>(
    items: readonly T[],
    idOf: (item: T) => PointId,
  ): readonly (readonly [shard: number, items: readonly T[]])[] {
    const parts = this.operations.map((_, shard) =>
      items.filter((item) => shardOf(idOf(item), this.operations.length) === shard),
    );
    return parts.flatMap((part, shard) => (part.length === 0 ? [] : [[shard, part] as const]));
  }

  #begin(shard: number): number {
    const operation = (this.operations[shard] ?? 0) + 1;
    this.operations[shard] = operation;
    this.answered = Math.max(this.answered, operation);
    return operation;
  }

  #each(
    target: Target,
    missing: 'missing is fine' | 'missing is refused',
    change: (point: ModelPoint) => void,
  ): string | undefined {
    if ('filter' in target) {
      const matching = this.matching(target.filter);
      const operations = this.operations.map((_, shard) => this.#begin(shard));
      for (const point of matching) {
        change(point);
        point.version = operations[shardOf(point.id, operations.length)] ?? 0;
      }
      return undefined;
    }
    const refusals = this.#parts(target.ids, (id) => id).map(([shard, ids]) => {
      const operation = this.#begin(shard);
      return this.#chunks(
        ids,
        (id) => id,
        missing,
        (id) => {
          const point = this.points.get(idText(id));
          if (point === undefined) return;
          change(point);
          point.version = operation;
        },
      );
    });
    return refusals.find((refusal) => refusal !== undefined);
  }

  /** Visits items chunk by chunk; the chunk with a missing point is the last, where that is refused. */
  #chunks<T>(
    items: readonly T[],
    idOf: (item: T) => PointId,
    missing: 'missing is fine' | 'missing is refused',
    visit: (item: T) => void,
  ): string | undefined {
    for (let first = 0; first < items.length; first += CHUNK) {
      const chunk = items.slice(first, first + CHUNK);
      const absent = chunk.map(idOf).find((id) => !this.points.has(idText(id)));
      chunk.forEach(visit);
      if (absent !== undefined && missing === 'missing is refused') return `No point with id ${idText(absent)} found`;
    }
    return undefined;
  }

  #upsert(points: readonly RawPoint[], mode: UpdateMode, filter: Filter | undefined): undefined {
    const matching = new Set(this.matching(mode === 'insert_only' ? undefined : filter).map(({ id }) => idText(id)));
    const existing = new Set(this.points.keys());
    for (const [shard, part] of this.#parts(points, ({ id }) => id)) {
      const version = this.#begin(shard);
      for (const { id, vector, payload } of part) {
        const key = idText(id);
        const isWanted = existing.has(key) ? mode !== 'insert_only' && matching.has(key) : mode !== 'update_only';
        if (isWanted) this.points.set(key, { id, vector, payload: parsePayload(payload), version });
      }
    }
  }

  #updateVectors(points: readonly RawPoint[], filter: Filter | undefined): string | undefined {
    const matching = new Set(this.matching(filter).map(({ id }) => idText(id)));
    const refusals = this.#parts(points, ({ id }) => id).map(([shard, part]) => {
      const version = this.#begin(shard);
      return this.#chunks(
        part,
        ({ id }) => id,
        'missing is refused',
        ({ id, vector }) => {
          const point = this.points.get(idText(id));
          if (point !== undefined && matching.has(idText(id))) Object.assign(point, { vector, version });
        },
      );
    });
    return refusals.find((refusal) => refusal !== undefined);
  }
}

type Fields = { readonly [key: string]: Json | undefined };

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy with a key exchanged; undefined: without it. */
function withKey(fields: Fields, key: string, value: Json | undefined): Fields {
  const others = Object.entries(fields).filter(([name]) => name !== key);
  return Object.fromEntries(value === undefined ? others : [...others, [key, value]]);
}

/** A payload with the patch merged into what stands at a path, which is made where it is not there. */
export function merged(value: Json | undefined, [step, ...rest]: readonly PathStep[], patch: string): Json {
  const fields = isFields(value) ? value : {};
  if (step === undefined) {
    const given = Object.entries(parsePayload(patch) as Fields);
    return given.reduce((result, [key, member]) => withKey(result, key, member === null ? undefined : member), fields);
  }
  if (step.kind === 'key') {
    const inner = Object.hasOwn(fields, step.key) ? fields[step.key] : undefined;
    return withKey(fields, step.key, merged(inner, rest, patch));
  }
  const list = Array.isArray(value) ? (value as readonly Json[]) : [];
  return list.map((element, at) =>
    step.kind === 'each' || step.index === at ? merged(element, rest, patch) : element,
  );
}

/** A payload without what stands at a path: keys are dropped, `a[]` is emptied, elements stay. */
export function withoutPath(value: Json, [step, ...rest]: readonly PathStep[]): Json {
  if (step === undefined) return value;
  if (step.kind === 'key') {
    if (!isFields(value) || !Object.hasOwn(value, step.key)) return value;
    return withKey(value, step.key, rest.length === 0 ? undefined : withoutPath(value[step.key] ?? null, rest));
  }
  if (!Array.isArray(value)) return value;
  if (rest.length === 0) return step.kind === 'each' ? [] : value;
  return (value as readonly Json[]).map((element, at) =>
    step.kind === 'each' || step.index === at ? withoutPath(element, rest) : element,
  );
}
