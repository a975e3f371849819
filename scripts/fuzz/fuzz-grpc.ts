import { once } from 'node:events';
import http2, { type ClientHttp2Session, constants, type IncomingHttpHeaders } from 'node:http2';
import type { DescMethod } from '@bufbuild/protobuf';
import { uniformSource } from '../bench/data.ts';
import { below } from './bodies.ts';
import type { FuzzOptions, FuzzReport } from './fuzz-door.ts';
import { residentBytes, sentinel } from './observed-server.ts';
import { randomMessage, unaryMethods } from './random-message.ts';

export interface FuzzGrpcOptions extends FuzzOptions {
  /** `host:port`. */
  readonly grpcAddress: string;
}

const STREAMS = 4;
const REQUESTS_PER_SAMPLE = 50;
/** Qdrant answers INTERNAL where a model is asked for that only a remote service has, and so do we. */
const UNKNOWN_MODEL = 'InferenceService URL not configured';
/** The names of gRPC's codes, for the report. */
const CODES = ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'];

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

  const connection = async (): Promise<void> => {
    let session = http2.connect(`http://${grpcAddress}`);
    session.on('error', () => undefined);
    while (goOn(requests, performance.now() - started) && findings.length < 20) {
      requests += 1;
      if (requests % REQUESTS_PER_SAMPLE === 0) samples.push(residentBytes(pid));
      if (session.destroyed || session.closed) {
        session = http2.connect(`http://${grpcAddress}`);
        session.on('error', () => undefined);
      }
      const attack = chooseAttack(methods, uniform);
      const answer = await call(session, attack);
      const status = answer['grpc-status'];
      const text = String(answer['grpc-message'] ?? '');
      const outcome = attack.resets ? 'reset' : typeof status === 'string' ? (CODES[Number(status)] ?? status) : 'none';
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
