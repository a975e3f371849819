import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { storageError } from './storage-error.ts';

/** So much is read at once; one piece is read ahead while the caller works on another. */
export const STREAM_PIECE_BYTES: number = 1 << 20;

/**
 * The bytes of a file from `start` to below `end`, in pieces of a MiB that stay as they are. The file is opened with the
 * first one and closed when the iteration ends, however it ends. Throws data_damaged where the file is shorter.
 */
export async function* readStream(
  world: World,
  path: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await world.files.open(path, 'read').catch((error: unknown) => {
    // Caught to translate.
    throw storageError(error, path);
  });
  const read = async (from: number): Promise<Uint8Array> => {
    const piece = Buffer.allocUnsafeSlow(Math.min(STREAM_PIECE_BYTES, end - from));
    const count = await file.read(piece, from);
    if (count < piece.length) throw dataDamaged(`${path} at byte ${from + count}`, 'the file ends too early');
    return piece;
  };
  let next: Promise<Uint8Array> | undefined;
  try {
    next = start < end ? read(start) : undefined;
    for (let at = start; next !== undefined;) {
      const piece: Uint8Array = await next;
      at += piece.length;
      next = at < end ? read(at) : undefined;
      // Awaited in the next turn, or at the end.
      next?.catch(() => undefined);
      yield piece;
    }
  } catch (error) {
    // Caught to translate.
    throw storageError(error, path);
  } finally {
    await next?.catch(() => undefined);
    await file.close();
  }
}
