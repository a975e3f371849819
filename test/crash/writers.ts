import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { QdrantClient } from '@qdrant/js-client-rest';
import { uniformSource } from '../../scripts/bench/data.ts';
import { payloadOf, vectorOf, type Change, type Model } from './model.ts';

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
    const change = nextChange(uniform, index, version);
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

/** Upserts of 1 to 8 points, fresh or over old ones; changes of payloads; and a delete of 1 to 4 now and then. */
function nextChange(uniform: () => number, index: number, version: number): Change {
  const chance = uniform();
  const kind = chance < 0.2 ? 'delete' : chance < 0.4 ? 'mark' : chance < 0.45 ? 'unmark' : 'upsert';
  const count = 1 + Math.floor(uniform() * (kind === 'delete' ? 4 : 8));
  const ids = Array.from({ length: count }, () => index * IDS_PER_WRITER + Math.floor(uniform() * IDS_PER_WRITER));
  return { kind, ids: [...new Set(ids)], version };
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
    case 'upsert': {
      const points = ids.map((id) => ({ id, vector: vectorOf(id, version), payload: payloadOf(id, version) }));
      await client.upsert(COLLECTION, { wait, points });
      break;
    }
  }
}

/** Whether the server did not answer at all. An error that it answered is a finding. */
function isGone(error: unknown): boolean {
  return error instanceof Error && !('status' in error);
}
