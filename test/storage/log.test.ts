import test from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import { DIRECTORY, append, logOptions, makeEntries, openLog, readLog } from './log-harness.ts';
import { SimulatedFiles } from './simulated-files.ts';
import { UpdateLog } from '../../src/storage/log.ts';

test('what was appended is read again in order, before and after reopening', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  const entries = [1, 2, 5, 1000, 2 ** 32, 2 ** 40 + 3].map((sequence) => ({ sequence, text: `record ${sequence}` }));
  await Promise.all(entries.map((entry) => append(log, entry)));
  t.deepEqual(await readLog(log), entries);
  t.deepEqual(await readLog(log, 5), entries.slice(3));
  t.deepEqual(await readLog(log, 2 ** 40 + 3), []);
  await log.close();

  const { log: again, tornTail } = await UpdateLog.open(logOptions(files));
  t.is(tornTail, undefined);
  t.deepEqual(await readLog(again), entries);
  t.deepEqual(again.bounds, {
    first: { generation: 1, sequence: 1 },
    last: { generation: 1, sequence: 2 ** 40 + 3 },
  });
});

test('an empty log makes no file and opens none', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  t.deepEqual(log.bounds, { first: undefined, last: undefined });
  t.is(log.bytes, 0);
  t.deepEqual(await readLog(log), []);
  t.deepEqual(await log.check(), []);
  await log.truncate(10);
  await log.idle();
  await log.close();
  t.deepEqual(files.paths(), []);
  t.is(files.counts.open, 0);
});

test('records without bytes and records longer than a read are kept', async (t) => {
  const files = new SimulatedFiles();
  const entries = [
    { sequence: 1, text: '' },
    { sequence: 2, text: 'x'.repeat(3 << 20) },
    { sequence: 3, text: 'y' },
    { sequence: 4, text: 'z'.repeat((1 << 20) - 24) },
    { sequence: 5, text: '' },
  ];
  const log = await openLog(files, { segmentBytes: 1 << 30 });
  for (const entry of entries) await append(log, entry);
  t.deepEqual(await readLog(log), entries);
  await log.close();
  t.deepEqual(await readLog(await openLog(files)), entries);
});

test('appends of a busy moment share one write and one fsync, in the order of the calls', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  await append(log, { sequence: 1, text: 'first' });
  const before = { ...files.counts };
  const order: number[] = [];
  const entries = makeEntries(500, 30).map((entry) => Object.assign(entry, { sequence: entry.sequence + 1 }));
  await Promise.all(entries.map((entry) => append(log, entry).then(() => order.push(entry.sequence))));
  t.is(files.counts.write - before.write, 1);
  t.is(files.counts.sync - before.sync, 1);
  t.deepEqual(
    order,
    entries.map((entry) => entry.sequence),
  );
  t.deepEqual(await readLog(log, 1), entries);
});

test('a group that grows too long is written in several', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files, { segmentBytes: 1 << 30 });
  const entries = Array.from({ length: 5 }, (_, index) => ({ sequence: index + 1, text: 'x'.repeat(7 << 20) }));
  await Promise.all(entries.map((entry) => append(log, entry)));
  // One write is the header of the file.
  t.is(files.counts.write, 1 + 3);
  t.deepEqual(await readLog(log), entries);
});

test('with fsync never, nothing is synced', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files, { fsync: 'never' });
  await append(log, { sequence: 1, text: 'first' });
  t.is(files.counts.sync, 0);
});

test('a sequence that does not increase is our own mistake', async (t) => {
  const log = await openLog(new SimulatedFiles());
  await append(log, { sequence: 5, text: '' });
  for (const sequence of [5, 4, 0, -1, 6.5, Number.NaN, 2 ** 53]) {
    await t.throwsAsync(append(log, { sequence, text: '' }), { name: 'InvariantError' });
  }
});

test('a new file is begun when the last one is full, and truncate drops whole files', async (t) => {
  const files = new SimulatedFiles();
  const entries = makeEntries(30, 100);
  const log = await openLog(files, { segmentBytes: 500 });
  for (const entry of entries) await append(log, entry);
  const names = files.paths();
  t.is(names.length, 10);
  t.is(names[1], `${DIRECTORY}/00000001-0000000000000004.log`);
  t.is(
    log.bytes,
    names.reduce((sum, name) => sum + files.content(name).length, 0),
  );

  await log.truncate(8);
  t.deepEqual(files.paths(), names.slice(2));
  t.deepEqual(log.bounds.first, { generation: 1, sequence: 7 });
  t.deepEqual(await readLog(log), entries.slice(6));
  t.deepEqual(await readLog(log, 20), entries.slice(20));
  await log.close();
  t.deepEqual(await readLog(await openLog(files, { segmentBytes: 500 })), entries.slice(6));
});

test('truncate above the last record empties the log, which then goes on', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  for (const entry of makeEntries(3, 10)) await append(log, entry);
  await log.truncate(4);
  t.deepEqual(files.paths(), []);
  t.deepEqual(log.bounds, { first: undefined, last: undefined });
  t.is(files.openCount, 0);
  await append(log, { sequence: 4, text: 'four' });
  t.deepEqual(await readLog(log), [{ sequence: 4, text: 'four' }]);
  await log.close();
  t.deepEqual(await readLog(await openLog(files)), [{ sequence: 4, text: 'four' }]);
});

test('truncate while a reader is under way takes nothing that the reader still wants', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files, { segmentBytes: 500 });
  const entries = makeEntries(30, 100);
  for (const entry of entries) await append(log, entry);
  const seen: number[] = [];
  for await (const { sequence } of log.tail(0)) {
    seen.push(sequence);
    if (sequence === 2) await log.truncate(13);
  }
  t.deepEqual(seen, [1, 2, 3, ...entries.slice(12).map((entry) => entry.sequence)]);
});

test('truncate just before a reader opens the file ends that reader in peace', async (t) => {
  const log = await openLog(new SimulatedFiles());
  for (const entry of makeEntries(3, 10)) await append(log, entry);
  const truncation = log.truncate(4);
  const both = await Promise.all([readLog(log), log.check(), truncation]);
  t.true(both[0].length === 0 || both[0].length === 3);
  t.deepEqual(both[1], []);
  await log.truncate(4);
  t.deepEqual(await log.check(), []);
});

test('a reader sees what is durable, never a write under way', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  await append(log, { sequence: 1, text: 'one' });
  const second = append(log, { sequence: 2, text: 'two' });
  t.deepEqual(await readLog(log), [{ sequence: 1, text: 'one' }]);
  await second;
  t.is((await readLog(log)).length, 2);
});

test('an idle log holds no descriptor and opens its file again for the next append', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  await append(log, { sequence: 1, text: 'one' });
  t.is(files.openCount, 1);
  await log.idle();
  t.is(files.openCount, 0);
  const next = append(log, { sequence: 2, text: 'two' });
  await log.idle();
  await next;
  t.is((await readLog(log)).length, 2);
  await log.close();
  t.is(files.openCount, 0);
});

test('close finishes what is under way and refuses what comes later', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  const last = append(log, { sequence: 1, text: 'one' });
  await log.close();
  await t.notThrowsAsync(last);
  const error = await t.throwsAsync(append(log, { sequence: 2, text: 'two' }), { instanceOf: VectorizerError });
  t.is(error.kind, 'unavailable');
  t.deepEqual(await readLog(await openLog(files)), [{ sequence: 1, text: 'one' }]);
});
