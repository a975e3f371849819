import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { uniformSource } from '../bench/data.ts';
import { Driver, type Tally } from './driver.ts';

/** The collection under load holds as many points as this, always: what grows then is a leak. */
export const POINTS = 20_000;
export const COLLECTION = 'soak';
const DIMENSION = 128;
const BATCH = 32;
const GROUPS = 100;
const SEARCH_CONNECTIONS = 4;
/** Distinct vectors; texts of them are made once, so that the load costs little beside the server. */
const VECTORS = 2000;

export interface SteadyLoad {
  readonly port: number;
  readonly tally: Tally;
  /** Where the server keeps snapshots. */
  readonly snapshotsFolder: string;
  readonly signal: AbortSignal;
}

const vectors = vectorTexts();

/** POINTS ids from `first` on are there: with each batch that is written behind them one goes before them. */
interface Window {
  first: number;
}

/** Makes the collection and fills it. */
export async function fill(port: number, tally: Tally): Promise<void> {
  const driver = new Driver(port, tally);
  const place = `/collections/${COLLECTION}`;
  const vectorsOptions = { size: DIMENSION, distance: 'Cosine' };
  await driver.send('other', 'PUT', place, JSON.stringify({ vectors: vectorsOptions }));
  for (const [field_name, field_schema] of [
    ['group', 'integer'],
    ['word', 'keyword'],
  ])
    await driver.send('other', 'PUT', `${place}/index?wait=true`, JSON.stringify({ field_name, field_schema }));
  for (let id = 0; id < POINTS; id += BATCH) await upsert(driver, id, Math.min(id + BATCH, POINTS), false);
  driver.close();
}

/** Everything at once until the signal aborts. */
export async function runSteadyLoad(load: SteadyLoad): Promise<void> {
  const window = { first: 0 };
  const loops = Array.from({ length: SEARCH_CONNECTIONS }, (_, index) => loop(load, searches(index)));
  loops.push(loop(load, exchangePoints(window)), loop(load, changePayloads(window)), loop(load, keepSnapshots()));
  loops.push(loop(load, recoverCopies(load.snapshotsFolder)), loop(load, comeAndGo()));
  await Promise.all(loops);
}

type Step = (driver: Driver, signal: AbortSignal) => Promise<void>;

async function loop({ port, tally, signal }: SteadyLoad, step: Step): Promise<void> {
  const driver = new Driver(port, tally);
  while (!signal.aborted) await step(driver, signal);
  driver.close();
}

function searches(index: number): Step {
  const uniform = uniformSource(index + 1);
  const filters = [
    '',
    ',"filter":{"must":[{"key":"group","match":{"value":GROUP}}]}',
    ',"filter":{"must":[{"key":"group","range":{"lt":GROUP}}]}',
    ',"filter":{"must":[{"key":"word","match":{"value":"word GROUP"}}],"must_not":[{"key":"marked","match":{"value":true}}]}',
  ];
  return async (driver) => {
    const filter = (filters[Math.floor(uniform() * filters.length)] ?? '').replace('GROUP', drawn(uniform, GROUPS));
    const body = `{"query":${vectorText(Math.floor(uniform() * VECTORS))},"limit":10,"with_payload":true${filter}}`;
    await driver.send('search', 'POST', `/collections/${COLLECTION}/points/query`, body);
  };
}

/** Writes a batch behind the last point, deletes as many at the beginning. */
function exchangePoints(window: Window): Step {
  let round = 0;
  return async (driver) => {
    const { first } = window;
    await upsert(driver, first + POINTS, first + POINTS + BATCH, round++ % 2 === 0);
    window.first += BATCH;
    const points = Array.from({ length: BATCH }, (_, index) => first + index);
    await driver.send(
      'write',
      'POST',
      `/collections/${COLLECTION}/points/delete?wait=true`,
      JSON.stringify({ points }),
    );
  };
}

async function upsert(driver: Driver, from: number, to: number, wait: boolean): Promise<void> {
  const points = Array.from({ length: to - from }, (_, index) => {
    const id = from + index;
    const payload = `{"group":${id % GROUPS},"word":"word ${id % 50}","text":"point number ${id}"}`;
    return `{"id":${id},"vector":${vectorText(id % VECTORS)},"payload":${payload}}`;
  });
  await driver.send('write', 'PUT', `/collections/${COLLECTION}/points?wait=${wait}`, `{"points":[${points.join()}]}`);
}

