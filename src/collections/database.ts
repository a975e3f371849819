import { join } from 'node:path';
import type { KvOperation } from '../storage/kv.ts';
import type { Alias, UpdateResult } from '../core/answers.ts';
import type { CollectionConfig, CollectionDiff } from '../core/collection-config.ts';
import { badInput, dataDamaged, notFound, VectorizerError } from '../core/errors.ts';
import type { AliasAction, CreateVectorField, DeleteVectorField } from '../core/requests.ts';
import { Aliases } from './aliases.ts';
import { type CatalogueEntry, decodeEntry, encodeEntry } from './catalogue.ts';
import { changeConfig } from './change-config.ts';
import { Collection } from './collection.ts';
import { ALL_COLLECTIONS, collectionKey, collectionRanges, nameOfKey, NEXT_NUMBER_KEY, shardRanges } from './keys.ts';
import { MemoryBudget } from './memory-budget.ts';
import { LeafCache } from './query/leaf-cache.ts';
import { Optimizer } from './optimizer.ts';
import type { Foundation } from './foundation.ts';
import { Shard } from './shard.ts';
import { type ShardPlace, shardPlace } from './shard-place.ts';
import { type VectorFieldChange, withoutVectorField, withVectorField } from './vector-field-change.ts';

/**
 * A collection that is open and not in the catalogue yet.
 * replaced     what has the name now; undefined = nothing.
 * keepsConfig  whether the configuration of `replaced` stays, as it is by then.
 */
export interface Newcomer {
  readonly name: string;
  readonly collection: Collection;
  readonly replaced: Collection | undefined;
  readonly keepsConfig: boolean;
}

/** The catalogue and the collections that it names. Changes of the catalogue happen one after another. */
export class Database {
  private readonly foundation: Foundation;
  /** Holds a folder for every number. */
  readonly directory: string;
  private readonly optimizer: Optimizer;
  readonly memory: MemoryBudget;
  private readonly leafCache: LeafCache;
  private readonly collections = new Map<string, Collection>();
  private readonly aliases: Aliases;
  private nextNumber = 1;
  private changes: Promise<unknown> = Promise.resolve();
  /** Shards that are being closed and erased because others have taken their place. */
  private readonly leaving = new Set<Promise<void>>();

  private constructor(foundation: Foundation, directory: string, aliases: Aliases) {
    this.aliases = aliases;
    this.foundation = foundation;
    this.directory = directory;
    this.optimizer = new Optimizer(foundation.logger, foundation.rested, () => foundation.world.nowMs());
    this.leafCache = new LeafCache(foundation.leafCacheBytes);
    this.memory = new MemoryBudget(foundation, this.leafCache, () =>
      [...this.collections.values()].flatMap(({ shards }) => shards),
    );
  }

  /** Opens every collection of a storage folder. Throws data_damaged, naming the file. */
  static async open(foundation: Foundation, directory: string): Promise<Database> {
    const database = new Database(foundation, directory, await Aliases.open(foundation.kv));
    const stored = foundation.kv.getSync(NEXT_NUMBER_KEY);
    if (stored !== undefined) database.nextNumber = Number(new TextDecoder().decode(stored));
    for await (const { key, value } of foundation.kv.iterate(ALL_COLLECTIONS)) {
      const name = nameOfKey(key);
      database.collections.set(name, await database.openCollection(decodeEntry(value, name)));
      database.memory.review();
    }
    await database.sweep();
    // Reading many files leaves as much behind as an upload does.
    if (database.collections.size > 0) foundation.rested();
    return database;
  }

  /** Names in order. */
  names(): readonly string[] {
    return [...this.collections.keys()].toSorted();
  }

  /** Requests that ever worked with collections that are there. */
  get requestsBegun(): number {
    let begun = 0;
    for (const collection of this.collections.values()) begun += collection.requestsBegun;
    return begun;
  }

  /** Whether a collection has this name, or an alias. */
  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** By its name or an alias. Throws not_found where there is no such collection. */
  collection(name: string): Collection {
    const collection = this.find(name);
    if (collection === undefined) throw noCollection(name);
    return collection;
  }

