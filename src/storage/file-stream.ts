import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { givePiece, PIECE_BYTES, takePiece } from './piece-memory.ts';
import { storageError } from './storage-error.ts';

/** Files up to this length are read into memory of their own: it costs less than what it would wait for. */
const SMALL_BYTES = 64 << 10;
/** Of a piece that its reader keeps: many clients may download at once. */
const OWN_BYTES = 1 << 20;

/**
 * The bytes of a file from `start` to below `end`. One piece is read ahead while the caller works on another. The file is
 * opened with the first one and closed when the iteration ends, however it ends.
 *
 * memory   'reused': two buffers for all pieces; one is valid until the next is asked for. 'own': each
 *          piece stays as it is.
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
  const reused = memory === 'own' || end - start <= SMALL_BYTES ? [] : [takePiece(), takePiece()];
  let turn = 0;
  const read = async (from: number): Promise<Uint8Array> => {
    const bytes = Math.min(memory === 'own' ? OWN_BYTES : PIECE_BYTES, end - from);
    const piece = (reused[turn++ % 2] ?? Buffer.allocUnsafeSlow(bytes)).subarray(0, bytes);
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
    for (const piece of reused) givePiece(piece);
    await file.close();
  }
}
