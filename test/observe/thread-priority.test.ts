import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import test from 'ava';

import { lowerThreadPriority, THREAD_LINK } from '../../src/observe/thread-priority.ts';

test('without a link that names the thread nothing is done', (t) => {
  const before = os.getPriority();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'thread-priority-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  t.false(lowerThreadPriority(3, path.join(folder, 'missing')));
  for (const target of ['1/task/0', 'no-number']) {
    const link = path.join(folder, target.replaceAll('/', '-'));
    symlinkSync(target, link);
    t.false(lowerThreadPriority(3, link), target);
  }
  t.is(os.getPriority(), before);
});

test('only the calling thread is slowed down', async (t) => {
  if (process.platform !== 'linux') {
    t.log('left out: only Linux has priorities of threads');
    t.pass();
    return;
  }
  const before = os.getPriority();
  const source = `
    const { parentPort } = require('node:worker_threads');
    const { readlinkSync } = require('node:fs');
    const os = require('node:os');
    import(${JSON.stringify(new URL('../../src/observe/thread-priority.ts', import.meta.url).href)}).then((it) => {
      const isSet = it.lowerThreadPriority(3, it.THREAD_LINK);
      const thread = Number(readlinkSync(it.THREAD_LINK).split('/').at(-1));
      parentPort.postMessage([isSet, os.getPriority(thread)]);
    });`;
  const worker = new Worker(source, { eval: true });
  const told = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  t.deepEqual(told, [true, Math.max(before, 3)]);
  t.is(os.getPriority(), before);
  t.is(THREAD_LINK, '/proc/thread-self');
});
