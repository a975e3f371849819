import type { OpenFile } from '../base/world.ts';

/**
 * Writes pieces end to end into a new file; `onPiece` works on each while it goes to the disk. A piece may change once the
 * next one is asked for. When this settles nothing is under way. Resolves with the number of bytes.
 */
export async function writePieces(
  file: OpenFile,
  content: AsyncIterable<Uint8Array>,
  onPiece: (piece: Uint8Array) => Promise<void>,
): Promise<number> {
  let bytes = 0;
  for await (const piece of content) {
    const results = await Promise.allSettled([file.write([piece], bytes), onPiece(piece)]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    bytes += piece.length;
  }
  return bytes;
}
