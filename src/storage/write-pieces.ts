import type { OpenFile } from '../base/world.ts';

/** Bytes that are on their way to the disk while the next ones are made: more would only fill memory. */
const UNDER_WAY_BYTES = 8 << 20;

/**
 * Writes pieces end to end into a new file, several at a time; `onPiece` works on each while those before it go to the
 * disk. Pieces may not change any more. When this settles nothing is under way. Resolves with the number of bytes.
 */
export async function writePieces(
  file: OpenFile,
  content: AsyncIterable<Uint8Array>,
  onPiece: (piece: Uint8Array) => void,
): Promise<number> {
  const underWay: Promise<number>[] = [];
  let bytes = 0;
  let waitingBytes = 0;
  try {
    for await (const piece of content) {
      const written = file.write([piece], bytes).then(() => piece.length);
      // Awaited below, in its turn.
      written.catch(() => undefined);
      underWay.push(written);
      bytes += piece.length;
      waitingBytes += piece.length;
      onPiece(piece);
      while (waitingBytes > UNDER_WAY_BYTES) waitingBytes -= (await underWay.shift()) ?? 0;
    }
    await Promise.all(underWay);
    return bytes;
  } catch (error) {
    // Caught to wait: nothing may write to the file any more when it is closed.
    await Promise.allSettled(underWay);
    throw error;
  }
}