function changePayloads(window: Window): Step {
  const uniform = uniformSource(77);
  return async (driver) => {
    // The later half: these are not deleted meanwhile.
    const ids = Array.from({ length: 8 }, () => window.first + Math.floor((POINTS * (1 + uniform())) / 2));
    const isMarked = uniform() < 0.5;
    const body = JSON.stringify(
      isMarked ? { points: ids, payload: { marked: true } } : { points: ids, keys: ['marked'] },
    );
    const place = `/collections/${COLLECTION}/points/payload${isMarked ? '' : '/delete'}?wait=true`;
    await driver.send('write', 'POST', place, body);
    // Nobody would get a turn beside a writer of ever so small changes.
    await sleep(5);
  };
}

/** Snapshots of the collection, of its shard and of everything; two of each kind are kept. */
function keepSnapshots(): Step {
  const paths = [`/collections/${COLLECTION}/snapshots`, `/collections/${COLLECTION}/shards/0/snapshots`, '/snapshots'];
  let round = 0;
  return async (driver, signal) => {
    const place = paths[round++ % paths.length] ?? '';
    await driver.send('other', 'POST', `${place}?wait=true`);
    const names = namesIn(await driver.send('other', 'GET', place));
    for (const name of names.slice(0, -2)) await driver.send('other', 'DELETE', `${place}/${name}`);
    await pause(3000, signal);
  };
}

/** Recovers the newest snapshot into another collection, which is there before every other time. */
function recoverCopies(snapshotsFolder: string): Step {
  let round = 0;
  return async (driver, signal) => {
    await pause(10_000, signal);
    if (signal.aborted) return;
    const name = namesIn(await driver.send('other', 'GET', `/collections/${COLLECTION}/snapshots`)).at(-1);
    if (name === undefined) return;
    const location = pathToFileURL(path.join(snapshotsFolder, COLLECTION, name)).href;
    await driver.send('other', 'PUT', '/collections/copy/snapshots/recover', JSON.stringify({ location }));
    if (round++ % 2 === 1) await driver.send('other', 'DELETE', '/collections/copy');
  };
}

/** A collection is created, filled, named, searched by its name and dropped. */
function comeAndGo(): Step {
  let round = 0;
  return async (driver, signal) => {
    const name = `came-${round++ % 5}`;
    const place = `/collections/${name}`;
    const alias = (...actions: readonly object[]): Promise<unknown> =>
      driver.send('other', 'POST', '/collections/aliases', JSON.stringify({ actions }));
    await driver.send('other', 'PUT', place, '{"vectors":{"size":4,"distance":"Dot"}}');
    const points = Array.from({ length: 200 }, (_, id) => ({ id, vector: [id, 1, 2, 3], payload: { id } }));
    await driver.send('write', 'PUT', `${place}/points?wait=true`, JSON.stringify({ points }));
    await alias({ create_alias: { alias_name: 'latest', collection_name: name } });
    await driver.send('search', 'POST', '/collections/latest/points/query', '{"query":[1,2,3,4],"limit":5}');
    await alias({ delete_alias: { alias_name: 'latest' } });
    await driver.send('other', 'DELETE', place);
    await pause(500, signal);
  };
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  // Caught to end: an abort only cuts it short.
  await sleep(durationMs, undefined, { signal }).catch(() => undefined);
}

function namesIn(answer: string | undefined): readonly string[] {
  if (answer === undefined) return [];
  return (JSON.parse(answer) as { readonly result: readonly { readonly name: string }[] }).result.map(
    ({ name }) => name,
  );
}

function drawn(uniform: () => number, count: number): string {
  return String(Math.floor(uniform() * count));
}

function vectorText(index: number): string {
  return vectors[index] ?? '';
}

function vectorTexts(): readonly string[] {
  const uniform = uniformSource(5);
  return Array.from({ length: VECTORS }, () => {
    const numbers = Array.from({ length: DIMENSION }, () => (uniform() - 0.5).toFixed(4));
    return `[${numbers.join()}]`;
  });
}
