import test from 'ava';
import { Progress, type ProgressMode } from '../../src/cli/progress.ts';

const MIB = 2 ** 20;

interface Shown {
  readonly progress: Progress;
  /** What was written since the last call. */
  readonly written: () => string;
  readonly wait: (ms: number) => void;
}

function show(mode: ProgressMode, columns: number): Shown {
  let nowMs = 1000;
  let text = '';
  const progress = new Progress({
    mode,
    write: (piece) => void (text += piece),
    columns: () => columns,
    nowMs: () => nowMs,
  });
  return {
    progress,
    wait: (ms) => void (nowMs += ms),
    written: () => {
      const written = text;
      text = '';
      return written;
    },
  };
}

const DOWNLOAD = { name: 'download', label: 'books: downloading' };

test('a terminal shows label, bar, percent, bytes, rate and the time that is left, in one line', (t) => {
  const { progress, written, wait } = show('terminal', 120);
  progress.begin(DOWNLOAD);
  t.is(written(), '\rbooks: downloading  0:00');
  wait(2000);
  progress.update({ doneBytes: 100 * MIB, totalBytes: 400 * MIB });
  t.is(written(), '\rbooks: downloading  [######------------------]  25 %  100 MiB of 400 MiB  50 MiB/s  0:06 left');
  wait(2000);
  progress.update({ doneBytes: 400 * MIB, totalBytes: 400 * MIB });
  t.true(written().includes('[########################]  100 %  400 MiB of 400 MiB  100 MiB/s  0:00 left'));
});

test('a terminal is drawn at most ten times a second', (t) => {
  const { progress, written, wait } = show('terminal', 120);
  progress.begin(DOWNLOAD);
  written();
  let draws = 0;
  for (let call = 1; call <= 1000; call += 1) {
    wait(1);
    progress.update({ doneBytes: call, totalBytes: 1000 });
    if (written() !== '') draws += 1;
  }
  t.is(draws, 10);
});

test('while the total is unknown, the time that has passed is shown, and tick keeps it alive', (t) => {
  const { progress, written, wait } = show('terminal', 120);
  progress.begin({ name: 'create', label: 'books: making the snapshot' });
  written();
  wait(65_000);
  progress.tick();
  t.is(written().trimEnd(), '\rbooks: making the snapshot  1:05');
});

test('a narrow terminal loses the bar first, then the end; the last column stays free', (t) => {
  for (const columns of [70, 30, 5, 1]) {
    const { progress, written, wait } = show('terminal', columns);
    progress.begin(DOWNLOAD);
    wait(1000);
    progress.update({ doneBytes: MIB, totalBytes: 2 * MIB });
    const line = written().split('\r').at(-1)?.trimEnd() ?? '';
    t.true(line.length <= Math.max(1, columns - 1), `${columns}: ${line}`);
    t.false(line.includes('['), line);
  }
});

test('a shorter line wipes what a longer one left, without escape codes, and the end wipes it all', (t) => {
  const { progress, written, wait } = show('terminal', 120);
  progress.begin(DOWNLOAD);
  wait(1000);
  progress.update({ doneBytes: MIB, totalBytes: 2000 * MIB });
  const long = written().split('\r').at(-1)?.length ?? 0;
  wait(1000);
  progress.update({ doneBytes: 2 * MIB, totalBytes: undefined });
  const short = written();
  t.is(short.length, long + 1);
  progress.end();
  const wiped = written();
  t.regex(wiped, /^\r *\r$/);
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  t.notRegex(short + wiped, /\u001b/);
});

test('a log gets a line every ten seconds, and none for what is quick', (t) => {
  const { progress, written, wait } = show('lines', 40);
  progress.begin(DOWNLOAD);
  wait(9999);
  progress.update({ doneBytes: MIB, totalBytes: 100 * MIB });
  t.is(written(), '');
  wait(1);
  progress.update({ doneBytes: 10 * MIB, totalBytes: 100 * MIB });
  t.is(written(), 'books: downloading  10 %  10 MiB of 100 MiB  1.0 MiB/s  1:30 left\n');
  wait(5000);
  progress.tick();
  t.is(written(), '');
  progress.end();
  t.is(written(), '');
});

test('machines get an object a line, at most one a second', (t) => {
  const { progress, written, wait } = show('json', 40);
  progress.begin(DOWNLOAD);
  wait(1000);
  progress.update({ doneBytes: 500, totalBytes: 2000 });
  wait(10);
  progress.update({ doneBytes: 600, totalBytes: 2000 });
  t.deepEqual(JSON.parse(written()), {
    event: 'progress',
    phase: 'download',
    done_bytes: 500,
    total_bytes: 2000,
    bytes_per_second: 500,
  });
  progress.begin({ name: 'recover', label: '' });
  wait(1000);
  progress.tick();
  t.deepEqual(JSON.parse(written()), {
    event: 'progress',
    phase: 'recover',
    done_bytes: 0,
    total_bytes: null,
    bytes_per_second: 0,
  });
});

test('the rate is that of the last ten seconds', (t) => {
  const { progress, written, wait } = show('json', 40);
  progress.begin(DOWNLOAD);
  let doneBytes = 0;
  for (let second = 0; second < 60; second += 1) {
    wait(1000);
    doneBytes += second < 30 ? 1000 : 10;
    progress.update({ doneBytes, totalBytes: 100_000 });
  }
  const last = JSON.parse(written().trimEnd().split('\n').at(-1) ?? '') as { readonly bytes_per_second: number };
  t.is(last.bytes_per_second, 10);
});

test('a second pass over the same bytes has a rate of its own', (t) => {
  const { progress, written, wait } = show('json', 40);
  progress.begin(DOWNLOAD);
  for (const doneBytes of [5000, 10_000, 1000, 2000]) {
    wait(1000);
    progress.update({ doneBytes, totalBytes: 10_000 });
  }
  const rates = written()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly bytes_per_second: number | null }).bytes_per_second);
  t.deepEqual(rates, [5000, 5000, null, 1000]);
});
