import type { Files } from '../../src/base/world.ts';
import { UpdateLog, type LogOptions } from '../../src/storage/log.ts';
import { seededRandom } from '../seeded-random.ts';
import { simulatedWorld } from './simulated-files.ts';

/** What a test knows of a record: its sequence and its bytes as text. */
export interface Entry {
  readonly sequence: number;
  readonly text: string;
}

export const DIRECTORY = '/data/log';

export function logOptions(files: Files, changes: Partial<LogOptions> = {}): LogOptions {
  return { world: simulatedWorld(files), directory: DIRECTORY, fsync: 'always', segmentBytes: 1 << 20, ...changes };
}

export async function openLog(files: Files, changes: Partial<LogOptions> = {}): Promise<UpdateLog> {
  return (await UpdateLog.open(logOptions(files, changes))).log;
}

export async function readLog(log: UpdateLog, after = 0): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { sequence, record } of log.tail(after)) {
    entries.push({ sequence, text: Buffer.from(record).toString('latin1') });
  }
  return entries;
}

export async function append(log: UpdateLog, { sequence, text }: Entry): Promise<void> {
  // In two parts, as the product does it: a head and a body.
  const bytes = Buffer.from(text, 'latin1');
  const middle = bytes.length >>> 1;
  await log.append(sequence, [bytes.subarray(0, middle), bytes.subarray(middle)]);
}

/** Records 1 … count of some bytes each, different for each seed. */
export function makeEntries(count: number, textBytes: number, seed = 7): Entry[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => ({
    sequence: index + 1,
    text: Array.from({ length: textBytes }, () => String.fromCharCode(Math.floor(random() * 256))).join(''),
  }));
}
