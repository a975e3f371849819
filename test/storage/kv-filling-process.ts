/**
 * Writes to a store and reads it as its parent says, while that narrows and lifts the limit on the length of files.
 * `write`: batches until one fails, or 100 at most; `read`: is everything acknowledged there?; `count`: of values. Started by kv.test.ts.
 */
import { takeCoverage } from 'node:v8';
import { VectorizerError } from '../../src/core/errors.ts';
import { Kv } from '../../src/storage/kv.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';

const [, , directory = ''] = process.argv;
const kv = await Kv.open({ files: new NodeFiles(), nowMs: () => 0, random: () => 0 }, directory);
let count = 0;

async function write(): Promise<string> {
  for (let round = 0; round < 100; round += 1) {
    try {
      const index = count + 1;
      const value = Buffer.from(Array.from({ length: 2000 }, () => Math.floor(Math.random() * 256)));
      await kv.batch(
        [
          { type: 'put', key: Buffer.from(`value-${index}`), value },
          { type: 'put', key: Buffer.from('count'), value: Buffer.from(String(index)) },
        ],
        { sync: false },
      );
      count = index;
    } catch (error) {
      return error instanceof VectorizerError ? error.kind : String(error);
    }
  }
  return 'written';
}

function read(): string {
  if (String(Buffer.from(kv.getSync(Buffer.from('count')) ?? [])) !== (count === 0 ? '' : String(count)))
    return 'count is wrong';
  for (let index = 1; index <= count; index += 1) {
    if (kv.getSync(Buffer.from(`value-${index}`))?.length !== 2000) return `value ${index} is lost`;
  }
  return 'sound';
}

process.on('message', (message) => {
  void (async () => {
    const answer = message === 'write' ? await write() : message === 'read' ? read() : String(count);
    // This process is going to be killed, and would take its part of the coverage with it.
    takeCoverage();
    process.send?.(answer);
  })();
});
process.send?.('ready');
