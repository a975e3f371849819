/**
 * Where things lie in an arena: byte offsets that the kernels (AssemblyScript) and the threads that call them share.
 * This one file is compiled by both compilers, so it holds plain numbers only.
 *
 * A field is a descriptor, a page table and pages of 256 rows. Nothing that is published ever moves.
 *
 *   descriptor ──► page table ──► hot page   codes (hi) with row tail │ layer-0 links │ tombstones │ levels │ upper links
 *                             └─► cold page  remainders (lo) with row tail
 *
 *   hot row    int8 hi[padded] · f32 factor · f32 bias · f32 error · f32 (unused)
 *   cold row   int16 lo[padded] · f32 step · f32 ratio · f64 bias
 *
 * Where hot rows have another code (CODE_…), the int8 codes with their tail follow the cold row's own.
 *
 * A coordinate is step x (hi x ratio + lo): step is a power of two, ratio an integer, |hi x ratio + lo| < 2^23.
 */

/** Rows of a page, as a shift and as a count. */
export const PAGE_SHIFT = 8;
export const PAGE_ROWS = 256;
export const ROW_TAIL_BYTES = 16;
/** Coordinates are padded with zeros to a multiple of this. */
export const PADDING = 16;

/** Metrics of codes: Cosine arrives normalised and is Dot. */
export const METRIC_DOT = 0;
export const METRIC_EUCLID = 1;
export const METRIC_MANHATTAN = 2;
/** Of uint8 codes alone: their rows are not normalised. */
export const METRIC_COSINE = 3;

// Descriptor of a field.
export const FIELD_DIMENSION = 0;
export const FIELD_PADDED = 4;
export const FIELD_METRIC = 8;
/** 1: int8 codes lose too much on this data, so the graph is walked with all 24 bits. */
export const FIELD_WIDE = 12;
export const FIELD_M = 16;
export const FIELD_M0 = 20;
export const FIELD_EF_CONSTRUCT = 24;
export const FIELD_PAGE_TABLE = 28;
export const FIELD_HOT_STRIDE = 32;
export const FIELD_COLD_STRIDE = 36;
/** Offsets inside a hot page. */
export const FIELD_LINKS = 40;
export const FIELD_HEAD = 44;
/** Address of f32[padded], or 0. */
export const FIELD_MEAN = 48;
/** Row at which walks begin, or NO_ROW. */
export const FIELD_ENTRY = 52;
export const FIELD_LOCK = 56;
/** How rows are coded in the hot pages: one of CODE_…. */
export const FIELD_CODE = 60;
/** Bytes of a hot row before its tail: `padded` for int8 codes. */
export const FIELD_CODE_BYTES = 64;
/** Address of what the code needs besides (signs of a rotation, levels, codebooks), or 0. */
export const FIELD_TABLES = 68;
/** How queries are coded against binary codes: bits of a coordinate (1, 4, 8). */
export const FIELD_QUERY_BITS = 72;
/** 1: the cold pages are there, and scores come from 24 bits; 0: scores come from the codes alone. */
export const FIELD_REMAINDERS = 76;
/**
 * Where the int8 codes of 24-bit rows stand, with their tail: byte of the page table's entry, stride and offset in that page.
 * In hot rows of int8 codes; behind the remainders where hot rows have another code; nowhere (stride 0) without both.
 */
export const FIELD_INT8_ENTRY = 80;
export const FIELD_INT8_STRIDE = 84;
export const FIELD_INT8_OFFSET = 88;
export const FIELD_BYTES = 128;

/** What a task scores rows by: their int8 codes, all 24 bits, or the field's own code where that is another. */
export const WAY_INT8 = 0;
export const WAY_WIDE = 1;
export const WAY_CODES = 2;

/** What a search answers: the best by codes; the best by exact scores; every row that may prove to be among the best. */
export const RESCORE_NONE = 0;
export const RESCORE_EXACT = 1;
export const RESCORE_LATER = 2;
/** In a workspace: there were more of them than it has room for. */
export const RESCORE_OVERFLOW = 3;
/** The best by codes, which are the vectors themselves; Euclid gets rid of what cancels out. */
export const RESCORE_DECODED = 4;

