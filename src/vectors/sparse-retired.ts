import type { Arena } from '../compute/arenas.ts';
import * as sparseLayout from '../kernels/layout-sparse.ts';

/** A block of an arena, as it was allocated. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** First length of a list of pieces; it doubles. */
const PIECES_FIRST = 128;
const PIECE_BYTES = 8;

/** Searches that began in the same time, and what was replaced in that time. */
interface Half {
  users: number;
  readonly blocks: Block[];
  /** List of pieces, and how many; the current half's number is in the descriptor. */
  list: Block;
  pieceCount: number;
}

/**
 * What was replaced in a sparse field and may still be read by searches that began before: whole blocks of the arena, and
 * the pieces that kernels list (layout.ts, SPARSE_RETIRED).
 *
 * Time has two halves. Searches are counted in the half that is current when they begin, and so is what is replaced. Once
 * the searches of the other half are done, nobody can read what was replaced in it: that is freed, and the halves change
 * places. A search thus holds back at most what is replaced until the first moment when all that began before it are done,
 * however many begin meanwhile.
 */
export class SparseRetired {
  readonly #arena: Arena;
  readonly #field: number;
  #current: Half;
  #other: Half;

  /** field  address of the descriptor. */
  constructor(arena: Arena, field: number) {
    this.#arena = arena;
    this.#field = field;
    this.#current = this.#half();
    this.#other = this.#half();
    this.#show();
  }

  /** Bytes of lists and of blocks not yet freed. */
  get bytes(): number {
    const halves = [this.#current, this.#other];
    return halves.flatMap(({ list, blocks }) => [list, ...blocks]).reduce((sum, block) => sum + block.bytes, 0);
  }

  get isIdle(): boolean {
    return this.#current.users === 0 && this.#other.users === 0;
  }

  /** Keeps everything that a search which begins now can see, for as long as `work` runs. */
  async using<Answer>(work: Promise<Answer>): Promise<Answer> {
    const half = this.#current;
    half.users += 1;
    try {
      return await work;
    } finally {
      half.users -= 1;
      this.reclaim();
    }
  }

  /** Frees `block` when nobody reads it any more. */
  retire(block: Block): void {
    this.#current.blocks.push(block);
  }

  /** Whether kernels need a longer list. */
  get isFull(): boolean {
    return (
      this.#read(sparseLayout.SPARSE_RETIRED_COUNT) + sparseLayout.SPARSE_STEP_RETIRED >
      this.#read(sparseLayout.SPARSE_RETIRED_CAPACITY)
    );
  }

  grow(): void {
    const half = this.#current;
    half.pieceCount = this.#read(sparseLayout.SPARSE_RETIRED_COUNT);
    const { list } = half;
    const larger = { address: this.#arena.allocate(list.bytes * 2), bytes: list.bytes * 2 };
    this.#arena.u8.copyWithin(larger.address, list.address, list.address + half.pieceCount * PIECE_BYTES);
    half.list = larger;
    this.#arena.free(list.address, list.bytes);
    this.#show();
  }

  /** Frees what nobody reads any more. */
  reclaim(): void {
    for (let turn = 0; turn < 2; turn += 1) {
      if (this.#other.users > 0) return;
      this.#release(this.#other);
      const current = this.#current;
      current.pieceCount = this.#read(sparseLayout.SPARSE_RETIRED_COUNT);
      if (current.pieceCount === 0 && current.blocks.length === 0) return;
      this.#current = this.#other;
      this.#other = current;
      this.#show();
    }
  }

  /** Frees everything, pieces aside, which go with their slabs. Only while nobody searches. */
  close(): void {
    for (const { list, blocks } of [this.#current, this.#other]) {
      for (const block of [list, ...blocks]) this.#arena.free(block.address, block.bytes);
    }
  }

  #release(half: Half): void {
    for (const block of half.blocks) this.#arena.free(block.address, block.bytes);
    half.blocks.length = 0;
    if (half.pieceCount > 0) this.#arena.kernels.sparseReclaim(this.#field, half.list.address, half.pieceCount);
    half.pieceCount = 0;
  }

  /** Tells kernels where to list pieces. */
  #show(): void {
    const { list, pieceCount } = this.#current;
    const at = this.#field / 4;
    this.#arena.u32[at + sparseLayout.SPARSE_RETIRED / 4] = list.address;
    this.#arena.u32[at + sparseLayout.SPARSE_RETIRED_COUNT / 4] = pieceCount;
    this.#arena.u32[at + sparseLayout.SPARSE_RETIRED_CAPACITY / 4] = list.bytes / PIECE_BYTES;
  }

  #half(): Half {
    const bytes = PIECES_FIRST * PIECE_BYTES;
    return { users: 0, blocks: [], list: { address: this.#arena.allocate(bytes), bytes }, pieceCount: 0 };
  }

  #read(word: number): number {
    return this.#arena.u32[(this.#field + word) / 4] ?? 0;
  }
}
