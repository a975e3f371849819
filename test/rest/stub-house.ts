import type {
  CollectionInfo,
  DistanceMatrix,
  FacetHit,
  MemoryReport,
  OptimizationsReport,
  PointGroup,
  Record,
  ScoredPoint,
} from '../../src/core/answers.ts';
import type { CollectionConfig } from '../../src/core/collection-config.ts';
import { badInput, badRequest, notFound, VectorizerError } from '../../src/core/errors.ts';
import type { Explanation } from '../../src/core/explanation.ts';
import { compareIds, idAt, type IdColumn, idText, type PointId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { Example } from '../../src/core/query.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type {
  CreateFieldIndex,
  CreateVectorField,
  DeleteFieldIndex,
  DeleteVectorField,
  ExplainQuery,
  FacetPoints,
  GetOptimizations,
  GetPoint,
  PayloadSelector,
  PointChange,
  PointColumns,
  QueryBatch,
  QueryGroups,
  QueryPoints,
  RetrievePoints,
  ScrollPoints,
  SearchMatrix,
  UpdateBatch,
  UpdatePoints,
  VectorSelector,
} from '../../src/core/requests.ts';
import { selectPayload } from '../../src/core/payload-select.ts';
import type { NamedVector, Vector } from '../../src/core/vectors.ts';
import type { House } from '../../src/operations/house.ts';
import { vectorsAt } from './parsing.ts';
import { StubSnapshots } from './stub-snapshots.ts';

interface Stored {
  readonly id: PointId;
  readonly payload: Buffer;
  readonly vectors: readonly NamedVector[];
}

/** A database in a Map: enough of one for the door to talk to. Scores are dot products of dense vectors. */
class StubCollection {
  config: CollectionConfig;
  readonly points: Map<string, Stored> = new Map();
  readonly upserts: PointColumns[] = [];
  /** Changes that the stub takes and does nothing about. */
  readonly changes: PointChange[] = [];
  readonly indexes: Map<string, FieldSchema> = new Map();
  private operations = 0;

  constructor(config: CollectionConfig) {
    this.config = config;
  }

  info(): CollectionInfo {
    return {
      status: 'green',
      optimizerError: undefined,
      indexedVectorsCount: 0,
      pointsCount: this.points.size,
      segmentsCount: 2,
      config: this.config,
      updateQueueLength: 0,
      payloadSchema: [...this.indexes].map(([text, schema]) => ({ path: pathOf(text), schema, points: 0 })),
    };
  }

  private updated(wait: boolean): { operationId: number; status: 'completed' | 'acknowledged' } {
    return { operationId: ++this.operations, status: wait ? 'completed' : 'acknowledged' };
  }

  /** Unknown names, and dense vectors of the wrong size. */
  private check({ name, vector }: NamedVector): void {
    const { vectors, sparseVectors } = this.config.params;
    if (sparseVectors.some((field) => field.name === name)) return;
    const size = vectors.find((field) => field.name === name)?.size;
    if (size === undefined) throw badInput(`Not existing vector name error: ${name}`);
    const given = vector.kind === 'multi' ? vector.dimension : vector.values.length;
    if (given !== size) throw badInput(`Vector dimension error: expected dim: ${size}, got ${given}`);
  }

  async update(_context: unknown, { change, wait }: UpdatePoints): Promise<unknown> {
    return this.apply(change, wait);
  }

  async updateBatch(_context: unknown, { changes, wait }: UpdateBatch): Promise<readonly unknown[]> {
    return changes.map((change) => this.apply(change, wait));
  }

  private apply(change: PointChange, wait: boolean): unknown {
    if (change.kind === 'upsert') this.upsert(change.points);
    else if (change.kind === 'delete' && change.target.kind === 'ids') this.remove(change.target.ids);
    else if (change.kind === 'delete_vectors') checkNames(change.names);
    else this.changes.push(change);
    return this.updated(wait);
  }

  private upsert(points: PointColumns): void {
    this.upserts.push(points);
    if (points.ids.count === 0) throw badRequest('Empty update request');
    for (let index = 0; index < points.ids.count; index++) {
      const id = idAt(points.ids, index);
      const vectors = vectorsAt(points, index);
      for (const vector of vectors) this.check(vector);
      const [start = 0, end = 0] = points.payloadStarts.subarray(index, index + 2);
      this.points.set(idText(id), { id, vectors, payload: Buffer.from(points.payloads.slice(start, end)) });
    }
  }

  private remove(ids: IdColumn): void {
    if (ids.count === 0) throw badRequest('Empty update request');
    for (let index = 0; index < ids.count; index++) this.points.delete(idText(idAt(ids, index)));
  }

