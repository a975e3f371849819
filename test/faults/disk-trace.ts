import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The changes that a process made below a folder, one after another, as record-changes.c writes them down. */

export type DiskEvent =
  | {
      readonly kind: 'open';
      readonly fd: number;
      readonly path: string;
      readonly creates: boolean;
      readonly empties: boolean;
    }
  | { readonly kind: 'write'; readonly fd: number; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly fd: number; readonly bytes: number }
  | { readonly kind: 'sync' | 'close'; readonly fd: number }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'unlink' | 'mkdir' | 'rmdir'; readonly path: string };

const KINDS = ['', 'open', 'write', 'truncate', 'sync', 'close', 'rename', 'link', 'unlink', 'mkdir', 'rmdir'] as const;
const HEAD_BYTES = 32;
const CREATES = 1;
const EMPTIES = 2;

const SOURCE = join(import.meta.dirname, 'record-changes.c');
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/faults');

/** The library to preload, or undefined where there is no C compiler, or no Linux. */
export async function compileRecorder(): Promise<string | undefined> {
  const compiler = ['cc', 'gcc', 'clang'].find(isThere);
  if (process.platform !== 'linux' || compiler === undefined) return undefined;
  const { createHash } = await import('node:crypto');
  const source = await readFile(SOURCE);
  const library = join(CACHE, `record-changes-${createHash('sha256').update(source).digest('hex').slice(0, 12)}.so`);
  if (existsSync(library)) return library;
  mkdirSync(CACHE, { recursive: true });
  const aside = `${library}.${process.pid}`;
  await promisify(execFile)(compiler, ['-shared', '-fPIC', '-O1', '-o', aside, SOURCE, '-ldl', '-lpthread']);
  await rename(aside, library);
  return library;
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Whatever is wrong with it, it cannot be used.
    return false;
  }
}

/** Paths are given relative to `root`, which itself is ''. */
export async function readTrace(path: string, root: string): Promise<readonly DiskEvent[]> {
  const bytes = await readFile(path);
  const events: DiskEvent[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = KINDS[bytes.readUInt32LE(at)];
    const fd = bytes.readInt32LE(at + 4);
    const offset = Number(bytes.readBigUInt64LE(at + 8));
    const pathEnd = at + HEAD_BYTES + bytes.readUInt32LE(at + 16);
    const secondEnd = pathEnd + bytes.readUInt32LE(at + 20);
    const end = secondEnd + Number(bytes.readBigUInt64LE(at + 24));
    const first = relative(bytes.toString('utf8', at + HEAD_BYTES, pathEnd), root);
    const second = relative(bytes.toString('utf8', pathEnd, secondEnd), root);
    events.push(eventOf(kind, { fd, offset, first, second, data: bytes.subarray(secondEnd, end) }));
    at = end;
  }
  return events;
}

interface Parts {
  readonly fd: number;
  readonly offset: number;
  readonly first: string;
  readonly second: string;
  readonly data: Buffer;
}

function eventOf(kind: (typeof KINDS)[number] | undefined, { fd, offset, first, second, data }: Parts): DiskEvent {
  switch (kind) {
    case 'open':
      return { kind, fd, path: first, creates: (offset & CREATES) !== 0, empties: (offset & EMPTIES) !== 0 };
    case 'write':
      return { kind, fd, offset, data };
    case 'truncate':
      return { kind, fd, bytes: offset };
    case 'sync':
    case 'close':
      return { kind, fd };
    case 'rename':
    case 'link':
      return { kind, path: first, target: second };
    case 'unlink':
    case 'mkdir':
    case 'rmdir':
      return { kind, path: first };
    case '':
    case undefined:
      throw new Error('the trace is cut or of another form');
  }
}

function relative(path: string, root: string): string {
  return path.slice(root.length).replace(/^\//, '');
}
