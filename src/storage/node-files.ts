import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FileStat, Files, OpenFile, OpenMode } from '../base/world.ts';
import { errorCode } from './storage-error.ts';

const FLAGS: Readonly<Record<OpenMode, string>> = { read: 'r', write: 'r+', create: 'w+' };

/** The real disk, through Node. */
export class NodeFiles implements Files {
  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    return new NodeFile(await settled<number>((done) => fs.open(path, FLAGS[mode], done)));
  }

  async rename(source: string, target: string): Promise<void> {
    await fs.promises.rename(source, target);
  }

  async link(source: string, target: string): Promise<void> {
    await fs.promises.link(source, target);
  }

  async unlink(path: string): Promise<void> {
    await fs.promises.unlink(path);
  }

  async mkdir(path: string): Promise<void> {
    const highest = await fs.promises.mkdir(path, { recursive: true });
    if (highest === undefined) return;
    // A new folder's name is lost with the power as a file's is, and with it all that was synced inside.
    for (let made = resolve(path); made.length >= resolve(highest).length; made = dirname(made)) {
      await this.syncDirectory(dirname(made));
    }
  }

  async remove(path: string): Promise<void> {
    await fs.promises.rm(path, { recursive: true, force: true });
  }

  async list(path: string): Promise<readonly string[]> {
    return (await unlessMissing(fs.promises.readdir(path))) ?? [];
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const stat = await unlessMissing(fs.promises.stat(path));
    if (stat === undefined) return undefined;
    const kind = stat.isDirectory() ? 'directory' : 'file';
    return { kind, bytes: stat.size, changedMs: stat.ctimeMs };
  }

  async realPath(path: string): Promise<string | undefined> {
    return unlessMissing(fs.promises.realpath(path));
  }

  async syncDirectory(path: string): Promise<void> {
    const handle = await fs.promises.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async freeBytes(path: string): Promise<number> {
    const { bavail, bsize } = await fs.promises.statfs(path);
    return bavail * bsize;
  }
}

// The callback functions of node:fs on a bare descriptor: FileHandle costs a third more per call, and the log makes
// thousands a second.
class NodeFile implements OpenFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const rest = target.length - filled;
      const count = await settled<number>((done) =>
        fs.read(this.#descriptor, target, filled, Math.min(rest, READ_BYTES_MAX), position + filled, done),
      );
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  readSync(target: Uint8Array, position: number): number {
    let filled = fs.readSync(this.#descriptor, target, 0, target.length, position);
    while (filled < target.length) {
      const count = fs.readSync(this.#descriptor, target, filled, target.length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    let rest = parts.filter((part) => part.length > 0);
    let at = position;
    while (rest.length > 0) {
      const buffers = rest;
      const count = await settled<number>((done) => fs.writev(this.#descriptor, buffers, at, done));
      at += count;
      // A full disk may take a part and say so only to the next call.
      rest = dropBytes(rest, count);
    }
  }

  async truncate(bytes: number): Promise<void> {
    await settled<undefined>((done) => fs.ftruncate(this.#descriptor, bytes, (error) => done(error, undefined)));
  }

  async sync(): Promise<void> {
    await settled<undefined>((done) => fs.fdatasync(this.#descriptor, (error) => done(error, undefined)));
  }

  async close(): Promise<void> {
    await settled<undefined>((done) => fs.close(this.#descriptor, (error) => done(error ?? null, undefined)));
  }
}

// A read system call moves at most 2 GiB - 4 KiB, and Node refuses lengths above 2^31 - 1.
const READ_BYTES_MAX = 1 << 30;

/** What is left of `parts` without their first `count` bytes. */
export function dropBytes(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const part of parts) {
    if (skip >= part.length) {
      skip -= part.length;
    } else {
      rest.push(skip === 0 ? part : part.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}

function settled<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

// Catches to translate: absence is an answer here, not an error.
async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
