/**
 * One vector among named ones against the same vector alone and without a name, over REST in one run: searches at equal
 * ef, upload until indexed, resident memory. 1 = as fast, as small.
 * `npm run bench:named -- [--rows 100000] [--dims 768] [--rounds 5] [--seconds 1.5] [--efs 32,64,128]`
 * Upload and memory: both cores; searches: servers on core 0, generator on core 1, in turn.
 */
import { parseArgs } from 'node:util';
import { gaussianSource } from '../data.ts';
import { cachedData } from '../engine/cached-data.ts';
import { median, type Measured } from '../server/at-recall.ts';
import { pinSelf, type BenchServer } from '../server/bench-server.ts';
import type { NamedUpload } from '../server/bodies.ts';
import { describe } from '../server/describe.ts';
import { loadOptions } from '../server/load-options.ts';
import { measureSearch } from '../server/measure-search.ts';
import { loadServer, residentEmpty, restart, restartOnCore } from './loaded-server.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '100000', rounds: '5', seconds: '1.5' }),
    efs: { type: 'string', default: '32,64,128' },
  },
});
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const AT_LEAST = 0.95;
const SMALL_DIMENSION = 8;

interface Form {
  readonly name: string;
  readonly vectors: object;
  readonly named: NamedUpload | undefined;
}

interface UnderTest {
  readonly form: Form;
  readonly server: BenchServer;
}

const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const efs = values.efs.split(',').map(Number);
const data = cachedData(Number(values.rows), Number(values.dims));
const large = { size: data.dimension, distance: 'Cosine' };
const small = { size: SMALL_DIMENSION, distance: 'Cosine' };
const names = { large, first: small, second: small };
const FORMS: readonly Form[] = [
  { name: 'without a name', vectors: large, named: undefined },
  { name: 'one of three, points have it alone', vectors: names, named: { name: 'large', others: () => '' } },
  { name: 'one of three, points have all', vectors: names, named: { name: 'large', others: smallVectors() } },
];
console.log(describe(data));
const under: UnderTest[] = [];
try {
  await measureLoads(await residentEmpty());
  pinSelf(CLIENT_CORE);
  for (const { server } of under) await restartOnCore(server, SERVER_CORE);
  await measureSearches();
} finally {
  for (const { server } of under) await server.discard();
}

/** Two vectors of a few dimensions for each row. */
function smallVectors(): (row: number) => string {
  const gaussian = gaussianSource(5);
  const one = (): string => Array.from({ length: SMALL_DIMENSION }, () => gaussian().toFixed(4)).join(',');
  const texts = Array.from({ length: data.rows }, () => `,"first":[${one()}],"second":[${one()}]`);
  return (row) => texts[row] ?? '';
}

async function measureLoads(emptyBytes: number): Promise<void> {
  let reference: readonly [uploadSeconds: number, afterUpload: number, afterRestart: number] | undefined;
  for (const form of FORMS) {
    const { server, uploadSeconds, afterUpload } = await loadServer({ vectors: form.vectors }, data, form.named);
    under.push({ form, server });
    const all = [uploadSeconds, afterUpload - emptyBytes, (await restart(server)).resident - emptyBytes] as const;
    reference ??= all;
    const [upload, memory, restarted] = all.map((value, index) => (value / (reference?.[index] ?? 1)).toFixed(2));
    console.log(
      `${form.name}: indexed after ${uploadSeconds.toFixed(1)} s, ${upload} of the first; memory ${memory} of it after upload, ${restarted} after a restart`,
    );
    await server.stop();
  }
}

async function measureSearches(): Promise<void> {
  const ratios = FORMS.map((): number[] => []);
  for (const one of under) await rate(one, efs[0] ?? 64); // warms the code up
  for (const ef of efs) {
    const recalls: number[] = [];
    const own = FORMS.map((): number[] => []);
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const measured: Measured[] = [];
      for (const one of under) measured.push(await rate(one, ef));
      measured.forEach(({ perSecond, recall }, index) => {
        recalls[index] = recall;
        own[index]?.push(perSecond);
        ratios[index]?.push(perSecond / (measured[0]?.perSecond ?? Number.NaN));
      });
    }
    const cells = own.map((rates, index) => `${Math.round(median(rates))}/s @ ${recalls[index]?.toFixed(3)}`);
    console.log(`ef ${ef}: ${cells.join(', ')}`);
  }
  ratios.forEach((each, index) =>
    console.log(`${FORMS[index]?.name}: searches ${median(each).toFixed(3)} of the first (at least ${AT_LEAST})`),
  );
}

function rate({ form, server }: UnderTest, ef: number): Promise<Measured> {
  const using = form.named === undefined ? {} : { using: form.named.name };
  return measureSearch({ port: server.port, data, ef, connections, durationMs, ...using });
}
