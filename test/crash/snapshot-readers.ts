import { ask, Refused, untilGone } from './snapshot-client.ts';
import { SIDE } from './snapshot-side.ts';

/**
 * Searches the side collection while snapshots are recovered into it, until the server is gone: no answer is an error,
 * and none holds a point twice.
 */
export async function searchSide(url: string, uniform: () => number): Promise<void> {
  const path = `/collections/${SIDE}/points/query`;
  await untilGone(async () => {
    const query = Array.from({ length: 4 }, () => Math.floor(uniform() * 100));
    const filter = { must: [{ key: 'version', range: { gte: Math.floor(uniform() * 50) } }] };
    const body = { query, limit: 50, with_payload: true, with_vector: true, ...(uniform() < 0.5 ? { filter } : {}) };
    const { points } = (await ask(url, 'POST', path, body)) as { readonly points: readonly { readonly id: number }[] };
    const ids = points.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) throw new Refused(200, `a search answers points twice: ${ids.join()}`);
  });
}
