import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { checkStorage } from './check-storage.ts';
import { compare, type Promised } from './compare.ts';
import { compileRecorder, type DiskEvent, readTrace } from './disk-trace.ts';
import { openCompute, openFaultHouse, perform } from './fault-house.ts';
import type { Faults } from './faults.ts';
import { type Cut, LossyDisk, NAME_ORDERS } from './lossy-disk.ts';
import { RECORDED, STORAGE } from './recorded-process.ts';
import { applyStep, drawSession, EMPTY_STATE, pick, type Turn } from './session.ts';

const TURNS = 60;

/**
 * A session is carried out by a process of its own whose changes of the disk are recorded; then, for many moments of it,
 * a disk is made as a power loss at that moment may leave it, and a house is opened on it.
 */
export async function losePower({ rounds, seed, log }: Faults): Promise<readonly string[]> {
  const library = await compileRecorder();
  if (library === undefined) return ['no C compiler'];
  const breaches: string[] = [];
  const compute = openCompute();
  const counts = new Map<string, number>();
  try {
    for (let done = 0, session = 0; done < rounds && breaches.length < 5; session++) {
      const recorded = await record(library, seed + session);
      for (let cut = 0; cut < CUTS_PER_SESSION && done < rounds; cut++, done++) {
        const result = await tryCut(recorded, seededRandom(seed * 1_000_003 + session * 1009 + cut), compute);
        counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
        breaches.push(
          ...result.breaches.map((breach) => `session ${seed + session}, cut ${cut}, ${result.place}: ${breach}`),
        );
      }
      await removeFolder(recorded.folder);
    }
  } finally {
    await compute.close();
  }
  log([...counts].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
  return breaches;
}

/** More cuts of one session cost less than more sessions; what they can find gets less. */
const CUTS_PER_SESSION = 60;

interface Recorded {
  readonly folder: string;
  readonly disk: LossyDisk;
  readonly turns: readonly Turn[];
  readonly events: readonly DiskEvent[];
  readonly marks: readonly { readonly at: number; readonly words: readonly string[] }[];
}

async function record(library: string, seed: number): Promise<Recorded> {
  const folder = await temporaryFolder();
  const root = join(folder, 'root');
  const trace = join(folder, 'trace');
  await mkdir(root);
  const program = join(import.meta.dirname, 'recorded-process.ts');
  const environment = { LD_PRELOAD: library, RECORD_ROOT: root, RECORD_TRACE: trace, NODE_V8_COVERAGE: '' };
  await promisify(execFile)(process.execPath, [program, root, String(seed), String(TURNS)], {
    env: { ...process.env, ...environment },
  });
  const events = await readTrace(trace, root);
  const marks = events.flatMap((event, at) => {
    if (event.kind !== 'write' || !/^(turn|ack|end)\b/.test(event.data.toString('latin1', 0, 5))) return [];
    return [{ at, words: event.data.toString('latin1').trim().split(' ') }];
  });
  const turns = drawSession(seededRandom(seed), { ...RECORDED, turns: TURNS });
  return { folder, disk: new LossyDisk(events), turns, events, marks };
}

function promisedAt({ turns, marks }: Recorded, events: number): Promised {
  const before = marks.filter(({ at }) => at < events).map(({ words }) => words);
  const last = before.findLast(([word]) => word === 'turn' || word === 'end');
  const number = last === undefined ? -1 : last[0] === 'end' ? turns.length : Number(last[1]);
  const state = turns.slice(0, Math.max(number, 0)).flat().reduce(applyStep, EMPTY_STATE);
  const underWay = turns[number] ?? [];
  const acknowledged = underWay.map((_, index) =>
    before.some(([word, turn, step]) => word === 'ack' && Number(turn) === number && Number(step) === index),
  );
  return { state, underWay, acknowledged };
}

interface CutResult {
  readonly outcome: string;
  readonly place: string;
  readonly breaches: readonly string[];
}

async function tryCut(recorded: Recorded, random: () => number, compute: Compute): Promise<CutResult> {
  const order = pick(random, NAME_ORDERS);
  const events = Math.floor(random() * (recorded.events.length + 1));
  const cut: Cut = { events, order, random };
  const place = `event ${events} of ${recorded.events.length}, names ${order}`;
  const promised = promisedAt(recorded, events);
  const target = await temporaryFolder();
  const storage = join(target, STORAGE);
  try {
    await recorded.disk.restore(target, cut);
    const breaches = [...(await tryHouse(storage, promised, compute)), ...(await checkStorage(storage))];
    return { outcome: breaches.length === 0 ? 'recovered' : 'breach', place, breaches };
  } catch (error) {
    // Caught to judge: a clear refusal is no silent loss, but a power loss alone is no reason for one.
    const text = error instanceof VectorizerError ? `${error.kind}: ${error.message}` : String((error as Error).stack);
    return { outcome: 'refused', place, breaches: [`refused: ${text}`] };
  } finally {
    if (process.env['KEEP'] === undefined) await removeFolder(target);
    else console.log(`kept ${target}`);
  }
}

/** What is recovered is what was promised, takes updates, and keeps them. */
async function tryHouse(storage: string, promised: Promised, compute: Compute): Promise<readonly string[]> {
  let house = await openFaultHouse(storage, realWorld(), compute);
  try {
    const breaches = await compare(house, promised);
    const [collection] = house.database.names();
    if (breaches.length > 0 || collection === undefined) return breaches;
    const point = { id: 1_000_000, dense: [1, 2, 3, 4], words: undefined, payload: { n: 3 } };
    await perform(house.database, { kind: 'upsert', collection, points: [point] });
    const before = house.database.collection(collection).pointCount;
    await house.close();
    house = await openFaultHouse(storage, realWorld(), compute);
    const after = house.database.collection(collection).pointCount;
    return before === after ? [] : [`${collection}: ${before} points before closing, ${after} behind it`];
  } finally {
    await house.close();
  }
}
