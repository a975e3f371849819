import { settleAll } from '../base/settle-all.ts';
import type { Compute } from '../compute/compute.ts';
import type { FieldMemory } from './field-memory.ts';
import { splitPlan } from './search-plan.ts';
import type { SearchPlan } from './search-plan.ts';
import { NO_HITS, SearchTask, mergeHits, searchShape } from './search-task.ts';
import type { DenseHits } from './search-task.ts';

/** How much wider a scan for all rows that may be wanted is made where it found more than it had room for. */
const WIDENING = 8;

/** A planned search of a field. */
export interface PlannedSearch {
  readonly compute: Compute;
  readonly memory: FieldMemory;
  readonly m: number;
  readonly plan: SearchPlan;
  /** Cancels the search before it begins. */
  readonly signal: AbortSignal;
}

/** Runs a search on as many threads as are idle. Throws timeout where cancelled before it began. */
export async function runSearch(search: PlannedSearch): Promise<DenseHits> {
  const { plan, compute } = search;
  if (plan.k === 0) return NO_HITS;
  const parts = splitPlan(plan, compute.idleSearchThreads);
  const answers = await settleAll(parts.map((part) => runPart(search, part)));
  const found = answers.filter((answer) => answer !== undefined);
  if (found.length < parts.length) return runSearch({ ...search, plan: widened(plan) });
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const merged = mergeHits(found, plan.answers * parts.length);
  if (merged.rows.length < plan.leastFound) return (await runPart(search, plan)) ?? NO_HITS;
  // What was scanned for all that may be wanted is kept whole: a part does not know what the others have found.
  return plan.leastFound === 0 && merged.approximate ? merged : firstHits(merged, plan.answers);
}

function firstHits(hits: DenseHits, count: number): DenseHits {
  const { rows, scores, ceilings, approximate } = hits;
  return {
    rows: rows.subarray(0, count),
    scores: scores.subarray(0, count),
    ceilings: ceilings.subarray(0, count),
    approximate,
  };
}

/** Room for more rows that may be among the best. */
function widened(plan: SearchPlan): SearchPlan {
  return { ...plan, answers: Math.min(plan.answers * WIDENING, plan.rowCount) };
}

async function runPart(search: PlannedSearch, plan: SearchPlan): Promise<DenseHits | undefined> {
  const { compute, memory, m, signal } = search;
  const task = new SearchTask(memory, plan);
  try {
    const shape = searchShape(memory, m, plan);
    const done = memory.reading(compute.search({ arena: memory.arena, task: task.address, shape, signal }));
    await (plan.filter === undefined ? done : plan.filter.using(done));
    return task.hits();
  } finally {
    task.free();
  }
}
