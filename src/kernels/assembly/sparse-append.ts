import { NO_ROW } from '../layout';
import {
  SPARSE_BLOCK,
  SPARSE_CHUNK,
  SPARSE_CHUNK_HEAD,
  SPARSE_CLASS_DIRECTORY,
  SPARSE_CLASS_FULL,
  SPARSE_CLASS_ONE,
  SPARSE_DENSE_LISTS,
  SPARSE_FLOAT16,
  SPARSE_FLOAT32,
  SPARSE_FREE,
  SPARSE_FREE_BYTES,
  SPARSE_LIST,
  SPARSE_NEEDED,
  SPARSE_ONE,
  SPARSE_ORDINAL_SHIFT,
  SPARSE_POSTINGS,
  SPARSE_RETIRED,
  SPARSE_RETIRED_CAPACITY,
  SPARSE_RETIRED_COUNT,
  SPARSE_ROOM,
  SPARSE_ROOM_END,
  SPARSE_STEP_BYTES,
  SPARSE_STEP_RETIRED,
  SPARSE_TABLE,
  SPARSE_TABLE_HEAD,
  SPARSE_TAG,
  SPARSE_TERMS,
  SPARSE_VALUES,
  SPARSE_WIDE,
} from '../layout-sparse';
import { chunkCapacity, classBytes, directoryCapacity, entryOf, halfOf, halfValue, valueBytes } from './sparse-blocks';

/**
 * Appending to a sparse field, by the main thread alone, while others search. A search knows how many rows there were
 * when it began and looks at no later one: it sees a whole list whether it reads what was there before or after a
 * replacement, so each of these is one store of one word, made last.
 */

/** The chunk of a list that has just become one: further ones come soon. */
const CLASS_TAIL: u32 = 6;
const LIST_BYTES: u32 = 56;
/** Blocks of a list are allocated in runs, end to end, of an eighth of the list: reading one then leads to the next. */
const RUN_SHIFT: u32 = 3;
const RUN_BLOCKS_MAX: u32 = 32;

/**
 * Appends the postings of rows [row, row + rowCount) from the `done`th on: starts[rowCount + 1] in u32 indices and f32
 * values. Answers how many are in then; fewer than all where memory is short (SPARSE_NEEDED), and nothing is half done.
 */
export function sparseAppend(
  field: u32,
  row: u32,
  starts: u32,
  rowCount: u32,
  indices: u32,
  values: u32,
  done: u32,
): u32 {
  for (let at: u32 = 0; at < rowCount; at++) {
    const end = load<u32>(starts + (at << 2), 4);
    for (; done < end; done++) {
      if (!append(field, load<u32>(indices + (done << 2)), row + at, load<f32>(values + (done << 2)))) return done;
    }
  }
  return done;
}

/** Takes back the posting of a term that was appended last: a row that there was no memory for is left out as a whole. */
export function sparseRetract(field: u32, index: u32): void {
  const reference = load<u32>(entryOf(load<u32>(field, SPARSE_TABLE), index), 4);
  const tag = reference & SPARSE_TAG;
  const address = reference & ~SPARSE_TAG;
  const chunk = tag == SPARSE_LIST ? load<u32>(address) : address;
  const count = load<u32>(chunk);
  // The last posting of a list is in its chunk, never in a block: a block is made when one more arrives.
  if (tag == SPARSE_ONE) atomic.store<u32>(address, NO_ROW);
  else atomic.store<u32>(chunk, count - 1);
  store<u32>(field, load<u32>(field, SPARSE_POSTINGS) - 1, SPARSE_POSTINGS);
}

/** Fills an empty table with the terms of the field and makes it the field's. */
export function sparseRehash(field: u32, table: u32): void {
  const old = load<u32>(field, SPARSE_TABLE);
  if (old != 0) {
    const end = old + SPARSE_TABLE_HEAD + ((load<u32>(old, 4) + 1) << 3);
    for (let entry = old + SPARSE_TABLE_HEAD; entry < end; entry += 8) {
      if (load<u32>(entry, 4) == 0) continue;
      store<u64>(entryOf(table, load<u32>(entry)), load<u64>(entry));
    }
  }
  atomic.store<u32>(field, table, SPARSE_TABLE);
}

