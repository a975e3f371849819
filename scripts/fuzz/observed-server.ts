import { readFileSync } from 'node:fs';
import { DIMENSION } from './bodies.ts';

/** Everything in a collection that no request of the fuzzer names; made at the first call. */
export async function sentinel(url: string): Promise<string> {
  const collection = `${url}/collections/sentinel`;
  const send = async (method: string, path: string, body: object): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(collection + path, { method, headers, body: JSON.stringify(body) });
    return JSON.stringify(((await answer.json()) as { readonly result?: unknown }).result);
  };
  await send('PUT', '', { vectors: { size: DIMENSION, distance: 'Dot' } });
  const vector = Array.from({ length: DIMENSION }, (_, index) => index);
  const points = [1, 2, 3].map((id) => ({ id, vector, payload: { id } }));
  const scroll = { with_payload: true, with_vector: true };
  if ((await send('POST', '/points/scroll', scroll)).includes('"points":[]'))
    await send('PUT', '/points?wait=true', { points });
  return send('POST', '/points/scroll', scroll);
}

/** Of a process, as the kernel counts them. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}
