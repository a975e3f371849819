import { invariant } from '../base/invariant.ts';
import { VectorizerError } from '../core/errors.ts';
import { bindKernels } from '../kernels/load.ts';
import type { Kernels } from '../kernels/load.ts';

/**
 * Few large shared memories in which everything lives that kernels read: codes, graphs, tasks, workspaces.
 *
 * Only the main thread allocates and frees. A memory is at most 4 GiB and grows when an allocation needs it; a page
 * that was never touched costs nothing, a freed block is used again but never given back to the system.
 */
const WASM_PAGE_BYTES = 65536;
const ARENA_PAGES_MAX = 65536;
/** Growing costs system calls, and untouched memory is free: never by less than 16 MiB. */
const GROW_PAGES_MIN = 256;
/** All blocks begin and end at a cache line. */
const BLOCK_ALIGN = 64;
/** Address 0 stays unused: it means "none". */
const FIRST_BLOCK = 1024;
/** A field begins in an arena only while this much is free there, so that it can grow. */
const FIELD_ROOM_BYTES = 2 ** 31;

/** A free range [start, end). */
interface Gap {
  start: number;
  end: number;
}

/** One memory with its allocator and the main thread's own kernels and views. Views are replaced as the memory grows. */
export class Arena {
  readonly index: number;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  u8: Uint8Array;
  u32: Uint32Array;
  f32: Float32Array;
  usedBytes = 0;
  readonly #gaps: Gap[] = [];
  #pages: number;

  constructor(index: number, module: WebAssembly.Module) {
    this.index = index;
    this.#pages = 1;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: ARENA_PAGES_MAX, shared: true });
    this.kernels = bindKernels(module, this.memory);
    this.#gaps.push({ start: FIRST_BLOCK, end: WASM_PAGE_BYTES });
    this.u8 = new Uint8Array(this.memory.buffer);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.f32 = new Float32Array(this.memory.buffer);
  }

  /** Bytes that can still be allocated, in one piece or more. */
  get freeBytes(): number {
    return ARENA_PAGES_MAX * WASM_PAGE_BYTES - this.usedBytes;
  }

  /**
   * Address of a new block of at least `bytes`. Its content is whatever was there before.
   * Throws insufficient_storage where neither the arena nor the machine has room.
   */
  allocate(bytes: number): number {
    const size = roundUp(bytes, BLOCK_ALIGN);
    let index = this.#bestGap(size);
    if (index === undefined) {
      this.#grow(size);
      index = this.#gaps.length - 1;
    }
    const gap = this.#gaps[index];
    invariant(gap !== undefined && gap.end - gap.start >= size, 'arena: the chosen gap fits');
    const address = gap.start;
    gap.start += size;
    if (gap.start === gap.end) this.#gaps.splice(index, 1);
    this.usedBytes += size;
    return address;
  }

  /** As `allocate`, filled with zeros. */
  allocateZeroed(bytes: number): number {
    const address = this.allocate(bytes);
    this.u8.fill(0, address, address + bytes);
    return address;
  }

  /** Gives a block back; `bytes` as it was allocated. */
  free(address: number, bytes: number): void {
    const size = roundUp(bytes, BLOCK_ALIGN);
    this.usedBytes -= size;
    const at = this.#gapAfter(address);
    const before = this.#gaps[at - 1];
    const after = this.#gaps[at];
    const end = address + size;
    invariant((before?.end ?? 0) <= address && end <= (after?.start ?? Infinity), 'arena: a block is freed once');
    const joinsBefore = before?.end === address;
    const joinsAfter = after?.start === end;
    if (before !== undefined && joinsBefore) {
      before.end = end;
      if (after !== undefined && joinsAfter) {
        before.end = after.end;
        this.#gaps.splice(at, 1);
      }
    } else if (after !== undefined && joinsAfter) {
      after.start = address;
    } else {
      this.#gaps.splice(at, 0, { start: address, end });
    }
  }

  /** Index of the smallest gap that fits: large ones stay whole. */
  #bestGap(size: number): number | undefined {
    let best: number | undefined;
    let bestSize = Infinity;
    const gaps = this.#gaps;
    // By index: every search with a filter comes here, and entries() makes an array for each of some hundred gaps.
    for (let index = 0; index < gaps.length; index += 1) {
      const { start, end } = gaps[index] as Gap;
      const gapSize = end - start;
      if (gapSize >= size && gapSize < bestSize) {
        best = index;
        bestSize = gapSize;
        if (gapSize === size) break;
      }
    }
    return best;
  }

  /** Index of the first gap at or after `address`. */
  #gapAfter(address: number): number {
    let low = 0;
    let high = this.#gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#gaps[middle]?.start ?? Infinity) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Makes the last gap at least `size` long. */
  #grow(size: number): void {
    const end = this.#pages * WASM_PAGE_BYTES;
    const last = this.#gaps.at(-1);
    const open = last?.end === end ? end - last.start : 0;
    const needed = Math.ceil((size - open) / WASM_PAGE_BYTES);
    const pages = Math.min(Math.max(needed, GROW_PAGES_MIN), ARENA_PAGES_MAX - this.#pages);
    if (pages < needed) throw outOfMemory(size);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw outOfMemory(size, cause);
    }
    this.#pages += pages;
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
    if (last !== undefined && open > 0) last.end += pages * WASM_PAGE_BYTES;
    else this.#gaps.push({ start: end, end: end + pages * WASM_PAGE_BYTES });
  }
}

/** All arenas of a process, made as they are needed. */
export class Arenas {
  readonly #module: WebAssembly.Module;
  readonly #arenas: Arena[] = [];

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** The arena in which a new field should live: the first with room to grow. */
  forField(): Arena {
    const roomy = this.#arenas.find((arena) => arena.freeBytes >= FIELD_ROOM_BYTES);
    if (roomy !== undefined) return roomy;
    const arena = new Arena(this.#arenas.length, this.#module);
    this.#arenas.push(arena);
    return arena;
  }

  /** Bytes in allocated blocks. */
  get usedBytes(): number {
    return this.#arenas.reduce((sum, arena) => sum + arena.usedBytes, 0);
  }
}

function roundUp(bytes: number, align: number): number {
  return Math.ceil(bytes / align) * align;
}

function outOfMemory(bytes: number, cause?: unknown): VectorizerError {
  return new VectorizerError('insufficient_storage', `an arena of vectors cannot grow by ${String(bytes)} bytes`, {
    cause,
  });
}
