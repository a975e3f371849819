import test from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from '../../src/storage/log-format.ts';
import { UpdateLog } from '../../src/storage/log.ts';
import { DIRECTORY, append, logOptions, makeEntries, openLog, readLog, type Entry } from './log-harness.ts';
import { SimulatedFiles } from './simulated-files.ts';

const FIRST_FILE = `${DIRECTORY}/00000001-0000000000000001.log`;

async function written(entries: readonly Entry[], segmentBytes = 1 << 20): Promise<SimulatedFiles> {
  const files = new SimulatedFiles();
  const log = await openLog(files, { segmentBytes });
  for (const entry of entries) await append(log, entry);
  await log.close();
  return files;
}

test('cut at any byte: all whole records are there, the torn one is cut off and reported', async (t) => {
  const entries = makeEntries(5, 40);
  const whole = (await written(entries)).content(FIRST_FILE);
  const recordBytes = RECORD_HEADER_BYTES + 40;
  for (let bytes = 0; bytes <= whole.length; bytes += 1) {
    const files = new SimulatedFiles();
    files.put(FIRST_FILE, whole.subarray(0, bytes));
    const { log, tornTail } = await UpdateLog.open(logOptions(files));
    const wholeCount = Math.max(0, Math.floor((bytes - SEGMENT_HEADER_BYTES) / recordBytes));
    const kept =
      wholeCount === 0 ? Math.min(bytes, SEGMENT_HEADER_BYTES) : SEGMENT_HEADER_BYTES + wholeCount * recordBytes;
    const offset = bytes < SEGMENT_HEADER_BYTES ? 0 : kept;
    t.deepEqual(await readLog(log), entries.slice(0, wholeCount), `cut at ${bytes}`);
    t.deepEqual(
      tornTail,
      offset === bytes ? undefined : { file: FIRST_FILE, offset, bytes: bytes - offset },
      `cut at ${bytes}`,
    );
    await append(log, { sequence: 100, text: 'later' });
    await log.close();
    const again = await UpdateLog.open(logOptions(files));
    t.is(again.tornTail, undefined);
    t.deepEqual((await readLog(again.log)).at(-1), { sequence: 100, text: 'later' });
  }
});

test('a flipped bit anywhere is refused with file and offset, in the last record too, which is no torn one', async (t) => {
  const entries = makeEntries(4, 20);
  const recordBytes = RECORD_HEADER_BYTES + 20;
  const whole = (await written(entries)).content(FIRST_FILE);
  for (let offset = 0; offset < whole.length; offset += 1) {
    const files = new SimulatedFiles();
    files.put(FIRST_FILE, whole);
    files.flipBit(FIRST_FILE, offset, offset % 8);
    const record = Math.floor((offset - SEGMENT_HEADER_BYTES) / recordBytes);
    const error = await t.throwsAsync(UpdateLog.open(logOptions(files)), { instanceOf: VectorizerError });
    t.is(error.kind, 'data_damaged');
    const named = offset < SEGMENT_HEADER_BYTES ? 0 : SEGMENT_HEADER_BYTES + record * recordBytes;
    t.true(error.message.startsWith(`${FIRST_FILE} at byte `), error.message);
    if (offset < 8 || offset >= 12) t.true(error.message.includes(`at byte ${named}:`), error.message);
    t.deepEqual(files.content(FIRST_FILE).length, whole.length, 'nothing is cut off');
  }
});

test('a last group whose first sectors are missing is torn, though later ones are there; an earlier group is damaged', async (t) => {
  const texts = makeEntries(5, 1000);
  const files = new SimulatedFiles();
  const log = await openLog(files);
  const [one, ...group] = texts;
  await append(log, one as Entry);
  const groupAt = log.bytes;
  // Within one turn of the event loop: one group.
  await Promise.all(group.map((entry) => append(log, entry)));
  const torn = files.content(FIRST_FILE).fill(0, 1536, 2048);
  t.true(groupAt < 1536);
  const holding = (content: Uint8Array): SimulatedFiles => {
    const disk = new SimulatedFiles();
    disk.put(FIRST_FILE, content);
    return disk;
  };
  const { log: again, tornTail } = await UpdateLog.open(logOptions(holding(torn)));
  t.is(tornTail?.offset, groupAt);
  t.deepEqual(await readLog(again), [one]);
  await append(log, { sequence: 9, text: 'behind the group' });
  const damaged = files.content(FIRST_FILE).fill(0, 1536, 2048);
  const error = await t.throwsAsync(UpdateLog.open(logOptions(holding(damaged))), { instanceOf: VectorizerError });
  t.true(error.message.startsWith(`${FIRST_FILE} at byte ${groupAt}: `), error.message);
});

