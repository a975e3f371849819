/**
 * gRPC against REST, against grpc-js's own server, and tied to Qdrant's rates: the figures of docs/benchmarks.md.
 * `npm run bench:grpc -- [--rows 100000] [--dims 768] [--rounds 5] [--seconds 1] [--connections 8] [--only PART,…]`
 * Parts: health, idle, query, upsert, scroll. The server is pinned to core 0, generators to core 1: a Go program of
 * load/ for gRPC, this process for REST. Measurements take turns; ratios are medians of the rounds' own.
 */
import { parseArgs } from 'node:util';
import { cachedData } from '../engine/cached-data.ts';
import { pin } from '../server/bench-server.ts';
import { describe } from '../server/describe.ts';
import { isWanted, loadOptions } from '../server/load-options.ts';
import { healthChecks } from './health-checks.ts';
import { idleDoors } from './idle-doors.ts';
import { LoadProgram } from './load-program.ts';
import { MessageFolder } from './message-file.ts';
import { CLIENT_CORE, SERVER_CORE, type Bench } from './part.ts';
import { queries } from './query.ts';
import { scrolls } from './scrolls.ts';
import { upserts } from './upserts.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '100000', rounds: '5', seconds: '1' }),
    only: { type: 'string', default: '' },
    efs: { type: 'string', default: '24,32,48' },
    'upsert-rows': { type: 'string', default: '25600' },
  },
});

const data = cachedData(Number(values.rows), Number(values.dims));
const bench: Bench = {
  program: new LoadProgram(),
  folder: new MessageFolder(),
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
};
const { dimension, base } = data;
const uploaded = Number(values['upsert-rows']);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  health: () => healthChecks(bench),
  idle: () => idleDoors(bench, data),
  query: () => queries(bench, data, values.efs.split(',').map(Number)),
  upsert: () => upserts(bench, { ...data, rows: uploaded, base: base.subarray(0, uploaded * dimension) }),
  scroll: () => scrolls(bench, data.rows),
};
try {
  console.log(
    `${describe(data)}; rate, processor time of the server for each, share of a core that the generator used`,
  );
  for (const [name, run] of Object.entries(parts)) {
    if (!isWanted(name, values.only)) continue;
    // The last part may have kept this process, and so all that it starts, to one core.
    pin(process.pid, SERVER_CORE, CLIENT_CORE);
    await run();
  }
} finally {
  bench.folder.discard();
}