  /** By its name or an alias. */
  find(name: string): Collection | undefined {
    return this.collections.get(this.resolved(name));
  }

  /** The name of a collection itself, where an alias was given. A collection comes before an alias that is named alike. */
  resolved(name: string): string {
    return this.collections.has(name) ? name : (this.aliases.collectionOf(name) ?? name);
  }

  /** Of one collection, as it is called itself, or of all. */
  listAliases(collection: string | undefined): readonly Alias[] {
    return this.aliases.list(collection);
  }

  /**
   * Carries actions out in order, all in one step; one that fails ends the list, those before it stay. Throws not_found
   * where the collection of a new alias or the alias to be renamed is not there, already_exists where a collection has the
   * name of a new alias.
   */
  changeAliases(actions: readonly AliasAction[]): Promise<boolean> {
    return this.change(async () => {
      const draft = this.aliases.draft();
      let refusal: VectorizerError | undefined;
      for (const action of actions) {
        refusal = this.changeAlias(draft, action);
        if (refusal !== undefined) break;
      }
      await this.aliases.replace(draft);
      if (refusal !== undefined) throw refusal;
      return true;
    });
  }

  /** Answers why an action is refused; the draft is as it was then. */
  private changeAlias(draft: Map<string, string>, action: AliasAction): VectorizerError | undefined {
    const { alias } = action;
    switch (action.kind) {
      case 'create':
        if (!this.collections.has(action.collection)) return noCollection(action.collection);
        if (this.collections.has(alias)) return existing(alias);
        draft.set(alias, action.collection);
        return undefined;
      case 'delete':
        draft.delete(alias);
        return undefined;
      case 'rename': {
        const collection = draft.get(alias);
        if (collection === undefined) return notFound(`Alias ${alias} does not exists!`);
        draft.delete(alias);
        draft.set(action.newAlias, collection);
        return undefined;
      }
    }
  }

  /** Throws already_exists, or bad_input where an alias has the name. */
  create(name: string, config: CollectionConfig): Promise<boolean> {
    return this.change(async () => {
      if (this.collections.has(name)) throw existing(name);
      if (this.aliases.collectionOf(name) !== undefined) throw aliasOfSameName(name);
      const number = this.nextNumber++;
      const entry = { type: 'put', key: collectionKey(name), value: encodeEntry({ number, config }) } as const;
      await this.foundation.kv.batch([this.nextNumberOperation(), entry], { sync: true });
      this.collections.set(name, await this.openCollection({ number, config }));
      return true;
    });
  }

  /** Changes what the diff gives. Throws not_found, or bad_input on a vector that the collection does not have. */
  update(name: string, diff: CollectionDiff): Promise<boolean> {
    return this.change(async () => {
      const collection = this.collection(name);
      const config = changeConfig(collection.config, diff);
      const value = encodeEntry({ ...collection.entry, config });
      const key = collectionKey(this.resolved(name));
      await this.foundation.kv.batch([{ type: 'put', key, value }], { sync: true });
      collection.config = config;
      return true;
    });
  }

  /** Adds a field of vectors to a collection. Throws not_found, or bad_input where the name has another configuration. */
  async createVectorField(request: CreateVectorField): Promise<UpdateResult> {
    await this.memory.admit();
    return this.changeVectorFields(request, (config) => withVectorField(config, request.field));
  }

  /** Takes a field of vectors and its data from a collection; one that is unknown is no fault. Throws not_found. */
  deleteVectorField(request: DeleteVectorField): Promise<UpdateResult> {
    return this.changeVectorFields(request, (config) => withoutVectorField(config, request.name));
  }

