import * as layout from '../kernels/layout.ts';
import type { Arena } from './arenas.ts';

/** Touched words of the visited bitmap that are listed, so that clearing costs what visiting cost. */
const VISIT_CAPACITY = 16384;
/** Rows that a scan scores at once (assembly/search.ts), and the room that scoring needs behind a buffer. */
const SCAN_ROWS = 64;
const BUFFER_SLACK = 8;

/** What a task needs of the workspace it runs in. */
export interface WorkspaceShape {
  /** Padded dimension. */
  readonly padded: number;
  /** Rows that may be visited. */
  readonly rowCount: number;
  /** Entries of the beam. */
  readonly beam: number;
  /** Links of a list, at most. */
  readonly links: number;
  /** Results. */
  readonly top: number;
  /** Bytes of a query as the field's own code wants it (FieldCode.queryBytes); not given: none. */
  readonly queryBytes?: number;
}

/** The memory that one thread works in while it runs a task: query, visited rows, beam, buffers. */
export class Workspace {
  readonly arena: Arena;
  readonly address: number;
  readonly #shape: WorkspaceShape;
  readonly #bytes: number;

  constructor(arena: Arena, shape: WorkspaceShape) {
    const parts = partBytes(shape);
    this.arena = arena;
    this.#shape = shape;
    this.#bytes = parts.reduce((sum, [, bytes]) => sum + bytes, layout.SPACE_BYTES);
    // The visited bitmap must begin as zeros.
    this.address = arena.allocateZeroed(this.#bytes);
    let at = this.address + layout.SPACE_BYTES;
    for (const [field, bytes] of parts) {
      arena.u32[(this.address + field) / 4] = at;
      at += bytes;
    }
    arena.u32[(this.address + layout.SPACE_VISITED_BYTES) / 4] = visitedBytes(shape);
    arena.u32[(this.address + layout.SPACE_VISIT_CAPACITY) / 4] = VISIT_CAPACITY;
    arena.u32[(this.address + layout.SPACE_BEAM_CAPACITY) / 4] = shape.beam;
  }

  fits(shape: WorkspaceShape): boolean {
    const mine = this.#shape;
    return (
      shape.padded <= mine.padded &&
      shape.rowCount <= mine.rowCount &&
      shape.beam <= mine.beam &&
      shape.links <= mine.links &&
      shape.top <= mine.top &&
      (shape.queryBytes ?? 0) <= (mine.queryBytes ?? 0)
    );
  }

  /** The smallest shape that fits both, with room for a growing field. */
  grown(shape: WorkspaceShape): WorkspaceShape {
    const mine = this.#shape;
    return {
      padded: Math.max(shape.padded, mine.padded),
      rowCount: Math.max(shape.rowCount * 2, mine.rowCount),
      beam: Math.max(shape.beam, mine.beam),
      links: Math.max(shape.links, mine.links),
      top: Math.max(shape.top, mine.top),
      queryBytes: Math.max(shape.queryBytes ?? 0, mine.queryBytes ?? 0),
    };
  }

  free(): void {
    this.arena.free(this.address, this.#bytes);
  }
}

function visitedBytes(shape: WorkspaceShape): number {
  return align(Math.ceil(shape.rowCount / 32) * 4);
}

/** The parts that follow the head: where the head points to them, and their bytes. */
function partBytes(shape: WorkspaceShape): readonly (readonly [field: number, bytes: number])[] {
  const rows = batchRows(shape.links);
  const parts: readonly (readonly [number, number])[] = [
    [layout.SPACE_QUERY, shape.padded * 4],
    [layout.SPACE_PAIR_QUERY, shape.padded * 4],
    [layout.SPACE_QUERY_CODES, Math.max(shape.padded * 2, shape.queryBytes ?? 0)],
    [layout.SPACE_VISITED, visitedBytes(shape)],
    // One list of links may be noted beyond the capacity (assembly/walk.ts).
    [layout.SPACE_VISIT_LIST, (VISIT_CAPACITY + rows) * 4],
    [layout.SPACE_BEAM, (shape.beam + BUFFER_SLACK) * 8],
    [layout.SPACE_ROWS, rows * 4],
    [layout.SPACE_SCORES, rows * 4],
    [layout.SPACE_PICKED, rows * 4],
    // Compaction weighs twice as many candidates as there are links.
    [layout.SPACE_SORTED, rows * 16],
    [layout.SPACE_TOP, (shape.top + BUFFER_SLACK) * 8],
  ];
  return parts.map(([field, bytes]) => [field, align(bytes)] as const);
}

/** Rows of the largest batch that is scored at once, and the room behind them. links: of a list. */
export function batchRows(links: number): number {
  return Math.max(links, SCAN_ROWS) + BUFFER_SLACK;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
