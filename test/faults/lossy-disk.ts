import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskEvent } from './disk-trace.ts';

/**
 * What a disk may hold when the power fails, worked out from the changes that were made until then.
 *
 * Content of a file is certain up to its last fsync. Behind that there are all writes up to some byte, or each sector is
 * as it was at a moment of its own; what was never written reads as zeros.
 *
 * Names are certain by an fsync of their folder alone. Of later ones there may be
 *   journal   all up to some moment, in every folder the same one; an fsync of anything makes all before it certain, as
 *             in ext4, XFS and btrfs
 *   folders   in every folder all up to a moment of its own
 *   any       each or not; but LevelDB's folder, whose start relies on the order of names there, as in `folders`
 */
export const NAME_ORDERS = ['journal', 'folders', 'any'] as const;
export type NameOrder = (typeof NAME_ORDERS)[number];

interface File {
  readonly kind: 'file';
  readonly changes: FileChange[];
}

type FileChange = { readonly at: number } & (
  { readonly offset: number; readonly data: Buffer } | { readonly bytes: number } | { readonly isSynced: true }
);

interface Folder {
  readonly kind: 'folder';
  readonly path: string;
  readonly names: Map<string, File | Folder>;
  readonly changes: FolderChange[];
  /** Events by which this folder was synced. */
  readonly syncs: number[];
}

interface FolderChange {
  readonly at: number;
  /** undefined: the name goes. */
  readonly names: readonly (readonly [string, File | Folder | undefined])[];
}

export interface Cut {
  /** So many events took place. */
  readonly events: number;
  readonly order: NameOrder;
  readonly random: () => number;
}

export class LossyDisk {
  readonly #root = makeFolder('');
  readonly #descriptors = new Map<number, File | Folder>();
  /** Events by which anything was synced. */
  readonly #syncs: number[] = [];

  constructor(events: readonly DiskEvent[]) {
    events.forEach((event, at) => this.#take(event, at));
  }

  /** Writes what a power loss left into a folder. */
  async restore(target: string, cut: Cut): Promise<void> {
    const journal = this.#momentOf(this.#syncs, cut);
    await this.#restoreFolder(this.#root, target, cut, journal);
  }

  #take(event: DiskEvent, at: number): void {
    switch (event.kind) {
      case 'open': {
        let found = this.#find(event.path);
        if (found === undefined) {
          found = { kind: 'file', changes: [] };
          this.#change(at, event.path, found);
        } else if (event.empties && found.kind === 'file') {
          found.changes.push({ at, bytes: 0 });
        }
        this.#descriptors.set(event.fd, found);
        return;
      }
      case 'write': {
        const file = this.#descriptors.get(event.fd);
        if (file?.kind === 'file') file.changes.push({ at, offset: event.offset, data: event.data });
        return;
      }
      case 'truncate': {
        const file = this.#descriptors.get(event.fd);
        if (file?.kind === 'file') file.changes.push({ at, bytes: event.bytes });
        return;
      }
      case 'sync': {
        const found = this.#descriptors.get(event.fd);
        if (found?.kind === 'file') found.changes.push({ at, isSynced: true });
        else found?.syncs.push(at);
        this.#syncs.push(at);
        return;
      }
      case 'close':
        this.#descriptors.delete(event.fd);
        return;
      case 'rename': {
        const [source, target] = [split(event.path), split(event.target)];
        const moved = this.#find(event.path);
        if (source.folder === target.folder) {
          this.#record(source.folder, at, [
            [source.name, undefined],
            [target.name, moved],
          ]);
        } else {
          this.#change(at, event.path, undefined);
          this.#change(at, event.target, moved);
        }
        return;
      }
      case 'link':
        this.#change(at, event.target, this.#find(event.path));
        return;
      case 'mkdir':
        this.#change(at, event.path, makeFolder(event.path));
        return;
      case 'unlink':
      case 'rmdir':
        this.#change(at, event.path, undefined);
    }
  }

  #find(path: string): File | Folder | undefined {
    let found: File | Folder | undefined = this.#root;
    for (const name of path === '' ? [] : path.split('/')) {
      found = found?.kind === 'folder' ? found.names.get(name) : undefined;
    }
    return found;
  }

  #change(at: number, path: string, value: File | Folder | undefined): void {
    const { folder, name } = split(path);
    this.#record(folder, at, [[name, value]]);
  }

  #record(path: string, at: number, names: FolderChange['names']): void {
    const folder = this.#find(path);
    if (folder?.kind !== 'folder') throw new Error(`no folder ${path}`);
    folder.changes.push({ at, names });
    for (const [name, value] of names) {
      if (value === undefined) folder.names.delete(name);
      else folder.names.set(name, value);
    }
  }

  /** A moment between the last of some syncs and the cut. */
  #momentOf(syncs: readonly number[], { events, random }: Cut): number {
    const last = syncs.findLast((at) => at < events) ?? -1;
    // Often nothing is lost, or everything that can be.
    const chance = random();
    if (chance < 0.3) return events;
    return chance < 0.6 ? last + 1 : last + 1 + Math.floor(random() * (events - last));
  }

  async #restoreFolder(folder: Folder, target: string, cut: Cut, journal: number): Promise<void> {
    await mkdir(target, { recursive: true });
    for (const [name, value] of this.#namesLeft(folder, cut, journal)) {
      const path = join(target, name);
      if (value.kind === 'folder') await this.#restoreFolder(value, path, cut, journal);
      else await writeFile(path, contentLeft(value, cut));
    }
  }

  #namesLeft(folder: Folder, cut: Cut, journal: number): ReadonlyMap<string, File | Folder> {
    const { random, order, events } = cut;
    const certain = (folder.syncs.findLast((at) => at < events) ?? -1) + 1;
    const isAny = order === 'any' && !/(^|\/)kv$/.test(folder.path);
    const until = order === 'journal' ? journal : this.#momentOf(folder.syncs, cut);
    const names = new Map<string, File | Folder>();
    for (const change of folder.changes) {
      if (change.at >= events) break;
      const isKept = isAny ? change.at < certain || random() < 0.6 : change.at < until;
      if (!isKept) continue;
      for (const [name, value] of change.names) {
        if (value === undefined) names.delete(name);
        else names.set(name, value);
      }
    }
    return names;
  }
}

