import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { uniformSource } from '../../scripts/bench/data.ts';
import {
  ended,
  startCommand,
  temporaryFolder,
  withServerOn,
  type ServerProcess,
} from '../acceptance/server-process.ts';
import { changeFields, createFieldCollection, FieldModel, readFields } from './field-writer.ts';
import { DIMENSION, Model, type StoredPoint } from './model.ts';
import { CatalogueModel, changeCatalogue, readCatalogue } from './snapshot-catalogue.ts';
import { checkSnapshots } from './snapshot-check.ts';
import { keepOthers, recoverSide, SnapshotStory } from './snapshot-load.ts';
import { findOrphans } from './snapshot-numbers.ts';
import { createSide, writeSide } from './snapshot-side.ts';
import { COLLECTION, writeWithJavaScript, writeWithPython } from './writers.ts';

export interface RoundsOptions {
  readonly rounds: number;
  readonly seed: number;
  /** An interpreter that has qdrant-client, for one writer beside the JavaScript ones; undefined = none. */
  readonly python: string | undefined;
  readonly log: (line: string) => void;
}

const JAVASCRIPT_WRITERS = 3;
const SIDE_WRITERS = 2;
const LOAD_MS_MAX = 900;
/** Larger than any number of changes that a writer makes in a round. */
const VERSIONS_PER_ROUND = 100_000;

/** What was promised, by what is written. */
class Promises {
  readonly points: Model = new Model();
  readonly fields: FieldModel = new FieldModel();
  readonly catalogue: CatalogueModel = new CatalogueModel();
  readonly snapshots: SnapshotStory = new SnapshotStory();
  private version = 0;

  /** For the side collection: no two writes have the same. */
  readonly nextVersion = (): number => ++this.version;
}

/**
 * Round after round on one folder: start, compare everything with what was promised, write until killed with -9 at a
 * random moment. Beside the writers collections and aliases come and go, and snapshots are made, deleted and recovered
 * into a collection that is written. Every fourth start is itself killed once before it is through. Answers all breaches; empty = none.
 */
