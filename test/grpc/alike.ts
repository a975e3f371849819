import type { ExecutionContext } from 'ava';
import type * as wire from '../../generated/points.js';
import { type BothDoors, openBothDoors } from './both-doors.ts';
import type { Json } from './filter-to-wire.ts';

/** What is asked through both doors of one database is answered alike: REST is the oracle. */

const POINTS = 30;
const TAGS = ['red', 'green', 'blue'];

let doors: BothDoors;

/** The doors that `openFilled` has opened. */
export function bothDoors(): BothDoors {
  return doors;
}

async function done(method: string, path: string, body: Json): Promise<void> {
  const answer = await doors.rest(method, path, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
}

function wave(id: number, at: number): number {
  return Math.fround(Math.sin(id * 1.7 + at * 2.3));
}

function pointOf(id: number): Json {
  return {
    id: id % 7 === 6 ? `00000000-0000-4000-8000-${String(id).padStart(12, '0')}` : id,
    vector: {
      d: [0, 1, 2, 3].map((at) => wave(id, at)),
      m: [0, 1].map((row) => [wave(id + row, 5), wave(id + row, 6)]),
      s: { indices: [1, 5 + (id % 3)], values: [wave(id, 7), 0.5] },
    },
    payload: {
      n: id - 3,
      tag: TAGS[id % 3] ?? '',
      group: id % 5 === 0 ? -id : id % 4,
      even: id % 2 === 0,
      deep: [{ x: id / 4, none: null }],
    },
  };
}

/** Opens both doors of a database with the collections `c` and `other`. The caller closes them. */
export async function openFilled(): Promise<void> {
  doors = await openBothDoors();
  const size = 4;
  await done('PUT', '/collections/c', {
    vectors: {
      d: { size, distance: 'Dot' },
      m: { size: 2, distance: 'Cosine', multivector_config: { comparator: 'max_sim' } },
    },
    sparse_vectors: { s: {} },
  });
  await done('PUT', '/collections/other', { vectors: { size, distance: 'Dot' } });
  for (const [field_name, field_schema] of Object.entries({
    n: 'integer',
    tag: 'keyword',
    even: 'bool',
    group: 'integer',
  })) {
    await done('PUT', '/collections/c/index?wait=true', { field_name, field_schema });
  }
  const points = Array.from({ length: POINTS }, (_, id) => pointOf(id));
  await done('PUT', '/collections/c/points?wait=true', { points });
  const others = [0, 1, 2].map((id): Json => ({
    id,
    vector: [0, 1, 2, 3].map((at) => wave(id + 100, at)),
    payload: { id },
  }));
  await done('PUT', '/collections/other/points?wait=true', { points: others });
}

/** One method of gRPC, and what stands for it in REST. */
export interface Method<Request extends object, Answer extends object> {
  readonly name: string;
  /** Below `/collections/c`. */
  readonly route: string;
  readonly types: { readonly request: wire.MessageFns<Request>; readonly answer: wire.MessageFns<Answer> };
  readonly message: (body: Json) => Request;
  /** The answer as REST's `result`. */
  readonly result: (answer: Answer) => unknown;
}

/** With all numbers of f32, and what REST leaves out. */
function comparable(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(comparable);
  if (typeof json === 'number') return Number.isInteger(json) ? json : Math.fround(json);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).filter(([, value]) => value !== undefined);
  const result = Object.fromEntries(entries.map(([key, value]): [string, unknown] => [key, comparable(value)]));
  // A point: gRPC cannot tell that no payload was asked for.
  return 'id' in result && !('hits' in result) ? { payload: {}, ...result } : result;
}

/** Asks both doors, and compares what comes: the answer, or the text of the refusal. */
export async function alike<Request extends object, Answer extends object>(
  t: ExecutionContext,
  { name, route, types, message, result }: Method<Request, Answer>,
  body: Json,
): Promise<'answered' | 'refused'> {
  const rest = await doors.rest('POST', `/collections/c${route}`, body);
  const grpc = await doors.grpc(`/qdrant.Points/${name}`, types, message(body));
  const told = `${name} ${JSON.stringify(body)}`;
  if (rest.status !== 200) {
    const { status } = rest.body as { readonly status: { readonly error: string } };
    t.is(grpc.message, status.error, told);
    return 'refused';
  }
  if (grpc.answer === undefined) {
    t.fail(`${told} → ${grpc.message}`);
    return 'refused';
  }
  const { time } = grpc.answer as { readonly time?: number };
  t.true(time !== undefined && time > 0 && time < 60, told);
  const expected = (rest.body as { readonly result: unknown }).result;
  t.deepEqual(comparable(result(grpc.answer)), comparable(expected), told);
  return 'answered';
}

/** A vector of field `d`. */
export const D: readonly number[] = [0.5, -1, 0.25, 2];
/** The id of a point. */
export const UUID = '00000000-0000-4000-8000-000000000006';
export const EVEN: Json = { must: [{ key: 'even', match: { value: true } }] };
export const PAIRS: Json = [
  { positive: 1, negative: 2 },
  { positive: [1, 0, 0, 0], negative: UUID },
];
