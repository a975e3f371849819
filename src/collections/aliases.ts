import type { Alias } from '../core/answers.ts';
import type { Kv, KvOperation } from '../storage/kv.ts';
import { aliasKey, ALL_ALIASES, nameOfKey } from './keys.ts';

/** Other names of collections, as the store has them. */
export class Aliases {
  readonly #kv: Kv;
  /** The collection of each. */
  readonly #collections = new Map<string, string>();

  private constructor(kv: Kv) {
    this.#kv = kv;
  }

  static async open(kv: Kv): Promise<Aliases> {
    const aliases = new Aliases(kv);
    for await (const { key, value } of kv.iterate(ALL_ALIASES)) {
      aliases.#collections.set(nameOfKey(key), new TextDecoder().decode(value));
    }
    return aliases;
  }

  /** The name of the collection that an alias stands for; undefined: there is no such alias. */
  collectionOf(alias: string): string | undefined {
    return this.#collections.get(alias);
  }

  /** Of one collection, or of all, in order. */
  list(collection: string | undefined): readonly Alias[] {
    return [...this.#collections]
      .filter(([, name]) => collection === undefined || name === collection)
      .map(([alias, name]) => ({ alias, collection: name }))
      .toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  /** On the disk before it counts. One that is there stands for `collection` from now on. */
  async set(alias: string, collection: string): Promise<void> {
    await this.#kv.batch([putOperation(alias, collection)], { sync: true });
    this.#collections.set(alias, collection);
  }

  async delete(alias: string): Promise<void> {
    if (!this.#collections.has(alias)) return;
    await this.#kv.batch([{ type: 'del', key: aliasKey(alias) }], { sync: true });
    this.#collections.delete(alias);
  }

  /** `alias` must be there. */
  async rename(alias: string, newAlias: string): Promise<void> {
    const collection = this.#collections.get(alias);
    if (collection === undefined || alias === newAlias) return;
    await this.#kv.batch([{ type: 'del', key: aliasKey(alias) }, putOperation(newAlias, collection)], { sync: true });
    this.#collections.delete(alias);
    this.#collections.set(newAlias, collection);
  }

  /** What sets aliases, to be written together with their collections; then `learn` them. */
  setOperations(aliases: readonly Alias[]): readonly KvOperation[] {
    return aliases.map(({ alias, collection }) => putOperation(alias, collection));
  }

  learn(aliases: readonly Alias[]): void {
    for (const { alias, collection } of aliases) this.#collections.set(alias, collection);
  }

  /** What takes the aliases of a collection away, to be written together with its end; then `forget` it. */
  deleteOperations(collection: string): readonly KvOperation[] {
    return this.list(collection).map(({ alias }) => ({ type: 'del', key: aliasKey(alias) }));
  }

  forget(collection: string): void {
    for (const { alias } of this.list(collection)) this.#collections.delete(alias);
  }
}

function putOperation(alias: string, collection: string): KvOperation {
  return { type: 'put', key: aliasKey(alias), value: new TextEncoder().encode(collection) };
}
