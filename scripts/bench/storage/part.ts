import path from 'node:path';
import type { BenchData } from '../engine/cached-data.ts';
import { type BenchServer, COLLECTION } from '../server/bench-server.ts';

export interface StorageBench {
  readonly server: BenchServer;
  readonly data: BenchData;
  readonly rounds: number;
}

/** What a snapshot of the collection holds, as folders of the running server. */
export function storedFolders({ folder }: BenchServer): readonly string[] {
  const storage = path.join(folder, 'storage');
  return [path.join(storage, 'collections'), path.join(storage, 'kv')];
}

export interface Made {
  readonly name: string;
  readonly size: number;
}

export async function makeSnapshot(server: BenchServer): Promise<Made> {
  return (await server.ask('POST', `/collections/${COLLECTION}/snapshots?wait=true`)) as Made;
}

export async function dropSnapshot(server: BenchServer, { name }: Made): Promise<void> {
  await server.ask('DELETE', `/collections/${COLLECTION}/snapshots/${name}?wait=true`);
}

export function snapshotPath({ folder }: BenchServer, { name }: Made): string {
  return path.join(folder, 'snapshots', COLLECTION, name);
}
