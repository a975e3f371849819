import test from 'ava';
import * as fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogOptions, UpdateLog } from '../../src/storage/log.ts';
import { seededRandom } from '../seeded-random.ts';
import { append, openLog, readLog, type Entry } from './log-harness.ts';
import { SimulatedFiles } from './simulated-files.ts';

type Step =
  | { readonly kind: 'append'; readonly count: number; readonly textBytes: number }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'crash' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        count: fc.integer({ min: 1, max: 6 }),
        textBytes: fc.integer({ min: 0, max: 120 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  ),
  { minLength: 5, maxLength: 40 },
);

/**
 * Runs the steps against a log and, beside it, a list of what was handed in, acknowledged and truncated. After each
 * crash the log must hold: all that was acknowledged and not truncated; nothing that was not handed in; each once, in
 * order.
 */
async function checkSteps(run: readonly Step[], seed: number, fsync: LogOptions['fsync']): Promise<void> {
  const random = seededRandom(seed);
  let files = new SimulatedFiles();
  const open = async (): Promise<UpdateLog> => openLog(files, { fsync, segmentBytes: 600 });
  let log = await open();
  const handedIn = new Map<number, string>();
  let acknowledged = new Set<number>();
  let truncatedBelow = 0;
  let sequence = 0;

  for (const step of [...run, { kind: 'crash' as const }]) {
    if (step.kind === 'append') {
      for (let each = 0; each < step.count; each += 1) {
        sequence += 1 + Math.floor(random() * 3);
        const entry: Entry = { sequence, text: `${sequence}:${'x'.repeat(step.textBytes)}` };
        handedIn.set(entry.sequence, entry.text);
        void append(log, entry).then(() => acknowledged.add(entry.sequence));
      }
    } else if (step.kind === 'turns') {
      for (let turn = 0; turn < step.count; turn += 1) await nextTurn();
    } else if (step.kind === 'truncate') {
      const last = Math.max(0, ...acknowledged);
      truncatedBelow = Math.max(truncatedBelow, Math.floor(random() * last));
      void log.truncate(truncatedBelow);
    } else {
      files = fsync === 'always' ? files.losePower(random) : files.kill(random);
      log = await open();
      const found = await readLog(log);
      checkFound(found, { handedIn, acknowledged, truncatedBelow });
      const breaches = await log.check();
      if (breaches.length > 0) throw new Error(breaches.join('\n'));
      // What is there now is part of the promise from here on, acknowledged or not.
      acknowledged = new Set(found.map((entry) => entry.sequence));
    }
  }
}

function checkFound(
  found: readonly Entry[],
  known: { handedIn: ReadonlyMap<number, string>; acknowledged: ReadonlySet<number>; truncatedBelow: number },
): void {
  let before = 0;
  for (const { sequence, text } of found) {
    if (sequence <= before) throw new Error(`record ${sequence} follows record ${before}`);
    if (known.handedIn.get(sequence) !== text) throw new Error(`record ${sequence} was never handed in like this`);
    before = sequence;
  }
  const there = new Set(found.map((entry) => entry.sequence));
  for (const sequence of known.acknowledged) {
    if (sequence >= known.truncatedBelow && !there.has(sequence))
      throw new Error(`acknowledged record ${sequence} is lost`);
  }
}

for (const fsync of ['always', 'never'] as const) {
  const end = fsync === 'always' ? 'a power loss' : 'a killed process';
  test(`appends, truncations and ${end} at any moment lose nothing acknowledged and repeat nothing`, async (t) => {
    await t.notThrowsAsync(
      fc.assert(
        fc.asyncProperty(steps, fc.integer(), (run, seed) => checkSteps(run, seed, fsync)),
        { numRuns: 150, includeErrorInReport: true },
      ),
    );
  });
}

test('the checker sees a lost record', (t) => {
  const handedIn = new Map([
    [1, 'a'],
    [2, 'b'],
  ]);
  const known = { handedIn, acknowledged: new Set([1, 2]), truncatedBelow: 0 };
  t.throws(() => checkFound([{ sequence: 1, text: 'a' }], known), { message: /record 2 is lost/ });
  t.throws(
    () =>
      checkFound(
        [
          { sequence: 2, text: 'b' },
          { sequence: 1, text: 'a' },
        ],
        known,
      ),
    { message: /follows/ },
  );
  t.throws(() => checkFound([{ sequence: 1, text: 'b' }], known), { message: /never handed in/ });
});