test('damage in an older file is found by the reader and by check, with file and offset', async (t) => {
  const entries = makeEntries(12, 100);
  const files = await written(entries, 500);
  const [first = '', second = '', third = ''] = files.paths();
  files.flipBit(first, SEGMENT_HEADER_BYTES + 124 + 60);
  files.flipBit(third, 3);
  const log = await openLog(files, { segmentBytes: 500 });
  const seen: number[] = [];
  const error = await t.throwsAsync(
    async () => {
      for await (const { sequence } of log.tail(0)) seen.push(sequence);
    },
    { instanceOf: VectorizerError },
  );
  t.is(error.kind, 'data_damaged');
  t.is(error.message, `${first} at byte ${SEGMENT_HEADER_BYTES + 124}: record 2 fails its checksum`);
  t.deepEqual(seen, [1]);
  t.deepEqual(await log.check(), [error.message, `${third} at byte 0: not the start of an update log`]);
  t.deepEqual(await readLog(log, 9), entries.slice(9));
  t.true(files.paths().includes(second));
});

test('a file that is missing in the middle is noticed', async (t) => {
  const files = await written(makeEntries(12, 100), 500);
  await files.unlink(files.paths()[1] ?? '');
  const log = await openLog(files, { segmentBytes: 500 });
  const error = await t.throwsAsync(readLog(log), { instanceOf: VectorizerError });
  t.is(error.message, `${files.paths()[1]} at byte 24: continues after record 6, but 3 is the last before it`);
  t.is((await log.check()).length, 1);
});

test('a header of another version is refused, not taken for a torn one', async (t) => {
  const files = await written(makeEntries(1, 10));
  const header = Buffer.from(files.content(FIRST_FILE).subarray(0, SEGMENT_HEADER_BYTES));
  header.writeUInt32LE(3, 8);
  const { crc32 } = await import('node:zlib');
  header.writeUInt32LE(crc32(header.subarray(0, 36)), 36);
  files.put(FIRST_FILE, header);
  const error = await t.throwsAsync(UpdateLog.open(logOptions(files)), { instanceOf: VectorizerError });
  t.regex(error.message, /at byte 8: update log version 3, this program reads 1 to 2/);
});

test('a record that stands twice is refused', async (t) => {
  const files = await written(makeEntries(3, 20));
  const content = files.content(FIRST_FILE);
  const recordBytes = RECORD_HEADER_BYTES + 20;
  const [second, third] = [SEGMENT_HEADER_BYTES + recordBytes, SEGMENT_HEADER_BYTES + 2 * recordBytes];
  files.put(FIRST_FILE, Buffer.concat([content.subarray(0, third), content.subarray(second)]));
  await t.throwsAsync(UpdateLog.open(logOptions(files)), {
    message: `${FIRST_FILE} at byte ${third}: record 2 follows record 2`,
  });
});

test('a file whose first record is missing is refused', async (t) => {
  const files = await written(makeEntries(3, 20));
  const content = files.content(FIRST_FILE);
  const second = SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES + 20;
  files.put(FIRST_FILE, Buffer.concat([content.subarray(0, SEGMENT_HEADER_BYTES), content.subarray(second)]));
  await t.throwsAsync(UpdateLog.open(logOptions(files)), {
    message: `${FIRST_FILE} at byte ${SEGMENT_HEADER_BYTES}: first record is 2, the segment header promises 1`,
  });
});

test('records of another log inside a torn record do not pass for records of this one', async (t) => {
  const foreign = await written(makeEntries(3, 10, 3));
  const files = new SimulatedFiles();
  const world = logOptions(files).world;
  // Another salt than that of the foreign log: as it is in life, where both are drawn.
  world.random();
  const { log } = await UpdateLog.open({ ...logOptions(files), world });
  const inner = Buffer.from(foreign.content(FIRST_FILE)).toString('latin1');
  await append(log, { sequence: 1, text: 'one' });
  await append(log, { sequence: 2, text: `${inner}and more` });
  await log.close();
  const content = files.content(FIRST_FILE);
  files.put(FIRST_FILE, content.subarray(0, content.length - 3));
  const { log: again, tornTail } = await UpdateLog.open(logOptions(files));
  t.is(tornTail?.offset, SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES + 3);
  t.deepEqual(await readLog(again), [{ sequence: 1, text: 'one' }]);
});

