import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { compare, type Promised } from './compare.ts';
import { checkStorage } from './check-storage.ts';
import { copyAtRest } from './copy-at-rest.ts';
import { type FaultHouse, openCompute, openFaultHouse, perform } from './fault-house.ts';
import type { Faults } from './faults.ts';
import { applyStep, drawPoint, EMPTY_STATE, pick, type State, type Step } from './session.ts';

/** Kinds of files of a storage folder, by their paths; LevelDB's LOCK is empty and its LOG is for people. */
const KINDS: Readonly<Record<string, RegExp>> = {
  'log segment': /\/log\/\d{8}-\d{16}\.log$/,
  rows: /-rows-\d+-\d+\.bin$/,
  removed: /-removed-\d+\.bin$/,
  vectors: /-vectors-\d+-\d+\.bin$/,
  graph: /-graph-\d+\.bin$/,
  'payload index': /\/index-\d+-\d+\.bin$/,
  'store: table': /\/kv\/\d+\.(?:ldb|sst)$/,
  'store: journal': /\/kv\/\d+\.log$/,
  'store: manifest': /\/kv\/MANIFEST-\d+$/,
  'store: CURRENT': /\/kv\/CURRENT$/,
};

/**
 * Flips bits in files of every kind. Then `vectorizer check` must name the file; and a start is refused with its name, or
 * a read is, or everything that is answered is right. Of a table of LevelDB alone a key may be hidden that only the check
 * finds: reading all of them would make every start as long as a check.
 */
