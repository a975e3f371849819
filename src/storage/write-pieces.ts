import type { OpenFile } from '../base/world.ts';

/** So much is brought to the disk while more is written: what is left for the end would keep the log's own syncs waiting. */
const SYNC_BYTES = 32 << 20;

/**
 * Writes pieces end to end into a new file. A piece may change once the next one is asked for. When this settles nothing is
 * under way, and the end is not synced yet. Resolves with the number of bytes.
 */
export async function writePieces(
  file: OpenFile,
  content: AsyncIterable<Uint8Array>,
  onWritten: (piece: Uint8Array) => void,
): Promise<number> {
  let bytes = 0;
  let syncedBytes = 0;
  let syncing: Promise<void> = Promise.resolve();
  let isSyncing = false;
  try {
    for await (const piece of content) {
      await file.write([piece], bytes);
      onWritten(piece);
      bytes += piece.length;
      if (isSyncing || bytes - syncedBytes < SYNC_BYTES) continue;
      syncedBytes = bytes;
      isSyncing = true;
      syncing = file.sync().finally(() => {
        isSyncing = false;
      });
      // Awaited at the end.
      syncing.catch(() => undefined);
    }
  } finally {
    await syncing;
  }
  return bytes;
}