test('a full disk rejects the append, leaves nothing of it, and takes later ones once there is room', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  await append(log, { sequence: 1, text: 'one' });
  for (const free of [0, 1, 24, 30, 500]) {
    files.capacityBytes = log.bytes + free;
    const error = await t.throwsAsync(append(log, { sequence: 10 + free, text: 'x'.repeat(1000) }), {
      instanceOf: VectorizerError,
    });
    t.is(error.kind, 'insufficient_storage');
    t.is(files.content(FIRST_FILE).length, log.bytes);
  }
  t.deepEqual(await readLog(log), [{ sequence: 1, text: 'one' }]);
  await append(log, { sequence: 600, text: 'fits' });
  files.capacityBytes = Number.POSITIVE_INFINITY;
  await append(log, { sequence: 601, text: 'more' });
  const kept = [
    { sequence: 1, text: 'one' },
    { sequence: 600, text: 'fits' },
    { sequence: 601, text: 'more' },
  ];
  t.deepEqual(await readLog(log), kept);
  await log.close();
  t.deepEqual(await readLog(await openLog(files)), kept);
});

test('a disk that is full when a file is to be begun leaves no file, and an earlier number may stay unused', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files, { segmentBytes: 200 });
  for (const capacityBytes of [0, 10, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES + 50]) {
    files.capacityBytes = capacityBytes;
    const error = await t.throwsAsync(append(log, { sequence: 1 + capacityBytes, text: 'x'.repeat(100) }), {
      instanceOf: VectorizerError,
    });
    t.is(error.kind, 'insufficient_storage');
    t.deepEqual(files.paths(), []);
    t.is(files.openCount, 0);
  }
  files.capacityBytes = 1000;
  await append(log, { sequence: 200, text: 'fits' });
  t.deepEqual(await readLog(log), [{ sequence: 200, text: 'fits' }]);
});

test('after a failed fsync nothing more is accepted until the log is reopened', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  await append(log, { sequence: 1, text: 'one' });
  files.fail('sync', 'EIO');
  const results = await Promise.allSettled([
    append(log, { sequence: 2, text: 'two' }),
    append(log, { sequence: 3, text: 'three' }),
  ]);
  t.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'rejected'],
  );
  const error = await t.throwsAsync(append(log, { sequence: 4, text: 'four' }), { instanceOf: VectorizerError });
  t.is(error.kind, 'internal');
  t.regex(error.message, /fsync failed; the log takes no more writes until it is reopened/);
  t.deepEqual(await readLog(log), [{ sequence: 1, text: 'one' }]);
  await log.close();
  const again = await openLog(files);
  await append(again, { sequence: 5, text: 'five' });
  const entries = await readLog(again);
  t.deepEqual([entries.at(0)?.sequence, entries.at(-1)?.sequence], [1, 5]);
});

test('a failed fsync of a new file or of its folder closes the log to writes too', async (t) => {
  for (const operation of ['sync', 'syncDirectory'] as const) {
    const files = new SimulatedFiles();
    const log = await openLog(files);
    files.fail(operation, 'EIO');
    const error = await t.throwsAsync(append(log, { sequence: 1, text: 'one' }), { instanceOf: VectorizerError });
    t.regex(error.message, /fsync failed/);
    await t.throwsAsync(append(log, { sequence: 2, text: 'two' }), { message: error.message });
    await log.close();
    t.deepEqual(files.paths(), []);
    await append(await openLog(files), { sequence: 3, text: 'three' });
  }
});

test('a truncation that fails names the folder, and works when it is called again', async (t) => {
  const files = await written(makeEntries(12, 100), 500);
  const log = await openLog(files, { segmentBytes: 500 });
  files.fail('unlink', 'EIO');
  await t.throwsAsync(log.truncate(100), { instanceOf: VectorizerError, message: /\/data\/log: EIO/ });
  await log.truncate(100);
  t.deepEqual(await readLog(log), []);
  await log.close();
  // The file that could not be removed comes back, with records that are no longer wanted.
  t.deepEqual((await readLog(await openLog(files), 100)).length, 0);
});

test('a file that somebody removed is missed by name', async (t) => {
  const files = await written(makeEntries(3, 10));
  const log = await openLog(files);
  await files.unlink(FIRST_FILE);
  await t.throwsAsync(readLog(log), { instanceOf: VectorizerError, message: /0000001\.log: ENOENT/ });
  t.is((await log.check()).length, 1);
});

test('a failed write that cannot be undone closes the log to writes', async (t) => {
  const files = new SimulatedFiles();
  const log = await openLog(files);
  await append(log, { sequence: 1, text: 'one' });
  files.fail('write', 'EIO');
  files.fail('truncate', 'EIO');
  const error = await t.throwsAsync(append(log, { sequence: 2, text: 'two' }), { instanceOf: VectorizerError });
  t.regex(error.message, /could not be undone/);
  await t.throwsAsync(append(log, { sequence: 3, text: 'three' }), { message: error.message });
});

test('an error of the disk while reading names the file', async (t) => {
  const files = await written(makeEntries(2, 10));
  const log = await openLog(files);
  files.fail('read', 'EIO');
  const error = await t.throwsAsync(readLog(log), { instanceOf: VectorizerError });
  t.regex(error.message, /00000001-0000000000000001\.log: EIO/);
});
