import * as layout from '../kernels/layout.ts';
import { batchRows } from '../compute/workspace.ts';
import type { WorkspaceShape } from '../compute/workspace.ts';
import { exampleBytes, writeExamples } from './example-block.ts';
import type { ExampleShape } from './example-block.ts';
import type { FieldMemory } from './field-memory.ts';
import type { SearchPlan } from './search-plan.ts';

/** Rows of a field's answer, best first. Scores are raw, larger is better: dot, -sum d^2, -sum |d|. */
export interface Hits {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  /**
   * Scores are those of codes, the rows may be more than were asked for, and their order is not final: they have to be
   * scored again by the originals (rescore.ts).
   */
  readonly approximate: boolean;
}

/** ceilings  of approximate answers: the exact score that each row hardly exceeds; else empty. */
export interface DenseHits extends Hits {
  readonly ceilings: Float32Array;
}

/** The block of one search in the arena: parameters and query going in, rows and scores coming out. */
export class SearchTask {
  readonly address: number;
  readonly #memory: FieldMemory;
  readonly #plan: SearchPlan;
  readonly #bytes: number;

  constructor(memory: FieldMemory, plan: SearchPlan) {
    const queryBytes = memory.padded * 4;
    const resultBytes = plan.answers * 4;
    this.#memory = memory;
    this.#plan = plan;
    const { examples } = plan;
    const ownBytes = align(layout.SEARCH_BYTES + queryBytes + (plan.approximate ? 3 : 2) * resultBytes);
    this.#bytes = ownBytes + (examples === undefined ? 0 : exampleBytes(examples, exampleShape(memory)));
    this.address = memory.arena.allocate(this.#bytes);
    const { u32, f32 } = memory.arena;
    const query = this.address + layout.SEARCH_BYTES;
    const rows = query + queryBytes;
    f32.set(plan.query, query / 4);
    f32.fill(0, query / 4 + plan.query.length, rows / 4);
    // Word by word: a search makes no garbage for this.
    const at = this.address / 4;
    u32[at + layout.SEARCH_FIELD / 4] = memory.field;
    u32[at + layout.SEARCH_QUERY / 4] = query;
    u32[at + layout.SEARCH_K / 4] = plan.answers;
    u32[at + layout.SEARCH_EF / 4] = plan.ef;
    u32[at + layout.SEARCH_ROW_COUNT / 4] = plan.rowCount;
    u32[at + layout.SEARCH_SCAN_START / 4] = plan.scanStart;
    u32[at + layout.SEARCH_SCAN_END / 4] = plan.scanEnd;
    u32[at + layout.SEARCH_DEAD / 4] = plan.deadCount;
    u32[at + layout.SEARCH_ROWS / 4] = rows;
    u32[at + layout.SEARCH_SCORES / 4] = rows + resultBytes;
    u32[at + layout.SEARCH_LEAST / 4] = plan.leastFound;
    u32[at + layout.SEARCH_FOUND / 4] = 0;
    const { filter } = plan;
    u32[at + layout.SEARCH_FILTER / 4] = filter?.bitmap ?? 0;
    u32[at + layout.SEARCH_FILTER_END / 4] = filter?.rowEnd ?? 0;
    u32[at + layout.SEARCH_LIST / 4] = plan.listed ? (filter?.list ?? 0) + plan.scanStart * 4 : 0;
    u32[at + layout.SEARCH_LIST_COUNT / 4] = plan.scanEnd - plan.scanStart;
    u32[at + layout.SEARCH_SEEDS / 4] = filter?.seeds ?? 0;
    u32[at + layout.SEARCH_SEED_COUNT / 4] = filter?.seedCount ?? 0;
    u32[at + layout.SEARCH_DEEP / 4] = plan.deep ? 1 : 0;
    u32[at + layout.SEARCH_EF_WIDE / 4] = plan.efWide;
    f32[at + layout.SEARCH_FLAT / 4] = plan.flat;
    u32[at + layout.SEARCH_THROUGH / 4] = plan.through;
    u32[at + layout.SEARCH_WAY / 4] = plan.way;
    u32[at + layout.SEARCH_RESCORE / 4] = plan.rescore;
    u32[at + layout.SEARCH_CANDIDATES / 4] = plan.candidates;
    u32[at + layout.SEARCH_CEILINGS / 4] = plan.approximate ? rows + 2 * resultBytes : 0;
    u32[at + layout.SEARCH_CERTAIN / 4] = plan.k;
    u32[at + layout.SEARCH_KIND / 4] = layout.KIND_DENSE;
    u32[at + layout.SEARCH_CANCELLED / 4] = 0;
    u32[at + layout.SEARCH_EXAMPLES / 4] = examples === undefined ? 0 : this.address + ownBytes;
    if (examples !== undefined) writeExamples(memory.arena, this.address + ownBytes, examples, exampleShape(memory));
  }

  /** What the kernel wrote, copied; undefined where more rows than `answers` may be wanted (RESCORE_LATER). */
  hits(): DenseHits | undefined {
    const { u32, f32 } = this.#memory.arena;
    const { answers, approximate } = this.#plan;
    const found = u32[(this.address + layout.SEARCH_FOUND) / 4] ?? 0;
    if (found === layout.NO_ROW) return undefined;
    const rows = (this.address + layout.SEARCH_BYTES) / 4 + this.#memory.padded;
    const scores = rows + answers;
    const ceilings = scores + answers;
    return {
      rows: u32.slice(rows, rows + found),
      scores: f32.slice(scores, scores + found),
      approximate,
      ceilings: approximate ? f32.slice(ceilings, ceilings + found) : NO_SCORES,
    };
  }

  free(): void {
    this.#memory.arena.free(this.address, this.#bytes);
  }
}

/** What the kernels' memory for several examples depends on. */
function exampleShape(memory: FieldMemory): ExampleShape {
  const { padded, code } = memory;
  return { padded, queryBytes: code.queryBytes, batch: batchRows(2 * memory.shape.m) };
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

const NO_SCORES = new Float32Array(0);

export const NO_HITS: DenseHits = {
  rows: new Uint32Array(0),
  scores: NO_SCORES,
  approximate: false,
  ceilings: NO_SCORES,
};

/** The best k of several answers. A row that a walk met before the graph's count covered it may stand in two of them. */
export function mergeHits(answers: readonly DenseHits[], k: number): DenseHits {
  const found = answers.flatMap(({ rows, scores, ceilings }) =>
    Array.from(rows, (row, at) => ({ row, score: scores[at] ?? 0, ceiling: ceilings[at] ?? 0 })),
  );
  found.sort((a, b) => b.score - a.score || a.row - b.row);
  const best = found.filter((hit, at) => hit.row !== found[at - 1]?.row).slice(0, k);
  const approximate = answers.some((answer) => answer.approximate);
  return {
    rows: Uint32Array.from(best, (hit) => hit.row),
    scores: Float32Array.from(best, (hit) => hit.score),
    approximate,
    ceilings: approximate ? Float32Array.from(best, (hit) => hit.ceiling) : NO_SCORES,
  };
}

/** What the kernel needs of its workspace for this plan. */
export function searchShape(memory: FieldMemory, m: number, plan: SearchPlan): WorkspaceShape {
  // Dead rows stand in the beam beside the live ones: room for twice their share.
  const dead =
    plan.deadCount === 0 ? 0 : Math.ceil((2 * plan.ef * plan.deadCount) / Math.max(plan.rowCount - plan.deadCount, 1));
  // A walk that begins at a row too new for it begins at that row's links instead.
  // A scan notes more rows than it answers; a walk that may be widened remembers what it refused.
  const widest = plan.efWide === 0 ? plan.ef : plan.efWide + SPILT_ROWS * plan.ef + NOTED_ROWS;
  const beam =
    Math.max(widest, 2 * plan.answers + NOTED_ROWS) + 2 + 2 * m + Math.min(plan.deadCount, dead + 256, BEAM_DEAD_MAX);
  return {
    queryBytes: memory.code.queryBytes,
    padded: memory.padded,
    rowCount: plan.rowCount,
    beam,
    links: 2 * m,
    top: plan.answers,
  };
}

/** Rows of a scan's first groups, before bounds leave most of them out. */
const NOTED_ROWS = 512;
/** Rows that a walk scores for each row of its beam, about (scripts/bench/filters/engine.ts). */
const SPILT_ROWS = 12;
/** Beyond this the walk forgets its worst rows sooner; the scan of last resort keeps answers complete. */
const BEAM_DEAD_MAX = 65536;
