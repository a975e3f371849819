import type { SnapshotScope } from '../../core/snapshots.ts';
import type { Collection } from '../collection.ts';
import type { Database } from '../database.ts';
import type { Foundation } from '../shard.ts';
import { captureShard, type CapturedShard } from './capture.ts';
import type { SnapshotHead } from './head.ts';
import type { CapturedShards } from './snapshot-members.ts';

/** What a snapshot is made of; to be released. */
export interface Capture {
  readonly head: SnapshotHead;
  readonly shards: CapturedShards;
  readonly release: () => Promise<void>;
}

/** Captures whole collections, or one shard of one, beside the storage: second names for files, on the same disk. */
export class Captures {
  private readonly foundation: Foundation;
  private readonly database: Database;
  private readonly directory: string;
  private taken = 0;

  constructor(foundation: Foundation, database: Database, directory: string) {
    this.foundation = foundation;
    this.database = database;
    this.directory = directory;
  }

  /** At the start: whoever held these is gone. */
  async sweep(): Promise<void> {
    await this.foundation.world.files.remove(this.directory);
  }

  /** Throws insufficient_storage, or not_found for a collection that was deleted just now. */
  async take(scope: SnapshotScope): Promise<Capture> {
    const { database, foundation } = this;
    const folder = `${this.directory}/${++this.taken}`;
    const names = scope.kind === 'full' ? database.names() : [scope.collection];
    const captured: CapturedShard[][] = [];
    const collections: SnapshotHead['collections'][number][] = [];
    const release = async (): Promise<void> => {
      for (const shard of captured.flat()) await shard.release();
      await foundation.world.files.remove(folder);
    };
    try {
      for (const name of names) {
        const collection = scope.kind === 'full' ? database.find(name) : database.collection(name);
        if (collection === undefined) continue;
        const place = `${folder}/${captured.length}`;
        const shards: CapturedShard[] = [];
        captured.push(shards);
        try {
          await this.takeShards(collection, scope, place, shards);
        } catch (error) {
          // To undo: of a whole storage, a collection that is deleted meanwhile is simply not there.
          if (scope.kind !== 'full' || database.find(name) === collection) throw error;
          for (const shard of shards) await shard.release();
          captured.pop();
          continue;
        }
        // After its shards: fields of vectors that come meanwhile are in the configuration at least.
        const { config } = collection;
        const manifests = shards.map((shard) => ({ shard: shard.place.shard, manifest: shard.manifest }));
        collections.push({ name, config, shards: manifests });
      }
      const known = new Set(collections.map(({ name }) => name));
      const aliases = scope.kind === 'full' ? database.listAliases(undefined) : [];
      const head = {
        kind: scope.kind,
        createdMs: foundation.world.nowMs(),
        collections,
        aliases: aliases.filter(({ collection }) => known.has(collection)),
      };
      return { head, shards: captured, release };
    } catch (error) {
      // Caught to undo.
      await release();
      throw error;
    }
  }

  private async takeShards(
    collection: Collection,
    scope: SnapshotScope,
    folder: string,
    taken: CapturedShard[],
  ): Promise<void> {
    const { world, kv } = this.foundation;
    for (const shard of collection.shards) {
      if (scope.kind === 'shard' && shard.number !== scope.shard) continue;
      taken.push(await captureShard(world, kv, shard, `${folder}/${shard.number}`));
    }
  }
}
