import { once } from 'node:events';
import http2, { type ClientHttp2Session, constants, type IncomingHttpHeaders } from 'node:http2';
import type { DescMethod } from '@bufbuild/protobuf';
import { uniformSource } from '../bench/data.ts';
import { below, DIMENSION } from './bodies.ts';
import type { FuzzOptions, FuzzReport } from './fuzz-door.ts';
import { residentBytes, sentinel } from './observed-server.ts';
import { COLLECTIONS, randomMessage, unaryMethods } from './random-message.ts';

export interface FuzzGrpcOptions extends FuzzOptions {
  /** `host:port`. */
  readonly grpcAddress: string;
}

const STREAMS = 4;
const REQUESTS_PER_SAMPLE = 50;
/** The collection that is mostly meant is made again as often: some requests delete it. */
const REQUESTS_PER_GROUND = 100;
/** Qdrant answers INTERNAL where a model is asked for that only a remote service has, and so do we. */
const UNKNOWN_MODEL = 'InferenceService URL not configured';
/** The names of gRPC's codes, for the report. */
const CODES: Readonly<Record<string, string>> = {
  0: 'OK',
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  8: 'RESOURCE_EXHAUSTED',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
};

/**
 * Random messages of every method, whole, mutated, truncated and framed wrongly; clients that reset their streams. Every
 * call must end with a status that is no fault of ours, and a collection that no request names must stay as it was.
 */
export async function fuzzGrpc({ url, grpcAddress, pid, seed, goOn }: FuzzGrpcOptions): Promise<FuzzReport> {
  const uniform = uniformSource(seed);
  const methods = unaryMethods();
  const started = performance.now();
  const statuses = new Map<string, number>();
  const findings: string[] = [];
  const samples: number[] = [];
  let requests = 0;
  const before = await sentinel(url);
  await layGround(url);

  const connection = async (): Promise<void> => {
    let session = http2.connect(`http://${grpcAddress}`);
    session.on('error', () => undefined);
    while (goOn(requests, performance.now() - started) && findings.length < 20) {
      requests += 1;
      if (requests % REQUESTS_PER_SAMPLE === 0) samples.push(residentBytes(pid));
      if (requests % REQUESTS_PER_GROUND === 0) await layGround(url);
      if (session.destroyed || session.closed) {
        session = http2.connect(`http://${grpcAddress}`);
        session.on('error', () => undefined);
      }
      const attack = chooseAttack(methods, uniform);
      const answer = await call(session, attack);
      const status = answer['grpc-status'];
      const text = String(answer['grpc-message'] ?? '');
      const outcome = attack.resets ? 'reset' : typeof status === 'string' ? (CODES[status] ?? status) : 'none';
      statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      const isFault =
        outcome === 'none' || (text.startsWith('Service internal error') && !text.includes(UNKNOWN_MODEL));
      if (isFault)
        findings.push(`${outcome}: ${attack.path} ${attack.frame.toString('base64')} → ${text.slice(0, 500)}`);
    }
    session.close();
  };
  await Promise.all(Array.from({ length: STREAMS }, connection));
  if ((await sentinel(url)) !== before) findings.push('a collection that no request named has changed');
  const early = samples[Math.floor(samples.length / 2)] ?? 0;
  return { requests, statuses, findings, residentBytes: { early, late: residentBytes(pid) } };
}

/** A collection with a vector of each kind, an index and some points; that it is there already is no fault. */
async function layGround(url: string): Promise<void> {
  const collection = `${url}/collections/${COLLECTIONS[0] ?? ''}`;
  const put = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    await (await fetch(collection + path, { method: 'PUT', headers, body: JSON.stringify(body) })).arrayBuffer();
  };
  const dense = { size: DIMENSION, distance: 'Dot' };
  const multi = { ...dense, multivector_config: { comparator: 'max_sim' } };
  await put('', { vectors: { '': dense, dense, multi }, sparse_vectors: { sparse: { modifier: 'idf' } } });
  await put('/index', { field_name: 'a', field_schema: 'integer' });
  const row = Array.from({ length: DIMENSION }, (_, index) => index);
  const vector = { '': row, dense: row, multi: [row, row], sparse: { indices: [1, 2], values: [1, 2] } };
  await put('/points', {
    points: [0, 1, 2, 3].map((id) => ({ id, vector, payload: { a: id, b: 'ü x', c: [{ d: 1 }] } })),
  });
}

interface Attack {
  readonly path: string;
  readonly frame: Buffer;
  readonly resets: boolean;
}

function chooseAttack(methods: readonly DescMethod[], uniform: () => number): Attack {
  const method = methods[below(uniform, methods.length)] as DescMethod;
  const path = `/${method.parent.typeName}/${method.name}`;
  const way = uniform();
  const whole = Buffer.from(randomMessage(method.input, uniform));
  const message = way < 0.6 ? whole : mutated(whole, uniform);
  const prefix = Buffer.alloc(5);
  prefix[0] = way > 0.97 ? below(uniform, 3) : 0;
  prefix.writeUInt32BE(way > 0.95 ? below(uniform, 2 ** 32) : message.length, 1);
  return { path, frame: Buffer.concat([prefix, message]), resets: way > 0.85 && way < 0.9 };
}

/** Bytes changed, taken away, put in, or the end cut off. */
function mutated(message: Buffer, uniform: () => number): Buffer {
  if (uniform() < 0.1) return Buffer.from(Array.from({ length: below(uniform, 200) }, () => below(uniform, 256)));
  if (uniform() < 0.3) return message.subarray(0, below(uniform, message.length + 1));
  const bytes = [...message];
  for (let times = 1 + below(uniform, 3); times > 0; times--) {
    const at = below(uniform, bytes.length + 1);
    bytes.splice(at, below(uniform, 3), ...Array.from({ length: below(uniform, 3) }, () => below(uniform, 256)));
  }
  return Buffer.from(bytes);
}

/** What a call ends with; of one that nobody answered, nothing. */
async function call(session: ClientHttp2Session, { path, frame, resets }: Attack): Promise<IncomingHttpHeaders> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let answer: IncomingHttpHeaders = {};
  stream.on('response', (headers) => (answer = { ...answer, ...headers }));
  stream.on('trailers', (trailers) => (answer = { ...answer, ...trailers }));
  stream.on('error', () => undefined);
  stream.resume();
  if (resets) {
    stream.write(frame);
    stream.close(constants.NGHTTP2_CANCEL);
  } else stream.end(frame);
  await once(stream, 'close');
  return answer;
}