  async createFieldIndex(_context: unknown, { path, schema, wait }: CreateFieldIndex): Promise<unknown> {
    this.indexes.set(path.text, schema);
    return this.updated(wait);
  }

  async deleteFieldIndex(_context: unknown, { path, wait }: DeleteFieldIndex): Promise<unknown> {
    this.indexes.delete(path.text);
    return this.updated(wait);
  }

  createVectorField({ field, wait }: CreateVectorField): unknown {
    const { params } = this.config;
    const vectors = field.kind === 'dense' ? [...params.vectors, field] : params.vectors;
    const sparseVectors = field.kind === 'sparse' ? [...params.sparseVectors, field] : params.sparseVectors;
    this.config = { ...this.config, params: { ...params, vectors, sparseVectors } };
    return this.updated(wait);
  }

  deleteVectorField({ name, wait }: DeleteVectorField): unknown {
    const { params } = this.config;
    const vectors = params.vectors.filter((field) => field.name !== name);
    this.config = { ...this.config, params: { ...params, vectors } };
    return this.updated(wait);
  }

  optimizations({ queued, completed, idleSegments, completedLimit }: GetOptimizations): OptimizationsReport {
    const segment = { uuid: 's', pointsCount: this.points.size };
    const progress = { name: 'all', startedAtMs: 0, finishedAtMs: 1500, done: 1, total: undefined, children: [] };
    const merge = { uuid: 'u', optimizer: 'merge', status: 'done' as const, segments: [segment], progress };
    return {
      summary: { queuedOptimizations: 1, queuedSegments: 2, queuedPoints: 3, idleSegments: 4 },
      running: [],
      queued: queued ? [{ optimizer: 'indexing', segments: [segment] }] : undefined,
      completed: completed ? [merge].slice(0, completedLimit) : undefined,
      idleSegments: idleSegments ? [segment] : undefined,
    };
  }

  memory(): MemoryReport {
    return {
      vectors: [{ name: '', codes: 1, index: 2, originals: 3, pending: 4, originalsOnDisk: 5 }],
      payloads: { overlay: 6, chunks: 7, matches: 14 },
      payloadIndexes: [{ field: 'a.b', bytes: 8 }],
      ids: 9,
      process: { budget: 10, used: 11, resident: 12, valueCache: 13, pressure: 'none' },
    };
  }

  async facet(_context: unknown, { limit }: FacetPoints): Promise<readonly FacetHit[]> {
    const hits = [
      { value: 'é"', count: 3 },
      { value: 9_007_199_254_740_993n, count: 2 },
      { value: true, count: 1 },
    ];
    return hits.slice(0, limit);
  }

  async get(_context: unknown, { id }: GetPoint): Promise<Record> {
    const point = this.points.get(idText(id));
    if (point === undefined) throw notFound(`Point with id ${idText(id)} does not exists!`);
    return record(point, { kind: 'all' }, { kind: 'all' });
  }

  async retrieve(_context: unknown, request: RetrievePoints): Promise<readonly Record[]> {
    const keys = new Set(request.ids.map(idText));
    return [...keys].flatMap((key) => {
      const point = this.points.get(key);
      return point === undefined ? [] : [record(point, request.withPayload, request.withVector)];
    });
  }

  async scroll(_context: unknown, request: ScrollPoints): Promise<unknown> {
    const { offset } = request;
    const all = [...this.points.values()]
      .sort((a, b) => compareIds(a.id, b.id))
      .filter(({ id }) => offset === undefined || compareIds(id, offset) >= 0);
    return {
      points: all.slice(0, request.limit).map((point) => record(point, request.withPayload, request.withVector)),
      nextPageOffset: all[request.limit]?.id,
    };
  }

  count(): number {
    return this.points.size;
  }

  async query(_context: unknown, { queries }: QueryBatch): Promise<readonly (readonly ScoredPoint[])[]> {
    return queries.map((query) => this.queryOne(query));
  }

  /** One group of all points, looked up by itself where a lookup is asked for; its number is no double. */
  async queryGroups(_context: unknown, { query, groupSize, withLookup }: QueryGroups): Promise<readonly PointGroup[]> {
    const hits = this.queryOne({ ...query, limit: groupSize, offset: 0 });
    const [best] = hits;
    if (best === undefined) return [];
    const lookup =
      withLookup === undefined ? undefined : { id: best.id, payload: Buffer.from('{}'), vectors: undefined };
    return [{ id: -9_007_199_254_740_993n, hits, lookup }];
  }

