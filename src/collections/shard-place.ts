import { join } from 'node:path';

/** Where a shard stands. */
export interface ShardPlace {
  readonly collection: number;
  readonly shard: number;
  readonly directory: string;
}

/** directory: of all collections. number: the collection's, or the shard's own (catalogue.ts). */
export function shardPlace(directory: string, number: number, shard: number): ShardPlace {
  return { collection: number, shard, directory: join(directory, String(number), String(shard)) };
}

/** The folder of a shard's segments. */
export function segmentsFolder(place: ShardPlace): string {
  return join(place.directory, 'segments');
}

export function logFolder(place: ShardPlace): string {
  return join(place.directory, 'log');
}
