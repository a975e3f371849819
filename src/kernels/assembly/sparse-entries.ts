import { SPARSE_DENSE_ENTRY_BYTES, SPARSE_FULL, TERM_DENSE, TERM_WEIGHT } from '../layout-sparse';

/** The dense blocks of a query's terms, window by window (layout.ts, SPARSE_DENSE_ENTRY_BYTES). */

/** Windows that are searched together. */
export const WINDOWS: u32 = 32;
/** Terms that there is room for. */
export const TERMS_MAX: u32 = 32;
/** The smallest factor that makes any impact at least one unit. */
const LEAST_FACTOR: f32 = 128;

let order: u32 = 0;
let termCount: u32 = 0;
let units: f32 = 0;
let firstWindow: u32 = 0;
let windowEnd: u32 = 0;
/** Lists of all windows, and their lengths. */
let entryRoom: u32 = 0;
let entryCounts: u32 = 0;
/** Entries of the window that was entered; where those of blocks with impacts by row end, and all. */
export let entries: u32 = 0;
export let fullEnd: u32 = 0;
export let entriesEnd: u32 = 0;

/** terms: at most TERMS_MAX; `room` for WINDOWS x (8 + 32 x SPARSE_DENSE_ENTRY_BYTES) bytes. */
export function startEntries(terms: u32, count: u32, unitsOfOne: f32, room: u32): void {
  order = terms;
  termCount = count;
  units = unitsOfOne;
  entryCounts = room;
  entryRoom = room + WINDOWS * 8;
}

/** Begins with windows [first, end), at most WINDOWS. */
export function enterWindows(first: u32, end: u32): void {
  firstWindow = first;
  windowEnd = end;
  // A length that no list has makes its end precede it.
  for (let at = entryCounts; at < entryCounts + WINDOWS * 8; at += 8) store<u32>(at, -1, 4);
}

@inline
function denseEntry(term: u32, window: u32): u32 {
  const table = load<u32>(term, TERM_DENSE);
  if (table == 0 || window >= load<u32>(table)) return 0;
  const entry = table + 8 + (window << 3);
  return load<u32>(entry) == 0 ? 0 : entry;
}

/** The first window from `window` on where the term has no dense block. */
export function firstRunOf(term: u32, window: u32): u32 {
  while (window < windowEnd && denseEntry(term, window) != 0) window++;
  return window;
}

/** The window behind those, from `window` on, where the term has no dense block. */
export function endOfRun(term: u32, window: u32): u32 {
  while (window < windowEnd && denseEntry(term, window) == 0) window++;
  return window;
}

/** Lists the dense blocks of a window, unless that has been done: those with impacts by row first. */
export function enterDense(window: u32): void {
  const place = (window - firstWindow) << 3;
  entries = entryRoom + (place << 1) * termCount;
  fullEnd = entries + load<u32>(entryCounts + place);
  entriesEnd = entries + load<u32>(entryCounts + place, 4);
  if (entriesEnd >= entries) return;
  let full = entries;
  let others = entries + termCount * SPARSE_DENSE_ENTRY_BYTES;
  const end = others;
  for (let at: u32 = 0; at < termCount << 2; at += 4) {
    const term = load<u32>(order + at);
    const dense = denseEntry(term, window);
    if (dense == 0) continue;
    const address = load<u32>(dense);
    if ((address & SPARSE_FULL) == 0) others -= SPARSE_DENSE_ENTRY_BYTES;
    const entry = address & SPARSE_FULL ? full : others;
    const scale = load<f32>(term, TERM_WEIGHT) * load<f32>(dense, 4);
    store<u32>(entry, address & ~SPARSE_FULL);
    store<f32>(entry, scale, 4);
    store<u32>(entry, <u32>min<f32>(max<f32>(ceil(scale * units * 256), LEAST_FACTOR), 32767), 8);
    store<u32>(entry, term, 12);
    if (address & SPARSE_FULL) full += SPARSE_DENSE_ENTRY_BYTES;
  }
  fullEnd = full;
  entriesEnd = full + end - others;
  memory.copy(full, others, end - others);
  store<u32>(entryCounts + place, fullEnd - entries);
  store<u32>(entryCounts + place, entriesEnd - entries, 4);
}
