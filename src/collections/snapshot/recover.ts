import { present } from '../../base/invariant.ts';
import type { CollectionConfig, DenseVectorConfig } from '../../core/collection-config.ts';
import { badInput, badRequest, VectorizerError } from '../../core/errors.ts';
import type { RecoverScope } from '../../core/snapshots.ts';
import type { Collection } from '../collection.ts';
import type { Database, Newcomer } from '../database.ts';
import type { Foundation } from '../foundation.ts';
import type { Shard } from '../shard.ts';
import type { SnapshotCollection, SnapshotHead } from './head.ts';
import { restoreSnapshot } from './restore-snapshot.ts';
import type { LocalSnapshot, ReadingOptions } from './snapshot-bytes.ts';

/**
 * Recovers a collection or one of its shards:
 *
 *   1. restore   every member is verified and written under a number that no catalogue names
 *   2. open      the shards as a start would open them: graphs, vectors, ids, payload indexes
 *   3. publish   one synced entry of the catalogue; requests that still run on the old shards end first
 *   4. erase     the old shards
 *
 * Before 3 nothing is changed for anybody, and a crash leaves only what the next start sweeps away. A collection that is
 * there keeps its configuration; one that is not gets the snapshot's.
 * Throws bad_input for a file that is damaged or holds something else, and whatever a full disk says.
 */
export async function recoverSnapshot(
  foundation: Foundation,
  database: Database,
  scope: RecoverScope,
  snapshot: LocalSnapshot,
  options: ReadingOptions,
): Promise<void> {
  const name = scope.collection;
  const replaced = database.find(name);
  await database.memory.admit();
  const { head, numbers, erase } = await restoreSnapshot(foundation, database, snapshot, options, (head) => {
    refuseOtherKind(head, scope.kind, snapshot.name);
    for (const found of head.collections) refuseIncompatible(found, replaced?.config, scope);
  });
  const opened = new OpenedShards();
  try {
    const found = present(head.collections[0], 'snapshot: of one collection');
    const number = present(numbers[0], 'restore: a number for each collection');
    const collection =
      scope.kind === 'shard'
        ? await opened.shard(database, present(replaced, 'recover: a shard has a collection'), number, scope.shard)
        : await opened.collection(database, number, replaced?.config ?? found.config);
    await database.publish([{ name, collection, replaced, keepsConfig: true }], []);
  } catch (error) {
    // Caught to undo.
    await opened.close();
    await erase();
    throw error;
  }
}

/**
 * Recovers all collections of a full snapshot, with its configurations and aliases, in one step; those that the snapshot
 * does not have stay. Throws already_exists where a collection is there and `force` is false.
 */
export async function recoverStorage(
  foundation: Foundation,
  database: Database,
  snapshot: LocalSnapshot,
  { force, ...options }: ReadingOptions & { readonly force: boolean },
): Promise<void> {
  const { head, numbers, erase } = await restoreSnapshot(foundation, database, snapshot, options, (head) => {
    refuseOtherKind(head, 'full', snapshot.name);
    for (const { name } of head.collections) if (!force && database.find(name) !== undefined) throw existing(name);
  });
  const opened = new OpenedShards();
  try {
    const newcomers: Newcomer[] = [];
    for (const [index, { name, config }] of head.collections.entries()) {
      const replaced = database.find(name);
      const number = present(numbers[index], 'restore: a number for each collection');
      const collection = await opened.collection(database, number, config);
      newcomers.push({ name, collection, replaced, keepsConfig: false });
    }
    await database.publish(newcomers, head.aliases);
  } catch (error) {
    // Caught to undo.
    await opened.close();
    await erase();
    throw error;
  }
}

/** Shards that are open and not published: nobody else closes them. */
class OpenedShards {
  private readonly opened: { readonly whole: Collection; readonly shards: readonly Shard[] }[] = [];

  async collection(database: Database, number: number, config: CollectionConfig): Promise<Collection> {
    const whole = await database.openCollection({ number, config });
    this.opened.push({ whole, shards: whole.shards });
    return whole;
  }

  /** A collection with one of its shards exchanged. */
  async shard(database: Database, replaced: Collection, number: number, index: number): Promise<Collection> {
    const shard = await database.openShard(database.placeOf(number, index), replaced.config);
    const whole = replaced.withShard(shard);
    this.opened.push({ whole, shards: [shard] });
    return whole;
  }

  async close(): Promise<void> {
    for (const { whole, shards } of this.opened) await whole.closeShards(shards, false);
  }
}

const KIND_WORDS: Readonly<Record<SnapshotHead['kind'], string>> = {
  collection: 'a collection',
  shard: 'one shard of a collection',
  full: 'a whole storage',
};

const KIND_WAYS: Readonly<Record<SnapshotHead['kind'], string>> = {
  collection: 'PUT /collections/{collection}/snapshots/recover or `vectorizer snapshot recover`',
  shard: 'PUT /collections/{collection}/shards/{shard}/snapshots/recover',
  full: '`vectorizer serve --storage-snapshot FILE` or `vectorizer snapshot recover FILE --storage FOLDER`',
};

function refuseOtherKind({ kind }: SnapshotHead, wanted: SnapshotHead['kind'], name: string): void {
  if (kind === wanted) return;
  throw badInput(
    `${name} is a snapshot of ${KIND_WORDS[kind]}, not of ${KIND_WORDS[wanted]}: recover it with ${KIND_WAYS[kind]}`,
  );
}

/** Where the vectors or the shards are others the points would fit nowhere. */
function refuseIncompatible(
  found: SnapshotCollection,
  config: CollectionConfig | undefined,
  scope: RecoverScope,
): void {
  const { params } = found.config;
  const [held] = found.shards;
  if (scope.kind === 'shard' && params.shardNumber > 1 && held?.shard !== scope.shard) {
    throw incompatible(`it holds shard ${held?.shard}, not shard ${scope.shard}`);
  }
  if (config === undefined) return;
  if (params.shardNumber !== config.params.shardNumber) {
    throw incompatible(`it has ${params.shardNumber} shards, the collection has ${config.params.shardNumber}`);
  }
  const [here, there] = [config.params.vectors, params.vectors].map(vectorsText);
  if (here !== there) throw incompatible(`its vectors are ${there}, those of the collection ${here}`);
}

function incompatible(reason: string): VectorizerError {
  return badRequest(`Snapshot is not compatible with existing collection: ${reason}`);
}

function vectorsText(vectors: readonly DenseVectorConfig[]): string {
  const texts = vectors.map(({ name, size, distance, multivector, datatype = 'float32' }) => {
    return `${JSON.stringify(name)}: ${size} x ${datatype}, ${distance}${multivector ? ', multivector' : ''}`;
  });
  return `{${texts.toSorted().join('; ')}}`;
}

function existing(name: string): VectorizerError {
  return new VectorizerError('already_exists', `Collection \`${name}\` already exists!`);
}
