/**
 * Appends to the log of the folder it is given until it is killed, several records at a time, and tells its parent
 * each sequence that was acknowledged. Started by node-files.test.ts.
 */
import { UpdateLog } from '../../src/storage/log.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';

const [, , directory = ''] = process.argv;
const { log } = await UpdateLog.open({
  world: { files: new NodeFiles(), nowMs: () => Date.now(), random: () => Math.random() },
  directory,
  fsync: 'never',
  segmentBytes: 100_000,
});
let sequence = log.bounds.last?.sequence ?? 0;
for (;;) {
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      sequence += 1;
      const own = sequence;
      await log.append(own, [Buffer.from(`${own}:`.padEnd(500, 'x'))]);
      process.send?.(own);
    }),
  );
}
