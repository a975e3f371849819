import type { World } from '../../base/world.ts';
import type { Kv } from '../../storage/kv.ts';
import { NODE_KEY } from '../keys.ts';

/** The number of this node, 1 … 2^53 - 1: drawn once, then always the same. Qdrant calls it the peer's id. */
export async function nodeNumber(kv: Kv, world: World): Promise<number> {
  const stored = await kv.get(NODE_KEY);
  if (stored !== undefined) return Number(new TextDecoder().decode(stored));
  const drawn = 1 + Math.floor(world.random() * (Number.MAX_SAFE_INTEGER - 1));
  await kv.batch([{ type: 'put', key: NODE_KEY, value: new TextEncoder().encode(String(drawn)) }], { sync: true });
  return drawn;
}
