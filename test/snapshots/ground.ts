import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collection } from '../../src/collections/collection.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idText } from '../../src/core/ids.ts';
import type { RecoverSnapshot, SnapshotDescription, SnapshotScope, SnapshotSource } from '../../src/core/snapshots.ts';
import {
  CONTEXT,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
} from '../collections/house.ts';

export const SILENT = (): void => undefined;

export async function withHouse(use: (house: TestHouse) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const house = await openHouse(folder);
  try {
    await use(house);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
}

export function createSnapshot(house: TestHouse, scope: SnapshotScope): Promise<SnapshotDescription> {
  return house.snapshots.create(CONTEXT, { scope, onProgress: SILENT });
}

export function ofCollection(collection: string): SnapshotScope & { readonly kind: 'collection' } {
  return { kind: 'collection', collection };
}

/** Where a kept snapshot lies. */
export function storedPath({ folder }: TestHouse, scope: SnapshotScope, name: string): string {
  const snapshots = join(folder, 'snapshots');
  if (scope.kind === 'full') return join(snapshots, name);
  if (scope.kind === 'collection') return join(snapshots, scope.collection, name);
  return join(snapshots, scope.collection, 'shards', String(scope.shard), name);
}

export function readSnapshot(house: TestHouse, scope: SnapshotScope, name: string): Promise<Buffer> {
  return readFile(storedPath(house, scope, name));
}

export function recover(
  house: TestHouse,
  scope: RecoverSnapshot['scope'],
  source: SnapshotSource,
  checksum?: string,
): Promise<boolean> {
  return house.snapshots.recover(CONTEXT, { scope, source, priority: 'snapshot', checksum, onProgress: SILENT });
}

export function upload(content: Uint8Array, fileName = 'up.snapshot'): SnapshotSource {
  const pieces = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000);
  };
  return { kind: 'upload', fileName, content: pieces() };
}

/** The kind and the message of what a promise rejects with; undefined where it does not. */
export async function refusalOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof VectorizerError) return `${error.kind}: ${error.message}`;
    throw error;
  }
}

/** Everything that a client can see of the points of a collection, in the order of ids. */
export async function contentOf(collection: Collection): Promise<readonly string[]> {
  const all = { withPayload: { kind: 'all' }, withVector: { kind: 'all' } } as const;
  const { points } = await collection.scroll(CONTEXT, {
    collection: '',
    filter: undefined,
    offset: undefined,
    limit: 100_000_000,
    orderBy: undefined,
    ...all,
    ...READ,
  });
  return points.map(({ id, payload, vectors }) => {
    const text = payload === undefined ? '' : Buffer.from(payload).toString();
    return `${idText(id)} ${text} ${JSON.stringify(vectors, plain)}`;
  });
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Float32Array || value instanceof Uint32Array ? [...value] : value;
}

/** Ids of the nearest points, exactly. */
export async function nearest(collection: Collection, vector: readonly number[]): Promise<readonly string[]> {
  const [hits = []] = await collection.query(CONTEXT, { collection: '', queries: [queryOf(vector)], ...READ });
  return hits.map(({ id }) => idText(id));
}
