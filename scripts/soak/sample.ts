import { readdirSync, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** What a process holds at a moment. */
export interface Sample {
  readonly residentMiB: number;
  readonly handles: number;
  readonly threads: number;
}

/** Throws where the process is gone. */
export function sampleOf(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    residentMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN),
  };
}

/** What a server with leaks would show after so many seconds: enough to fail after a minute. */
export function withLeak({ residentMiB, handles, threads }: Sample, seconds: number): Sample {
  return { residentMiB: residentMiB + 3 * seconds, handles: handles + Math.floor(seconds), threads };
}

/** Bytes of all files below a folder; those that go meanwhile count for nothing. */
export async function folderMiB(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) {
    if (!name.isFile()) continue;
    const found = await stat(path.join(name.parentPath, name.name)).catch(() => undefined);
    bytes += found?.size ?? 0;
  }
  return bytes / 2 ** 20;
}
