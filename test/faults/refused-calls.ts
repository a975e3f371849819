import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Compute } from '../../src/compute/compute.ts';
import { type ErrorKind, VectorizerError } from '../../src/core/errors.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { checkStorage } from './check-storage.ts';
import { compare, type Promised } from './compare.ts';
import { copyAtRest } from './copy-at-rest.ts';
import { type FaultHouse, openCompute, openFaultHouse, perform } from './fault-house.ts';
import type { Faults } from './faults.ts';
import { type FaultyCall, faultyWorld } from './faulty-files.ts';
import { applyStep, drawSession, EMPTY_STATE, type State, type Step, type Turn } from './session.ts';

/** Calls of a kind that fail with a code, and how often: once, or until there is room again. */
export interface Refusals {
  readonly calls: readonly FaultyCall[];
  readonly code: string;
  /** How many turns pass until the disk is well again; 0: one call alone fails. */
  readonly turnsFull: number;
  /** What an update may say. */
  readonly kinds: readonly ErrorKind[];
  /** Whether what was refused may be there after the next start: nobody knows what a failed fsync has left. */
  readonly isUncertain: boolean;
}

const TURNS = 32;
const SESSION = { turns: TURNS, idCount: 40, pointsMax: 8, reopens: false };

/**
 * Carries a session out again and again; each time another call of the disk fails. Each update is acknowledged and there,
 * or refused with a fitting error and not there, as long as the process runs; and when it is opened again.
 */
