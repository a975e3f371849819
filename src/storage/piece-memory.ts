/**
 * Memory for pieces of files on their way: taken, given back, and taken again. Fresh memory costs ten times what reading
 * from the page cache does.
 */
const idle: Uint8Array[] = [];
let taken = 0;
let forgetting: NodeJS.Timeout | undefined;

/** Of each piece of memory. */
export const PIECE_BYTES: number = 8 << 20;
/** Two files at a time, with two pieces each. */
const IDLE_MAX = 4;
/** When nobody has asked for so long it goes. */
const IDLE_MS = 2_000;

/** Memory of PIECE_BYTES, with whatever was in it; `givePiece` must follow. */
export function takePiece(): Uint8Array {
  taken++;
  clearTimeout(forgetting);
  return idle.pop() ?? new Uint8Array(PIECE_BYTES);
}

export function givePiece(piece: Uint8Array): void {
  taken--;
  if (idle.length < IDLE_MAX) idle.push(piece);
  if (taken === 0) forgetting = setTimeout(() => idle.splice(0), IDLE_MS).unref();
}
