/**
 * A sparse field is an inverted index: from its descriptor a table of terms, from each term its postings, by row.
 *
 *   table     u32 shift · u32 mask · entries of u32 index · u32 reference. Open addressing; a reference of 0 is free.
 *   reference an address and what stands there:
 *     SPARSE_ONE    a single posting: u32 row · f32 value
 *     SPARSE_CHUNK  up to 128 postings: u32 count · u32 ordinal and class · u32 rows[capacity] · f32 values[capacity]
 *     SPARSE_LIST   u32 chunk · u32 directory · u32 class of the directory · f32 largest · f32 smallest value of all blocks
 *                   · u32 removed rows among the first · u32 removals that number takes in (assembly/sparse-count.ts)
 *                   · u32 room for the next blocks · u32 how many
 *                   · u32 next list · u32 dense table · u32 class of that · u32 block that the next window begins in
 *   directory u32 block · u32 first row · f32 largest · f32 smallest value of each full block of 128 postings; the chunk
 *             holds those behind them, and its ordinal says how many blocks precede it.
 *   dense     where a term is in many rows of a window of SPARSE_WINDOW rows, its values once more, as bounds. Table: u32
 *             entries · u32 0, then for each window u32 address (0: none) · f32 step. At the address: u8 largest impact of each 8
 *             rows · u16 postings before each 64 rows and in all · u32 postings before the window; value <= impact x step.
 *             Behind it u8 row less the first of its 64 · u8 impact of each posting; or
 *             before it, in very many rows (SPARSE_FULL in the address): u8 impacts[window], 0 where a row has not the term.
 *   block     rows[128], u16 less the first row or u32 where that does not fit (SPARSE_WIDE in its address); values[128]
 *
 * Values of a block are f32, f16, or u8: value = smallest + code x (largest - smallest) / 255. Chunks hold f32.
 * What is published never changes but by growing at its end; what was replaced is freed when nobody can be reading it.
 */
export const SPARSE_ONE = 1;
export const SPARSE_CHUNK = 2;
export const SPARSE_LIST = 3;
/** The bits of a reference that are no address. */
export const SPARSE_TAG = 7;
export const SPARSE_WIDE = 1;
export const SPARSE_BLOCK = 128;
export const SPARSE_TABLE_HEAD = 8;
export const SPARSE_CHUNK_HEAD = 8;
/** Second word of a chunk: its class below, its ordinal above. */
export const SPARSE_ORDINAL_SHIFT = 5;

/** Kinds of values in blocks. */
export const SPARSE_FLOAT32 = 0;
export const SPARSE_FLOAT16 = 1;
export const SPARSE_UINT8 = 2;

// Descriptor of a sparse field.
export const SPARSE_TABLE = 0;
export const SPARSE_TERMS = 4;
export const SPARSE_VALUES = 8;
/** Address of the bitmap of removed rows. */
export const SPARSE_DEAD = 12;
/** Address of u32 rows in the order of their removal, and how many. */
export const SPARSE_REMOVED = 16;
export const SPARSE_REMOVED_COUNT = 20;
/** Memory that appending carves: the next free byte and the end. */
export const SPARSE_ROOM = 24;
export const SPARSE_ROOM_END = 28;
/** What an append that stopped early needs: bytes of room, or 0: a larger table. */
export const SPARSE_NEEDED = 32;
/** Pairs of u32 address and class of what was replaced: address of the list, its length and its capacity. */
export const SPARSE_RETIRED = 36;
export const SPARSE_RETIRED_COUNT = 40;
export const SPARSE_RETIRED_CAPACITY = 44;
/** Bytes in free lists. */
export const SPARSE_FREE_BYTES = 48;
/** Postings appended. */
export const SPARSE_POSTINGS = 52;
/** Windows whose dense blocks are complete, from the first on; all lists, as a chain; the list that is to be looked at next. */
export const SPARSE_DENSE_WINDOWS = 56;
export const SPARSE_DENSE_LISTS = 60;
export const SPARSE_DENSE_CURSOR = 240;
/** u32 heads of the free lists, by class. */
export const SPARSE_FREE = 64;
/** Classes 0 … 12: chunks of 2, 3, 4, 6, 8, 12 … 128 postings; then one posting; then directories of 4, 8, 16 … blocks. */
export const SPARSE_CLASS_FULL = 12;
export const SPARSE_CLASS_ONE = 13;
export const SPARSE_CLASS_DIRECTORY = 14;
export const SPARSE_BYTES = 256;
/** Room that one posting may need, larger directories aside, and entries that it may add to what was replaced. */
export const SPARSE_STEP_BYTES = 4096;
export const SPARSE_STEP_RETIRED = 4;
/** Rows of a window, of a range, and of those that places are kept for. */
export const SPARSE_WINDOW = 8192;
export const SPARSE_RANGE = 8;
export const SPARSE_STRIDE = 64;
/** Rows of a window that have a term, at least: for a dense block, and for one with impacts; bytes of these. */
export const SPARSE_DENSE_ROWS = 128;
export const SPARSE_FULL_ROWS = 2048;
export const SPARSE_DENSE_BYTES = 1288;
export const SPARSE_FULL_BYTES = 9480;
export const SPARSE_FULL = 1;
/** Where a dense block has places, and the number of postings before the window. */
export const SPARSE_DENSE_PLACES = 1024;
export const SPARSE_DENSE_BEFORE = 1284;

