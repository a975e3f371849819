import { uniformSource } from '../bench/data.ts';
import { below, mutate, type Template, TEMPLATES } from './bodies.ts';
import { residentBytes, sentinel } from './observed-server.ts';
import { randomTree } from './query-bodies.ts';
import { rawRequest, requestBytes } from './raw-request.ts';

export interface FuzzOptions {
  readonly url: string;
  /** Of the server, for its resident memory. */
  readonly pid: number;
  readonly seed: number;
  /** Whether to go on after so many requests and milliseconds. */
  readonly goOn: (requests: number, elapsedMs: number) => boolean;
}

export interface FuzzReport {
  readonly requests: number;
  readonly statuses: ReadonlyMap<string, number>;
  /** What should not have happened, each with the request that did it. */
  readonly findings: readonly string[];
  /** Resident bytes after half of the samples, and at the end: arenas grow in steps until every kind of field was there. */
  readonly residentBytes: { readonly early: number; readonly late: number };
}

const CONNECTIONS = 4;
const REQUESTS_PER_SAMPLE = 50;
/** Qdrant answers 500 where a model is asked for that only a remote service has, and so do we. */
const UNKNOWN_MODEL = 'InferenceService URL not configured';

/**
 * Random, mutated and truncated bodies, half-sent ones and clients that hang up. Every whole request must be answered
 * with a status below 500, and a collection that no request names must stay as it was.
 */
export async function fuzzDoor({ url, pid, seed, goOn }: FuzzOptions): Promise<FuzzReport> {
  const port = Number(new URL(url).port);
  const uniform = uniformSource(seed);
  const started = performance.now();
  const statuses = new Map<string, number>();
  const findings: string[] = [];
  const samples: number[] = [];
  let requests = 0;
  const before = await sentinel(url);

  const connection = async (): Promise<void> => {
    while (goOn(requests, performance.now() - started) && findings.length < 20) {
      requests += 1;
      if (requests % REQUESTS_PER_SAMPLE === 0) samples.push(residentBytes(pid));
      const attack = chooseAttack(uniform);
      const { status, text } = await rawRequest({ port, ...attack });
      const outcome = attack.hangUp ? 'hung up' : String(status ?? 'no answer');
      statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      const isFault = status === undefined || (status >= 500 && !text.includes(UNKNOWN_MODEL));
      if (!attack.hangUp && isFault) {
        findings.push(`${outcome}: ${JSON.stringify(attack.bytes.toString('latin1'))} → ${text.slice(0, 500)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  if ((await sentinel(url)) !== before) findings.push('a collection that no request named has changed');
  const early = samples[Math.floor(samples.length / 2)] ?? 0;
  return { requests, statuses, findings, residentBytes: { early, late: residentBytes(pid) } };
}

const ROOT: Template = { method: 'GET', path: '/', body: '' };

interface Attack {
  readonly bytes: Buffer;
  readonly hangUp: boolean;
}

function chooseAttack(uniform: () => number): Attack {
  // A tenth are queries of which only the parts may not go together, whole.
  const isTree = uniform() < 0.1;
  const template = isTree ? randomTree(uniform) : (TEMPLATES[below(uniform, TEMPLATES.length)] ?? ROOT);
  const { method } = template;
  const way = isTree ? 0 : uniform();
  // A tenth goes through whole, so that there is something to break.
  const body = way < 0.1 ? Buffer.from(template.body) : mutate(template.body, uniform);
  const path = way > 0.1 && way < 0.15 ? template.path.replace(/[^/?=&]+$/, poisonPath(uniform)) : template.path;
  const hangUp = way > 0.9;
  const claimed = hangUp ? body.length + 1 + below(uniform, 1000) : body.length;
  return { bytes: requestBytes({ method, path, body, claimed }), hangUp };
}

function poisonPath(uniform: () => number): string {
  const words = ['-1', '18446744073709551616', '%2F', '%00', '%ff', 'x'.repeat(300), '..', 'a%20b', '%F0%9F%93%9A'];
  return words[below(uniform, words.length)] ?? '';
}
