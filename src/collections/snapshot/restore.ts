import { present } from '../../base/invariant.ts';
import type { World } from '../../base/world.ts';
import type { Kv, KvOperation } from '../../storage/kv.ts';
import { restoreFile } from '../../storage/restore-file.ts';
import { manifestKey, type PointFamily, suffixKey } from '../keys.ts';
import { encodeManifest } from '../manifest.ts';
import { segmentsFolder, type ShardPlace } from '../shard-place.ts';
import type { PointEntry } from './entries.ts';
import type { SnapshotHead } from './head.ts';
import type { MemberPlace } from './member-names.ts';
import type { SnapshotVisitor } from './read-snapshot.ts';

/** Bytes of a batch: the store merges those that wait. */
const BATCH_BYTES = 1 << 20;
/** About what an operation takes beside its value. */
const OPERATION_BYTES = 64;
/** Members that the store may be behind; each is some 8 MiB. */
const MEMBERS_BEHIND = 2;

/**
 * Brings the shards of a snapshot onto the disk as it is read, under numbers that no catalogue names: whatever happens on
 * the way, nobody sees them.
 */
export class Restore implements SnapshotVisitor {
  private readonly world: World;
  private readonly kv: Kv;
  private readonly begin: (head: SnapshotHead) => Promise<PlaceOf>;
  /** Files whose bytes are on their way to the disk. */
  private readonly syncing: Promise<void>[] = [];
  /** Members whose entries are on their way into the store. */
  private readonly storing: Promise<void>[] = [];
  private known: SnapshotHead | undefined;
  private places: PlaceOf | undefined;

  /** begin: is given what the snapshot holds and says where its shards are to stand; throws what speaks against it. */
  constructor(world: World, kv: Kv, begin: (head: SnapshotHead) => Promise<PlaceOf>) {
    this.world = world;
    this.kv = kv;
    this.begin = begin;
  }

  async head(head: SnapshotHead): Promise<void> {
    const places = await this.begin(head);
    this.known = head;
    this.places = places;
    for (const [collection, { shards }] of head.collections.entries()) {
      for (const { shard } of shards) await this.world.files.mkdir(segmentsFolder(places({ collection, shard })));
    }
  }

  async file(place: MemberPlace, file: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { synced } = await restoreFile(this.world, `${segmentsFolder(this.placeOf(place))}/${file}`, content);
    // Awaited in `finish`: meanwhile the next one is written.
    synced.catch(() => undefined);
    this.syncing.push(synced);
  }

  async entries(place: MemberPlace, family: PointFamily, entries: Iterable<PointEntry>): Promise<void> {
    const { collection, shard } = this.placeOf(place);
    const batches: Promise<void>[] = [];
    let operations: KvOperation[] = [];
    let bytes = 0;
    const write = (): void => {
      // Synced: LevelDB promises nothing for unsynced writes before a synced one once it has begun a new journal.
      batches.push(this.kv.batch(operations, { sync: true }));
      operations = [];
      bytes = 0;
    };
    for (const { suffix, value } of entries) {
      operations.push({ type: 'put', key: suffixKey(family, collection, shard, suffix), value });
      bytes += value.length + OPERATION_BYTES;
      if (bytes >= BATCH_BYTES) write();
    }
    if (operations.length > 0) write();
    // What fails is told in `finish`, if not here.
    const stored = Promise.all(batches).then(() => undefined);
    stored.catch(() => undefined);
    this.storing.push(stored);
    await this.storing.at(-1 - MEMBERS_BEHIND);
  }

  /** When everything was read and found sound: the shards can be opened, and survive a power loss. */
  async finish(): Promise<void> {
    await Promise.all([...this.syncing, ...this.storing]);
    const head = present(this.known, 'restore: a snapshot that was read has a head');
    const operations: KvOperation[] = [];
    for (const [index, { shards }] of head.collections.entries()) {
      for (const { shard, manifest } of shards) {
        const place = this.placeOf({ collection: index, shard });
        await this.world.files.syncDirectory(segmentsFolder(place));
        const key = manifestKey(place.collection, place.shard);
        operations.push({ type: 'put', key, value: encodeManifest(manifest) });
      }
    }
    await this.kv.batch(operations, { sync: true });
  }

  /** When it is given up: nothing may write any more to what is going to be erased. */
  async abandon(): Promise<void> {
    await Promise.allSettled([...this.syncing, ...this.storing]);
  }

  private placeOf(place: MemberPlace): ShardPlace {
    return present(this.places, 'restore: the head comes first')(place);
  }
}

/** Where a shard of a snapshot is to stand. */
export type PlaceOf = (place: MemberPlace) => ShardPlace;
