import type { CollectionInfo, FacetHit, Record, ScoredPoint } from '../../src/core/answers.ts';
import type { CollectionConfig } from '../../src/core/collection-config.ts';
import { badInput, badRequest, notFound, VectorizerError } from '../../src/core/errors.ts';
import { compareIds, idAt, type IdColumn, idText, type PointId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type {
  CreateFieldIndex,
  DeleteFieldIndex,
  FacetPoints,
  GetPoint,
  PayloadSelector,
  PointChange,
  PointColumns,
  QueryBatch,
  QueryPoints,
  RetrievePoints,
  ScrollPoints,
  UpdateBatch,
  UpdatePoints,
  VectorSelector,
} from '../../src/core/requests.ts';
import { selectPayload } from '../../src/core/payload-select.ts';
import type { House } from '../../src/operations/house.ts';

interface Stored {
  readonly id: PointId;
  readonly payload: Buffer;
  readonly vector: Float32Array | undefined;
}

/** A database in a Map: enough of one for the door to talk to. Scores are dot products. */
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

  private checkDimension(vector: Float32Array): void {
    const size = this.config.params.vectors[0]?.size ?? 0;
    if (vector.length !== size) throw badInput(`Vector dimension error: expected dim: ${size}, got ${vector.length}`);
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
    const [other] = points.others;
    if (other !== undefined) throw badInput(`Not existing vector name error: ${other.name}`);
    for (let index = 0; index < points.ids.count; index++) {
      const id = idAt(points.ids, index);
      const [from = 0, to = 0] = points.vectorStarts.subarray(index, index + 2);
      const vector = from === to ? undefined : points.vectors.slice(from, to);
      if (vector !== undefined) this.checkDimension(vector);
      const [start = 0, end = 0] = points.payloadStarts.subarray(index, index + 2);
      this.points.set(idText(id), { id, vector, payload: Buffer.from(points.payloads.slice(start, end)) });
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

  private queryOne({ target, limit, offset, using, withPayload, withVector }: QueryPoints): ScoredPoint[] {
    if (using !== '') throw badInput(`Not existing vector name error: ${using}`);
    let vector: Float32Array | undefined;
    if (target.kind === 'vector') vector = target.vector;
    if (target.kind === 'id') {
      const point = this.points.get(idText(target.id));
      if (point === undefined) throw notFound(`No point with id ${idText(target.id)} found`);
      vector = point.vector;
    }
    if (vector !== undefined) this.checkDimension(vector);
    const scored = [...this.points.values()].map((point) => ({
      ...record(point, withPayload, withVector),
      version: 1,
      score: vector === undefined ? 1 : vector.reduce((sum, value, at) => sum + value * (point.vector?.[at] ?? 0), 0),
    }));
    return scored.sort((a, b) => b.score - a.score).slice(offset, offset + limit);
  }
}

function record(point: Stored, withPayload: PayloadSelector, withVector: VectorSelector): Record {
  const raw = point.payload.length === 0 ? Buffer.from('{}') : point.payload;
  return {
    id: point.id,
    payload: withPayload.kind === 'none' ? undefined : selectPayload(raw, withPayload),
    vector: withVector.kind === 'none' ? undefined : { default: point.vector },
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

  async delete(name: string): Promise<boolean> {
    return this.collections.delete(name);
  }
}

export interface StubHouse {
  readonly house: House;
  readonly database: StubDatabase;
}

export function stubHouse(): StubHouse {
  const database = new StubDatabase();
  return { house: { database } as unknown as House, database };
}
