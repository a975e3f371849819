import type { Files } from '../base/world.ts';
import { VectorizerError } from '../core/errors.ts';

/** So much stays free beside snapshots: one that fills the disk would take the room that updates need. */
export const RESERVE_BYTES: number = 64 << 20;

/** Throws insufficient_storage unless the disk that holds a folder has so many bytes left. */
export async function requireRoom(files: Files, directory: string, bytes: number): Promise<void> {
  if ((await files.freeBytes(directory)) >= bytes) return;
  throw new VectorizerError('insufficient_storage', `no space left on the disk that holds ${directory}`);
}