  /** With its aliases. Answers false where there was nothing to delete: an alias is none. */
  delete(name: string): Promise<boolean> {
    return this.change(async () => {
      const collection = this.collections.get(name);
      if (collection === undefined) return false;
      const operations = [{ type: 'del', key: collectionKey(name) } as const, ...this.aliases.deleteOperations(name)];
      await this.foundation.kv.batch(operations, { sync: true });
      this.collections.delete(name);
      this.aliases.forget(name);
      collection.retire(noCollection(name));
      this.leafCache.clear();
      await collection.close(false);
      for (const number of new Set(collection.shards.map(({ place }) => place.collection))) await this.erase(number);
      return true;
    });
  }

  /** Finishes what is running and writes what is only in the log. */
  async close(): Promise<void> {
    await this.changes;
    await Promise.all(this.leaving);
    await this.memory.close();
    await this.optimizer.close();
    for (const collection of this.collections.values()) await collection.close(true);
  }

  /** Opens shards of which the catalogue may not know yet; see `publish`. */
  openCollection(entry: CatalogueEntry): Promise<Collection> {
    const { foundation, optimizer, memory, leafCache } = this;
    const lookup = (name: string): Collection | undefined => this.find(name);
    return Collection.open({ foundation, optimizer, memory, leafCache, lookup }, this.directory, entry);
  }

  openShard(place: ShardPlace, config: CollectionConfig): Promise<Shard> {
    return Shard.open(this.foundation, place, config);
  }

  /** A number for shards of which nobody knows yet: what they leave is erased, or swept away by the next start. */
  reserveNumber(): Promise<number> {
    return this.change(async () => {
      const number = this.nextNumber++;
      await this.foundation.kv.batch([this.nextNumberOperation()], { sync: true });
      return number;
    });
  }

  /** Where a shard with a number of its own stands. */
  placeOf(number: number, shard: number): ShardPlace {
    return shardPlace(this.directory, number, shard);
  }

  /**
   * Gives collections that are open and whole their names, all in one step, with aliases; what had the names is closed and
   * erased. Throws unavailable where a name has come to mean another collection since `replaced` was looked up, bad_input
   * where a name is an alias or an alias the name of a collection; everything is then as it was.
   */
  async publish(newcomers: readonly Newcomer[], aliases: readonly Alias[]): Promise<void> {
    const names = new Set(newcomers.map(({ name }) => name));
    await this.change(async () => {
      for (const { name, replaced } of newcomers) {
        if (this.collections.get(name) !== replaced) {
          throw new VectorizerError('unavailable', `collection ${name} was changed while it was being recovered`);
        }
        if (this.aliases.collectionOf(name) !== undefined) throw aliasOfSameName(name);
      }
      for (const { alias } of aliases) {
        if (this.collections.has(alias) || names.has(alias)) throw existing(alias);
      }
      for (const { collection, replaced, keepsConfig } of newcomers) {
        if (replaced !== undefined && keepsConfig) collection.takeConfigOf(replaced);
      }
      const entries = newcomers.map(({ name, collection }) => {
        return { type: 'put', key: collectionKey(name), value: encodeEntry(collection.entry) } as const;
      });
      await this.foundation.kv.batch([...entries, ...this.aliases.setOperations(aliases)], { sync: true });
      for (const { name, collection } of newcomers) this.collections.set(name, collection);
      this.aliases.learn(aliases);
      this.leafCache.clear();
    });
    for (const { name, collection, replaced } of newcomers) {
      if (replaced !== undefined) this.leave(this.removeReplaced(name, collection, replaced));
    }
  }

  /** Nobody waits for what has been replaced to be gone, but whoever closes the database. */
  private leave(removal: Promise<void>): void {
    const left = removal
      .catch((error: unknown) => {
        // To go on: the next start sweeps it away.
        this.foundation.logger.warn('what a snapshot has replaced could not be erased', { error: String(error) });
      })
      .finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }

  /** Closes and erases the shards that are no collection's any more. */
  private async removeReplaced(name: string, collection: Collection, replaced: Collection): Promise<void> {
    const gone = replaced.shards.filter((shard) => !collection.shards.includes(shard));
    const refusal = new VectorizerError('unavailable', `collection ${name} was recovered from a snapshot meanwhile`);
    await replaced.supersede(gone, refusal);
    for (const { place } of gone) {
      await this.eraseShard(place.collection, place.shard);
      // Not by what the catalogue says: another recovery may still have requests on a shard with this number.
      const others = await this.foundation.world.files.list(join(this.directory, String(place.collection)));
      if (others.length === 0) await this.erase(place.collection);
    }
  }

