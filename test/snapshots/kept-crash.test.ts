import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { SnapshotFolder } from '../../src/collections/snapshot/snapshot-folder.ts';
import { seededRandom } from '../seeded-random.ts';
import { SimulatedFiles, simulatedWorld } from '../storage/simulated-files.ts';

const ROOT = '/snapshots';
const FULL = { kind: 'full' } as const;
/** More than all steps take. */
const TURNS = 120;

const STEPS = [
  { kind: 'keep', name: 'a.snapshot', content: 'first' },
  { kind: 'keep', name: 'b.snapshot', content: 'second' },
  // Of the same second: the same name.
  { kind: 'keep', name: 'a.snapshot', content: 'third' },
  { kind: 'delete', name: 'b.snapshot', content: '' },
] as const;

type Step = (typeof STEPS)[number];

/** Carries out the steps; done: is told of each before and after. */
async function work(files: SimulatedFiles, done: (step: Step, isAcknowledged: boolean) => void): Promise<void> {
  const folder = new SnapshotFolder(simulatedWorld(files), ROOT);
  for (const step of STEPS) {
    done(step, false);
    if (step.kind === 'delete') await folder.delete(FULL, step.name);
    else await folder.keep(FULL, step.name, await folder.save(FULL, step.name, contentOf(step)));
    done(step, true);
  }
}

async function* contentOf({ content }: Step): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

const WAYS = {
  'is killed': (files: SimulatedFiles, random: () => number) => files.kill(random),
  'loses power': (files: SimulatedFiles, random: () => number) => files.losePower(random),
};

for (const [way, end] of Object.entries(WAYS)) {
  test(`kept snapshots when the server ${way} at any moment: whole, with their checksums, acknowledged ones there`, async (t) => {
    let finished = 0;
    for (let turns = 0; turns < TURNS; turns += 1) {
      const before = new SimulatedFiles();
      const promised = new Map<string, string>();
      let underWay: Step | undefined;
      void work(before, (step, isAcknowledged) => {
        underWay = isAcknowledged ? undefined : step;
        if (isAcknowledged && step.kind === 'keep') promised.set(step.name, step.content);
        if (isAcknowledged && step.kind === 'delete') promised.delete(step.name);
      });
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      if (underWay === undefined && turns > 0) finished += 1;
      const files = end(before, seededRandom(turns));
      const folder = new SnapshotFolder(simulatedWorld(files), ROOT);
      await folder.sweep();
      const listed = await folder.list(FULL);
      for (const { name, checksum } of listed) {
        const content = Buffer.from(files.content(`${ROOT}/${name}`));
        const isReplaced = underWay?.name === name && promised.has(name);
        const expected = createHash('sha256').update(content).digest('hex');
        if (checksum !== undefined || !isReplaced) t.is(checksum, expected, `${turns} turns: ${name}`);
        const allowed = underWay?.name === name ? [promised.get(name), underWay.content] : [promised.get(name)];
        t.true(allowed.includes(content.toString()), `${turns} turns: ${name} holds ${content.toString()}`);
      }
      const names = listed.map(({ name }) => name);
      for (const name of promised.keys()) {
        t.true(
          names.includes(name) || (underWay?.kind === 'delete' && underWay.name === name),
          `${turns} turns: ${name}`,
        );
      }
      const known = names.flatMap((name) => [`${ROOT}/${name}`, `${ROOT}/${name}.checksum`]);
      t.deepEqual(
        files.paths().filter((path) => !known.includes(path)),
        [],
        `${turns} turns: left behind`,
      );
    }
    t.true(finished > 0, 'the steps come to an end');
  });
}

test('where the disk has no room for the checksum nothing of the snapshot is left', async (t) => {
  const files = new SimulatedFiles();
  const folder = new SnapshotFolder(simulatedWorld(files), ROOT);
  const saved = await folder.save(FULL, 'a.snapshot', contentOf(STEPS[0]));
  files.capacityBytes = STEPS[0].content.length + 10;
  await t.throwsAsync(folder.keep(FULL, 'a.snapshot', saved), { message: /no space/i });
  t.deepEqual(files.paths(), []);
});
