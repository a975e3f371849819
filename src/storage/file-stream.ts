import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { storageError } from './storage-error.ts';

/** So much is read at once: fewer calls and messages than with less, and it stays in a second-level cache or two. */
const PIECE_BYTES = 8 << 20;

/**
 * The bytes of a file from `start` to below `end`. One piece is read ahead while the caller works on another. The file is
 * opened with the first one and closed when the iteration ends, however it ends.
 *
 * memory   'reused': two buffers of shared memory for all pieces; one is valid until the next is asked for. Fresh memory
 *          costs ten times what reading from the page cache does. 'own': each piece stays as it is.
 * Throws   data_damaged where the file is shorter.
 */
export async function* readStream(
  world: World,
  path: string,
  { start, end, memory }: { readonly start: number; readonly end: number; readonly memory: 'reused' | 'own' },
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await world.files.open(path, 'read').catch((error: unknown) => {
    // Caught to translate.
    throw storageError(error, path);
  });
  const length = Math.min(PIECE_BYTES, end - start);
  const fresh = (): Uint8Array => {
    return memory === 'own' ? Buffer.allocUnsafeSlow(length) : new Uint8Array(new SharedArrayBuffer(length));
  };
  let [ahead, behind] = [fresh(), fresh()];
  const read = async (from: number): Promise<Uint8Array> => {
    const piece = ahead.subarray(0, end - from);
    [ahead, behind] = memory === 'own' ? [fresh(), behind] : [behind, ahead];
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