  private nextNumberOperation(): KvOperation {
    return { type: 'put', key: NEXT_NUMBER_KEY, value: new TextEncoder().encode(String(this.nextNumber)) };
  }

  /** Stores a new configuration, then logs the change that makes it true; the answer is waited for by the caller alone. */
  private async changeVectorFields(
    { collection: name, ...options }: CreateVectorField | DeleteVectorField,
    plan: (config: CollectionConfig) => VectorFieldChange,
  ): Promise<UpdateResult> {
    const { answer } = await this.change(async () => {
      const collection = this.collection(name);
      const { config, record } = plan(collection.config);
      if (config !== collection.config) {
        const value = encodeEntry({ ...collection.entry, config });
        const key = collectionKey(this.resolved(name));
        await this.foundation.kv.batch([{ type: 'put', key, value }], { sync: true });
      }
      return { answer: collection.changeVectorFields(config, record, options) };
    });
    return answer;
  }

  /** Takes away everything that stands under a number that the catalogue does not know. */
  async erase(number: number): Promise<void> {
    // Keys go before folders: by a folder that is still there a start knows what to sweep.
    for (const range of collectionRanges(number)) await this.foundation.kv.clear(range);
    await this.foundation.world.files.remove(join(this.directory, String(number)));
  }

  private async eraseShard(number: number, shard: number): Promise<void> {
    for (const range of shardRanges(number, shard)) await this.foundation.kv.clear(range);
    await this.foundation.world.files.remove(this.placeOf(number, shard).directory);
  }

  /** What a crash left of shards that were deleted, replaced, or never published: their numbers are never used again. */
  private async sweep(): Promise<void> {
    const left = await this.leftovers();
    if (left.length === 0) return;
    // A catalogue that has lost entries looks the same, and what it lost must not be erased.
    const unknown = left.find(({ number }) => number >= this.nextNumber);
    if (unknown !== undefined) {
      const folder = join(this.directory, String(unknown.number));
      throw dataDamaged(folder, 'the catalogue does not know this collection: is it the right one?');
    }
    const [finding] = await this.foundation.kv.check();
    if (finding !== undefined) throw new VectorizerError('data_damaged', finding);
    for (const { number, shard } of left) {
      if (shard === undefined) await this.erase(number);
      else await this.eraseShard(number, shard);
    }
  }

  /** Folders that the catalogue does not know: all of a number, or a shard of one. */
  private async leftovers(): Promise<readonly { readonly number: number; readonly shard: number | undefined }[]> {
    const { files } = this.foundation.world;
    const places = [...this.collections.values()].flatMap(({ shards }) => shards.map(({ place }) => place));
    const left: { number: number; shard: number | undefined }[] = [];
    for (const number of numbersOf(await files.list(this.directory))) {
      const used = new Set(places.filter(({ collection }) => collection === number).map(({ shard }) => shard));
      if (used.size === 0) left.push({ number, shard: undefined });
      const shards = used.size === 0 ? [] : numbersOf(await files.list(join(this.directory, String(number))));
      left.push(...shards.filter((shard) => !used.has(shard)).map((shard) => ({ number, shard })));
    }
    return left;
  }

  private change<T>(job: () => Promise<T>): Promise<T> {
    const result = this.changes.then(job);
    this.changes = result.catch(() => undefined);
    return result;
  }
}

function numbersOf(names: readonly string[]): readonly number[] {
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

function aliasOfSameName(name: string): VectorizerError {
  return badInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
}

function existing(name: string): VectorizerError {
  return new VectorizerError('already_exists', `Collection \`${name}\` already exists!`);
}

function noCollection(name: string): VectorizerError {
  return notFound(`Collection \`${name}\` doesn't exist!`);
}