/** Makes the memory of `count` retired pieces at `list` free to be used again: nobody can be reading them. */
export function sparseReclaim(field: u32, list: u32, count: u32): void {
  for (let at: u32 = 0; at < count << 3; at += 8) free(field, load<u32>(list + at), load<u32>(list + at, 4));
}

function append(field: u32, index: u32, row: u32, value: f32): bool {
  const table = load<u32>(field, SPARSE_TABLE);
  const terms = load<u32>(field, SPARSE_TERMS);
  // A quarter stays free.
  if (terms >= (load<u32>(table, 4) >>> 2) * 3) return needs(field, 0);
  if (load<u32>(field, SPARSE_ROOM_END) - load<u32>(field, SPARSE_ROOM) < <u32>SPARSE_STEP_BYTES) return needs(field, SPARSE_STEP_BYTES);
  if (load<u32>(field, SPARSE_RETIRED_COUNT) + SPARSE_STEP_RETIRED > load<u32>(field, SPARSE_RETIRED_CAPACITY)) return needs(field, SPARSE_STEP_BYTES);
  if (load<u32>(field, SPARSE_VALUES) == SPARSE_FLOAT16) value = halfValue(halfOf(value));
  const entry = entryOf(table, index);
  const reference = load<u32>(entry, 4);
  const address = reference & ~SPARSE_TAG;
  if (reference == 0) {
    store<u32>(field, terms + 1, SPARSE_TERMS);
    store<u32>(entry, index);
    addFirst(field, entry + 4, row, value);
  } else if ((reference & SPARSE_TAG) == SPARSE_ONE) {
    addSecond(field, entry + 4, address, row, value);
  } else if ((reference & SPARSE_TAG) == SPARSE_CHUNK) {
    if (!push(field, entry + 4, SPARSE_CHUNK, address, row, value)) startList(field, entry + 4, address, row, value);
  } else {
    const chunk = load<u32>(address);
    if (!push(field, address, 0, chunk, row, value) && !extendList(field, address, chunk, row, value)) return false;
  }
  store<u32>(field, load<u32>(field, SPARSE_POSTINGS) + 1, SPARSE_POSTINGS);
  return true;
}

export function needs(field: u32, bytes: u32): bool {
  store<u32>(field, bytes, SPARSE_NEEDED);
  return false;
}

function addFirst(field: u32, slot: u32, row: u32, value: f32): void {
  const one = allocate(field, SPARSE_CLASS_ONE);
  store<u32>(one, row);
  store<f32>(one, value, 4);
  atomic.store<u32>(slot, one | SPARSE_ONE);
}

function addSecond(field: u32, slot: u32, one: u32, row: u32, value: f32): void {
  if (load<u32>(one) == NO_ROW) {
    // It was taken back.
    store<f32>(one, value, 4);
    atomic.store<u32>(one, row);
    return;
  }
  const chunk = allocate(field, 0);
  store<u32>(chunk, 0, 4);
  put(chunk, 0, load<u32>(one), load<f32>(one, 4));
  put(chunk, 1, row, value);
  atomic.store<u32>(slot, chunk | SPARSE_CHUNK);
  retire(field, one, SPARSE_CLASS_ONE);
}

/** Adds a posting to the chunk that the word at `slot` refers to, or to a larger copy of it; false: it holds 128. */
function push(field: u32, slot: u32, tag: u32, chunk: u32, row: u32, value: f32): bool {
  const count = load<u32>(chunk);
  const word = load<u32>(chunk, 4);
  const kind = word & ((1 << SPARSE_ORDINAL_SHIFT) - 1);
  const capacity = chunkCapacity(kind);
  if (count < capacity) {
    put(chunk, count, row, value);
    return true;
  }
  if (kind == SPARSE_CLASS_FULL) return false;
  const larger = allocate(field, kind + 1);
  store<u32>(larger, word + 1, 4);
  memory.copy(larger + SPARSE_CHUNK_HEAD, chunk + SPARSE_CHUNK_HEAD, count << 2);
  memory.copy(valuesOf(larger), valuesOf(chunk), count << 2);
  put(larger, count, row, value);
  atomic.store<u32>(slot, larger | tag);
  retire(field, chunk, kind);
  return true;
}