export async function flipBits({ rounds, seed, log }: Faults): Promise<readonly string[]> {
  const breaches: string[] = [];
  const compute = openCompute();
  const folder = await temporaryFolder();
  const random = seededRandom(seed);
  try {
    const grounds = await makeGrounds(folder, compute, random);
    for (const [kind, pattern] of Object.entries(KINDS)) {
      const outcomes = new Map<string, number>();
      for (let round = 0; round < rounds; round++) {
        const ground = pick(
          random,
          grounds.filter(({ files }) => files.some((file) => pattern.test(file))),
        );
        const file = pick(
          random,
          ground.files.filter((file) => pattern.test(file)),
        );
        const result = await tryFlip({ ground, file, random, compute });
        outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
        breaches.push(...result.breaches.map((breach) => `${kind}, ${result.place}: ${breach}`));
      }
      log(`${kind}: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
    }
    return breaches;
  } finally {
    await compute.close();
    await removeFolder(folder);
  }
}

/** A folder at rest and what it must answer. */
interface Ground {
  readonly storage: string;
  /** Paths that are not empty, relative to it, with a slash before them. */
  readonly files: readonly string[];
  readonly promised: Promised;
}

/** One that was closed, and one as a crash leaves it. */
async function makeGrounds(folder: string, compute: Compute, random: () => number): Promise<readonly Ground[]> {
  const [storage, closed, crashed] = ['made', 'closed', 'crashed'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  let house = await openFaultHouse(storage, realWorld(), compute);
  let state = EMPTY_STATE;
  const step = async (one: Exclude<Step, { kind: 'reopen' }>): Promise<void> => {
    await perform(house.database, one);
    state = applyStep(state, one);
  };
  const upsert = async (collection: string, first: number, count: number): Promise<void> => {
    const points = Array.from({ length: count }, (_, index) => drawPoint(random, first + index));
    await step({ kind: 'upsert', collection, points });
  };
  const restart = async (): Promise<void> => {
    await settled(house);
    await house.close();
    house = await openFaultHouse(storage, realWorld(), compute);
  };
  await step({ kind: 'create', collection: 'one', shardNumber: 1 });
  await step({ kind: 'create', collection: 'two', shardNumber: 2 });
  await step({ kind: 'create', collection: 'empty', shardNumber: 1 });
  await step({ kind: 'set_alias', alias: 'here', collection: 'one' });
  await step({ kind: 'create_index', collection: 'one', field: 'n' });
  await upsert('one', 0, 300);
  await upsert('two', 0, 100);
  await restart();
  await step({ kind: 'delete', collection: 'one', ids: [3, 5, 7, 250] });
  await step({ kind: 'set_payload', collection: 'one', ids: [10, 11], payload: { n: 2 } });
  await step({ kind: 'create_index', collection: 'two', field: 'n' });
  await restart();
  // The end of the store's journal is then the checkpoint of the closing.
  await step({ kind: 'delete', collection: 'one', ids: [13] });
  await settled(house);
  await house.close();
  await cp(storage, closed, { recursive: true });
  const atRest = state;
  house = await openFaultHouse(storage, realWorld(), compute);
  await step({ kind: 'set_alias', alias: 'there', collection: 'two' });
  await upsert('one', 280, 3);
  await step({ kind: 'delete', collection: 'one', ids: [20, 21] });
  await step({
    kind: 'set_payload',
    collection: 'two',
    ids: [...(state.collections.get('two')?.points.keys() ?? [])].slice(0, 2),
    payload: { n: 1 },
  });
  await settled(house);
  await copyAtRest(storage, crashed);
  await house.close();
  return Promise.all([groundOf(closed, atRest), groundOf(crashed, state)]);
}

async function groundOf(storage: string, state: State): Promise<Ground> {
  const names = await readdir(storage, { recursive: true });
  const stats = await Promise.all(names.map(async (name) => ({ name, stat: await stat(join(storage, name)) })));
  const files = stats.flatMap(({ name, stat }) => (stat.isFile() && stat.size > 0 ? [`/${name}`] : [])).toSorted();
  return { storage, files, promised: { state, underWay: [], acknowledged: [] } };
}

/** Until nothing is left to do behind the updates. */
async function settled({ database }: FaultHouse): Promise<void> {
  const isBusy = (): boolean => database.names().some((name) => database.collection(name).info().status !== 'green');
  do await delay(120);
  while (isBusy());
}

interface Flip {
  readonly ground: Ground;
  readonly file: string;
  readonly random: () => number;
  readonly compute: Compute;
}

interface FlipResult {
  readonly outcome: string;
  readonly place: string;
  readonly breaches: readonly string[];
}

async function tryFlip({ ground, file, random, compute }: Flip): Promise<FlipResult> {
  const folder = await temporaryFolder();
  const [checked, opened] = [join(folder, 'checked'), join(folder, 'opened')];
  try {
    await cp(ground.storage, checked, { recursive: true });
    const bytes = await readFile(checked + file);
    const offset = Math.floor(random() * bytes.length);
    const bit = Math.floor(random() * 8);
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
    await writeFile(checked + file, bytes);
    await cp(checked, opened, { recursive: true });
    const place = `${file} of ${basename(ground.storage)}, bit ${bit} of byte ${offset} of ${bytes.length}`;
    const findings = await checkStorage(checked);
    const named = findings.some((finding) => finding.includes(basename(file)));
    const start = await tryStart(opened, ground, compute);
    const isTable = KINDS['store: table']?.test(file) === true;
    const breaches: string[] = [];
    if (!named && start.outcome !== 'answered rightly') breaches.push(`check finds only [${findings.join('; ')}]`);
    if (findings.length === 0) breaches.push('check finds nothing');
    if (start.outcome === 'start refused' && !start.text.includes(basename(file))) {
      breaches.push(`the start does not name it: ${start.text}`);
    }
    if (start.outcome === 'answered wrongly' && !(isTable && named)) breaches.push(start.text);
    return { outcome: start.outcome, place, breaches };
  } finally {
    await removeFolder(folder);
  }
}

async function tryStart(
  storage: string,
  { promised }: Ground,
  compute: Compute,
): Promise<{ outcome: string; text: string }> {
  let house: FaultHouse | undefined;
  try {
    house = await openFaultHouse(storage, realWorld(), compute);
  } catch (error) {
    return { outcome: 'start refused', text: damageText(error) };
  }
  try {
    const breaches = await compare(house, promised);
    if (breaches.length === 0) return { outcome: 'answered rightly', text: '' };
    // A record at the very end of the log looks like one that a crash tore: it is cut off, and the start says so.
    const cut = house.warnings.find((line) => line.includes('cut a torn record'));
    if (cut !== undefined) return { outcome: 'last record cut with a warning', text: cut };
    return { outcome: 'answered wrongly', text: breaches.join('; ').slice(0, 500) };
  } catch (error) {
    return { outcome: 'read refused', text: damageText(error) };
  } finally {
    await house.close();
  }
}

function damageText(error: unknown): string {
  if (error instanceof VectorizerError && error.kind === 'data_damaged') return error.message;
  return `not data_damaged, but ${error instanceof Error ? error.stack : String(error)}`;
}
