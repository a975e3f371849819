import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { compare } from './compare.ts';
import { openCompute, openFaultHouse, perform } from './fault-house.ts';
import { applyStep, drawPoint, EMPTY_STATE, type State, type Step } from './session.ts';

/** Rights are not asked of root: a server started by root's tests runs as nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

interface Ground {
  readonly folder: string;
  readonly storage: string;
  readonly state: State;
}

/** A storage folder with files of every kind, something in its log and nobody in it. */
async function makeGround(t: ExecutionContext): Promise<Ground> {
  const folder = await temporaryFolder();
  t.teardown(async () => {
    for (const name of readdirSync(folder, { recursive: true })) chmodSync(join(folder, String(name)), 0o700);
    await removeFolder(folder);
  });
  chmodSync(folder, 0o755);
  const compute = openCompute();
  const house = await openFaultHouse(join(folder, 'made'), realWorld(), compute);
  const random = seededRandom(1);
  const some = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => drawPoint(random, first + index));
  const steps: Exclude<Step, { kind: 'reopen' }>[] = [
    { kind: 'create', collection: 'one', shardNumber: 1 },
    { kind: 'upsert', collection: 'one', points: some(0, 20) },
    { kind: 'checkpoint', collection: 'one' },
    { kind: 'upsert', collection: 'one', points: some(20, 1) },
  ];
  for (const step of steps) await perform(house.database, step);
  const storage = join(folder, 'storage');
  cpSync(join(folder, 'made'), storage, { recursive: true });
  await house.close();
  await compute.close();
  forAll(storage, (path) => NOBODY.uid !== undefined && chownSync(path, NOBODY.uid, NOBODY.gid));
  return { folder, storage, state: steps.reduce(applyStep, EMPTY_STATE) };
}

function forAll(folder: string, work: (path: string) => void): void {
  work(folder);
  for (const name of readdirSync(folder, { recursive: true })) work(join(folder, String(name)));
}

/** LevelDB makes a table of its journal whenever it is opened: `ours` leaves its files out. */
function describe(folder: string, which: 'all' | 'ours'): string {
  const lines: string[] = [];
  // LOG and LOCK are LevelDB's business: it opens them before it looks at anything else.
  forAll(folder, (path) => {
    const { size, mtimeMs } = statSync(path);
    const isLeft = which === 'ours' ? /\/kv($|\/)/ : /\/kv$|\/LOG(?:\.old)?$|\/LOCK$/;
    if (!isLeft.test(path)) lines.push(`${path} ${size} ${mtimeMs}`);
  });
  return lines.toSorted().join('\n');
}

interface Started {
  /** undefined: it did not start. */
  readonly url: string | undefined;
  readonly output: () => string;
  stop(): Promise<void>;
}

async function start({ folder, storage }: Ground): Promise<Started> {
  const program = join(import.meta.dirname, '../cli/run-cli.ts');
  const flags = ['--port', '0', '--grpc-port', 'off', '--storage', storage, '--snapshots', join(folder, 'snapshots')];
  const child = spawn(process.execPath, [program, 'serve', ...flags], {
    ...NOBODY,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  let output = '';
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      const url = /"url":"([^"]+)"/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([listening, closed.then(() => undefined)]);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await closed;
  };
  return { url, output: () => output, stop };
}

async function isAsPromised({ storage, state }: Ground): Promise<readonly string[]> {
  const compute = openCompute();
  const house = await openFaultHouse(storage, realWorld(), compute);
  const breaches = await compare(house, { state, underWay: [], acknowledged: [] });
  await house.close();
  await compute.close();
  return breaches;
}

const REFUSED = [
  ['', 0o000, /storage/],
  ['kv', 0o000, /storage\/kv/],
  ['kv', 0o555, /storage\/kv/],
  ['kv/CURRENT', 0o000, /storage\/kv\/CURRENT/],
  ['collections', 0o000, /storage\/collections/],
  ['collections/1/0/log', 0o000, /collections\/1\/0\/log/],
  ['collections/1/0/segments', 0o000, /collections\/1\/0\/segments/],
] as const;

test('without rights to a folder a start says which, and what to do; nothing is changed', async (t) => {
  t.timeout(120_000);
  const ground = await makeGround(t);
  for (const [name, mode, place] of REFUSED) {
    const path = join(ground.storage, name);
    const which = name.startsWith('collections') ? 'ours' : 'all';
    const before = describe(ground.storage, which);
    const { mode: usual } = statSync(path);
    chmodSync(path, mode);
    const { url, output } = await start(ground);
    chmodSync(path, usual);
    t.is(url, undefined, `${name} ${mode.toString(8)}`);
    t.regex(output(), place);
    t.regex(
      output(),
      /permission denied.*; the user that runs vectorizer must be able to read and write all of the storage folder/i,
    );
    t.is(describe(ground.storage, which), before, `${name} ${mode.toString(8)}`);
  }
  t.deepEqual(await isAsPromised(ground), []);
});

test('where nothing can be written reads go on, and a write is acknowledged and kept or refused by the name of the folder', async (t) => {
  t.timeout(120_000);
  for (const name of ['collections/1/0/log', 'collections/1/0/segments']) {
    const ground = await makeGround(t);
    forAll(join(ground.storage, name), (path) => chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444));
    const server = await start(ground);
    t.not(server.url, undefined, server.output());
    const count = async (): Promise<unknown> => {
      const answer = await fetch(`${server.url}/collections/one/points/count`, { method: 'POST', body: '{}' });
      return ((await answer.json()) as { result: { count: number } }).result.count;
    };
    t.is(await count(), 21);
    const body = JSON.stringify({ points: [{ id: 77, vector: { dense: [1, 2, 3, 4] } }] });
    const answer = await fetch(`${server.url}/collections/one/points?wait=true`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const text = await answer.text();
    t.is(await count(), answer.status === 200 ? 22 : 21);
    if (answer.status !== 200) {
      t.is(answer.status, 500);
      t.true(text.includes(name), text);
    }
    await server.stop();
    forAll(ground.storage, (path) => chmodSync(path, 0o755));
    const point = { id: 77, dense: [1, 2, 3, 4], words: undefined, payload: {} };
    const step: Step = { kind: 'upsert', collection: 'one', points: [point] };
    const state = answer.status === 200 ? applyStep(ground.state, step) : ground.state;
    t.deepEqual(await isAsPromised({ ...ground, state }), []);
  }
});
