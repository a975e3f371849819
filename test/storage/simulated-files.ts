import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileStat, Files, OpenFile, OpenMode, World } from '../../src/base/world.ts';
import { seededRandom } from '../seeded-random.ts';

interface Change {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A file apart from its names. `durable` is what a power loss leaves at least; `unsynced` came after it, in order. */
interface Inode {
  content: Uint8Array;
  durable: Uint8Array;
  unsynced: (Change | { readonly truncatedTo: number })[];
}

export type FaultyOperation = 'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'unlink' | 'syncDirectory';

/**
 * A disk in memory that can do what disks do: lose what was not synced, tear the write under way, fill up, fail, and
 * rot. Every operation takes a turn of the event loop, so that a crash can come between any two.
 */
export class SimulatedFiles implements Files {
  /** Bytes that the files may have together. */
  capacityBytes: number = Number.POSITIVE_INFINITY;
  readonly counts: Record<'write' | 'sync' | 'open' | 'read', number> = { write: 0, sync: 0, open: 0, read: 0 };
  openCount = 0;
  #names: Map<string, Inode>;
  #durableNames: Map<string, Inode>;
  #isDead = false;
  #underWay = new Set<{ readonly inode: Inode; readonly change: Change }>();
  #faults: { readonly operation: FaultyOperation; readonly code: string }[] = [];

  /** The disk as one process sees it; `survivor` hands it on to the next one. */
  constructor(
    names: Map<string, Inode> = new Map<string, Inode>(),
    durableNames: Map<string, Inode> = new Map<string, Inode>(),
  ) {
    this.#names = names;
    this.#durableNames = durableNames;
  }

  /** The next `operation` fails with `code`. */
  fail(operation: FaultyOperation, code: string): void {
    this.#faults.push({ operation, code });
  }

