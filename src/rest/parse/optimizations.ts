import { badInput } from '../../core/errors.ts';
import type { GetOptimizations } from '../../core/requests.ts';
import { optimizationsQuery } from './query-text.ts';
import { readCollection, type Wire } from './wire.ts';

const COMPLETED_LIMIT_DEFAULT = 16;

/** `GET /collections/{c}/optimizations?with=queued,completed,idle_segments&completed_limit=16`. */
export function parseGetOptimizations(wire: Wire): GetOptimizations {
  const collection = readCollection(wire);
  const { parts, completedLimit } = optimizationsQuery(wire.query);
  const unknown = parts.find((part) => !['queued', 'completed', 'idle_segments'].includes(part));
  if (unknown !== undefined) throw badInput(`Unknown field in 'with' parameter: ${unknown}`);
  return {
    collection,
    queued: parts.includes('queued'),
    completed: parts.includes('completed'),
    idleSegments: parts.includes('idle_segments'),
    completedLimit: completedLimit ?? COMPLETED_LIMIT_DEFAULT,
  };
}
