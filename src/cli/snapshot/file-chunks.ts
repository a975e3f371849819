import type { Files } from '../../base/world.ts';

/** 256 KiB: some dozen reads a second at the speed of a network, a hundred at that of a disk. */
const CHUNK_BYTES = 256 * 1024;

/** A file from first to last. Each chunk is a buffer of its own: what sends it may keep it a while. */
export async function* fileChunks(files: Files, file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const open = await files.open(file, 'read');
  try {
    for (let position = 0; ;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytes = await open.read(chunk, position);
      if (bytes === 0) return;
      position += bytes;
      yield chunk.subarray(0, bytes);
    }
  } finally {
    await open.close();
  }
}
