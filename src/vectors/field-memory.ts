import type { Distance } from '../core/collection-config.ts';
import type { Arena } from '../compute/arenas.ts';
import { present } from '../base/invariant.ts';
import * as layout from '../kernels/layout.ts';
import { paddedDimension } from './field-code.ts';
import type { FieldCode } from './field-code.ts';

/** What fixes the layout of a field. */
export interface FieldShape {
  readonly dimension: number;
  readonly distance: Distance;
  /** 0: no room for links. */
  readonly m: number;
  readonly efConstruct: number;
  readonly code: FieldCode;
  /** Whether rows keep what makes them exact to 24 bits. Codes that are exact by themselves have none. */
  readonly remainders: boolean;
}

interface Page {
  readonly hot: number;
  readonly hotBytes: number;
  /** 0: none. */
  cold: number;
}

/** First capacity of a page table, in pages. It doubles; earlier tables stay, since a search may be reading them. */
const TABLE_PAGES_FIRST = 16;
const TABLE_ENTRY_BYTES = 8;
/** Codes of few bits work on rows that are padded to 128 coordinates. */
const SCRATCH_SLACK = 1024;
/** Rows quantised in one kernel call: what they need stays within a second-level cache. */
const STAGING_BYTES = 262_144;

/**
 * The memory of one field in an arena: descriptor, page table and pages, as kernels/layout.ts draws them.
 * Grows by a page at a time; what was allocated neither moves nor goes before `free`.
 */
export class FieldMemory {
  readonly arena: Arena;
  /** Address of the descriptor. */
  readonly field: number;
  readonly padded: number;
  readonly #shape: FieldShape;
  readonly #m0: number;
  readonly #hotStride: number;
  readonly #coldStride: number;
  /** Offsets in a hot page. */
  readonly #links: number;
  readonly #head: number;
  /** Address of the code's tables, or 0. */
  readonly #tables: number;
  readonly #pages: Page[] = [];
  /** All blocks but the pages: [address, bytes]. */
  readonly #blocks: (readonly [number, number])[] = [];
  #tableCapacity = 0;
  #table = 0;
  /** Coordinates that all rows are centred by, or undefined for none. */
  #mean: Float32Array | undefined;
  #users = 0;
  #closed = false;
  #hasRemainders: boolean;
  /** Tasks that may read remainders, since they were there when these began. */
  #coldUsers = { count: 0 };
  /** Bytes of pages and tables, remainders left out. */
  hotBytes = 0;
  coldBytes = 0;

