import type { SearchReport } from '../core/plan.ts';
import type { QuantizationParams } from '../core/quantization.ts';
import { present } from '../base/invariant.ts';
import * as layout from '../kernels/layout.ts';
import type { ExampleSet, PlannedExamples } from './example-block.ts';
import { NO_WALKS, chooseWalks } from './example-walks.ts';
import { chooseWay } from './filter-way.ts';
import type { RowFilter } from './row-filter.ts';
import { chooseScoring } from './scoring.ts';
import type { FieldScoring, Scoring } from './scoring.ts';

/** A search as the kernel understands it (layout.ts, SEARCH_…). */
export interface SearchPlan extends Scoring {
  readonly query: Float32Array;
  /** What is searched for instead of `query`. */
  readonly examples: PlannedExamples | undefined;
  /** Rows that are wanted; `answers` of them are asked for, at least as many. */
  readonly k: number;
  /** 0: scan alone. */
  readonly ef: number;
  readonly rowCount: number;
  readonly scanStart: number;
  readonly scanEnd: number;
  /** Rows with a tombstone that no filter has left out already. */
  readonly deadCount: number;
  readonly leastFound: number;
  readonly filter: RowFilter | undefined;
  /** Scan the filter's list, from its entry scanStart to scanEnd, instead of walking or scanning a range of rows. */
  readonly listed: boolean;
  /** Of a walk under a filter (filter-way.ts). */
  readonly deep: boolean;
  readonly efWide: number;
  readonly flat: number;
  readonly through: number;
}

/** What a search asks for. */
export interface SearchRequest {
  /** f32[dimension]; Cosine: already normalised. */
  readonly query: Float32Array;
  readonly k: number;
  /** Beam width; raised to k. */
  readonly ef: number;
  /** Compare with every row. */
  readonly exact: boolean;
  /** Leave out rows that are not in the graph yet, where there is a graph. */
  readonly indexedOnly: boolean;
  /** Rows that may be returned, from `admit` of the same field; undefined = all. */
  readonly filter: RowFilter | undefined;
  readonly quantization: QuantizationParams;
}

/** The rows of a field at the moment of a search. */
export interface FieldRows {
  readonly rowCount: number;
  readonly deadCount: number;
  /** Rows below are in the graph. */
  readonly graphRows: number;
  readonly m: number;
  readonly scoring: FieldScoring;
}

/** What only walks under a filter use. */
const NO_FILTER = { deep: false, efWide: 0, flat: 0, through: 0 };

/** Decides which rows a search scans, and whether it walks. Pure. */
export function planSearch(request: SearchRequest, rows: FieldRows): SearchPlan {
  const { filter, query } = request;
  const { rowCount, deadCount, graphRows } = rows;
  const liveCount = rowCount - deadCount;
  const most = Math.min(liveCount, filter?.admitted ?? rowCount);
  const k = Math.min(request.k, most);
  const walking = bounded(chooseScoring(request, rows.scoring, k, request.ef), most);
  const scanning = bounded(chooseScoring(request, rows.scoring, k, most), most);
  const scanEnd = request.indexedOnly && graphRows > 0 ? graphRows : rowCount;
  const ef = Math.max(request.ef, walking.answers, 1);
  const plan = {
    ...walking,
    query,
    examples: undefined,
    k,
    ef,
    rowCount,
    scanStart: graphRows,
    scanEnd,
    listed: false,
    ...NO_FILTER,
  };
  if (filter === undefined) {
    // A walk meets about one row for each link of the beam: where that is as many as there are, a scan is exact and quicker.
    const walks = !request.exact && graphRows > 0 && ef * rows.m * 2 < graphRows;
    const chosen = walks ? walking : scanning;
    // A scan for all rows that may be wanted is complete as it is.
    const wanted = chosen.rescore === layout.RESCORE_LATER ? 0 : chosen.answers;
    const leastFound = Math.min(wanted, Math.max(scanEnd - deadCount, 0));
    const unfiltered = { ...plan, deadCount, leastFound, filter };
    return walks ? unfiltered : { ...unfiltered, ...scanning, ef: 0, scanStart: 0 };
  }
  const { admitted, rowEnd } = filter;
  const filtered = { ...plan, scanEnd: Math.min(scanEnd, rowEnd), deadCount: deadCount - filter.deadCount, filter };
  const way = chooseWay({ admitted, rowCount: rowEnd, graphRows, ef, m: rows.m });
  if (way.kind === 'walk' && !request.exact) {
    const { deep, efWide, flat, through } = way;
    return { ...filtered, leastFound: plan.answers, deep, efWide, flat, through };
  }
  const listed = filter.list !== undefined && scanEnd >= rowEnd;
  return {
    ...filtered,
    ...scanning,
    ef: 0,
    scanStart: 0,
    scanEnd: listed ? admitted : filtered.scanEnd,
    leastFound: 0,
    listed,
  };
}

/** As SearchRequest, for several examples. */
export interface ExampleRequest extends Omit<SearchRequest, 'query'> {
  readonly examples: ExampleSet;
  /** Raw scores are dot products, in floats. */
  readonly isDot: boolean;
}

/** Decides the same for a search by several examples, at least one. Pure. */
export function planExamples(request: ExampleRequest, rows: FieldRows): SearchPlan {
  const { examples } = request;
  const query = present(examples.vectors[0], 'search: an example');
  const plan = planSearch({ ...request, query }, rows);
  const hasPairs = examples.scoring.kind === 'discover' || examples.scoring.kind === 'context';
  const paired = hasPairs && request.isDot && plan.way !== layout.WAY_CODES;
  if (plan.ef === 0) return { ...plan, examples: { ...examples, walks: NO_WALKS, paired } };
  const walks = chooseWalks(examples.scoring, plan.ef, plan.answers);
  return { ...plan, ef: walks.efWhole, examples: { ...examples, walks, paired } };
}

/** No more answers than there can be. */
function bounded(scoring: Scoring, most: number): Scoring {
  return { ...scoring, answers: Math.min(scoring.answers, most) };
}

/** What a plan does, for whoever wants to know. */
export function reportOf({ listed, ef, filter, scanStart, scanEnd }: SearchPlan): SearchReport {
  const scanned = scanEnd - scanStart;
  if (ef === 0) return { way: listed ? 'list' : 'scan', scanned, ef: undefined };
  return { way: filter === undefined ? 'walk' : 'filtered_walk', scanned, ef };
}

/** Rows that one thread scans in a third of a millisecond at 768 dimensions: less is not worth a second message. */
const PART_ROWS_MIN = 8192;

/**
 * The same search in up to `parts` parts for as many threads: the first walks, and the rows to be scanned are shared.
 * A part alone cannot know whether its answer is short, so none of several falls back to scanning everything.
 */
export function splitPlan(plan: SearchPlan, parts: number): readonly SearchPlan[] {
  const rows = plan.scanEnd - plan.scanStart;
  const { filter } = plan;
  const share = filter === undefined || plan.listed ? 1 : filter.admitted / Math.max(filter.rowEnd, 1);
  const count = Math.min(parts, Math.floor((rows * share) / PART_ROWS_MIN));
  if (count < 2) return [plan];
  return Array.from({ length: count }, (_, part) => ({
    ...plan,
    ef: part === 0 ? plan.ef : 0,
    scanStart: plan.scanStart + Math.floor((rows * part) / count),
    scanEnd: plan.scanStart + Math.floor((rows * (part + 1)) / count),
    leastFound: 0,
  }));
}
