import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { uniformSource } from '../../scripts/bench/data.ts';
import { temporaryFolder, withServerOn, type ServerProcess } from '../acceptance/server-process.ts';
import { changeFields, createFieldCollection } from './field-writer.ts';
import { DIMENSION } from './model.ts';
import { Promises } from './promises.ts';
import { changeCatalogue } from './snapshot-catalogue.ts';
import { makeCopies } from './snapshot-copies.ts';
import { checkElsewhere } from './snapshot-elsewhere.ts';
import { keepOthers, recoverSide } from './snapshot-load.ts';
import { killWhileStarting } from './kill-while-starting.ts';
import { findOrphans } from './snapshot-numbers.ts';
import { searchSide } from './snapshot-readers.ts';
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
/** Long enough for a snapshot of everything now and then. */
const LOAD_MS_MAX = 1200;
/** Larger than any number of changes that a writer makes in a round. */
const VERSIONS_PER_ROUND = 100_000;

/**
 * Round after round on one folder: start, compare everything with what was promised, write until killed with -9 at a
 * random moment. Beside the writers collections and aliases come and go, and snapshots are made, deleted and recovered
 * into a collection that is written. Every fourth start is itself killed once before it is through.
 * Answers all breaches; empty = none.
 */
export async function runRounds({ rounds, seed, python, log }: RoundsOptions): Promise<readonly string[]> {
  const folder = temporaryFolder();
  const uniform = uniformSource(seed);
  const promises = new Promises();
  const breaches: string[] = [];
  const compare = async (url: string, round: string): Promise<void> => {
    const found = await promises.check(url, folder);
    breaches.push(...found.map((breach) => `seed ${seed}, ${round}: ${breach}`));
    if (found.length === 0) log(`${round}: ${promises.points.pointCount} points as promised`);
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
      const found = [...(await findOrphans(folder)), ...(await checkElsewhere(folder, promises, uniform))];
      breaches.push(...found.map((breach) => `seed ${seed}, after the last round: ${breach}`));
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

interface Load {
  readonly server: ServerProcess;
  readonly folder: string;
  readonly promises: Promises;
  readonly round: number;
  readonly uniform: () => number;
  readonly python: string | undefined;
}

async function writeUntilKilled({ server, folder, promises, round, uniform, python }: Load): Promise<void> {
  const { points: model, fields, catalogue, snapshots, copies, nextVersion } = promises;
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
  writers.push(makeCopies(url, folder, snapshots, copies));
  writers.push(searchSide(url, drawn()));
  for (let index = 0; index < SIDE_WRITERS; index += 1)
    writers.push(writeSide(url, snapshots.content, { uniform: drawn(), index, nextVersion }));
  // Of these some end at once: there may be nothing to copy yet.
  await Promise.race([writing.promise, Promise.all(writers)]);
  await sleep(uniform() * LOAD_MS_MAX);
  await server.stop('SIGKILL');
  await Promise.all(writers);
}
