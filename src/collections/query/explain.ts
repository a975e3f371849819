import type { ExplainedShard, ExplainedStep, Explanation } from '../../core/explanation.ts';
import type { ExplainQuery } from '../../core/requests.ts';
import { checkVectorNames } from '../vector-names.ts';
import { pathOf } from './explained-path.ts';
import { LeafCache } from './leaf-cache.ts';
import { type QueryRun, type QuerySource, runWith } from './query-run.ts';
import { QueryTrace } from './query-trace.ts';
import type { ResolvedStep } from './resolved-step.ts';
import { findAtRoot, refuseTooLarge, resolveRoot } from './run-query.ts';
import { scoredPoints } from './scored-points.ts';
import { whyNot } from './why-not.ts';

/** Carries a query out, as it is without results that were kept, and tells how. Throws what the query throws. */
export async function explainQuery(source: QuerySource, request: ExplainQuery): Promise<Explanation> {
  const { query } = request;
  refuseTooLarge(source, [query]);
  checkVectorNames(query.withVector, source.config);
  const trace = new QueryTrace();
  const explain = async (run: QueryRun): Promise<Explanation> => {
    const begunMs = performance.now();
    const { step, skipped } = await resolveRoot(run, query);
    const resolvedMs = performance.now();
    const found = await findAtRoot(run, step);
    const foundMs = performance.now();
    const points = await scoredPoints(found.slice(skipped), query, run.signal);
    const hydratedMs = performance.now();
    return {
      points: points.map(({ id, score }) => ({ id, score })),
      stages: {
        resolveMs: resolvedMs - begunMs,
        searchMs: foundMs - resolvedMs,
        hydrateMs: hydratedMs - foundMs,
      },
      query: explained(trace, step, 'query'),
      whyNot: await whyNot(run, { step, skipped, found }, request.whyNot),
    };
  };
  return runWith({ ...source, cache: new LeafCache(0) }, explain, trace);
}

function explained(trace: QueryTrace, step: ResolvedStep, path: string): ExplainedStep {
  const { limit, scoreThreshold, prefetch } = step;
  const examples =
    step.kind !== 'vector' ? undefined : step.target.kind === 'nearest' ? 1 : step.target.examples.length;
  return {
    path,
    kind: kindOf(step),
    using: step.kind === 'vector' ? step.using : undefined,
    examples,
    limit,
    scoreThreshold,
    shards: Array.from(trace.shardsOf(step), ([shard, { found, ms, reused, filter, segments }]): ExplainedShard => ({
      shard: shard.number,
      found: found.length,
      ms,
      reused,
      filter,
      segments,
    })),
    prefetch: prefetch.map((source, index) => explained(trace, source, pathOf(path, index))),
  };
}

function kindOf(step: ResolvedStep): ExplainedStep['kind'] {
  switch (step.kind) {
    case 'vector':
      return step.target.kind;
    case 'unranked':
      return step.order === 'id' ? 'by_id' : step.order === 'random' ? 'sample' : 'order_by';
    case 'fusion':
    case 'formula':
      return step.kind;
  }
}