// Codes of hot rows. All rows end in the same tail: f32 factor · f32 bias · f32 error · f32 that only codes from
// CODE_TURBO4 on use (assembly/code-tail.ts).
/** int8[padded], step and ratio of each row its own. */
export const CODE_INT8 = 0;
/** u8[padded]: whole numbers 0 … 255, exact. */
export const CODE_UINT8 = 1;
/** Rotated, then 4, 2, 1.5 or 1 bits a coordinate. */
export const CODE_TURBO4 = 2;
export const CODE_TURBO2 = 3;
export const CODE_TURBO1_5 = 4;
export const CODE_TURBO1 = 5;
/** Signs (and sizes) of the coordinates as they are: 1, 1.5 or 2 bits. */
export const CODE_BINARY1 = 6;
export const CODE_BINARY1_5 = 7;
export const CODE_BINARY2 = 8;
/** A byte a subspace: the nearest of 256 centroids. */
export const CODE_PRODUCT = 9;

export const NO_ROW = 0xffffffff;
/** Rows carry two flags in a beam, so a field holds fewer than 2^30. */
export const ROW_LIMIT = 0x40000000;
export const LEVEL_MAX = 15;

// Head of a hot page, from its FIELD_HEAD.
export const HEAD_TOMBSTONES = 0;
export const HEAD_LEVELS = 32;
/** u32 per row: address of its upper lists, or 0. List of level l begins at (l - 1) x (m + 1) words. */
export const HEAD_UPPER = 288;
export const HEAD_BYTES = 1312;

/** First word of a list of links: its length, and this bit while a writer holds it. */
export const LINKS_LOCKED = 0x80000000;

// Task of one search.
export const SEARCH_FIELD = 0;
/** Address of f32[padded], zeros after dimension. */
export const SEARCH_QUERY = 4;
export const SEARCH_K = 8;
/** Beam width; 0 = scan everything. */
export const SEARCH_EF = 12;
export const SEARCH_ROW_COUNT = 16;
/** Rows below are in the graph; the others are scanned, up to SEARCH_SCAN_END. */
export const SEARCH_SCAN_START = 20;
export const SEARCH_SCAN_END = 24;
/** Rows with a tombstone, at least: 0 lets the walk skip the test. */
export const SEARCH_DEAD = 28;
/** Answer: u32 rows[k] and f32 scores[k] at these addresses. */
export const SEARCH_ROWS = 32;
export const SEARCH_SCORES = 36;
export const SEARCH_FOUND = 40;
export const SEARCH_DISTANCES = 44;
/** Fewer results than this make the search scan every row below SEARCH_SCAN_END. */
export const SEARCH_LEAST = 48;
/** Address of a bitmap of the rows that may be returned (bit = row % 32 of word row / 32), or 0: all may. */
export const SEARCH_FILTER = 52;
/** Rows at or above are outside of the filter; the bitmap has one bit more than this, and that is 0. */
export const SEARCH_FILTER_END = 56;
/** u32 rows of the filter, ascending, that are scanned instead of all else; or 0. */
export const SEARCH_LIST = 60;
export const SEARCH_LIST_COUNT = 64;
/** u32 rows of the filter, spread over it: where a walk begins besides the row that the upper levels lead to. */
export const SEARCH_SEEDS = 68;
export const SEARCH_SEED_COUNT = 72;
/** 1: the filter is so sparse that the neighbours of neighbours' neighbours are looked through too. */
export const SEARCH_DEEP = 76;
/** Beam width of a second walk where the first met a filter far from the query; 0 = scan the filter instead. */
export const SEARCH_EF_WIDE = 80;
/** f32: how little the beam's scores may fall off before the second walk is made (assembly/filtered-search.ts). */
export const SEARCH_FLAT = 84;
/**
 * Rows outside of the filter that a walk through all rows may have in its beam, before it begins again and steps over
 * them; 0: it steps over them from the beginning.
 */
export const SEARCH_THROUGH = 88;
/** What kind of field is searched, one of KIND_…: the first word that `search` looks at. Other kinds lay out their tasks as they like around it. */
export const SEARCH_KIND = 92;
/** One of WAY_…. */
export const SEARCH_WAY = 96;
/** One of RESCORE_…. */
export const SEARCH_RESCORE = 100;
/** Rows of a beam that get exact scores, at most; 0: as many as are likely to matter. */
export const SEARCH_CANDIDATES = 104;
/** Address of f32[k]: the exact scores that the answer's rows hardly exceed; or 0. */
export const SEARCH_CEILINGS = 108;
/** With RESCORE_LATER: all rows that could be among this many best are wanted. SEARCH_FOUND is NO_ROW where SEARCH_K is too few. */
export const SEARCH_CERTAIN = 112;
export const SEARCH_BYTES = 128;

/** Kinds of fields, as SEARCH_KIND tells. */
export const KIND_DENSE = 0;
export const KIND_SPARSE = 1;
export const KIND_MULTI = 2;

