import { Arenas } from '../../src/compute/arenas.ts';
import type { Arena } from '../../src/compute/arenas.ts';
import * as layout from '../../src/kernels/layout.ts';
import { compileKernels } from '../../src/kernels/load.ts';
import { codeShape } from '../../src/vectors/code-shape.ts';
import type { CodeKind } from '../../src/vectors/code-shape.ts';
import { trainProduct } from './train-product.ts';
import { rotationFactors } from '../../src/vectors/rotation.ts';

const arena = new Arenas(compileKernels()).forField();
const PAGE_ROWS = 256;
/** Room behind the lists of rows and scores, as the kernels want it. */
const SLACK_ROWS = 8;

export interface CodedFieldOptions extends CodeKind {
  readonly dimension: number;
  readonly metric: number;
  /** Bits of a query's coordinate, for bit codes. */
  readonly queryBits: number;
  readonly rows: readonly Float32Array[];
}

/** Coded rows in an arena, and the kernels that work on them: no graph, no remainders. Rows of a product train it. */
export class CodedField {
  readonly arena: Arena = arena;
  readonly field: number;
  readonly space: number;
  readonly #options: CodedFieldOptions;
  readonly #blocks: [number, number][] = [];
  readonly #hotBytes: number;
  readonly #codeBytes: number;
  readonly #pages: number[] = [];
  readonly #source: number;
  readonly #scratch: number;
  readonly #rows: number;
  readonly #scores: number;

  constructor(options: CodedFieldOptions) {
    this.#options = options;
    const { dimension, rows, code } = options;
    const shape = codeShape(options, dimension);
    const padded = Math.ceil(dimension / layout.PADDING) * layout.PADDING;
    this.#codeBytes = shape.codeBytes;
    this.#hotBytes = shape.codeBytes + layout.ROW_TAIL_BYTES;
    const table = this.#allocate(Math.ceil(rows.length / PAGE_ROWS) * 8);
    for (let first = 0; first < rows.length; first += PAGE_ROWS) {
      const page = this.#allocate(PAGE_ROWS * this.#hotBytes);
      arena.u32[table / 4 + (first / PAGE_ROWS) * 2] = page;
      this.#pages.push(page);
    }
    const tables = this.#allocate(shape.tableBytes);
    this.field = this.#allocate(layout.FIELD_BYTES);
    this.#write(this.field, layout.FIELD_DIMENSION, dimension);
    this.#write(this.field, layout.FIELD_PADDED, padded);
    this.#write(this.field, layout.FIELD_METRIC, options.metric);
    this.#write(this.field, layout.FIELD_PAGE_TABLE, table);
    this.#write(this.field, layout.FIELD_HOT_STRIDE, this.#hotBytes);
    this.#write(this.field, layout.FIELD_CODE, code);
    this.#write(this.field, layout.FIELD_CODE_BYTES, shape.codeBytes);
    this.#write(this.field, layout.FIELD_TABLES, tables);
    this.#write(this.field, layout.FIELD_QUERY_BITS, options.queryBits);
    this.space = this.#allocate(layout.SPACE_BYTES);
    this.#write(this.space, layout.SPACE_QUERY, this.#allocate(padded * 4));
    this.#write(this.space, layout.SPACE_QUERY_CODES, this.#allocate(shape.queryBytes));
    this.#source = this.#allocate(padded * 4);
    this.#scratch = this.#allocate(shape.scratchBytes);
    this.#rows = this.#allocate((rows.length + SLACK_ROWS) * 4);
    this.#scores = this.#allocate((rows.length + SLACK_ROWS) * 4);
    if (code === layout.CODE_PRODUCT) this.#train(tables);
    else if (code <= layout.CODE_TURBO1) arena.f32.set(rotationFactors(dimension), tables / 4);
    for (const [row, values] of rows.entries()) this.encode(row, values);
  }

  encode(row: number, values: Float32Array): void {
    arena.f32.set(values, this.#source / 4);
    arena.kernels.encodeRows(this.field, row, 1, this.#source, this.#scratch);
  }

  /** Code and tail of a row. */
  code(row: number): { readonly code: Uint8Array; readonly factor: number } {
    const start = (this.#pages[Math.floor(row / PAGE_ROWS)] ?? 0) + (row % PAGE_ROWS) * this.#hotBytes;
    const end = start + this.#codeBytes;
    return { code: arena.u8.slice(start, end), factor: arena.f32[end / 4] ?? 0 };
  }

  decode(row: number): Float32Array {
    arena.kernels.decodeRow(this.field, row, this.#scratch);
    return arena.f32.slice(this.#scratch / 4, this.#scratch / 4 + this.#options.dimension);
  }

  /** Makes `values`, or a row of the field, the query. */
  query(values: Float32Array | number): void {
    if (typeof values === 'number') {
      arena.kernels.prepareCodedRow(this.field, this.space, values);
      return;
    }
    arena.f32.set(values, this.#source / 4);
    arena.f32.fill(0, this.#source / 4 + values.length, this.#source / 4 + Math.ceil(values.length / 16) * 16);
    arena.kernels.prepareCodedQuery(this.field, this.space, this.#source);
  }

  /** Estimates of the rows' scores against the query. */
  scores(rows: readonly number[]): Float32Array {
    arena.u32.set(rows, this.#rows / 4);
    arena.kernels.scoreCodedRows(this.field, this.space, this.#rows, rows.length, this.#scores);
    return arena.f32.slice(this.#scores / 4, this.#scores / 4 + rows.length);
  }

  pairScores(base: number, rows: readonly number[]): Float32Array {
    arena.u32.set(rows, this.#rows / 4);
    arena.kernels.scoreCodedPairs(this.field, this.space, base, this.#rows, rows.length, this.#scores);
    return arena.f32.slice(this.#scores / 4, this.#scores / 4 + rows.length);
  }

  /** The score of what a row's code stands for. */
  decodedScore(row: number): number {
    return arena.kernels.scoreDecoded(this.field, this.space, row);
  }

  /** Least and most that the score of a row with this estimate can be. */
  bounds(row: number, estimate: number): readonly [number, number] {
    const { kernels } = arena;
    return [
      kernels.codeLowest(this.field, this.space, row, estimate, 1),
      kernels.codeHighest(this.field, this.space, row, estimate, 1),
    ];
  }

  close(): void {
    for (const [address, bytes] of this.#blocks) arena.free(address, bytes);
  }

  #train(tables: number): void {
    const { dimension, subspace, rows } = this.#options;
    const samples = new Float32Array(rows.length * dimension);
    for (const [row, values] of rows.entries()) samples.set(values, row * dimension);
    for (const _ of trainProduct({ arena, tables, dimension, subspace, samples }));
  }

  #allocate(bytes: number): number {
    const address = arena.allocateZeroed(Math.max(bytes, 64));
    this.#blocks.push([address, Math.max(bytes, 64)]);
    return address;
  }

  #write(base: number, offset: number, value: number): void {
    arena.u32[(base + offset) / 4] = value;
  }
}
