import { isDeepStrictEqual } from 'node:util';
import { QdrantClient } from '@qdrant/js-client-rest';

/** A collection whose only work is that a vector field comes and goes, each time with another size. */
export const FIELD_COLLECTION = 'fields';

type FieldChange =
  | { readonly kind: 'create'; readonly size: number }
  | { readonly kind: 'drop' }
  /** Points of these ids get vectors of the size that the field has. */
  | { readonly kind: 'write'; readonly ids: readonly number[]; readonly version: number }
  /** By a filter on the field itself: what it matched is decided again when the log is replayed. */
  | { readonly kind: 'delete_late' };

/** size 0: the field is not there. Points by id: the version of each, and whether it has a vector of the field. */
interface FieldState {
  readonly size: number;
  readonly points: ReadonlyMap<number, { readonly version: number; readonly hasLate: boolean }>;
}

/** What was promised of it: at most one change is under way when the process is killed. */
export class FieldModel {
  #state: FieldState = { size: 0, points: new Map() };
  #pending: FieldChange | undefined;

  get size(): number {
    return this.#state.size;
  }

  sent(change: FieldChange): void {
    this.#pending = change;
  }

  acknowledged(): void {
    if (this.#pending !== undefined) this.#state = after(this.#state, this.#pending);
    this.#pending = undefined;
  }

  /** The breaches; what is found becomes the new promise. */
  check(found: FieldState): readonly string[] {
    const pending = this.#pending;
    this.#pending = undefined;
    const allowed = pending === undefined ? [this.#state] : [this.#state, after(this.#state, pending)];
    const match = allowed.find((state) => isDeepStrictEqual(state, found));
    if (match === undefined) return [`fields: ${text(found)} is there, ${allowed.map(text).join(' or ')} was promised`];
    this.#state = match;
    return [];
  }
}

function after({ size, points }: FieldState, change: FieldChange): FieldState {
  switch (change.kind) {
    case 'create':
      return { size: change.size, points };
    case 'drop':
      return { size: 0, points: new Map([...points].map(([id, { version }]) => [id, { version, hasLate: false }])) };
    case 'write': {
      const written = change.ids.map((id) => [id, { version: change.version, hasLate: size > 0 }] as const);
      return { size, points: new Map([...points, ...written]) };
    }
    case 'delete_late':
      return { size, points: new Map([...points].filter(([, { hasLate }]) => !hasLate)) };
  }
}

function text({ size, points }: FieldState): string {
  return JSON.stringify([size, [...points].toSorted(([a], [b]) => a - b)]);
}

export async function createFieldCollection(url: string): Promise<void> {
  const client = new QdrantClient({ url });
  const optimizers_config = { indexing_threshold: 10, flush_interval_sec: 1 };
  await client.createCollection(FIELD_COLLECTION, {
    vectors: { dense: { size: 2, distance: 'Dot' } },
    optimizers_config,
  });
}

/** Creates, fills, empties and drops the field until the server is gone. */
export async function changeFields(url: string, model: FieldModel, firstVersion: number): Promise<void> {
  const client = new QdrantClient({ url, checkCompatibility: false });
  for (let version = firstVersion; ; version += 1) {
    const change = nextChange(model.size, version);
    model.sent(change);
    try {
      await send(client, url, change, model.size);
    } catch (error) {
      // Without an answer the server was killed; what it answered is a finding.
      if (error instanceof Error && !('status' in error)) return;
      throw error;
    }
    model.acknowledged();
  }
}

function nextChange(size: number, version: number): FieldChange {
  if (size === 0 && version % 3 === 0) return { kind: 'create', size: 2 + (version % 5) };
  if (version % 7 === 0) return { kind: 'drop' };
  if (size > 0 && version % 5 === 0) return { kind: 'delete_late' };
  return { kind: 'write', ids: [version % 20, 20 + (version % 30)], version };
}

async function send(client: QdrantClient, url: string, change: FieldChange, size: number): Promise<void> {
  const field = `${url}/collections/${FIELD_COLLECTION}/vectors/late?wait=true`;
  const wait = true;
  switch (change.kind) {
    case 'create':
      return request(field, 'PUT', { dense: { size: change.size, distance: 'Dot' } });
    case 'drop':
      return request(field, 'DELETE');
    case 'delete_late':
      await client.delete(FIELD_COLLECTION, { wait, filter: { must: [{ has_vector: 'late' }] } });
      return undefined;
    case 'write': {
      const { ids, version } = change;
      const late = size > 0 ? { late: Array.from({ length: size }, () => version % 256) } : {};
      const points = ids.map((id) => ({ id, vector: { dense: [id, 1], ...late }, payload: { version } }));
      await client.upsert(FIELD_COLLECTION, { wait, points });
      return undefined;
    }
  }
}

/** The official client of this version does not know these requests. */
async function request(url: string, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  const given =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(url, { method, ...given });
  if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status });
}

/** What the server holds; vectors of another size than the field's are told as a version that nobody wrote. */
export async function readFields(url: string): Promise<FieldState> {
  const client = new QdrantClient({ url });
  const { config } = await client.getCollection(FIELD_COLLECTION);
  const { late } = config.params.vectors as { readonly late?: { readonly size: number } };
  const size = late?.size ?? 0;
  const page = await client.scroll(FIELD_COLLECTION, { limit: 1000, with_payload: true, with_vector: true });
  const points = page.points.map(({ id, payload, vector }) => {
    const { version } = payload as { readonly version: number };
    const given = (vector as { readonly late?: readonly number[] }).late;
    const isSound = given === undefined || (given.length === size && given.every((value) => value === version % 256));
    return [Number(id), { version: isSound ? version : -1, hasLate: given !== undefined }] as const;
  });
  return { size, points: new Map(points) };
}
