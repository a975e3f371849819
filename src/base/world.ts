/**
 * The only door to disk, clock and chance. Production hands in the real ones (storage/node-files.ts), tests hand in
 * simulated ones, and nothing else in the house reads a clock, draws a number or opens a file.
 */
export interface World {
  readonly files: Files;
  /** Milliseconds since 1970, as `Date.now()`. */
  nowMs(): number;
  /** A number in [0, 1), as `Math.random()`. */
  random(): number;
}

/** `read`: must exist. `write`: must exist, opened for reading and writing. `create`: made, or emptied if it exists. */
export type OpenMode = 'read' | 'write' | 'create';

/** What `stat` tells of a file or directory. */
export interface FileStat {
  readonly kind: 'file' | 'directory';
  readonly bytes: number;
  /** When its content, its name or its rights changed last. */
  readonly changedMs: number;
}

/**
 * The disk. Errors are those of Node: an `Error` with a `code` (`ENOENT`, `ENOSPC`, …); storage/ translates them.
 * Paths are those of the platform. What is written is certain to survive a power loss after `sync` alone, names
 * (create, rename, unlink) after `syncDirectory` of the folder that holds them.
 */
export interface Files {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Replaces the target if it exists, atomically. */
  rename(source: string, target: string): Promise<void>;
  /** A second name for the same file. */
  link(source: string, target: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes the directory and those above it, whose names then survive a power loss; no error if it is there. */
  mkdir(path: string): Promise<void>;
  /** Removes a file or a directory with all that it holds; no error if nothing is there. */
  remove(path: string): Promise<void>;
  /** Names in a directory, in no order; empty if there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** undefined if there is nothing of that name. */
  stat(path: string): Promise<FileStat | undefined>;
  /** The path without links and dots; undefined if there is nothing of that name. */
  realPath(path: string): Promise<string | undefined>;
  syncDirectory(path: string): Promise<void>;
  /** Bytes that may still be written on the disk that holds `path`. */
  freeBytes(path: string): Promise<number>;
}

/** An open file. All positions are byte offsets from its start. */
export interface OpenFile {
  /** Fills `target` from `position`; fewer bytes are read only at the end of the file. Returns their number. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** As `read`, at once: for short reads that are most likely in the page cache. */
  readSync(target: Uint8Array, position: number): number;
  /** Writes the parts end to end at `position`, all of them or an error; after an error any part may be written. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** The content (and length) survives a power loss after this: fdatasync. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
