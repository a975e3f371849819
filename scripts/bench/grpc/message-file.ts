import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LENGTH_BYTES = 4;

/** Files for the generator, which go when the bench ends. */
export class MessageFolder {
  readonly #folder: string = mkdtempSync(path.join(tmpdir(), 'vectorizer-load-'));

  path(name: string): string {
    return path.join(this.#folder, name);
  }

  /** Writes messages in the order given, each behind its length, and answers the path. */
  write(name: string, messages: Iterable<Uint8Array>): string {
    const file = this.path(name);
    mkdirSync(this.#folder, { recursive: true });
    const descriptor = openSync(file, 'w');
    for (const message of messages) {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(message.length);
      writeSync(descriptor, length);
      writeSync(descriptor, message);
    }
    closeSync(descriptor);
    return file;
  }

  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The answers of a file that the generator wrote, by the index of their request. */
export function readAnswers(file: string): readonly Buffer[] {
  const bytes = readFileSync(file);
  const answers: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    const start = at + LENGTH_BYTES;
    answers[bytes.readUInt32LE(start)] = bytes.subarray(start + LENGTH_BYTES, start + length);
    at = start + length;
  }
  return answers;
}
