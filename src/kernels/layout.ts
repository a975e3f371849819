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
/** In a workspace alone: against several examples, each by one of the others (layout-examples.ts). */
export const WAY_EXAMPLES = 3;

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
/** Not 0: nobody waits for the answer any more. Written while the search runs; in the tasks of all kinds at this place. */
export const SEARCH_CANCELLED = 124;
/** Address of the examples of a search by several (layout-examples.ts), or 0. */
export const SEARCH_EXAMPLES = 120;
export const SEARCH_BYTES = 128;

/** Kinds of fields, as SEARCH_KIND tells. */
export const KIND_DENSE = 0;
export const KIND_SPARSE = 1;
export const KIND_MULTI = 2;
/** No field: vectors that are compared with each other (layout-block.ts). */
export const KIND_BLOCK = 3;

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
/** With WAY_EXAMPLES: as SEARCH_EXAMPLES. */
export const SPACE_EXAMPLES = 136;
export const SPACE_BYTES = 192;