  constructor(arena: Arena, shape: FieldShape) {
    this.arena = arena;
    this.#shape = shape;
    this.#m0 = shape.m * 2;
    this.padded = paddedDimension(shape.dimension);
    this.#hasRemainders = shape.remainders;
    this.#hotStride = shape.code.codeBytes + layout.ROW_TAIL_BYTES;
    // Behind remainders that int8 codes do not precede stand these codes.
    const int8Bytes = shape.code.kind === layout.CODE_INT8 ? 0 : this.padded + layout.ROW_TAIL_BYTES;
    this.#coldStride = this.padded * 2 + layout.ROW_TAIL_BYTES + int8Bytes;
    this.#links = layout.PAGE_ROWS * this.#hotStride;
    this.#head = this.#links + (shape.m === 0 ? 0 : layout.PAGE_ROWS * (this.#m0 + 1) * 4);
    this.field = this.#allocate(layout.FIELD_BYTES);
    this.#tables = shape.code.tableBytes === 0 ? 0 : this.#allocate(shape.code.tableBytes);
    if (shape.code.tables !== undefined) arena.f32.set(shape.code.tables, this.#tables / 4);
    this.#growTable();
    this.#writeDescriptor();
  }

  /** Rows that there is room for. */
  get capacity(): number {
    return this.#pages.length * layout.PAGE_ROWS;
  }

  /** Makes room for `rowCount` rows. `levelOf` gives the graph level of each new row, 0 … LEVEL_MAX. Throws insufficient_storage. */
  reserve(rowCount: number, levelOf: (row: number) => number): void {
    while (this.capacity < rowCount) this.#addPage(levelOf);
  }

  readWord(offset: number): number {
    return present(this.arena.u32[(this.field + offset) / 4], 'field: descriptor in its arena');
  }

  writeWord(offset: number, value: number): void {
    this.arena.u32[(this.field + offset) / 4] = value;
  }

  levelOf(row: number): number {
    return this.arena.u8[this.#headOf(row) + layout.HEAD_LEVELS + (row & 255)] ?? 0;
  }

  /** Levels of rows [0, rowCount), page by page: a million rows cost a millisecond or two. */
  copyLevels(rowCount: number): Uint8Array {
    const levels = new Uint8Array(rowCount);
    for (let row = 0; row < rowCount; row += layout.PAGE_ROWS) {
      const start = this.#headOf(row) + layout.HEAD_LEVELS;
      levels.set(this.arena.u8.subarray(start, start + Math.min(layout.PAGE_ROWS, rowCount - row)), row);
    }
    return levels;
  }

  /** Address of a row's list of links: length, then rows. */
  linkList(row: number, level: number): number {
    if (level === 0) return this.#pageOf(row).hot + this.#links + (row & 255) * (this.#m0 + 1) * 4;
    const upper = this.arena.u32[(this.#headOf(row) + layout.HEAD_UPPER) / 4 + (row & 255)] ?? 0;
    return upper + (level - 1) * (this.#shape.m + 1) * 4;
  }

  /** Takes away the locks of all lists of rows [0, rowCount). Only while nobody builds. */
  unlockLists(rowCount: number): void {
    for (let row = 0; row < rowCount; row += 1) {
      for (let level = this.levelOf(row); level >= 0; level -= 1) {
        Atomics.and(this.arena.u32, this.linkList(row, level) / 4, ~layout.LINKS_LOCKED);
      }
    }
    this.writeWord(layout.FIELD_LOCK, 0);
  }

  isDead(row: number): boolean {
    const byte = this.arena.u8[this.#headOf(row) + layout.HEAD_TOMBSTONES + ((row & 255) >> 3)] ?? 0;
    return ((byte >> (row & 7)) & 1) === 1;
  }

  /** Clears the bits of dead rows in a bitmap of rows (bit = row % 32 of word row / 32). */
  clearDead(words: Uint32Array): void {
    const { u32 } = this.arena;
    const pageWords = layout.PAGE_ROWS / 32;
    for (let first = 0; first < words.length && first < this.#pages.length * pageWords; first += pageWords) {
      const dead = (this.#headOf(first * 32) + layout.HEAD_TOMBSTONES) / 4;
      for (let at = 0; at < pageWords && first + at < words.length; at += 1) {
        words[first + at] = (words[first + at] ?? 0) & ~(u32[dead + at] ?? 0);
      }
    }
  }

  /** Sets a row's tombstone; searches under way see it or not. */
  bury(row: number): void {
    Atomics.or(this.arena.u8, this.#headOf(row) + layout.HEAD_TOMBSTONES + ((row & 255) >> 3), 1 << (row & 7));
  }

  /** Buries the rows that are dead in a field of as many rows. */
  copyTombstones(source: FieldMemory): void {
    const bytes = layout.PAGE_ROWS / 8;
    for (let row = 0; row < Math.min(this.capacity, source.capacity); row += layout.PAGE_ROWS) {
      const from = source.#headOf(row) + layout.HEAD_TOMBSTONES;
      this.arena.u8.copyWithin(this.#headOf(row) + layout.HEAD_TOMBSTONES, from, from + bytes);
    }
  }

  get mean(): Float32Array | undefined {
    return this.#mean;
  }

  /** Rows are centred by `mean`, f32[dimension], from now on. Only before the first row. */
  setMean(mean: Float32Array): void {
    const address = this.#allocate(this.padded * 4);
    this.arena.f32.set(mean, address / 4);
    this.writeWord(layout.FIELD_MEAN, address);
    this.#mean = mean;
  }

  /** Quantises rows, f32[dimension] each and end to end, into [row, row + rowCount), which have room. */
  quantise(row: number, vectors: Float32Array, rowCount: number): void {
    const { arena, padded } = this;
    const { dimension } = this.#shape;
    const rowBytes = dimension * 4;
    const rowsAtOnce = Math.min(Math.max(Math.floor(STAGING_BYTES / rowBytes), 1), rowCount);
    // Coordinates of one row, and its remainders where they are not kept (assembly/codes.ts).
    const scratchBytes = Math.max(padded * 6, this.#shape.code.scratchBytes) + SCRATCH_SLACK;
    const stagingBytes = scratchBytes + rowsAtOnce * rowBytes;
    const centred = arena.allocate(stagingBytes);
    const source = centred + scratchBytes;
    arena.u8.fill(0, centred, source);
    for (let start = 0; start < rowCount; start += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rowCount - start);
      arena.f32.set(vectors.subarray(start * dimension, (start + count) * dimension), source / 4);
      arena.kernels.quantiseRows(this.field, row + start, count, source, centred);
    }
    arena.free(centred, stagingBytes);
  }

  /** Address of what the code's rows share, or 0. */
  get tables(): number {
    return this.#tables;
  }

  get shape(): FieldShape {
    return this.#shape;
  }

  /** Takes over what the rows of a field of the same code share. */
  copyTables(source: FieldMemory): void {
    this.arena.u8.copyWithin(this.#tables, source.tables, source.tables + this.code.tableBytes);
  }

  /** Makes the links of a row, whose level is the same, those that it has in a field of the same arena. */
  copyLinks(source: FieldMemory, row: number): void {
    const { m } = this.#shape;
    if (m === 0) return;
    const { u32 } = this.arena;
    const lowest = source.linkList(row, 0) / 4;
    u32.copyWithin(this.linkList(row, 0) / 4, lowest, lowest + this.#m0 + 1);
    const level = this.levelOf(row);
    if (level === 0) return;
    const upper = source.linkList(row, 1) / 4;
    u32.copyWithin(this.linkList(row, 1) / 4, upper, upper + level * (m + 1));
  }

  get hasRemainders(): boolean {
    return this.#hasRemainders;
  }

  get code(): FieldCode {
    return this.#shape.code;
  }

  /** Bytes of links and heads: the graph's, and tombstones. */
  get indexBytes(): number {
    const upper = this.hotBytes - this.#pages.length * layout.PAGE_ROWS * this.#hotStride;
    return upper - this.#shape.code.tableBytes;
  }

  /**
   * Rows are known by their codes alone from now on. The memory is given back once the tasks under way are done; wide
   * fields are walked by their int8 codes then.
   */
  dropRemainders(): void {
    if (!this.#hasRemainders) return;
    this.#hasRemainders = false;
    this.writeWord(layout.FIELD_REMAINDERS, 0);
    this.writeWord(layout.FIELD_WIDE, 0);
    const users = this.#coldUsers;
    this.#coldUsers = { count: 0 };
    if (users.count === 0) this.#freeCold();
  }

  /** A row's coordinates less the mean, f32[dimension]. */
  dequantise(row: number): Float32Array {
    const bytes = this.padded * 4 + SCRATCH_SLACK;
    const target = this.arena.allocate(bytes);
    this.arena.kernels.dequantiseRow(this.field, row, target);
    const coordinates = this.arena.f32.slice(target / 4, target / 4 + this.#shape.dimension);
    this.arena.free(target, bytes);
    return coordinates;
  }

  /** The bytes of a row's code with its tail, where they are: to be used before anything is allocated. */
  hotRow(row: number): Uint8Array {
    const start = this.#pageOf(row).hot + (row & 255) * this.#hotStride;
    return this.arena.u8.subarray(start, start + this.#hotStride);
  }

  /** Keeps the memory for as long as `work` runs. */
  async using<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.#users += 1;
    try {
      return await work;
    } finally {
      this.#users -= 1;
      this.#freeWhenIdle();
    }
  }

  /** Keeps the memory, and the remainders that are there now, for as long as `work` runs. */
  async reading<Answer>(work: Promise<Answer>): Promise<Answer> {
    const users = this.#coldUsers;
    users.count += 1;
    try {
      return await this.using(work);
    } finally {
      users.count -= 1;
      if (users.count === 0 && users !== this.#coldUsers) this.#freeCold();
    }
  }

  /** Gives everything back once no task uses it any more. */
  close(): void {
    this.#closed = true;
    this.#freeWhenIdle();
  }

  #freeWhenIdle(): void {
    if (!this.#closed || this.#users > 0) return;
    this.#freeCold();
    for (const page of this.#pages) this.arena.free(page.hot, page.hotBytes);
    for (const [address, bytes] of this.#blocks) this.arena.free(address, bytes);
    this.#pages.length = 0;
    this.#blocks.length = 0;
    this.hotBytes = 0;
  }

  #freeCold(): void {
    for (const [index, page] of this.#pages.entries()) {
      if (page.cold === 0) continue;
      this.arena.free(page.cold, layout.PAGE_ROWS * this.#coldStride);
      page.cold = 0;
      this.arena.u32[(this.#table + index * TABLE_ENTRY_BYTES) / 4 + 1] = 0;
    }
    this.coldBytes = 0;
  }

  #pageOf(row: number): Page {
    return present(this.#pages[row >> layout.PAGE_SHIFT], 'field: row has a page');
  }

  #headOf(row: number): number {
    return this.#pageOf(row).hot + this.#head;
  }

  #allocate(bytes: number): number {
    const address = this.arena.allocateZeroed(bytes);
    this.#blocks.push([address, bytes]);
    this.hotBytes += bytes;
    return address;
  }

  #writeDescriptor(): void {
    const { code, remainders } = this.#shape;
    const metrics = {
      Cosine: code.kind === layout.CODE_UINT8 ? layout.METRIC_COSINE : layout.METRIC_DOT,
      Dot: layout.METRIC_DOT,
      Euclid: layout.METRIC_EUCLID,
      Manhattan: layout.METRIC_MANHATTAN,
    };
    this.writeWord(layout.FIELD_DIMENSION, this.#shape.dimension);
    this.writeWord(layout.FIELD_PADDED, this.padded);
    this.writeWord(layout.FIELD_METRIC, metrics[this.#shape.distance]);
    this.writeWord(layout.FIELD_M, this.#shape.m);
    this.writeWord(layout.FIELD_M0, this.#m0);
    this.writeWord(layout.FIELD_EF_CONSTRUCT, Math.max(this.#shape.efConstruct, 1));
    this.writeWord(layout.FIELD_HOT_STRIDE, this.#hotStride);
    this.writeWord(layout.FIELD_COLD_STRIDE, this.#coldStride);
    this.writeWord(layout.FIELD_LINKS, this.#links);
    this.writeWord(layout.FIELD_HEAD, this.#head);
    this.writeWord(layout.FIELD_ENTRY, layout.NO_ROW);
    this.writeWord(layout.FIELD_CODE, code.kind);
    this.writeWord(layout.FIELD_CODE_BYTES, code.codeBytes);
    this.writeWord(layout.FIELD_TABLES, this.#tables);
    this.writeWord(layout.FIELD_QUERY_BITS, code.queryBits);
    this.writeWord(layout.FIELD_REMAINDERS, remainders ? 1 : 0);
    // uint8 codes are read by the kernels of int8 codes.
    const inHotRows = code.kind === layout.CODE_INT8 || code.kind === layout.CODE_UINT8;
    this.writeWord(layout.FIELD_INT8_ENTRY, inHotRows ? 0 : 4);
    this.writeWord(layout.FIELD_INT8_STRIDE, inHotRows ? this.#hotStride : this.#coldStride);
    this.writeWord(layout.FIELD_INT8_OFFSET, inHotRows ? 0 : this.padded * 2 + layout.ROW_TAIL_BYTES);
  }

  #growTable(): void {
    const capacity = Math.max(this.#tableCapacity * 2, TABLE_PAGES_FIRST);
    const table = this.#allocate(capacity * TABLE_ENTRY_BYTES);
    this.arena.u8.copyWithin(table, this.#table, this.#table + this.#tableCapacity * TABLE_ENTRY_BYTES);
    this.#table = table;
    this.#tableCapacity = capacity;
    Atomics.store(this.arena.u32, (this.field + layout.FIELD_PAGE_TABLE) / 4, table);
  }

  #addPage(levelOf: (row: number) => number): void {
    const index = this.#pages.length;
    if (index === this.#tableCapacity) this.#growTable();
    const first = index * layout.PAGE_ROWS;
    const levels = Uint8Array.from({ length: layout.PAGE_ROWS }, (_, offset) => levelOf(first + offset));
    const listBytes = (this.#shape.m + 1) * 4;
    const upperBytes = levels.reduce((sum, level) => sum + level, 0) * listBytes;
    const hotBytes = this.#head + layout.HEAD_BYTES + upperBytes;
    const hot = this.arena.allocate(hotBytes);
    const coldBytes = this.#hasRemainders ? layout.PAGE_ROWS * this.#coldStride : 0;
    let cold = 0;
    try {
      if (coldBytes > 0) cold = this.arena.allocate(coldBytes);
    } catch (error) {
      // Undone, so that a full arena leaves no page by half.
      this.arena.free(hot, hotBytes);
      throw error;
    }
    const { u8, u32 } = this.arena;
    u8.fill(0, hot + this.#links, hot + hotBytes);
    const head = hot + this.#head;
    u8.set(levels, head + layout.HEAD_LEVELS);
    let upper = head + layout.HEAD_BYTES;
    for (const [offset, level] of levels.entries()) {
      if (level > 0) u32[(head + layout.HEAD_UPPER) / 4 + offset] = upper;
      upper += level * listBytes;
    }
    u32[(this.#table + index * TABLE_ENTRY_BYTES) / 4] = hot;
    u32[(this.#table + index * TABLE_ENTRY_BYTES) / 4 + 1] = cold;
    this.#pages.push({ hot, hotBytes, cold });
    this.hotBytes += hotBytes;
    this.coldBytes += coldBytes;
  }
}
