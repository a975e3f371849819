import test from 'ava';
import { Payloads } from '../../src/collections/payloads.ts';
import { idText } from '../../src/core/ids.ts';
import { Kv } from '../../src/storage/kv.ts';
import { idOf, realWorld, removeFolder, temporaryFolder } from './house.ts';

test('a walk over all payloads meets every point that there was, also one that gets a vector meanwhile', async (t) => {
  const folder = await temporaryFolder();
  const kv = await Kv.open(realWorld(), folder);
  try {
    const payloads = new Payloads(kv, 1, 0);
    for (const id of [1, 2, 3]) payloads.set(idOf(id), Buffer.from(`{"n":${id}}`), undefined);
    payloads.beginFlush();
    await kv.batch(await payloads.flushOperations(), { sync: false });
    payloads.endFlush(true);
    payloads.set(idOf(4), Buffer.from('{"n":4}'), undefined);
    const walk = payloads.all();
    // As update_vectors does: a later version of the same payload.
    payloads.set(idOf(2), payloads.get(idOf(2)), 7);
    const found: string[] = [];
    for await (const points of walk)
      for (const { id, payload } of points) found.push(`${idText(id)} ${String(Buffer.from(payload))}`);
    t.deepEqual(found.toSorted(), ['1 {"n":1}', '2 {"n":2}', '3 {"n":3}', '4 {"n":4}']);
  } finally {
    await kv.close();
    await removeFolder(folder);
  }
});