export async function runRounds({ rounds, seed, python, log }: RoundsOptions): Promise<readonly string[]> {
  const folder = temporaryFolder();
  const uniform = uniformSource(seed);
  const promises = new Promises();
  const breaches: string[] = [];
  const compare = async (url: string, round: string): Promise<void> => {
    const { points: model, fields, catalogue, snapshots } = promises;
    const found = [...model.check(await readAll(url))];
    if (found.length === 0) found.push(...(await checkIndexes(url, model)));
    found.push(...fields.check(await readFields(url)));
    found.push(...catalogue.check(await readCatalogue(url)));
    found.push(...(await checkSnapshots(url, folder, snapshots)));
    breaches.push(...found.map((breach) => `seed ${seed}, ${round}: ${breach}`));
    if (found.length === 0) log(`${round}: ${model.pointCount} points as promised`);
  };
  try {
    await createCollection(folder);
    for (let round = 0; round < rounds && breaches.length === 0; round += 1) {
      if (uniform() < 0.25) await killWhileStarting(folder, uniform() * 500);
      await withServerOn({ folder }, 'SIGKILL', async (server) => {
        await compare(server.url, `round ${round}`);
        await writeUntilKilled({ server, folder, promises, round, uniform, python });
      });
    }
    if (breaches.length === 0) {
      await withServerOn({ folder }, 'SIGTERM', ({ url }) => compare(url, 'after the last round'));
      breaches.push(...(await findOrphans(folder)).map((orphan) => `seed ${seed}: ${orphan} belongs to no collection`));
    }
    const { counts } = promises.snapshots;
    log([...counts].map(([kind, { done, cut }]) => `${kind}: ${done} done, ${cut} cut by a kill`).join('; '));
    return breaches;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Small thresholds, so that flushes, graphs and compactions are under way when the process is killed. */
async function createCollection(folder: string): Promise<void> {
  await withServerOn({ folder }, 'SIGKILL', async ({ url }) => {
    const client = new QdrantClient({ url });
    await client.createCollection(COLLECTION, {
      vectors: {
        dense: { size: DIMENSION, distance: 'Dot' },
        bytes: {
          size: 8,
          distance: 'Euclid',
          datatype: 'uint8',
          on_disk: true,
          quantization_config: { scalar: { type: 'int8' } },
        },
        rows: { size: 4, distance: 'Manhattan', multivector_config: { comparator: 'max_sim' } },
      },
      sparse_vectors: { words: {} },
      wal_config: { wal_capacity_mb: 1 },
      optimizers_config: {
        indexing_threshold: 10,
        flush_interval_sec: 1,
        deleted_threshold: 0.1,
        vacuum_min_vector_number: 100,
      },
    });
    await createFieldCollection(url);
    await createSide(url);
    for (const field_name of ['id', 'version', 'mark'])
      await client.createPayloadIndex(COLLECTION, { field_name, field_schema: 'integer', wait: true });
  });
}

/** The indexes are there, and say of the points what the model says. */
async function checkIndexes(url: string, model: Model): Promise<readonly string[]> {
  const client = new QdrantClient({ url });
  const { payload_schema } = await client.getCollection(COLLECTION);
  const told = ['id', 'version', 'mark'].map((field) => payload_schema[field]?.points ?? -1);
  const expected = [model.pointCount, model.pointCount, model.markedCount];
  const marked = { must: [{ key: 'mark', range: { gte: 1 } }] };
  const { count } = await client.count(COLLECTION, { filter: marked, exact: true });
  const { hits } = await client.facet(COLLECTION, { key: 'mark', limit: 10_000, exact: true });
  const facetted = hits.reduce((sum, hit) => sum + hit.count, 0);
  const breaches = told.flatMap((points, at) =>
    points === expected[at] ? [] : [`index ${at} holds ${points} points instead of ${expected[at]}`],
  );
  if (count !== model.markedCount) breaches.push(`a filter finds ${count} marks instead of ${model.markedCount}`);
  const worded = await client.count(COLLECTION, { filter: { must: [{ has_vector: 'words' }] }, exact: true });
  if (worded.count !== model.wordedCount)
    breaches.push(`${worded.count} points have words instead of ${model.wordedCount}`);
  breaches.push(...(await checkVectorSearches(client, model)));
  if (facetted !== model.markedCount) breaches.push(`a facet counts ${facetted} marks instead of ${model.markedCount}`);
  return breaches;
}

/** Every vector of a field is found by a search that all share something with. */
async function checkVectorSearches(client: QdrantClient, model: Model): Promise<readonly string[]> {
  const every = { limit: 10_000, params: { exact: true } };
  const indices = Array.from({ length: 64 }, (_, index) => index);
  const words = await client.query(COLLECTION, {
    ...every,
    using: 'words',
    query: { indices, values: indices.map(() => 1) },
  });
  const rows = await client.query(COLLECTION, { ...every, using: 'rows', query: [[0, 0, 0, 0]] });
  return [
    ['words', words.points.length, model.wordedCount] as const,
    ['rows', rows.points.length, model.pointCount] as const,
  ].flatMap(([name, found, expected]) =>
    found === expected ? [] : [`a search finds ${found} points by their ${name} instead of ${expected}`],
  );
}

async function killWhileStarting(folder: string, afterMs: number): Promise<void> {
  const storage = ['--storage', path.join(folder, 'storage'), '--snapshots', path.join(folder, 'snapshots')];
  const child = startCommand(['serve', '--port', '0', '--grpc-port', '0', ...storage]);
  const end = ended(child);
  await sleep(afterMs);
  child.kill('SIGKILL');
  await end;
}

interface Load {
  readonly server: ServerProcess;
  readonly folder: string;
  readonly promises: Promises;
  readonly round: number;
  readonly uniform: () => number;
  readonly python: string | undefined;
}

async function writeUntilKilled({ server, folder, promises, round, uniform, python }: Load): Promise<void> {
  const { points: model, fields, catalogue, snapshots, nextVersion } = promises;
  const firstVersion = 1 + round * VERSIONS_PER_ROUND;
  const drawn = (): (() => number) => uniformSource(Math.floor(uniform() * 2 ** 31));
  const writing = Promise.withResolvers<void>();
  const options = (index: number): Parameters<typeof writeWithJavaScript>[0] => ({
    url: server.url,
    model,
    index,
    seed: Math.floor(uniform() * 2 ** 31),
    firstVersion,
    // The clock of the round starts when the slowest starter, Python, is under way.
    onAcknowledged: python === undefined || index === 0 ? writing.resolve : () => undefined,
  });
  const writers = Array.from({ length: JAVASCRIPT_WRITERS }, (_, index) => writeWithJavaScript(options(index + 1)));
  if (python !== undefined) writers.push(writeWithPython(python, options(0)));
  const { url } = server;
  writers.push(changeFields(url, fields, firstVersion));
  writers.push(changeCatalogue(url, catalogue, { uniform: drawn(), firstVersion }));
  writers.push(recoverSide(url, folder, snapshots, { uniform: drawn(), nextVersion }));
  writers.push(keepOthers(url, snapshots, [COLLECTION], drawn()));
  for (let index = 0; index < SIDE_WRITERS; index += 1)
    writers.push(writeSide(url, snapshots.content, { uniform: drawn(), index, nextVersion }));
  await Promise.race([writing.promise, ...writers]);
  await sleep(uniform() * LOAD_MS_MAX);
  await server.stop('SIGKILL');
  await Promise.all(writers);
}

/** Every point by scrolling; a count and an exact search over everything must tell of the same points. */
async function readAll(url: string): Promise<readonly StoredPoint[]> {
  const client = new QdrantClient({ url });
  const points: StoredPoint[] = [];
  let offset: number | undefined;
  do {
    const from = offset === undefined ? {} : { offset };
    const page = await client.scroll(COLLECTION, { limit: 500, with_payload: true, with_vector: true, ...from });
    points.push(...page.points.map((point) => point as unknown as StoredPoint));
    offset = (page.next_page_offset ?? undefined) as number | undefined;
  } while (offset !== undefined);
  const { count } = await client.count(COLLECTION, { exact: true });
  if (count !== points.length) throw new Error(`count says ${count}, scroll finds ${points.length}`);
  await compareSearch(client, points);
  return points;
}

async function compareSearch(client: QdrantClient, points: readonly StoredPoint[]): Promise<void> {
  const query = Array.from({ length: DIMENSION }, (_, column) => column - 7.5);
  const answer = await client.query(COLLECTION, {
    query,
    using: 'dense',
    limit: points.length + 10,
    params: { exact: true },
  });
  const found = answer.points.map(({ id }) => Number(id)).toSorted((a, b) => a - b);
  const stored = points.map(({ id }) => id).toSorted((a, b) => a - b);
  if (found.join() !== stored.join()) {
    throw new Error(`search finds ${found.length} points, scroll ${stored.length}: ${found.join()} / ${stored.join()}`);
  }
}
