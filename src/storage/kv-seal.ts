import { crc32 } from 'node:zlib';

/** LevelDB verifies no checksum when it reads a table, so each value carries its own, over key and value. */
const SEAL_BYTES = 4;

export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(value.length + SEAL_BYTES);
  sealed.set(value);
  sealed.writeUInt32LE(crc32(value, crc32(key)), value.length);
  return sealed;
}

/** The value, or undefined where the checksum is another one. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const valueBytes = sealed.length - SEAL_BYTES;
  if (valueBytes < 0) return undefined;
  const value = sealed.subarray(0, valueBytes);
  const low = (sealed[valueBytes] ?? 0) | ((sealed[valueBytes + 1] ?? 0) << 8);
  const found = (low | ((sealed[valueBytes + 2] ?? 0) << 16) | ((sealed[valueBytes + 3] ?? 0) << 24)) >>> 0;
  return found === crc32(value, crc32(key)) ? value : undefined;
}
