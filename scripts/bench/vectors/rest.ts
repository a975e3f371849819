/**
 * Sparse vectors, multivectors and int8 over REST, against three times Qdrant's rates on the same machine (DESIGN.md
 * section 8), or the door's own ceiling where that is lower: the same requests, answered at once.
 * `npm run bench:vectors -- [--rounds 3] [--seconds 1.5] [--only sparse,multi,int8]`
 * Requests are made beforehand, 8 connections. Sparse and multi: both cores shared by server and generator. int8: server
 * on core 0, generator on core 1.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { IdleDoor } from '../filters/idle-door.ts';
import { MEBIBYTE, pinSelf } from '../server/bench-server.ts';
import { forDuration } from '../server/load.ts';
import { measureLoad, medianRate, type Rate, type UnderTest } from '../server/rates.ts';
import { int8Case, multiCase, sparseCase, type RestCase } from './rest-cases.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    connections: { type: 'string', default: '8' },
    only: { type: 'string', default: 'sparse,multi,int8' },
  },
});
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const WANTED_RATIO = 3;
/** Of the idle door's rate: what counts as having reached it. */
const WANTED_SHARE = 0.9;
const WARM_UP_MS = 500;

const cases = { sparse: sparseCase, multi: multiCase, int8: int8Case };
const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const door = await IdleDoor.start('{}');
try {
  for (const name of values.only.split(',')) {
    const one = await cases[name as keyof typeof cases]();
    try {
      if (one.isPinned) await pin(one);
      await measure(one);
    } finally {
      await one.server.discard();
    }
  }
} finally {
  door.stop();
}

/** For the rest of the run: the pinned case comes last. */
async function pin({ server }: RestCase): Promise<void> {
  await server.stop();
  await server.start({ core: SERVER_CORE });
  pinSelf(CLIENT_CORE);
  execFileSync('taskset', ['-apc', String(SERVER_CORE), String(door.pid)], { stdio: 'ignore' });
}

async function measure({ server, ways, describe }: RestCase): Promise<void> {
  console.log(describe);
  const own = ways.map((): Rate[] => []);
  const idle: Rate[] = [];
  for (const { requests } of ways) await rate(server.running, requests, WARM_UP_MS);
  await rate(door, ways[0]?.requests ?? [], WARM_UP_MS);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [index, { requests }] of ways.entries())
      own[index]?.push(await rate(server.running, requests, durationMs));
    idle.push(await rate(door, ways[0]?.requests ?? [], durationMs / 2));
  }
  const ceiling = medianRate(idle);
  for (const [index, way] of ways.entries()) {
    const found = medianRate(own[index] ?? []);
    const recall = await way.recall(server);
    const share = found.perSecond / ceiling.perSecond;
    const against =
      way.qdrant === undefined ? '' : judged(found.perSecond, way.qdrant, share, recall, way.qdrantRecall);
    console.log(
      `  ${way.name}: ${Math.round(found.perSecond)}/s, ${Math.round(found.processorUs)} µs of processor time each, ` +
        `recall ${recall.toFixed(3)}${against}`,
    );
  }
  console.log(
    `  idle door: ${Math.round(ceiling.perSecond)}/s, ${Math.round(ceiling.processorUs)} µs; ` +
      `the server's resident memory: ${Math.round(server.residentBytes() / MEBIBYTE)} MiB`,
  );
}

function judged(perSecond: number, qdrant: number, share: number, recall: number, qdrantRecall: number): string {
  const ratio = perSecond / qdrant;
  const isReached = recall >= qdrantRecall && (ratio >= WANTED_RATIO || share >= WANTED_SHARE);
  return (
    `; Qdrant ${qdrant}/s @ ${qdrantRecall}: ratio ${ratio.toFixed(1)}, ${share.toFixed(2)} of the idle door, ` +
    (isReached ? 'reached' : 'missed')
  );
}

function rate(under: UnderTest, requests: readonly Buffer[], ms: number): Promise<Rate> {
  return measureLoad(under, connections, forDuration(requests, ms));
}