  /**
   * The process dies: what is under way is done in part, nothing that it calls from now on ever happens or settles.
   * The page cache stays. Returns the disk for the next process.
   */
  kill(random: () => number): SimulatedFiles {
    this.#isDead = true;
    for (const { inode, change } of this.#underWay) {
      apply(inode, { ...change, bytes: change.bytes.slice(0, Math.floor(random() * (change.bytes.length + 1))) });
    }
    return new SimulatedFiles(this.#names, this.#durableNames);
  }

  /** The power fails: of what was not synced, any part stays, writes torn or their ends zeroes. */
  losePower(random: () => number): SimulatedFiles {
    this.kill(random);
    const names = random() < 0.5 ? this.#durableNames : this.#names;
    for (const inode of new Set(names.values())) {
      // Pages are written back in any order: of the changes that were never synced, any may be there, whole or torn.
      const survivors = inode.unsynced.filter(() => random() < 0.7);
      inode.content = inode.durable;
      for (const change of survivors) apply(inode, 'bytes' in change && random() < 0.5 ? tear(change, random) : change);
      inode.durable = inode.content.slice();
      inode.unsynced = [];
    }
    return new SimulatedFiles(new Map(names), new Map(names));
  }

  flipBit(path: string, offset: number, bit = 0): void {
    const { content } = this.#inode(path);
    content[offset] = (content[offset] ?? 0) ^ (1 << bit);
  }

  content(path: string): Uint8Array {
    return this.#inode(path).content.slice();
  }

  put(path: string, content: Uint8Array): void {
    const inode = { content: content.slice(), durable: content.slice(), unsynced: [] };
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  paths(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    await this.#begin('open');
    this.counts.open += 1;
    if (mode === 'create') {
      const fresh = this.#names.get(path) ?? { content: new Uint8Array(), durable: new Uint8Array(), unsynced: [] };
      apply(fresh, { truncatedTo: 0 });
      this.#names.set(path, fresh);
    }
    this.openCount += 1;
    return this.#handle(this.#inode(path));
  }

  async rename(source: string, target: string): Promise<void> {
    await this.#begin('rename');
    const inode = this.#inode(source);
    this.#names.delete(source);
    this.#names.set(target, inode);
  }

  async link(source: string, target: string): Promise<void> {
    await this.#turn();
    this.#names.set(target, this.#inode(source));
  }

  async unlink(path: string): Promise<void> {
    await this.#begin('unlink');
    this.#inode(path);
    this.#names.delete(path);
  }

  async mkdir(): Promise<void> {
    await this.#turn();
  }

  async remove(path: string): Promise<void> {
    await this.#turn();
    for (const name of this.#names.keys()) if (name === path || name.startsWith(`${path}/`)) this.#names.delete(name);
  }

  async list(path: string): Promise<readonly string[]> {
    await this.#turn();
    const inside = [...this.#names.keys()].filter((name) => name.startsWith(`${path}/`));
    return [...new Set(inside.map((name) => name.slice(path.length + 1).split('/', 1)[0] ?? ''))];
  }

  async stat(path: string): Promise<FileStat | undefined> {
    await this.#turn();
    const inode = this.#names.get(path);
    return inode === undefined ? undefined : { kind: 'file', bytes: inode.content.length, changedMs: 0 };
  }

  async realPath(path: string): Promise<string | undefined> {
    return (await this.stat(path)) === undefined ? undefined : path;
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#begin('syncDirectory');
    const inside = (name: string): boolean => name.startsWith(`${path}/`);
    for (const name of this.#durableNames.keys()) if (inside(name)) this.#durableNames.delete(name);
    for (const [name, inode] of this.#names) if (inside(name)) this.#durableNames.set(name, inode);
  }

  async freeBytes(): Promise<number> {
    await this.#turn();
    return this.#freeBytes();
  }

  #freeBytes(): number {
    let used = 0;
    for (const inode of new Set(this.#names.values())) used += inode.content.length;
    return Math.max(0, this.capacityBytes - used);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw failure('ENOENT', path);
    return inode;
  }

  async #begin(operation: FaultyOperation): Promise<void> {
    await this.#turn();
    this.#throwFault(operation);
  }

  async #turn(): Promise<void> {
    await nextTurn();
    if (this.#isDead) await new Promise(() => undefined);
  }

  #throwFault(operation: FaultyOperation): void {
    const index = this.#faults.findIndex((fault) => fault.operation === operation);
    const [fault] = index === -1 ? [] : this.#faults.splice(index, 1);
    if (fault !== undefined) throw failure(fault.code, operation);
  }

  #handle(inode: Inode): OpenFile {
    let isOpen = true;
    // A real descriptor is another file's by then.
    const checkOpen = (): void => {
      if (!isOpen) throw failure('EBADF', 'a file that is closed');
    };
    const readSync = (target: Uint8Array, position: number): number => {
      checkOpen();
      const found = inode.content.subarray(position, position + target.length);
      target.set(found);
      return found.length;
    };
    return {
      readSync,
      read: async (target, position) => {
        await this.#begin('read');
        this.counts.read += 1;
        return readSync(target, position);
      },
      write: async (parts, position) => {
        checkOpen();
        const change = { position, bytes: new Uint8Array(Buffer.concat(parts)) };
        const pending = { inode, change };
        this.#underWay.add(pending);
        await this.#begin('write').finally(() => this.#underWay.delete(pending));
        this.counts.write += 1;
        const growth = Math.max(0, position + change.bytes.length - inode.content.length);
        const free = this.#freeBytes();
        if (growth > free) {
          apply(inode, { position, bytes: change.bytes.slice(0, change.bytes.length - (growth - free)) });
          throw failure('ENOSPC', 'write');
        }
        apply(inode, change);
      },
      truncate: async (bytes) => {
        await this.#begin('truncate');
        apply(inode, { truncatedTo: bytes });
      },
      sync: async () => {
        await this.#begin('sync');
        this.counts.sync += 1;
        inode.durable = inode.content.slice();
        inode.unsynced = [];
      },
      close: async () => {
        checkOpen();
        isOpen = false;
        await this.#turn();
        this.openCount -= 1;
      },
    };
  }
}

function apply(inode: Inode, change: Inode['unsynced'][number]): void {
  inode.unsynced.push(change);
  if ('truncatedTo' in change) {
    inode.content = inode.content.slice(0, change.truncatedTo);
    return;
  }
  const grown = new Uint8Array(Math.max(inode.content.length, change.position + change.bytes.length));
  grown.set(inode.content);
  grown.set(change.bytes, change.position);
  inode.content = grown;
}

function tear(change: Change, random: () => number): Change {
  const keptBytes = Math.floor(random() * (change.bytes.length + 1));
  const bytes = change.bytes.slice();
  return { ...change, bytes: random() < 0.5 ? bytes.subarray(0, keptBytes) : bytes.fill(0, keptBytes) };
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

/** A world with these files, a clock that stands still and seeded chance. */
export function simulatedWorld(files: Files, seed = 1): World {
  return { files, nowMs: () => 0, random: seededRandom(seed) };
}
