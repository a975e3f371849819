import type { SnapshotScope } from '../../core/snapshots.ts';
import type { Collection } from '../collection.ts';
import type { Database } from '../database.ts';
import type { Foundation } from '../foundation.ts';
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
    const captured: (readonly CapturedShard[])[] = [];
    const collections: SnapshotHead['collections'][number][] = [];
    const release = async (): Promise<void> => {
      for (const shard of captured.flat()) await shard.release();
      await foundation.world.files.remove(folder);
    };
    try {
      for (const name of names) {
        const taken = await this.takeCollection(name, scope, `${folder}/${captured.length}`);
        if (taken === undefined) continue;
        captured.push(taken.shards);
        // After its shards: fields of vectors that come meanwhile are in the configuration at least.
        const { config } = taken.collection;
        const manifests = taken.shards.map((shard) => ({ shard: shard.place.shard, manifest: shard.manifest }));
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

  /** undefined: there is none of this name any more, which of a whole storage is no fault. */
  private async takeCollection(
    name: string,
    scope: SnapshotScope,
    folder: string,
  ): Promise<{ readonly collection: Collection; readonly shards: readonly CapturedShard[] } | undefined> {
    const { database } = this;
    for (;;) {
      const collection = scope.kind === 'full' ? database.find(name) : database.collection(name);
      if (collection === undefined) return undefined;
      const shards: CapturedShard[] = [];
      try {
        await this.takeShards(collection, scope, folder, shards);
        return { collection, shards };
      } catch (error) {
        // Caught to undo; and to begin again where another collection has taken its place, as a recovery does.
        for (const shard of shards) await shard.release();
        if (database.find(name) === collection) throw error;
      }
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