/** What a disk writes at once: its sector, or a page of the system. */
const UNIT_BYTES = [512, 4096];

/** What is left of a file of which everything up to a moment is certain. */
function contentLeft({ changes }: File, { events, random }: Cut): Buffer {
  const until = changes.filter(({ at }) => at < events);
  const certain = until.findLastIndex((change) => 'isSynced' in change);
  let content: Buffer = Buffer.alloc(0);
  for (const change of until.slice(0, certain + 1)) content = changed(content, change);
  const versions = [content];
  for (const change of until.slice(certain + 1)) versions.push(changed(versions.at(-1) ?? content, change));
  const chance = random();
  if (chance < 0.2) return content;
  if (chance < 0.3) return versions.at(-1) ?? content;
  return chance < 0.6 ? tornContent(versions, random) : mixedContent(versions, random);
}

/** All changes up to one, and of that the bytes up to any. */
function tornContent(versions: readonly Buffer[], random: () => number): Buffer {
  const index = Math.floor(random() * versions.length);
  const [version, next] = [versions[index], versions[index + 1]];
  if (version === undefined || next === undefined) return version ?? Buffer.alloc(0);
  const from = firstDifference(version, next);
  const at = from + Math.floor(random() * (next.length - from + 1));
  return Buffer.concat([next.subarray(0, at), version.subarray(at)]);
}

function firstDifference(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most; at++) if (a[at] !== b[at]) return at;
  return most;
}

/** Each sector (or page) as it was at a moment of its own; what was not written yet is zeros. */
function mixedContent(versions: readonly Buffer[], random: () => number): Buffer {
  const anyVersion = (): Buffer => versions[Math.floor(random() * versions.length)] ?? Buffer.alloc(0);
  const unitBytes = UNIT_BYTES[Math.floor(random() * UNIT_BYTES.length)] ?? 1;
  const content = Buffer.alloc(anyVersion().length);
  for (let at = 0; at < content.length; at += unitBytes) {
    content.set(anyVersion().subarray(at, Math.min(at + unitBytes, content.length)), at);
  }
  return content;
}

function changed(content: Buffer, change: FileChange): Buffer {
  if ('isSynced' in change) return content;
  if ('bytes' in change) return resized(content, change.bytes);
  const { offset, data } = change;
  const result = resized(content, Math.max(content.length, offset + data.length));
  data.copy(result, offset);
  return result;
}

function resized(content: Buffer, bytes: number): Buffer {
  const result = Buffer.alloc(bytes);
  content.copy(result, 0, 0, Math.min(bytes, content.length));
  return result;
}

function makeFolder(path: string): Folder {
  return { kind: 'folder', path, names: new Map(), changes: [], syncs: [] };
}

function split(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) };
}