// Task of one search in a multi field (assembly/max-sim.ts). A point is a run of rows of MULTI_FIELD.
export const MULTI_FIELD = 0;
/** Addresses of the sets of query rows that points are scored by, and centroids (SET_…). */
export const MULTI_QUERIES = 4;
export const MULTI_SIEVE_QUERIES = 8;
export const MULTI_K = 12;
/** Address of u32 first rows of the points, one more than there are points. */
export const MULTI_STARTS = 16;
/** Address of the bitmap of removed points. */
export const MULTI_DEAD = 20;
/** Points [0, MULTI_INDEX_END) are sifted by their centroids before they are scored; 0: none is. */
export const MULTI_INDEX_END = 24;
export const MULTI_INDEX_START = 28;
/** Points that are scored, whatever their centroids. */
export const MULTI_SCAN_START = 32;
export const MULTI_SCAN_END = 36;
/** Bitmap of the points that may be returned, or 0; points at or above the end are outside. */
export const MULTI_FILTER = 40;
export const MULTI_FILTER_END = 44;
/** u32 points, ascending, that are looked at instead of ranges; or 0. */
export const MULTI_LIST = 48;
export const MULTI_LIST_COUNT = 52;
/** Descriptor of the field that holds the centroids, their number, and the u16 centroid of every row. */
export const MULTI_CENTROIDS = 56;
export const MULTI_CENTROID_COUNT = 60;
export const MULTI_ASSIGNED = 64;
/** Points that come through the sieve. */
export const MULTI_CANDIDATES = 68;
/** f32: the share of the provable error of codes that decides which points get exact scores; 1 where they must be the best. */
export const MULTI_SHARE = 72;
/** One of RESCORE_…. With RESCORE_LATER MULTI_K rows are certain, and all that may be among them are the answer. */
export const MULTI_RESCORE = 76;
/** Answer: u32 rows and f32 scores at these addresses, with room for MULTI_K, or with RESCORE_LATER for MULTI_NOTES_CAPACITY. */
export const MULTI_ROWS = 80;
export const MULTI_SCORES = 84;
export const MULTI_FOUND = 88;
// SEARCH_KIND lies at 92.
/** f32[lanes]: the best score of each query row in the point at hand. */
export const MULTI_BEST = 104;
/** f32[65][lanes]: scores of a chunk of rows. */
export const MULTI_MATRIX = 108;
/** u8[centroids][16 x blocks]: scores of the centroids; and f32[centroids + 1][lanes] before they are rounded. */
export const MULTI_TABLE = 112;
export const MULTI_TABLE_SCORES = 116;
/** u64[capacity]: points that are noted; u64[k + 1]: the best. */
export const MULTI_NOTES = 120;
export const MULTI_NOTES_CAPACITY = 124;
export const MULTI_TOP = 128;
/** u32[4096] bins and u64[capacity] points of the sieve. */
export const MULTI_BINS = 132;
export const MULTI_SIFTED = 136;
export const MULTI_SIFTED_CAPACITY = 140;
/** Points that were scored by codes, and by all 24 bits. */
export const MULTI_SCORED = 144;
export const MULTI_SETTLED = 148;
/** f64[lanes]: the best exact score of each query row in the point at hand. */
export const MULTI_EXACT = 152;
/** Address of f32: what the exact score of each answer hardly exceeds; or 0. */
export const MULTI_CEILINGS = 160;
export const MULTI_BYTES = 192;
/** Rows of a chunk of MULTI_MATRIX. */
export const MULTI_CHUNK = 64;
/** Query rows that the sieve goes by, at most: of more, some. */
export const MULTI_SIEVE_ROWS = 64;
export const MULTI_BIN_COUNT = 4096;

// A set of query rows: f32[rows][padded] with zeros after dimension; prepared, SET_CODE_BYTES each (int16[padded] for int8
// codes), and four times f32[lanes]: step, bias, norm, slack. `lanes` is `rows` made a multiple of four.
export const SET_QUERY = 0;
export const SET_ROWS = 4;
export const SET_LANES = 8;
export const SET_CODES = 12;
export const SET_AFFINE = 16;
export const SET_CODE_BYTES = 20;
export const SET_BYTES = 64;

