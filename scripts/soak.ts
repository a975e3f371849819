/**
 * Whether a server stays as it is under full load: `npm run soak` (10 minutes), `-- --minutes 2`, and `-- --leak`, which
 * shows that the verdict can fail. Searches, writes, snapshots, recoveries, collections and aliases go on at once over a
 * number of points that stays the same. Exit status 1 where memory, handles, threads or files grow, or a request fails.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchServer } from './bench/server/bench-server.ts';
import { quantile } from './bench/server/load.ts';
import { Tally } from './soak/driver.ts';
import { folderMiB, type Sample, sampleOf, withLeak } from './soak/sample.ts';
import { COLLECTION, fill, POINTS, runSteadyLoad } from './soak/steady-load.ts';
import { type Course, judge } from './soak/verdict.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, leak: { type: 'boolean' } } });
const minutes = Number(values.minutes ?? 10);
const isLeaking = values.leak ?? false;
const SAMPLE_MS = 1000;
const LINE_SAMPLES = 60;
/** Files are counted more rarely: that takes a while. */
const FILES_SAMPLES = 10;
const FAILURES_SHOWN = 5;

const samples: Sample[] = [];
const storageMiB: number[] = [];
const snapshotsMiB: number[] = [];
const pointCounts: number[] = [];
const tally = new Tally();
const server = new BenchServer();

try {
  await server.start();
  await fill(server.port, tally);
  console.log(
    ' min  requests/s  search p50    p99  write p50    p99 ms  resident MiB  handles  threads  storage MiB  snapshots MiB',
  );
  const stop = new AbortController();
  const snapshotsFolder = path.join(server.folder, 'snapshots');
  const load = runSteadyLoad({ port: server.port, tally, snapshotsFolder, signal: stop.signal });
  await Promise.race([watch(snapshotsFolder), load]);
  stop.abort();
  await load;
  pointCounts.push(await countPoints());
} finally {
  await server.discard();
}
process.exitCode = verdict() ? 0 : 1;

/** Samples every second, a line every minute. */
async function watch(snapshotsFolder: string): Promise<void> {
  const started = performance.now();
  const count = Math.round((minutes * 60_000) / SAMPLE_MS);
  let lineStarted = started;
  for (let index = 1; index <= count; index += 1) {
    await sleep(Math.max(0, started + index * SAMPLE_MS - performance.now()));
    const sample = sampleOf(server.running.pid);
    samples.push(isLeaking ? withLeak(sample, (performance.now() - started) / 1000) : sample);
    if (index % FILES_SAMPLES === 0) {
      storageMiB.push(await folderMiB(path.join(server.folder, 'storage')));
      snapshotsMiB.push(await folderMiB(snapshotsFolder));
    }
    if (index % LINE_SAMPLES !== 0) continue;
    pointCounts.push(await countPoints());
    printLine(index / LINE_SAMPLES, (performance.now() - lineStarted) / 1000);
    lineStarted = performance.now();
  }
}

function printLine(minute: number, seconds: number): void {
  const { search, write, other } = tally.take();
  const sample = samples.at(-1);
  if (sample === undefined) return;
  const { residentMiB, handles, threads } = sample;
  const cells: readonly (readonly [string, number])[] = [
    [String(minute), 4],
    [((search.length + write.length + other.length) / seconds).toFixed(0), 12],
    [quantile(search, 0.5).toFixed(1), 12],
    [quantile(search, 0.99).toFixed(1), 7],
    [quantile(write, 0.5).toFixed(1), 11],
    [quantile(write, 0.99).toFixed(1), 7],
    [residentMiB.toFixed(0), 17],
    [String(handles), 9],
    [String(threads), 9],
    [(storageMiB.at(-1) ?? 0).toFixed(0), 13],
    [(snapshotsMiB.at(-1) ?? 0).toFixed(0), 15],
  ];
  console.log(cells.map(([text, width]) => text.padStart(width)).join(''));
}

async function countPoints(): Promise<number> {
  const answer = await server.ask('POST', `/collections/${COLLECTION}/points/count`, { exact: true });
  return (answer as { readonly count: number }).count;
}

function verdict(): boolean {
  const courses: readonly Course[] = [
    // A tenth: by so much the heap of V8 and freed arenas swing from one compaction to the next.
    {
      name: 'resident MiB',
      values: samples.map(({ residentMiB }) => residentMiB),
      perMinute: LINE_SAMPLES,
      share: 0.1,
      extra: 24,
    },
    // A dozen: segments that are made, logs that are open, a snapshot and a recovery at the moment.
    {
      name: 'open handles',
      values: samples.map(({ handles }) => handles),
      perMinute: LINE_SAMPLES,
      share: 0,
      extra: 12,
    },
    // Threads of the pools that rest end, and come again.
    { name: 'threads', values: samples.map(({ threads }) => threads), perMinute: LINE_SAMPLES, share: 0, extra: 4 },
    // It swings: up to 32 MB wait in the log for a checkpoint, deleted rows for a compaction, which then writes beside
    // what it replaces; and a copy is there every other time.
    { name: 'storage MiB', values: storageMiB, perMinute: LINE_SAMPLES / FILES_SAMPLES, share: 0.25, extra: 96 },
    // The same number of snapshots of a storage that is as large.
    { name: 'snapshots MiB', values: snapshotsMiB, perMinute: LINE_SAMPLES / FILES_SAMPLES, share: 0.25, extra: 48 },
  ];
  const judged = courses.map(judge);
  for (const { line } of judged) console.log(line);
  // A batch is written before another one is deleted.
  const isSteady = pointCounts.every((count) => Math.abs(count - POINTS) <= 64) && pointCounts.at(-1) === POINTS;
  console.log(`${isSteady ? 'flat ' : 'OTHER'} points: ${pointCounts.join(', ')}`);
  for (const failure of tally.failures.slice(0, FAILURES_SHOWN)) console.log(failure);
  console.log(`${tally.failures.length} requests failed`);
  const isSound = judged.every(({ isFlat }) => isFlat) && isSteady && tally.failures.length === 0;
  console.log(isSound ? 'sound: it could go on like this' : 'NOT SOUND');
  return isSound;
}
