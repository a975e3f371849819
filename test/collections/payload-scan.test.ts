import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { ChangeJournal } from '../../src/collections/change-journal.ts';
import { PayloadChunks } from '../../src/collections/payload-chunks.ts';
import { PayloadScan } from '../../src/collections/payload-scan.ts';
import type { SlotPayload } from '../../src/collections/field-indexes.ts';
import { EVERYTHING } from '../../src/core/filter.ts';

const COUNT = 5000;
const PAYLOAD = Buffer.from(JSON.stringify({ pad: 'x'.repeat(1000) }));

/** Pages with turns between them, as a store reads them. */
async function* pages(): AsyncGenerator<readonly SlotPayload[], void, undefined> {
  for (let first = 0; first < COUNT; first += 100) {
    await nextTurn();
    yield Array.from({ length: 100 }, (_, at) => ({ slot: first + at, payload: PAYLOAD }));
  }
}

test('a scan of which a part fails on a thread fails, and nothing is left unheard', async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const journal = new ChangeJournal();
  const failure = new Error('the thread has ended');
  let calls = 0;
  const scan = new PayloadScan({
    chunks: new PayloadChunks(pages, journal),
    payloadsOf: (slots) => Promise.resolve(slots.map(() => PAYLOAD)),
    onThread: ({ starts }) =>
      calls++ === 1 ? Promise.reject(failure) : Promise.resolve([new Uint32Array(Math.ceil(starts.length / 32))]),
    threads: 1,
  });
  const candidates = new Uint32Array(Math.ceil(COUNT / 32)).fill(0xffffffff);
  await t.throwsAsync(scan.run([EVERYTHING], candidates, new AbortController().signal), { is: failure });
  await nextTurn();
  t.deepEqual(unhandled, []);
});
