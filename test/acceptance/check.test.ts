import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { QdrantClient } from '@qdrant/js-client-rest';
import { runCommand, temporaryFolder, withServer, withServerOn } from './server-process.ts';

const POINTS = Array.from({ length: 2000 }, (_, id) => ({
  id,
  vector: Array.from({ length: 64 }, (_unused, column) => Math.sin(id * 7 + column * column)),
  payload: { id },
}));

/** Fills a storage with every kind of file: graphs, rows, payloads, log. */
async function fillStorage(folder: string): Promise<void> {
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => {
    const client = new QdrantClient({ url });
    // 1 kB: a graph is built from the first few points on.
    const optimizers = { indexing_threshold: 1 };
    await client.createCollection('books', {
      vectors: { size: 64, distance: 'Cosine' },
      optimizers_config: optimizers,
    });
    await client.upsert('books', { wait: true, points: POINTS });
    await untilIndexed(client);
  });
  // The first server has flushed as it closed; what comes now lies in the log alone. Several records: damage in the
  // last one alone cannot be told from a write that a crash cut short.
  await withServerOn({ folder }, 'SIGKILL', async ({ url }) => {
    const client = new QdrantClient({ url });
    for (let first = 0; first < 50; first += 10) {
      await client.upsert('books', { wait: true, points: POINTS.slice(first, first + 10) });
    }
  });
}

async function untilIndexed(client: QdrantClient): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { status, indexed_vectors_count: indexed } = await client.getCollection('books');
    if (status === 'green' && (indexed ?? 0) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the collection is not indexed after 20 s');
}

interface Report {
  readonly files: number;
  readonly findings: readonly string[];
}

async function check(folder: string): Promise<{ readonly status: number | undefined; readonly report: Report }> {
  const { status, stdout, stderr } = await runCommand(['check', '--storage', path.join(folder, 'storage'), '--json'], {
    launcher: 'src',
  });
  if (stdout === '') throw new Error(`check printed no report: ${stderr}`);
  return { status, report: JSON.parse(stdout) as Report };
}

/** Kind of a file: its name without numbers. Files that LevelDB rewrites at each opening and our lock are no data. */
function kindOf(file: string): string | undefined {
  const name = path.basename(file);
  if (/^(?:LOCK|LOG|LOG\.old|CURRENT|lock)$/.test(name)) return undefined;
  return name.replace(/[0-9]+/g, '#');
}

function dataFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => kindOf(file) !== undefined && statSync(file).size > 0);
}

test('check finds a sound storage sound, and a flipped byte in every kind of our own files', async (t) => {
  const folder = temporaryFolder();
  await fillStorage(folder);
  const sound = await check(folder);
  t.deepEqual(sound.report.findings, []);
  t.is(sound.status, 0);
  // The store counts as one.
  t.is(sound.report.files, 1 + dataFiles(path.join(folder, 'storage/collections')).length);

  const kinds = new Map(dataFiles(path.join(folder, 'storage')).map((file) => [kindOf(file), file]));
  t.log(`kinds of files: ${[...kinds.keys()].join(', ')}`);
  for (const [kind, file] of kinds) {
    const broken = temporaryFolder();
    await cp(folder, broken, { recursive: true });
    const copy = path.join(broken, path.relative(folder, file));
    const bytes = readFileSync(copy);
    const place = Math.floor(bytes.length / 2);
    bytes[place] = (bytes[place] ?? 0) ^ 0x40;
    writeFileSync(copy, bytes);
    const { status, report } = await check(broken);
    t.is(status, 1, `a flipped byte in ${kind} at ${place} of ${bytes.length}`);
    t.true(report.findings.length > 0, kind);
    await rm(broken, { recursive: true });
  }
  await rm(folder, { recursive: true });
});

test('check says in words what it found', async (t) => {
  const folder = temporaryFolder();
  await withServerOn({ folder }, 'SIGTERM', () => Promise.resolve());
  const { status, stdout } = await runCommand(['check', '--storage', path.join(folder, 'storage')], {
    launcher: 'src',
  });
  t.is(status, 0);
  t.regex(stdout, /storage: \d+ files checked, no damage found\n$/);
  await rm(folder, { recursive: true });
});

test('check of a storage that a server has open is refused', async (t) => {
  await withServer({}, async (_server, folder) => {
    const { status, stderr } = await runCommand(['check', '--storage', path.join(folder, 'storage')], {
      launcher: 'src',
    });
    t.is(status, 1);
    t.regex(stderr, /another process/i);
  });
});
