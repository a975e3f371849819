import { type GeoPredicate, geoBounds } from './geo.ts';

/**
 * The earth as a grid of 2^32 x 2^32 cells, x eastwards from -180°, y northwards from -90°, and the Morton curve through
 * them: cells by the bits of x and y in turn, the highest first, x before y. A square of 2^n cells a side that begins at
 * multiples of 2^n is one run of the curve.
 */
const CELLS = 2 ** 32;
/** 32: testing so many places takes about as long as two searches for the bounds of a smaller square. */
const RUN_LENGTH_MIN = 32;

/** Monotone: of two longitudes the lesser is in no higher column. */
export function lonCell(lon: number): number {
  return cell((lon + 180) * (CELLS / 360));
}

/** Monotone as well. */
export function latCell(lat: number): number {
  return cell((lat + 90) * (CELLS / 180));
}

function cell(position: number): number {
  return Math.min(CELLS - 1, Math.max(0, Math.floor(position)));
}

/**
 * Negative, zero or positive as cell a comes before, is or comes after cell b on the curve. The coordinate decides whose
 * highest differing bit is higher (Chan 2002).
 */
export function compareCells(ax: number, ay: number, bx: number, by: number): number {
  const x = (ax ^ bx) >>> 0;
  const y = (ay ^ by) >>> 0;
  return x < y && x < (x ^ y) >>> 0 ? ay - by : ax - bx;
}

/** A run of ranks. `isInside`: all places in it are within the shape; else some may be. */
export interface Cover {
  readonly first: number;
  readonly end: number;
  readonly isInside: boolean;
}

/** The first rank in `from` … `end` whose place is not before a cell on the curve; `end` if there is none. */
type FindRank = (x: number, y: number, from: number, end: number) => number;

interface CellBox {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Runs of ranks, in order, that together have all places which the predicate can match. */
export function coverOf(predicate: GeoPredicate, rankCount: number, findRank: FindRank): readonly Cover[] {
  const boxes = geoBounds(predicate).map(({ west, east, south, north }) => ({
    west: lonCell(west),
    east: lonCell(east),
    south: latCell(south),
    north: latCell(north),
  }));
  const search: CoverSearch = { boxes, isBox: predicate.kind === 'geo_box', findRank, covers: [] };
  coverSquare(search, { x: 0, y: 0, side: CELLS }, 0, rankCount);
  return search.covers;
}

interface CoverSearch {
  readonly boxes: readonly CellBox[];
  /** Whether the boxes are the shape, but for their edges. */
  readonly isBox: boolean;
  readonly findRank: FindRank;
  readonly covers: Cover[];
}

interface Square {
  readonly x: number;
  readonly y: number;
  /** Cells. */
  readonly side: number;
}

/** Covers what lies in a square, whose places have the ranks `first` … `end` - 1. */
function coverSquare(search: CoverSearch, square: Square, first: number, end: number): void {
  if (first >= end || !search.boxes.some((box) => meets(box, square))) return;
  const isInside = search.boxes.some((box) => holds(box, square));
  if (isInside || end - first <= RUN_LENGTH_MIN || square.side === 1) {
    search.covers.push({ first, end, isInside: isInside && search.isBox });
    return;
  }
  const side = square.side / 2;
  const { x, y } = square;
  const quarters: readonly Square[] = [
    { x, y, side },
    { x, y: y + side, side },
    { x: x + side, y, side },
    { x: x + side, y: y + side, side },
  ];
  let from = first;
  quarters.forEach((quarter, index) => {
    const next = quarters[index + 1];
    const to = next === undefined ? end : search.findRank(next.x, next.y, from, end);
    coverSquare(search, quarter, from, to);
    from = to;
  });
}

function meets(box: CellBox, { x, y, side }: Square): boolean {
  return x <= box.east && x + side > box.west && y <= box.north && y + side > box.south;
}

/** Whether the square has no cell in common with the edges of the box and lies within: so do all its places. */
function holds(box: CellBox, { x, y, side }: Square): boolean {
  return x > box.west && x + side - 1 < box.east && y > box.south && y + side - 1 < box.north;
}