@inline
function valuesOf(chunk: u32): u32 {
  const kind = load<u32>(chunk, 4) & ((1 << SPARSE_ORDINAL_SHIFT) - 1);
  return chunk + SPARSE_CHUNK_HEAD + (chunkCapacity(kind) << 2);
}

@inline
function put(chunk: u32, count: u32, row: u32, value: f32): void {
  store<u32>(chunk + (count << 2), row, SPARSE_CHUNK_HEAD);
  store<f32>(valuesOf(chunk) + (count << 2), value);
  atomic.store<u32>(chunk, count + 1);
}

/** A full chunk becomes the first block of a list. */
function startList(field: u32, slot: u32, chunk: u32, row: u32, value: f32): void {
  const list = bump(field, LIST_BYTES);
  const directory = allocate(field, SPARSE_CLASS_DIRECTORY);
  store<u32>(list, directory, 4);
  store<u32>(list, SPARSE_CLASS_DIRECTORY, 8);
  store<f32>(list, -f32.MAX_VALUE, 12);
  store<f32>(list, f32.MAX_VALUE, 16);
  store<u32>(list, 0, 20);
  store<u32>(list, 0, 24);
  store<u32>(list, 0, 32);
  store<u32>(list, load<u32>(field, SPARSE_DENSE_LISTS), 36);
  store<u32>(list, 0, 40);
  store<u32>(list, 0, 48);
  store<u32>(field, list, SPARSE_DENSE_LISTS);
  addBlock(field, list, chunk, 0);
  startChunk(field, list, 1, row, value);
  atomic.store<u32>(slot, list | SPARSE_LIST);
  retire(field, chunk, SPARSE_CLASS_FULL);
}

/** A full chunk becomes one block more; false where there is no room for a larger directory. */
function extendList(field: u32, list: u32, chunk: u32, row: u32, value: f32): bool {
  const ordinal = load<u32>(chunk, 4) >>> SPARSE_ORDINAL_SHIFT;
  const kind = load<u32>(list, 8);
  if (ordinal == directoryCapacity(kind)) {
    const bytes = classBytes(kind + 1) + SPARSE_STEP_BYTES;
    if (load<u32>(field, SPARSE_ROOM_END) - load<u32>(field, SPARSE_ROOM) < bytes) return needs(field, bytes);
    const larger = allocate(field, kind + 1);
    const directory = load<u32>(list, 4);
    memory.copy(larger, directory, ordinal << 4);
    store<u32>(list, kind + 1, 8);
    atomic.store<u32>(list, larger, 4);
    retire(field, directory, kind);
  }
  addBlock(field, list, chunk, ordinal);
  startChunk(field, list, ordinal + 1, row, value);
  retire(field, chunk, SPARSE_CLASS_FULL);
  return true;
}

/** A new chunk, whose ordinal makes the block before it count: a search looks at the chunk before the directory. */
function startChunk(field: u32, list: u32, ordinal: u32, row: u32, value: f32): void {
  const chunk = allocate(field, CLASS_TAIL);
  store<u32>(chunk, (ordinal << SPARSE_ORDINAL_SHIFT) | CLASS_TAIL, 4);
  put(chunk, 0, row, value);
  atomic.store<u32>(list, chunk);
}

