/**
 * A door over a house that answers everything at once, with answers of the right size: the rate of a request that does
 * nothing but go through the door. Run as a child it tells its port; `IdleDoor` runs it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { DistanceMatrix, PointGroup, Record, ScoredPoint } from '../../../src/core/answers.ts';
import { numberId } from '../../../src/core/ids.ts';
import type {
  FacetPoints,
  QueryBatch,
  QueryGroups,
  RetrievePoints,
  ScrollPoints,
  SearchMatrix,
} from '../../../src/core/requests.ts';
import { SILENT_LOGGER } from '../../../src/observe/logger.ts';
import type { House } from '../../../src/operations/house.ts';
import { createDoor } from '../../../src/rest/door.ts';

const FILE = fileURLToPath(import.meta.url);
/** Of one query. */
const HITS_MAX = 100;

export class IdleDoor {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly pid: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  static async start(payload: string): Promise<IdleDoor> {
    const child = fork(FILE, [payload], { execArgv: ['--max-semi-space-size=8'] });
    const [port] = (await once(child, 'message')) as [number];
    return new IdleDoor(child, port);
  }

  stop(): void {
    this.#child.kill();
  }
}

if (process.argv[1] === FILE && process.send !== undefined) serve(Buffer.from(process.argv[2] ?? '{}'));

function matrixOf({ sample, limit }: SearchMatrix): DistanceMatrix {
  const pairs = Array.from({ length: sample * limit }, (_, at) => at);
  return {
    ids: Array.from({ length: sample }, (_, index) => numberId(BigInt(index * 7919))),
    rows: Uint32Array.from(pairs, (at) => Math.floor(at / limit)),
    columns: Uint32Array.from(pairs, (at) => (at * 31) % sample),
    scores: Float32Array.from(pairs, (at) => 0.9 - at * 0.000123),
  };
}

/** Answers at once what the benches ask for, and nothing else; a house has much more. */
export function idleHouse(payload: Buffer): House {
  const record = (index: number, withPayload: boolean): Record => ({
    id: numberId(BigInt(index * 7919)),
    payload: withPayload ? payload : undefined,
    vectors: undefined,
  });
  const records = (count: number, withPayload: boolean): readonly Record[] =>
    Array.from({ length: count }, (_, index) => record(index, withPayload));
  const hits = records(HITS_MAX, false).map((each, index): ScoredPoint => ({
    ...each,
    version: index,
    score: Math.fround(0.9 - index * 0.00123),
  }));
  const pages = new Map<string, readonly Record[]>();
  const pageOf = ({ limit, withPayload }: ScrollPoints): readonly Record[] => {
    const key = `${limit} ${withPayload.kind}`;
    const known = pages.get(key) ?? records(limit, withPayload.kind !== 'none');
    pages.set(key, known);
    return known;
  };
  const collection = {
    query: (_: unknown, { queries }: QueryBatch) => Promise.resolve(queries.map(({ limit }) => hits.slice(0, limit))),
    queryGroups: (_: unknown, { limit, groupSize }: QueryGroups) =>
      Promise.resolve(
        Array.from({ length: limit }, (_each, index): PointGroup => ({
          id: `a${index}`,
          hits: hits.slice(0, groupSize),
          lookup: undefined,
        })),
      ),
    distanceMatrix: (_: unknown, request: SearchMatrix) => Promise.resolve(matrixOf(request)),
    count: () => Promise.resolve(12_345),
    facet: (_: unknown, { limit }: FacetPoints) =>
      Promise.resolve(Array.from({ length: limit }, (_each, index) => ({ value: `a${index}`, count: 7000 - index }))),
    scroll: (_: unknown, request: ScrollPoints) =>
      Promise.resolve({ points: pageOf(request), nextPageOffset: undefined }),
    retrieve: (_: unknown, { ids, withPayload }: RetrievePoints) =>
      Promise.resolve(records(ids.length, withPayload.kind !== 'none')),
    update: () => Promise.resolve({ operationId: 4711, status: 'completed' }),
  };
  return { database: { has: () => true, collection: () => collection } } as unknown as House;
}

function serve(payload: Buffer): void {
  const door = createDoor({
    house: idleHouse(payload),
    limits: { maxRequestBytes: 32 << 20 },
    cors: true,
    version: '1.19.0',
    logger: { ...SILENT_LOGGER, error: console.error },
  }).server;
  door.listen(0, '127.0.0.1', () => process.send?.((door.address() as AddressInfo).port));
}
