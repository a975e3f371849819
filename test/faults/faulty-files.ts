import type { Files, OpenFile, World } from '../../src/base/world.ts';
import { realWorld } from '../collections/house.ts';

/** Calls that a disk may refuse. `create` is an `open` that makes a file; `room` a question for free space. */
export type FaultyCall =
  | 'create'
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'list'
  | 'syncDirectory'
  | 'room';

/** Asked before every call; an error code fails it. */
export type FaultRule = (call: FaultyCall, path: string) => string | undefined;

/** The real disk with faults: what the rule says of a call comes before the call, and half of a write is carried out. */
export function faultyWorld(rule: FaultRule): World {
  const world = realWorld();
  return { ...world, files: new FaultyFiles(world.files, rule) };
}

class FaultyFiles implements Files {
  readonly #files: Files;
  readonly #rule: FaultRule;

  constructor(files: Files, rule: FaultRule) {
    this.#files = files;
    this.#rule = rule;
  }

  async open(path: string, mode: Parameters<Files['open']>[1]): Promise<OpenFile> {
    this.#ask(mode === 'create' ? 'create' : 'open', path);
    return this.#guard(await this.#files.open(path, mode), path);
  }

  async rename(source: string, target: string): Promise<void> {
    this.#ask('rename', target);
    await this.#files.rename(source, target);
  }

  async link(source: string, target: string): Promise<void> {
    this.#ask('create', target);
    await this.#files.link(source, target);
  }

  async unlink(path: string): Promise<void> {
    this.#ask('unlink', path);
    await this.#files.unlink(path);
  }

  async mkdir(path: string): Promise<void> {
    this.#ask('mkdir', path);
    await this.#files.mkdir(path);
  }

  async remove(path: string): Promise<void> {
    this.#ask('unlink', path);
    await this.#files.remove(path);
  }

  async list(path: string): Promise<readonly string[]> {
    this.#ask('list', path);
    return this.#files.list(path);
  }

  stat(path: string): ReturnType<Files['stat']> {
    return this.#files.stat(path);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#ask('syncDirectory', path);
    await this.#files.syncDirectory(path);
  }

  realPath(path: string): ReturnType<Files['realPath']> {
    return this.#files.realPath(path);
  }

  async freeBytes(path: string): Promise<number> {
    return this.#rule('room', path) === undefined ? this.#files.freeBytes(path) : 0;
  }

  #ask(call: FaultyCall, path: string): void {
    const code = this.#rule(call, path);
    if (code !== undefined) throw failure(code, call, path);
  }

  #guard(file: OpenFile, path: string): OpenFile {
    return {
      read: async (target, position) => {
        this.#ask('read', path);
        return file.read(target, position);
      },
      readSync: (target, position) => {
        this.#ask('read', path);
        return file.readSync(target, position);
      },
      write: async (parts, position) => {
        const code = this.#rule('write', path);
        if (code === undefined) return file.write(parts, position);
        const whole = Buffer.concat(parts);
        await file.write([whole.subarray(0, whole.length >>> 1)], position);
        throw failure(code, 'write', path);
      },
      truncate: async (bytes) => {
        this.#ask('truncate', path);
        await file.truncate(bytes);
      },
      sync: async () => {
        this.#ask('sync', path);
        await file.sync();
      },
      close: () => file.close(),
    };
  }
}

function failure(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${call} '${path}'`), { code });
}