  async explainQuery(_context: unknown, { query, whyNot }: ExplainQuery): Promise<Explanation> {
    const { limit, scoreThreshold } = query;
    return {
      points: this.queryOne(query).map(({ id, score }) => ({ id, score })),
      stages: { resolveMs: 1, searchMs: 2, hydrateMs: 3 },
      query: {
        path: 'query',
        kind: 'by_id',
        using: undefined,
        examples: 0,
        limit,
        scoreThreshold,
        shards: [],
        prefetch: [],
      },
      whyNot: whyNot.map((id) => ({ id, rank: 1, lost: [] })),
    };
  }

  /** Each point and the one before it. */
  async distanceMatrix(_context: unknown, { sample }: SearchMatrix): Promise<DistanceMatrix> {
    const ids = [...this.points.values()].map(({ id }) => id).slice(0, sample);
    const columns = Uint32Array.from(ids.keys());
    const rows = columns.map((column) => (column === 0 ? ids.length : column) - 1);
    return { ids, rows, columns, scores: Float32Array.from(ids, () => 0.1) };
  }

  private queryOne({ query, limit, offset, using, withPayload, withVector }: QueryPoints): ScoredPoint[] {
    let vector: Vector | undefined;
    const target = exampleOf(query);
    if (target?.kind === 'vector') vector = target.vector;
    if (target?.kind === 'id') {
      const point = this.points.get(idText(target.id));
      if (point === undefined) throw notFound(`No point with id ${idText(target.id)} found`);
      vector = vectorOf(point, using);
    }
    if (vector !== undefined) this.check({ name: using, vector });
    const scored = [...this.points.values()].map((point) => ({
      ...record(point, withPayload, withVector),
      version: 1,
      score: vector === undefined ? 1 : dot(vector, vectorOf(point, using)),
    }));
    return scored.sort((a, b) => b.score - a.score).slice(offset, offset + limit);
  }
}

/** Of many examples the first positive one; the stub knows no other score than its own. */
function exampleOf(query: QueryPoints['query']): Example | undefined {
  if (query?.kind === 'nearest') return query.example;
  if (query?.kind === 'recommend') return query.positive[0];
  return query?.kind === 'discover' ? query.target : undefined;
}

function vectorOf({ vectors }: Stored, name: string): Vector | undefined {
  return vectors.find((given) => given.name === name)?.vector;
}

function dot(left: Vector, right: Vector | undefined): number {
  return left.values.reduce((sum, value, at) => sum + value * (right?.values[at] ?? 0), 0);
}

function record(point: Stored, withPayload: PayloadSelector, withVector: VectorSelector): Record {
  const raw = point.payload.length === 0 ? Buffer.from('{}') : point.payload;
  return {
    id: point.id,
    payload: withPayload.kind === 'none' ? undefined : selectPayload(raw, withPayload),
    vectors: withVector.kind === 'none' ? undefined : point.vectors,
  };
}

function checkNames(names: readonly string[]): void {
  const unknown = names.find((name) => name !== '');
  if (unknown !== undefined) throw badInput(`Not existing vector name error: ${unknown}`);
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(text);
  return path;
}

class StubDatabase {
  readonly collections: Map<string, StubCollection> = new Map();

  names(): readonly string[] {
    return [...this.collections.keys()].sort();
  }

  has(name: string): boolean {
    return this.collections.has(name);
  }

  collection(name: string): StubCollection {
    const found = this.collections.get(name);
    if (found === undefined) throw notFound(`Collection \`${name}\` doesn't exist!`);
    return found;
  }

  async create(name: string, config: CollectionConfig): Promise<boolean> {
    if (this.has(name)) throw new VectorizerError('already_exists', `Collection \`${name}\` already exists!`);
    this.collections.set(name, new StubCollection(config));
    return true;
  }

  async update(name: string): Promise<boolean> {
    this.collection(name);
    return true;
  }

  async createVectorField(request: CreateVectorField): Promise<unknown> {
    return this.collection(request.collection).createVectorField(request);
  }

  async deleteVectorField(request: DeleteVectorField): Promise<unknown> {
    return this.collection(request.collection).deleteVectorField(request);
  }

  async delete(name: string): Promise<boolean> {
    return this.collections.delete(name);
  }
}

export interface StubHouse {
  readonly house: House;
  readonly database: StubDatabase;
  readonly snapshots: StubSnapshots;
}

export function stubHouse(): StubHouse {
  const database = new StubDatabase();
  const snapshots = new StubSnapshots((name) => database.has(name));
  return { house: { database, snapshots } as unknown as House, database, snapshots };
}
