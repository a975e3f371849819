import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { QdrantClient } from '@qdrant/js-client-rest';
import { uniformSource } from '../../scripts/bench/data.ts';
import { payloadOf, vectorsOf, wordsOf, type Change, type Model } from './model.ts';

export const COLLECTION = 'crash';
const IDS_PER_WRITER = 400;

/** A writer changes its own ids one request after the other until the server is gone. */
export interface WriterOptions {
  readonly url: string;
  readonly model: Model;
  /** Number of the writer: its ids are index · 400 … index · 400 + 399. */
  readonly index: number;
  readonly seed: number;
  /** Versions of this round start here: no two changes of an id ever have the same. */
  readonly firstVersion: number;
  readonly onAcknowledged: () => void;
}

/** A writer through the official JavaScript client. Resolves when the server no longer answers. */
export async function writeWithJavaScript(options: WriterOptions): Promise<void> {
  const { url, model, index, seed, firstVersion, onAcknowledged } = options;
  const writer = `javascript writer ${index}`;
  const client = new QdrantClient({ url, checkCompatibility: false });
  const uniform = uniformSource(seed);
  for (let version = firstVersion; ; version += 1) {
    const change = nextChange(uniform, index, version, model);
    model.sent(writer, change);
    try {
      await send(client, change, uniform() < 0.7);
    } catch (error) {
      if (isGone(error)) return; // killed: whether the change happened is the model's open question
      throw error;
    }
    model.acknowledged(writer);
    onAcknowledged();
  }
}

/** A writer through Python's official client, in a process of its own that reports each change before and after. */
export async function writeWithPython(python: string, options: WriterOptions): Promise<void> {
  const { url, model, index, seed, firstVersion, onAcknowledged } = options;
  const writer = `python writer ${index}`;
  const script = path.join(import.meta.dirname, 'python-writer.py');
  const numbers = [index * IDS_PER_WRITER, IDS_PER_WRITER, seed, firstVersion].map(String);
  const child = spawn(python, [script, url, COLLECTION, ...numbers], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const report = JSON.parse(line) as { readonly sent: Change } | { readonly acknowledged: true };
    if ('sent' in report) model.sent(writer, report.sent);
    else {
      model.acknowledged(writer);
      onAcknowledged();
    }
  }
  const [status] = (await closed) as [number | null];
  if (status !== 0) throw new Error(`${writer} ended with status ${status}`);
}

/** How often each kind of change is chosen, of a hundred times. */
const SHARES: readonly (readonly [Change['kind'], number])[] = [
  ['delete', 15],
  ['mark', 15],
  ['unmark', 5],
  ['words', 15],
  ['unwords', 5],
  ['upsert', 45],
];

/** Upserts of 1 to 8 points, fresh or over old ones; changes of payloads and vectors; and a delete of 1 to 4 now and then. */
function nextChange(uniform: () => number, index: number, version: number, model: Model): Change {
  const kind = chosen(uniform() * 100);
  const count = 1 + Math.floor(uniform() * (kind === 'delete' ? 4 : 8));
  const drawn = Array.from({ length: count }, () => index * IDS_PER_WRITER + Math.floor(uniform() * IDS_PER_WRITER));
  const ids = [...new Set(drawn)];
  if (kind !== 'words') return { kind, ids, version };
  // A vector for a point that is not there is refused: the writer knows which of its own are.
  const there = ids.filter((id) => model.has(id));
  return there.length > 0 ? { kind, ids: there, version } : { kind: 'upsert', ids, version };
}

function chosen(chance: number): Change['kind'] {
  let sum = 0;
  return SHARES.find(([, share]) => chance < (sum += share))?.[0] ?? 'upsert';
}

async function send(client: QdrantClient, { kind, ids, version }: Change, wait: boolean): Promise<void> {
  // The field is indexed: what a filter matches is decided when the log is replayed, too.
  const filter = { must: [{ key: 'id', match: { any: [...ids] } }] };
  switch (kind) {
    case 'delete':
      if (version % 2 === 0) await client.delete(COLLECTION, { wait, points: [...ids] });
      else await client.delete(COLLECTION, { wait, filter });
      break;
    case 'mark':
      await client.setPayload(COLLECTION, { wait, payload: { mark: version }, filter });
      break;
    case 'unmark':
      await client.deletePayload(COLLECTION, { wait, keys: ['mark'], filter });
      break;
    case 'words': {
      const points = ids.map((id) => ({ id, vector: { words: wordsOf(id, version) } }));
      await client.updateVectors(COLLECTION, { wait, points });
      break;
    }
    case 'unwords':
      await client.deleteVectors(COLLECTION, { wait, filter, vector: ['words'] });
      break;
    case 'upsert': {
      const points = ids.map((id) => {
        const { dense, rows, bytes, words } = vectorsOf(id, { version, words: version });
        const vector = { dense, rows, ...(bytes && { bytes }), ...(words && { words }) };
        return { id, vector, payload: payloadOf(id, version) };
      });
      await client.upsert(COLLECTION, { wait, points });
      break;
    }
  }
}

/** Whether the server did not answer at all. An error that it answered is a finding. */
function isGone(error: unknown): boolean {
  return error instanceof Error && !('status' in error);
}
