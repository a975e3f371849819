import { settleAll } from '../base/settle-all.ts';
import type { Compute } from '../compute/compute.ts';
import {
  bestPairs,
  chooseRows,
  type ChoiceTask,
  type PairTask,
  RAGGED_SCORES_MODULE,
  type RaggedBlock,
  workOfRow,
} from './ragged-scores.ts';
import type { PairHits } from './vector-block.ts';

/** Products that the event loop takes at once, and those of one message to a thread: 1 and 20 milliseconds. */
const WORK_HERE = 500_000;
const WORK_OF_CALL = 10_000_000;

const NEVER = (): boolean => false;

/** As nearestPairs (vector-block.ts), of sparse vectors and multivectors. Throws timeout when aborted. */
export async function nearestRaggedPairs(
  compute: Compute,
  block: RaggedBlock,
  limit: number,
  signal: AbortSignal,
): Promise<PairHits> {
  const rowCount = block.starts.length - 1;
  const work = workOfRow(block);
  if (work * rowCount <= WORK_HERE) return bestPairs({ block, limit, first: 0, end: rowCount }, NEVER);
  const rowsOfCall = Math.max(1, Math.floor(WORK_OF_CALL / work));
  const parts: Promise<unknown>[] = [];
  for (let first = 0; first < rowCount; first += rowsOfCall) {
    const task: PairTask = { block, limit, first, end: Math.min(first + rowsOfCall, rowCount) };
    parts.push(compute.call(RAGGED_SCORES_MODULE, 'bestPairsOnThread', task, signal));
  }
  return joined((await settleAll(parts)) as readonly PairHits[]);
}

/** As diversify (vector-block.ts), of sparse vectors and multivectors. Throws timeout when aborted. */
export async function diversifyRagged(compute: Compute, task: ChoiceTask, signal: AbortSignal): Promise<Uint32Array> {
  if (workOfRow(task.block) * task.limit <= WORK_HERE) return chooseRows(task, NEVER);
  return (await compute.call(RAGGED_SCORES_MODULE, 'chooseRowsOnThread', task, signal)) as Uint32Array;
}

function joined(parts: readonly PairHits[]): PairHits {
  const count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const all = { rows: new Uint32Array(count), columns: new Uint32Array(count), scores: new Float32Array(count) };
  let at = 0;
  for (const { rows, columns, scores } of parts) {
    all.rows.set(rows, at);
    all.columns.set(columns, at);
    all.scores.set(scores, at);
    at += rows.length;
  }
  return all;
}