/** Codes a full chunk as the `ordinal`th block. */
function addBlock(field: u32, list: u32, chunk: u32, ordinal: u32): void {
  const values = load<u32>(field, SPARSE_VALUES);
  const rows = chunk + SPARSE_CHUNK_HEAD;
  const floats = valuesOf(chunk);
  const first = load<u32>(rows);
  const wide = load<u32>(rows + ((SPARSE_BLOCK - 1) << 2)) - first > 0xffff;
  const wordBytes: u32 = wide ? 4 : 2;
  const bytes = SPARSE_BLOCK * (wordBytes + valueBytes(values));
  const block = wide ? bump(field, bytes) : nextOfRun(field, list, bytes, ordinal);
  let largest = load<f32>(floats);
  let smallest = largest;
  for (let at: u32 = 0; at < <u32>SPARSE_BLOCK; at++) {
    const value = load<f32>(floats + (at << 2));
    largest = max(largest, value);
    smallest = min(smallest, value);
    const row = load<u32>(rows + (at << 2));
    if (wide) store<u32>(block + (at << 2), row);
    else store<u16>(block + (at << 1), <u16>(row - first));
  }
  codeValues(values, floats, block + SPARSE_BLOCK * wordBytes, smallest, largest);
  const entry = load<u32>(list, 4) + (ordinal << 4);
  store<u32>(entry, block | (wide ? SPARSE_WIDE : 0));
  store<u32>(entry, first, 4);
  store<f32>(entry, largest, 8);
  store<f32>(entry, smallest, 12);
  store<f32>(list, max(load<f32>(list, 12), largest), 12);
  store<f32>(list, min(load<f32>(list, 16), smallest), 16);
}

/** Room for one more block, of a run that is as long as the room allows. */
function nextOfRun(field: u32, list: u32, bytes: u32, ordinal: u32): u32 {
  let left = load<u32>(list, 32);
  if (left == 0) {
    // What else this posting may need stays free.
    const room = load<u32>(field, SPARSE_ROOM_END) - load<u32>(field, SPARSE_ROOM) - SPARSE_STEP_BYTES / 2;
    left = max(min(min(ordinal >>> RUN_SHIFT, RUN_BLOCKS_MAX), room / bytes), 1);
    store<u32>(list, bump(field, left * bytes), 28);
  }
  const block = load<u32>(list, 28);
  store<u32>(list, block + bytes, 28);
  store<u32>(list, left - 1, 32);
  return block;
}

function codeValues(values: u32, floats: u32, target: u32, smallest: f32, largest: f32): void {
  if (values == SPARSE_FLOAT32) {
    memory.copy(target, floats, SPARSE_BLOCK << 2);
    return;
  }
  // In f64: the range of two floats may be no float.
  const scale = largest > smallest ? 255 / (<f64>largest - <f64>smallest) : 0;
  for (let at: u32 = 0; at < <u32>SPARSE_BLOCK; at++) {
    const value = load<f32>(floats + (at << 2));
    if (values == SPARSE_FLOAT16) store<u16>(target + (at << 1), <u16>halfOf(value));
    else store<u8>(target + at, <u8>((<f64>value - <f64>smallest) * scale + 0.5));
  }
}

/** A piece of memory of a class, from its free list or from the room, of which there is enough. */
export function allocate(field: u32, kind: u32): u32 {
  const head = field + (kind << 2);
  const piece = load<u32>(head, SPARSE_FREE);
  if (piece == 0) return bump(field, classBytes(kind));
  store<u32>(head, load<u32>(piece), SPARSE_FREE);
  store<u32>(field, load<u32>(field, SPARSE_FREE_BYTES) - classBytes(kind), SPARSE_FREE_BYTES);
  return piece;
}

export function bump(field: u32, bytes: u32): u32 {
  const address = load<u32>(field, SPARSE_ROOM);
  store<u32>(field, address + bytes, SPARSE_ROOM);
  return address;
}

function free(field: u32, piece: u32, kind: u32): void {
  const head = field + (kind << 2);
  store<u32>(piece, load<u32>(head, SPARSE_FREE));
  store<u32>(head, piece, SPARSE_FREE);
  store<u32>(field, load<u32>(field, SPARSE_FREE_BYTES) + classBytes(kind), SPARSE_FREE_BYTES);
}

/** Notes that a piece is used no more but may still be read. */
export function retire(field: u32, piece: u32, kind: u32): void {
  const count = load<u32>(field, SPARSE_RETIRED_COUNT);
  const entry = load<u32>(field, SPARSE_RETIRED) + (count << 3);
  store<u32>(entry, piece);
  store<u32>(entry, kind, 4);
  store<u32>(field, count + 1, SPARSE_RETIRED_COUNT);
}