// Task of a sparse search. Its word at SEARCH_KIND is KIND_SPARSE.
export const SPARSE_SEARCH_FIELD = 0;
export const SPARSE_SEARCH_K = 4;
/** Rows [start, end) are looked at. */
export const SPARSE_SEARCH_START = 8;
export const SPARSE_SEARCH_END = 12;
export const SPARSE_SEARCH_DEAD = 16;
/** As SEARCH_FILTER, SEARCH_FILTER_END, SEARCH_LIST and SEARCH_LIST_COUNT. */
export const SPARSE_SEARCH_FILTER = 20;
export const SPARSE_SEARCH_FILTER_END = 24;
export const SPARSE_SEARCH_LIST = 28;
export const SPARSE_SEARCH_LIST_COUNT = 32;
/** Answer: u32 rows[k] and f32 scores[k] at these addresses. */
export const SPARSE_SEARCH_ROWS = 36;
export const SPARSE_SEARCH_SCORES = 40;
export const SPARSE_SEARCH_FOUND = 44;
/** u32 indices and f32 weights of the query, and room for SPARSE_TERM_BYTES for each and u32 order[count] x 2. */
export const SPARSE_SEARCH_COUNT = 48;
export const SPARSE_SEARCH_INDICES = 52;
export const SPARSE_SEARCH_WEIGHTS = 56;
export const SPARSE_SEARCH_TERMS = 60;
export const SPARSE_SEARCH_ORDER = 64;
/** Postings that were scored. */
export const SPARSE_SEARCH_SCORED = 68;
// SEARCH_KIND lies at 92, SEARCH_CANCELLED at 124.
/** Of a term's dense block during a search: u32 address without tag · f32 weight x step · u32 that in units · u32 term. */
export const SPARSE_DENSE_ENTRY_BYTES = 16;
/**
 * Of a search by several examples (layout-examples.ts), else 0: their address, which has a line of SPARSE_EXAMPLE_ROWS for
 * each in its matrix; of u32 first terms of each and the end; of the bitmap of rows without postings. Terms are then in no
 * order, and there is none of SPARSE_SEARCH_ORDER.
 */
export const SPARSE_SEARCH_EXAMPLES = 72;
export const SPARSE_SEARCH_EXAMPLE_STARTS = 76;
export const SPARSE_SEARCH_EMPTY = 80;
/** Rows of a window of such a search, a multiple of 32. */
export const SPARSE_EXAMPLE_ROWS = 2048;
export const SPARSE_SEARCH_BYTES = 128;

// A term of a query during a search.
export const TERM_WEIGHT = 0;
export const TERM_DIRECTORY = 4;
/** Full blocks; the chunk is one more, if it holds anything. */
export const TERM_BLOCKS = 8;
export const TERM_TAIL_ROWS = 12;
export const TERM_TAIL_VALUES = 16;
export const TERM_TAIL_COUNT = 20;
export const TERM_TAIL_FIRST = 24;
/** f32: most that the tail, and that any posting of the term can add to a score; never below 0. */
export const TERM_TAIL_BOUND = 28;
export const TERM_BOUND = 32;
/** f32: the same for the window; and the window's postings: from a place in a block to a place before one. */
export const TERM_WINDOW_BOUND = 36;
export const TERM_FIRST = 40;
export const TERM_LAST = 44;
export const TERM_FROM = 48;
export const TERM_TO = 52;
/** No posting at or above the window has a smaller row than this. */
export const TERM_NEXT = 56;
export const TERM_POSTINGS = 60;
/** The block that was looked into last. */
export const TERM_HINT = 64;
/** f32: the largest size that a contribution can have: errors of rounding are relative to it. */
export const TERM_SIZE = 68;
/** Address of the dense table, or 0. */
export const TERM_DENSE = 72;
/** f32: the smallest value. */
export const TERM_SMALLEST = 76;
export const SPARSE_TERM_BYTES = 80;