export async function refuseCalls({ rounds, seed, log }: Faults, refusals: Refusals): Promise<readonly string[]> {
  const breaches: string[] = [];
  const compute = openCompute();
  const turns = drawSession(seededRandom(seed), SESSION);
  const outcomes = new Map<string, number>();
  try {
    const callCount = await countCalls(turns, refusals, compute);
    // Every call where there is time for that, else some of them, spread evenly.
    const stride = Math.max(1, callCount / rounds);
    let tried = 0;
    for (let at = seededRandom(seed)() * Math.min(stride, 1); at < callCount; at += stride, tried++) {
      const call = Math.floor(at);
      const session = new RefusedSession({ turns, refusals, failing: call, compute });
      const found = await session.run();
      for (const outcome of session.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      breaches.push(...found.map((breach) => `call ${call} of ${callCount}, ${session.failed}: ${breach}`));
    }
    log(
      `${tried} of ${callCount} calls of a session failed: ${[...outcomes].map(([what, count]) => `${count} ${what}`).join(', ')}`,
    );
    return breaches;
  } finally {
    await compute.close();
  }
}

async function countCalls(turns: readonly Turn[], refusals: Refusals, compute: Compute): Promise<number> {
  const session = new RefusedSession({ turns, refusals, failing: Number.POSITIVE_INFINITY, compute });
  const breaches = await session.run();
  if (breaches.length > 0) throw new Error(`without a fault: ${breaches.join('; ')}`);
  return session.callCount;
}

class RefusedSession {
  /** What became of updates. */
  readonly outcomes: string[] = [];
  callCount = 0;
  /** The call that failed first. */
  failed = 'none failed';
  readonly #turns: readonly Turn[];
  readonly #refusals: Refusals;
  readonly #failing: number;
  readonly #compute: Compute;
  readonly #breaches: string[] = [];
  #isRunning = false;
  #isFull = false;
  #state: State = EMPTY_STATE;
  /** Of a fault that leaves open what is on the disk: what the updates refused by it would have changed. */
  #open: Step[] = [];
  /** Nothing follows what leaves something open, nor a failed checkpoint: a crash comes right behind it. */
  #isOver = false;

  constructor(parts: { turns: readonly Turn[]; refusals: Refusals; failing: number; compute: Compute }) {
    this.#turns = parts.turns;
    this.#refusals = parts.refusals;
    this.#failing = parts.failing;
    this.#compute = parts.compute;
  }

  async run(): Promise<readonly string[]> {
    const folder = await temporaryFolder();
    const storage = join(folder, 'storage');
    const world = faultyWorld((call, path) => this.#ruling(call, path));
    const house = await openFaultHouse(storage, world, this.#compute);
    let isOpen = true;
    try {
      this.#isRunning = true;
      let fullFor = 0;
      for (const turn of this.#turns) {
        await this.#take(house, turn);
        if (this.#isFull && ++fullFor > this.#refusals.turnsFull) this.#isFull = false;
        if (this.#isOver) break;
      }
      this.#isFull = false;
      this.#isRunning = false;
      // A refusal by one shard does not wait for the others.
      await delay(20);
      await this.#judge(house, 'while it runs');
      // As a crash leaves it, and as the close does.
      const crashed = join(folder, 'crashed');
      await copyAtRest(storage, crashed);
      await this.#reopen(crashed, 'after a crash');
      await house.close();
      isOpen = false;
      await this.#reopen(storage, 'after a restart');
    } finally {
      this.#isFull = false;
      this.#isRunning = false;
      if (isOpen) await house.close();
      await removeFolder(folder);
    }
    return this.#breaches;
  }

  #ruling(call: FaultyCall, path: string): string | undefined {
    const { calls, code, turnsFull } = this.#refusals;
    if (!this.#isRunning || !calls.includes(call)) return undefined;
    const isFailing = this.callCount++ === this.#failing;
    if (!isFailing && !this.#isFull) return undefined;
    if (isFailing) this.failed = `${call} ${path.replace(/^.*\/storage\//, '')}`;
    this.#isFull = turnsFull > 0;
    return code;
  }

  /** Steps of a turn one after another: a refusal must be told from those that came with it. */
  async #take(house: FaultHouse, turn: Turn): Promise<void> {
    for (const step of turn) {
      if (step.kind === 'reopen' || !isPossible(step, this.#state)) continue;
      try {
        await perform(house.database, step);
        this.#state = applyStep(this.#state, step);
        this.outcomes.push('acknowledged');
      } catch (error) {
        this.#refused(step, error);
        if (this.#isOver) return;
      }
    }
  }

  #refused(step: Step, error: unknown): void {
    const { kinds, isUncertain } = this.#refusals;
    const kind = error instanceof VectorizerError ? error.kind : 'no VectorizerError';
    this.outcomes.push(`refused as ${kind}`);
    if (!(error instanceof VectorizerError) || !kinds.includes(error.kind)) {
      this.#breaches.push(`${step.kind} refused with ${error instanceof Error ? error.stack : String(error)}`);
    }
    // Several shards may carry out a part each, and a catalogue that is ahead of the log is settled later.
    const isOpen = isUncertain && step.kind !== 'checkpoint';
    if (isOpen || !isWhole(step, this.#state)) this.#open.push(step);
    this.#isOver = isUncertain || this.#open.length > 0;
  }

  async #judge(house: FaultHouse, when: string): Promise<void> {
    const promised: Promised = { state: this.#state, underWay: this.#open, acknowledged: this.#open.map(() => false) };
    const breaches = await compare(house, promised).catch((error: unknown) => [`a read fails: ${String(error)}`]);
    this.#breaches.push(...breaches.map((breach) => `${when}: ${breach}`));
  }

  async #reopen(storage: string, when: string): Promise<void> {
    let house: FaultHouse;
    try {
      house = await openFaultHouse(storage, realWorld(), this.#compute);
    } catch (error) {
      this.#breaches.push(`${when}: it does not open: ${String(error)}`);
      return;
    }
    await this.#judge(house, when);
    await house.close();
    const findings = await checkStorage(storage);
    this.#breaches.push(...findings.map((finding) => `${when}: check finds ${finding}`));
  }
}

/** Whether a step is carried out by one write alone, and so wholly or not at all. */
function isWhole(step: Step, state: State): boolean {
  if (!('collection' in step) || step.kind === 'set_alias' || step.kind === 'checkpoint') return true;
  if (step.kind === 'create' || step.kind === 'drop') return false;
  return state.collections.get(step.collection)?.shardNumber === 1;
}

/** Refusals before it may have taken away what it is about. */
function isPossible(step: Step, { collections, aliases }: State): boolean {
  switch (step.kind) {
    case 'create':
      return !collections.has(step.collection);
    case 'rename_alias':
      return aliases.has(step.alias);
    case 'set_payload':
    case 'set_words':
      return step.ids.every((id) => collections.get(step.collection)?.points.has(id) === true);
    case 'delete_alias':
    case 'reopen':
      return true;
    case 'upsert':
    case 'delete':
    case 'delete_where':
    case 'create_index':
    case 'delete_index':
    case 'checkpoint':
    case 'drop':
    case 'set_alias':
      return collections.has(step.collection);
  }
}
