/**
 * A minute of bad input at each door of a fresh server. `npm run fuzz -- [--seconds 60] [--seed N] [--wire rest|grpc]`
 * Exit status 1 where the process ended, answered with a status of 500 or more, did not answer, changed what no
 * request named, or kept growing.
 */
import { parseArgs } from 'node:util';
import { withServer } from '../../test/acceptance/server-process.ts';
import { fuzzDoor } from './fuzz-door.ts';
import { fuzzGrpc } from './fuzz-grpc.ts';

/** Beyond this the memory of a server that holds a few points grows with the number of requests. */
const GROWTH_BYTES_MAX = 48 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, wire: { type: 'string' } },
});
const milliseconds = Number(values.seconds ?? 60) * 1000;
const seed = Number(values.seed ?? Date.now() % 1_000_000);
console.log(`seed=${seed}`);

const doors = values.wire === undefined ? ['rest', 'grpc'] : [values.wire];

for (const door of doors) {
  await withServer({}, async (server) => {
    const { url, grpcAddress, pid } = server;
    const options = { url, pid, seed, goOn: (_requests: number, elapsedMs: number) => elapsedMs < milliseconds };
    const report = door === 'grpc' ? await fuzzGrpc({ ...options, grpcAddress }) : await fuzzDoor(options);
    const findings = [...report.findings];
    const { early, late } = report.residentBytes;
    if (late - early > GROWTH_BYTES_MAX)
      findings.push(`resident memory grew by ${Math.round((late - early) / MEBIBYTE)} MiB`);
    if (!server.isRunning) findings.push('the process ended');
    for (const finding of findings) console.error(finding);
    const counts = [...report.statuses]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([status, count]) => `${status}: ${count}`);
    console.log(`${door}: ${report.requests} requests (${counts.join(', ')})`);
    console.log(
      `resident ${Math.round(early / MEBIBYTE)} MiB → ${Math.round(late / MEBIBYTE)} MiB; ${findings.length} findings`,
    );
    if (findings.length > 0) process.exitCode = 1;
  });
}
