import { join } from 'node:path';
import type { Alias, UpdateResult } from '../core/answers.ts';
import type { CollectionConfig, CollectionDiff } from '../core/collection-config.ts';
import { badInput, dataDamaged, notFound, VectorizerError } from '../core/errors.ts';
import type { AliasAction, CreateVectorField, DeleteVectorField } from '../core/requests.ts';
import { Aliases } from './aliases.ts';
import { decodeEntry, encodeEntry } from './catalogue.ts';
import { changeConfig } from './change-config.ts';
import { Collection } from './collection.ts';
import { ALL_COLLECTIONS, collectionKey, collectionRanges, nameOfKey, NEXT_NUMBER_KEY } from './keys.ts';
import { MemoryBudget } from './memory-budget.ts';
import { LeafCache } from './query/leaf-cache.ts';
import { Optimizer } from './optimizer.ts';
import type { Foundation } from './shard.ts';
import { type VectorFieldChange, withoutVectorField, withVectorField } from './vector-field-change.ts';

/** The catalogue and the collections that it names. Changes of the catalogue happen one after another. */
export class Database {
  private readonly foundation: Foundation;
  private readonly directory: string;
  private readonly optimizer: Optimizer;
  readonly memory: MemoryBudget;
  private readonly leafCache: LeafCache;
  private readonly collections = new Map<string, Collection>();
  private readonly aliases: Aliases;
  private nextNumber = 1;
  private changes: Promise<unknown> = Promise.resolve();

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
      const { number, config } = decodeEntry(value, name);
      database.collections.set(name, await database.openCollection(number, config));
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

  private find(name: string): Collection | undefined {
    return this.collections.get(this.resolved(name));
  }

  /** The name of a collection itself, where an alias was given. A collection comes before an alias that is named alike. */
  private resolved(name: string): string {
    return this.collections.has(name) ? name : (this.aliases.collectionOf(name) ?? name);
  }

  /** Of one collection, as it is called itself, or of all. */
  listAliases(collection: string | undefined): readonly Alias[] {
    return this.aliases.list(collection);
  }

  /**
   * Carries actions out in order; one that fails ends the list, those before it stay. Throws not_found where the collection of
   * a new alias or the alias to be renamed is not there, already_exists where a collection has the name of a new alias.
   */
  changeAliases(actions: readonly AliasAction[]): Promise<boolean> {
    return this.change(async () => {
      for (const action of actions) await this.changeAlias(action);
      return true;
    });
  }

  private async changeAlias(action: AliasAction): Promise<void> {
    const { alias } = action;
    switch (action.kind) {
      case 'create':
        if (!this.collections.has(action.collection)) throw noCollection(action.collection);
        if (this.collections.has(alias)) throw existing(alias);
        await this.aliases.set(alias, action.collection);
        return;
      case 'delete':
        await this.aliases.delete(alias);
        return;
      case 'rename':
        if (this.aliases.collectionOf(alias) === undefined) throw notFound(`Alias ${alias} does not exists!`);
        await this.aliases.rename(alias, action.newAlias);
    }
  }

  /** Throws already_exists, or bad_input where an alias has the name. */
  create(name: string, config: CollectionConfig): Promise<boolean> {
    return this.change(async () => {
      if (this.collections.has(name)) throw existing(name);
      if (this.aliases.collectionOf(name) !== undefined) {
        throw badInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
      }
      const number = this.nextNumber++;
      await this.foundation.kv.batch(
        [
          { type: 'put', key: NEXT_NUMBER_KEY, value: new TextEncoder().encode(String(this.nextNumber)) },
          { type: 'put', key: collectionKey(name), value: encodeEntry({ number, config }) },
        ],
        { sync: true },
      );
      this.collections.set(name, await this.openCollection(number, config));
      return true;
    });
  }

  /** Changes what the diff gives. Throws not_found, or bad_input on a vector that the collection does not have. */
  update(name: string, diff: CollectionDiff): Promise<boolean> {
    return this.change(async () => {
      const collection = this.collection(name);
      const config = changeConfig(collection.config, diff);
      const value = encodeEntry({ number: collection.number, config });
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
      await this.erase(collection.number);
      return true;
    });
  }

  /** Finishes what is running and writes what is only in the log. */
  async close(): Promise<void> {
    await this.changes;
    await this.memory.close();
    await this.optimizer.close();
    for (const collection of this.collections.values()) await collection.close(true);
  }

  private openCollection(number: number, config: CollectionConfig): Promise<Collection> {
    const { foundation, optimizer, memory, leafCache } = this;
    const lookup = (name: string): Collection | undefined => this.find(name);
    return Collection.open({ foundation, optimizer, memory, leafCache, lookup }, this.folderOf(number), number, config);
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
        const value = encodeEntry({ number: collection.number, config });
        const key = collectionKey(this.resolved(name));
        await this.foundation.kv.batch([{ type: 'put', key, value }], { sync: true });
      }
      return { answer: collection.changeVectorFields(config, record, options) };
    });
    return answer;
  }

  private folderOf(number: number): string {
    return join(this.directory, String(number));
  }

  private async erase(number: number): Promise<void> {
    await this.foundation.world.files.remove(this.folderOf(number));
    for (const range of collectionRanges(number)) await this.foundation.kv.clear(range);
  }

  /** What a crash left of collections that were deleted: their numbers are never used again. */
  private async sweep(): Promise<void> {
    const used = new Set(Array.from(this.collections.values(), ({ number }) => String(number)));
    const folders = await this.foundation.world.files.list(this.directory);
    const left = folders.filter((folder) => !used.has(folder) && /^\d+$/.test(folder)).map(Number);
    if (left.length === 0) return;
    // A catalogue that has lost entries looks the same, and what it lost must not be erased.
    const unknown = left.find((number) => number >= this.nextNumber);
    if (unknown !== undefined) {
      throw dataDamaged(this.folderOf(unknown), 'the catalogue does not know this collection: is it the right one?');
    }
    const [finding] = await this.foundation.kv.check();
    if (finding !== undefined) throw new VectorizerError('data_damaged', finding);
    for (const number of left) await this.erase(number);
  }

  private change<T>(job: () => Promise<T>): Promise<T> {
    const result = this.changes.then(job);
    this.changes = result.catch(() => undefined);
    return result;
  }
}

function existing(name: string): VectorizerError {
  return new VectorizerError('already_exists', `Collection \`${name}\` already exists!`);
}

function noCollection(name: string): VectorizerError {
  return notFound(`Collection \`${name}\` doesn't exist!`);
}