// Task of one piece of k-means over the rows of a field (assembly/centroids.ts).
export const CENTROID_FIELD = 0;
/** Descriptor of the field of the centroids, int8 codes by Euclidean distance, and how many they are. */
export const CENTROID_NEAR = 4;
export const CENTROID_COUNT = 8;
/** u32 rows of the sample, or 0: the rows from CENTROID_START to CENTROID_END themselves; else these are places of the list. */
export const CENTROID_LIST = 12;
export const CENTROID_START = 16;
export const CENTROID_END = 20;
/** u16 nearest centroid of each row, or of each place of the list. */
export const CENTROID_ASSIGNED = 24;
/** f32[centroids][dimension]: the means; u32[centroids]: rows of each. */
export const CENTROID_MEANS = 28;
export const CENTROID_SIZES = 32;
/** 1: rows are taken at length 1. */
export const CENTROID_UNIT = 36;
/** Scratch: a set of CENTROID_LANES queries (SET_…), f32[groups or 65][CENTROID_LANES], and what quantiseRows needs. */
export const CENTROID_QUERIES = 40;
export const CENTROID_MATRIX = 52;
export const CENTROID_CENTRED = 56;
/** Descriptor of a field that gets the means as rows 0, 1, …; or 0. */
export const CENTROID_TARGET = 60;
/** One of CENTROID_DO_…. */
export const CENTROID_STEP = 64;
/** Descriptor of the field of the groups' centres, their number, and u32 first centroids of the groups and the end; or 0 groups. */
export const CENTROID_GROUPS = 68;
export const CENTROID_GROUP_COUNT = 72;
export const CENTROID_GROUP_STARTS = 76;
/** Scratch for the rows of a piece: a set of so many queries, and CENTROID_PLACE_BYTES for each of them and for each group. */
export const CENTROID_PIECE = 80;
export const CENTROID_PLACES = 84;
/** u32 centroid of each place, in which CENTROID_DO_WRITE writes the means. */
export const CENTROID_ORDER = 88;
export const CENTROID_BYTES = 128;
/** Groups that a row looks for its centroid in. */
export const CENTROID_PROBES = 8;
export const CENTROID_PLACE_BYTES = 80;
export const CENTROID_LANES = 16;
/** Nearest centroids of the rows. */
export const CENTROID_DO_ASSIGN = 0;
/** First means: rows spread over the list. */
export const CENTROID_DO_SPREAD = 1;
/** Means of the assigned rows of the list; a centroid that has none takes a row of the list. */
export const CENTROID_DO_MEANS = 2;
/** Writes the means in an order. */
export const CENTROID_DO_WRITE = 3;

// Head of a workspace: what one thread needs while it searches or builds.
export const SPACE_QUERY = 0;
export const SPACE_QUERY_CODES = 4;
export const SPACE_QUERY_STEP = 8;
export const SPACE_QUERY_BIAS = 12;
export const SPACE_QUERY_NORM = 16;
export const SPACE_QUERY_SLACK = 20;
/** Bitmap of rows, all zero between calls. */
export const SPACE_VISITED = 24;
export const SPACE_VISITED_BYTES = 28;
export const SPACE_VISIT_LIST = 32;
export const SPACE_VISIT_CAPACITY = 36;
export const SPACE_VISIT_COUNT = 40;
export const SPACE_BEAM = 44;
export const SPACE_BEAM_CAPACITY = 48;
export const SPACE_BEAM_SIZE = 52;
/** u32 and f32 buffers of a batch of rows and their scores. */
export const SPACE_ROWS = 56;
export const SPACE_SCORES = 60;
/** u64[links + 1] buffers of neighbour selection. */
export const SPACE_PICKED = 64;
export const SPACE_SORTED = 68;
export const SPACE_TOP = 72;
export const SPACE_TOP_SIZE = 76;
export const SPACE_DISTANCES = 80;
/** Rows at or above do not exist for this call. */
export const SPACE_ROW_COUNT = 84;
export const SPACE_DEAD = 88;
/** f32[padded]: the base of neighbour selection where codes do not suffice. */
export const SPACE_PAIR_QUERY = 92;
export const SPACE_SINK = 96;
/** As SEARCH_FILTER and SEARCH_FILTER_END; 0 while a graph is built. */
export const SPACE_FILTER = 100;
export const SPACE_FILTER_END = 104;
/** f32: the score of the row that the upper levels led to. */
export const SPACE_ENTRY_SCORE = 108;
export const SPACE_DEEP = 112;
/** Address of the next row that a walk remembers outside its beam, and of the last possible one. */
export const SPACE_SPILL = 116;
export const SPACE_SPILL_END = 120;
/** One of WAY_…: what `scoreRows` goes by. */
export const SPACE_WAY = 124;
/** One of RESCORE_…. */
export const SPACE_RESCORE = 128;
export const SPACE_BYTES = 192;

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
/** Of a term's dense block during a search: u32 address without tag · f32 weight x step · u32 that in units · u32 term. */
export const SPARSE_DENSE_ENTRY_BYTES = 16;
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
