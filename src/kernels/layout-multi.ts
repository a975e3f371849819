/** Where things of multi fields lie in an arena: as layout.ts, which has what all fields share. */

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
// SEARCH_CANCELLED lies at 124.
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
/** Of MULTI_NOTES. */
export const MULTI_NOTES_CAPACITY = 156;
/** Address of f32: what the exact score of each answer hardly exceeds; or 0. */
export const MULTI_CEILINGS = 160;
/** Address of several examples (layout-examples.ts), whose heads are u32 addresses of sets of query rows; or 0. */
export const MULTI_EXAMPLES = 164;
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
