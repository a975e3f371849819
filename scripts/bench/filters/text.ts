/**
 * Full text: matches by a text index a second on one core, in process and over REST.
 * `npm run bench:text -- [--documents 100000] [--words 60] [--seconds 1]`
 * A match is a query to the whole set of points that have all its words (or one of them): in process a bitmap, over REST
 * its count. No query is asked twice within the 1,024 that the server keeps results of. Server on core 0, generator on 1.
 */
import { parseArgs } from 'node:util';
import { countBits } from '../../../src/base/bitset.ts';
import { jsonPath } from '../../../src/core/json-path.ts';
import type { FieldIndex } from '../../../src/filters/field-index.ts';
import { openFieldIndex } from '../../../src/filters/open-field-index.ts';
import { BenchServer, COLLECTION, pinSelf } from '../server/bench-server.ts';
import { runLoad, forDuration } from '../server/load.ts';
import { processorMs } from '../server/processor-time.ts';
import { httpRequest } from '../server/raw-connection.ts';
import { machineDocuments, vocabulary, wordsOf } from './machine-text.ts';
import { loadPayloads } from './payload-points.ts';

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    words: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '1' },
    connections: { type: 'string', default: '8' },
  },
});
const durationMs = Number(values.seconds) * 1000;
const FLOOR = 2000;
const QUERIES = 1100;
const FREQUENT_SHARE = 0.01;
const RARE_DOCUMENTS = 100;

const documents = machineDocuments(Number(values.documents), Number(values.words));
const terms = vocabulary(documents);
const bytes = documents.map((text) => Buffer.from(JSON.stringify({ text })));
const queries = queryKinds();

const index = await buildIndex();
for (const [name, texts] of queries) measureHere(name, texts);
await measureServer();

/** Texts of queries by kind: words of one document, so that all of them match something. */
function queryKinds(): ReadonlyMap<string, readonly string[]> {
  const frequent = new Set(
    terms.filter(({ documentCount }) => documentCount >= documents.length * FREQUENT_SHARE).map(({ word }) => word),
  );
  const rare = new Set(
    terms.filter(({ documentCount }) => documentCount <= RARE_DOCUMENTS && documentCount > 1).map(({ word }) => word),
  );
  const kinds = new Map<string, readonly string[]>();
  for (const count of [1, 2, 3]) {
    kinds.set(
      `${count} frequent`,
      distinct(count, (word) => frequent.has(word)),
    );
    kinds.set(
      `${count} rare`,
      distinct(count, (word) => rare.has(word)),
    );
  }
  kinds.set(
    '2 of any kind',
    distinct(2, () => true),
  );
  console.log(
    `${documents.length} documents of ${values.words} words, ${terms.length} words of three letters; frequent: ${frequent.size} in 1 % or more, rare: ${rare.size} in ${RARE_DOCUMENTS} at most`,
  );
  return kinds;
}

/** Different queries of words that are wanted, each from one document; fewer where there are not so many. */
function distinct(count: number, isWanted: (word: string) => boolean): readonly string[] {
  const found = new Set<string>();
  for (let at = 0; at < documents.length && found.size < QUERIES; at += 1) {
    const words = [...new Set(wordsOf(documents[(at * 7919) % documents.length] ?? '').filter(isWanted))];
    const first = at % Math.max(1, words.length - count + 1);
    if (words.length >= count) found.add(words.slice(first, first + count).join(' '));
  }
  return [...found];
}

async function buildIndex(): Promise<FieldIndex> {
  const path = jsonPath('text');
  if (path === undefined) throw new Error('text');
  const fresh = openFieldIndex(path, { type: 'text', params: undefined }, 7);
  const started = performance.now();
  bytes.forEach((payload, slot) => fresh.set(slot, payload));
  await fresh.refresh(() => Promise.resolve());
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `index built in ${seconds.toFixed(2)} s, ${(fresh.memoryBytes / documents.length).toFixed(0)} bytes a document`,
  );
  return fresh;
}

function measureHere(name: string, texts: readonly string[]): void {
  for (const kind of ['text', 'text_any'] as const) {
    let matches = 0;
    let asked = 0;
    const words = new Uint32Array(Math.ceil(documents.length / 32));
    const started = performance.now();
    while (performance.now() - started < durationMs) {
      words.fill(0);
      index.leaf({ kind, text: texts[asked % texts.length] ?? '' })?.fill(words);
      matches += countBits(words);
      asked += 1;
    }
    const rate = (asked * 1000) / (performance.now() - started);
    console.log(
      `in process, ${name}, ${kind === 'text' ? 'all' : 'any'}: ${Math.round(rate)}/s (floor ${FLOOR}), ${Math.round(matches / asked)} documents on average`,
    );
  }
}

async function measureServer(): Promise<void> {
  const server = new BenchServer();
  try {
    await server.start();
    await loadPayloads(server, documents.length, (row) => bytes[row]?.toString() ?? '{}');
    const started = performance.now();
    await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, {
      field_name: 'text',
      field_schema: 'text',
    });
    console.log(`index in the server built in ${((performance.now() - started) / 1000).toFixed(2)} s`);
    await server.stop();
    await server.start({ core: 0 });
    pinSelf(1);
    for (const [name, texts] of queries) await measureRest(server, name, texts);
  } finally {
    await server.discard();
  }
}

async function measureRest(server: BenchServer, name: string, texts: readonly string[]): Promise<void> {
  for (const kind of ['text', 'text_any'] as const) {
    // What the index tells of a second field keeps results of the first pass from answering the second.
    const requests = Array.from({ length: 8 }, (_, pass) =>
      texts.map((text) => {
        const filter = { must: [{ key: 'text', match: { [kind]: text } }], must_not: [{ has_id: [pass] }] };
        return httpRequest('POST', `/collections/${COLLECTION}/points/count`, Buffer.from(JSON.stringify({ filter })));
      }),
    ).flat();
    const load = { port: server.port, connections: Number(values.connections) };
    await runLoad({ ...load, next: forDuration(requests, 200) });
    const before = processorMs(server.running.pid);
    const { requests: count, elapsedMs } = await runLoad({ ...load, next: forDuration(requests, durationMs) });
    const rate = Math.round((count * 1000) / elapsedMs);
    const usedUs = Math.round(((processorMs(server.running.pid) - before) * 1000) / count);
    console.log(
      `over REST, ${name}, ${kind === 'text' ? 'all' : 'any'}: ${rate}/s (floor ${FLOOR}), ${usedUs} µs of processor time each`,
    );
  }
}
