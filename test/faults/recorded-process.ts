/**
 * The process whose changes of files are recorded: carries a session out and writes down, in a file of the recorded
 * folder, what it begins and what is acknowledged. `node recorded-process.ts <root> <seed> <turns>`
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { realWorld } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { openCompute, openFaultHouse, perform } from './fault-house.ts';
import { drawSession, type SessionOptions } from './session.ts';

export const MARKS = 'marks';
export const STORAGE = 'storage';
export const RECORDED: Omit<SessionOptions, 'turns'> = { idCount: 60, pointsMax: 12, reopens: true };

if (process.argv[1] === import.meta.filename) await run(process.argv.slice(2));

async function run([root = '', seed = '', turns = '']: readonly string[]): Promise<void> {
  const marks = openSync(join(root, MARKS), 'w');
  const mark = (word: string): void => {
    writeSync(marks, `${word}\n`);
  };
  const compute = openCompute();
  const storage = join(root, STORAGE);
  let house = await openFaultHouse(storage, realWorld(), compute);
  for (const [number, turn] of drawSession(seededRandom(Number(seed)), {
    ...RECORDED,
    turns: Number(turns),
  }).entries()) {
    mark(`turn ${number}`);
    const work = turn.map(async (step, index) => {
      if (step.kind === 'reopen') {
        await house.close();
        house = await openFaultHouse(storage, realWorld(), compute);
      } else {
        await perform(house.database, step);
      }
      mark(`ack ${number} ${index}`);
    });
    await Promise.all(work);
  }
  mark('end');
  await house.close();
  await compute.close();
}
