import { shardOf } from '../../src/collections/routing.ts';
import { numberId } from '../../src/core/ids.ts';
import { ask, untilGone } from './snapshot-client.ts';
import type { ContentModel, SideWrite } from './snapshot-content.ts';

/** The collection into which snapshots are recovered while it is written. */
export const SIDE = 'side';
/** A snapshot of it that is recovered elsewhere. */
export const COPY = 'copy';
const SHARDS = 2;
const IDS_PER_WRITER = 150;
const DIMENSION = 4;

/** Small thresholds: graphs are built, points moved and files written while it is killed. */
export async function createSide(url: string): Promise<void> {
  await ask(url, 'PUT', `/collections/${SIDE}`, {
    vectors: { size: DIMENSION, distance: 'Dot' },
    shard_number: SHARDS,
    wal_config: { wal_capacity_mb: 1 },
    optimizers_config: {
      indexing_threshold: 1,
      flush_interval_sec: 1,
      deleted_threshold: 0.1,
      vacuum_min_vector_number: 100,
    },
  });
  await ask(url, 'PUT', `/collections/${SIDE}/index?wait=true`, { field_name: 'version', field_schema: 'integer' });
}

/** Whether a point is in a shard; undefined stands for all shards. */
export function isOfShard(shard: number | undefined): (id: number) => boolean {
  return (id) => shard === undefined || shardOf(numberId(BigInt(id)), SHARDS) === shard;
}

export interface SideWriterOptions {
  readonly uniform: () => number;
  /** Its ids are index · 150 … index · 150 + 149. */
  readonly index: number;
  /** Greater than every version before. */
  readonly nextVersion: () => number;
}

/** Writes one point a request until the server is gone. */
export async function writeSide(
  url: string,
  model: ContentModel,
  { uniform, index, nextVersion }: SideWriterOptions,
): Promise<void> {
  await untilGone(async () => {
    const id = index * IDS_PER_WRITER + Math.floor(uniform() * IDS_PER_WRITER);
    const write: SideWrite = { id, version: uniform() < 0.2 ? 0 : nextVersion() };
    model.sent(write);
    await send(url, write, uniform() < 0.7);
    model.acknowledged(write);
  });
}

async function send(url: string, { id, version }: SideWrite, wait: boolean): Promise<void> {
  const path = `/collections/${SIDE}/points`;
  if (version === 0) await ask(url, 'POST', `${path}/delete?wait=${wait}`, { points: [id] });
  else
    await ask(url, 'PUT', `${path}?wait=${wait}`, {
      points: [{ id, vector: vectorOf(id, version), payload: { version } }],
    });
}

/** Exact in f32. */
function vectorOf(id: number, version: number): number[] {
  return [id, version % 1024, 1, (id * version) % 251];
}

/** The version of each point; the breaches are of points that are there twice, or half, or that a search does not find. */
export async function readSide(
  url: string,
  collection: string,
  breaches: string[],
): Promise<ReadonlyMap<number, number>> {
  const path = `/collections/${collection}/points`;
  const all = { limit: 10_000, with_payload: true, with_vector: true };
  const { points } = (await ask(url, 'POST', `${path}/scroll`, all)) as { readonly points: readonly SidePoint[] };
  const found = new Map<number, number>();
  for (const { id, payload, vector } of points) {
    if (found.has(id)) breaches.push(`${collection}: point ${id} is there twice`);
    found.set(id, payload.version);
    if (vector.join() !== vectorOf(id, payload.version).join()) {
      breaches.push(`${collection}: point ${id}, version ${payload.version} has the vector ${vector.join()}`);
    }
  }
  const query = { query: [1, 0, 0, 0], limit: 10_000, params: { exact: true } };
  const searched = (await ask(url, 'POST', `${path}/query`, query)) as { readonly points: readonly SidePoint[] };
  const filter = { must: [{ key: 'version', range: { gte: 1 } }] };
  const { count } = (await ask(url, 'POST', `${path}/count`, { exact: true, filter })) as { readonly count: number };
  for (const [name, number] of [
    ['a search', searched.points.length],
    ['a filter', count],
  ] as const) {
    if (number !== found.size) breaches.push(`${collection}: ${name} finds ${number} points of ${found.size}`);
  }
  return found;
}

interface SidePoint {
  readonly id: number;
  readonly payload: { readonly version: number };
  readonly vector: readonly number[];
}
