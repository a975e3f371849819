import { execFile } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { compare } from './compare.ts';
import { type FaultHouse, openCompute, openFaultHouse, perform } from './fault-house.ts';
import type { Faults } from './faults.ts';
import { applyStep, drawPoint, EMPTY_STATE, pick, type Step } from './session.ts';

const run = promisify(execFile);
const DISK_BYTES = 8 << 20;
const STEPS = 60;

/**
 * A file system of a few megabytes that really runs full, under LevelDB too: the house is told that there is plenty of
 * room, so that nothing but the disk itself refuses. Updates of large payloads go on while it is full; then there is room
 * again. Left out where no file system can be mounted.
 */
export async function fillSmallDisk({ rounds, seed, log }: Faults): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  const compute = openCompute();
  const breaches: string[] = [];
  const outcomes = new Map<string, number>();
  try {
    for (let round = 0; round < rounds; round++) {
      const disk = await mount(folder);
      if (disk === undefined) {
        log('left out: only root can mount a file system');
        return [];
      }
      try {
        const found = await fillOnce({ disk, random: seededRandom(seed + round), compute, outcomes });
        breaches.push(...found.map((breach) => `seed ${seed + round}: ${breach}`));
      } catch (error) {
        breaches.push(`seed ${seed + round}: ${error instanceof Error ? error.stack : String(error)}`);
      } finally {
        // Lazily: where a breach was found the house may still be open.
        await run('umount', ['-l', disk]);
      }
    }
    log([...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
    return breaches;
  } finally {
    await compute.close();
    await removeFolder(folder);
  }
}

async function mount(disk: string): Promise<string | undefined> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
    return disk;
  } catch {
    // Only root may, and not everywhere: the caller says that it was left out.
    return undefined;
  }
}

/** Says that there is room, as a disk with a quota does. */
class TrustingFiles extends NodeFiles {
  override async freeBytes(): Promise<number> {
    return 2 ** 40;
  }
}

interface Filling {
  readonly disk: string;
  readonly random: () => number;
  readonly compute: Compute;
  readonly outcomes: Map<string, number>;
}

async function fillOnce({ disk, random, compute, outcomes }: Filling): Promise<readonly string[]> {
  const storage = join(disk, 'storage');
  const ballast = join(disk, 'ballast');
  const world = { ...realWorld(), files: new TrustingFiles() };
  const breaches: string[] = [];
  let state = EMPTY_STATE;
  const take = async (house: FaultHouse, step: Exclude<Step, { kind: 'reopen' }>): Promise<void> => {
    try {
      await perform(house.database, step);
      state = applyStep(state, step);
      count(outcomes, 'acknowledged');
    } catch (error) {
      const kind = error instanceof VectorizerError ? error.kind : 'no VectorizerError';
      count(outcomes, `refused as ${kind}`);
      if (kind !== 'insufficient_storage') breaches.push(`${step.kind} refused with ${String(error)}`);
    }
  };
  const judge = async (house: FaultHouse, when: string): Promise<void> => {
    const found = await compare(house, { state, underWay: [], acknowledged: [] });
    breaches.push(...found.map((breach) => `${when}: ${breach}`));
  };
  let house = await openFaultHouse(storage, world, compute);
  await take(house, { kind: 'create', collection: 'one', shardNumber: 1 });
  const fullAt = Math.floor(random() * STEPS * 0.5);
  for (let step = 0; step < STEPS; step++) {
    if (step === fullAt) {
      await fill(ballast, Math.floor(random() * 400_000));
    }
    if (step === fullAt + 20) {
      await judge(house, 'while it is full');
      await rm(ballast);
    }
    await take(house, drawStep(random));
  }
  await judge(house, 'while it runs');
  await house.close();
  house = await openFaultHouse(storage, world, compute);
  await judge(house, 'after a restart');
  await house.close();
  return breaches;
}

/** Makes a file so large that about `leftBytes` are left on the disk. */
async function fill(ballast: string, leftBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(ballast));
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes))).catch((error: unknown) => {
    // The house has taken some of it meanwhile: the disk is as full as it gets.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  });
}

/** The same 30 points again and again, so that the disk is large enough when it is empty. */
function drawStep(random: () => number): Exclude<Step, { kind: 'reopen' }> {
  const chance = random();
  if (chance < 0.2) return { kind: 'checkpoint', collection: 'one' };
  if (chance < 0.25) return { kind: 'set_alias', alias: 'here', collection: 'one' };
  if (chance < 0.35) return { kind: 'delete', collection: 'one', ids: [Math.floor(random() * 30)] };
  const text = Array.from({ length: Math.floor(random() * 20_000) }, () => pick(random, ['a', 'b', 'c'])).join('');
  const { payload, ...point } = drawPoint(random, Math.floor(random() * 30));
  return { kind: 'upsert', collection: 'one', points: [{ ...point, payload: { ...payload, text } }] };
}

function count(outcomes: Map<string, number>, outcome: string): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}
