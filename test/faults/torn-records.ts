import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compute } from '../../src/compute/compute.ts';
import { RECORD_MARKER, SEGMENT_HEADER_BYTES } from '../../src/storage/log-format.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { compare } from './compare.ts';
import { copyAtRest } from './copy-at-rest.ts';
import { type FaultHouse, openCompute, openFaultHouse, perform, smallConfig } from './fault-house.ts';
import type { Faults } from './faults.ts';
import { applyStep, drawPoint, EMPTY_STATE, type State, type Step } from './session.ts';

/** Every so many tears the house is closed and opened once more behind them. */
const REOPENED_EVERY = 8;

/**
 * The last write of a log, cut after each of its bytes: what was acknowledged before it is there, each of its records
 * wholly or not at all, and the next update is taken. `rounds` tears, spread evenly over the bytes of: a record behind
 * others; a group of records; a new segment with its header.
 */
export async function tearRecords({ rounds, seed, log }: Faults): Promise<readonly string[]> {
  const compute = openCompute();
  const folder = await temporaryFolder();
  const breaches: string[] = [];
  try {
    for (const what of ['a record', 'a group', 'a new segment'] as const) {
      const written = await write(join(folder, what.replaceAll(' ', '-')), what, seed, compute);
      const lastBytes = written.content.length - written.before;
      const stride = Math.max(1, lastBytes / rounds);
      let tears = 0;
      for (let kept = 0; kept < lastBytes; kept += stride, tears++) {
        const bytes = written.before + Math.floor(kept);
        const found = await tear(written, bytes, { isReopened: tears % REOPENED_EVERY === 0, compute });
        breaches.push(...found.map((breach) => `${what}, ${bytes} of ${written.content.length} bytes: ${breach}`));
      }
      log(`${what} of ${lastBytes} bytes: ${tears} tears`);
    }
    return breaches;
  } finally {
    await compute.close();
    await removeFolder(folder);
  }
}

interface Written {
  readonly storage: string;
  /** The file that is torn, relative to `storage`. */
  readonly file: string;
  readonly content: Buffer;
  /** Bytes before the last write. */
  readonly before: number;
  readonly state: State;
  /** Steps of the last write, in the order of the log. */
  readonly last: readonly Step[];
}

async function write(
  folder: string,
  what: 'a record' | 'a group' | 'a new segment',
  seed: number,
  compute: Compute,
): Promise<Written> {
  const random = seededRandom(seed);
  const points = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => drawPoint(random, first + index));
  const storage = join(folder, 'crashed');
  const made = join(folder, 'made');
  const house = await openFaultHouse(made, realWorld(), compute);
  const before: Exclude<Step, { kind: 'reopen' }>[] = [
    { kind: 'create', collection: 'one', shardNumber: 1 },
    { kind: 'upsert', collection: 'one', points: points(0, 20) },
    { kind: 'checkpoint', collection: 'one' },
  ];
  if (what !== 'a new segment') before.push({ kind: 'upsert', collection: 'one', points: points(15, 3) });
  for (const step of before) {
    // A checkpoint of its own would take the log away from under the test.
    if (step.kind === 'create') await house.database.create(step.collection, smallConfig(step.shardNumber, 1));
    else await perform(house.database, step);
  }
  const lengthBefore = what === 'a new segment' ? 0 : (await logFile(made)).content.length;
  const last: Exclude<Step, { kind: 'reopen' }>[] = [{ kind: 'upsert', collection: 'one', points: points(10, 2) }];
  if (what === 'a group') {
    last.push({ kind: 'upsert', collection: 'one', points: points(30, 2) });
    last.push({ kind: 'upsert', collection: 'one', points: points(40, 1) });
  }
  await Promise.all(last.map((step) => perform(house.database, step)));
  await copyAtRest(made, storage);
  await house.close();
  const { file, content } = await logFile(storage);
  return { storage, file, content, before: lengthBefore, state: before.reduce(applyStep, EMPTY_STATE), last };
}

async function logFile(storage: string): Promise<{ file: string; content: Buffer }> {
  const folder = 'collections/1/0/log';
  const [name, ...others] = await readdir(join(storage, folder));
  assert(name !== undefined && others.length === 0, 'all that was written since the checkpoint is in one segment');
  return { file: `${folder}/${name}`, content: await readFile(join(storage, folder, name)) };
}

async function tear(
  { storage, file, content, state, last }: Written,
  bytes: number,
  { isReopened, compute }: { isReopened: boolean; compute: Compute },
): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  const copy = join(folder, 'storage');
  let house: FaultHouse | undefined;
  try {
    await cp(storage, copy, { recursive: true });
    await writeFile(join(copy, file), content.subarray(0, bytes));
    house = await openFaultHouse(copy, realWorld(), compute);
    const wholeCount = recordEnds(content).filter((end) => end <= bytes).length;
    const others = recordEnds(content).length - last.length;
    const expected = last.slice(0, Math.max(0, wholeCount - others)).reduce(applyStep, state);
    const breaches = [...(await compare(house, promisedOf(expected)))];
    const [point] = [drawPoint(seededRandom(bytes), 99)];
    const next = { kind: 'upsert', collection: 'one', points: [point] } as const;
    await perform(house.database, next);
    if (isReopened) {
      // As a crash leaves it: the update is in the log alone.
      const again = join(folder, 'again');
      await copyAtRest(copy, again);
      await house.close();
      house = await openFaultHouse(again, realWorld(), compute);
    }
    breaches.push(...(await compare(house, promisedOf(applyStep(expected, next)))));
    return breaches;
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  } finally {
    await house?.close();
    await removeFolder(folder);
  }
}

function promisedOf(state: State) {
  return { state, underWay: [], acknowledged: [] } as const;
}

/** Where the records of a segment end, found by their markers: payloads of these sessions have none. */
function recordEnds(content: Buffer): readonly number[] {
  const starts: number[] = [];
  for (
    let at = content.indexOf(RECORD_MARKER, SEGMENT_HEADER_BYTES);
    at !== -1;
    at = content.indexOf(RECORD_MARKER, at + 1)
  )
    starts.push(at);
  return [...starts.slice(1), content.length];
}
