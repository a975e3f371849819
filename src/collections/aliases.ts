import type { Alias } from '../core/answers.ts';
import type { Kv, KvOperation } from '../storage/kv.ts';
import { aliasKey, ALL_ALIASES, nameOfKey } from './keys.ts';

/** Other names of collections, as the store has them. */
export class Aliases {
  readonly #kv: Kv;
  /** The collection of each. */
  #collections: ReadonlyMap<string, string>;

  private constructor(kv: Kv, collections: ReadonlyMap<string, string>) {
    this.#kv = kv;
    this.#collections = collections;
  }

  static async open(kv: Kv): Promise<Aliases> {
    const collections = new Map<string, string>();
    for await (const { key, value } of kv.iterate(ALL_ALIASES)) {
      collections.set(nameOfKey(key), new TextDecoder().decode(value));
    }
    return new Aliases(kv, collections);
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

  /** The collection of each alias: a copy, to be changed and handed to `replace`. */
  draft(): Map<string, string> {
    return new Map(this.#collections);
  }

  /** Puts other aliases in the place of these, in one step: whoever switches one leaves no moment without it. */
  async replace(draft: ReadonlyMap<string, string>): Promise<void> {
    const operations: KvOperation[] = [];
    for (const alias of this.#collections.keys()) {
      if (!draft.has(alias)) operations.push({ type: 'del', key: aliasKey(alias) });
    }
    for (const [alias, collection] of draft) {
      if (this.#collections.get(alias) !== collection) operations.push(putOperation(alias, collection));
    }
    if (operations.length === 0) return;
    await this.#kv.batch(operations, { sync: true });
    this.#collections = draft;
  }

  /** What sets aliases, to be written together with their collections; then `learn` them. */
  setOperations(aliases: readonly Alias[]): readonly KvOperation[] {
    return aliases.map(({ alias, collection }) => putOperation(alias, collection));
  }

  learn(aliases: readonly Alias[]): void {
    this.#collections = new Map([...this.#collections, ...aliases.map(toPair)]);
  }

  /** What takes the aliases of a collection away, to be written together with its end; then `forget` it. */
  deleteOperations(collection: string): readonly KvOperation[] {
    return this.list(collection).map(({ alias }) => ({ type: 'del', key: aliasKey(alias) }));
  }

  forget(collection: string): void {
    this.#collections = new Map([...this.#collections].filter(([, name]) => name !== collection));
  }
}

function toPair({ alias, collection }: Alias): readonly [string, string] {
  return [alias, collection];
}

function putOperation(alias: string, collection: string): KvOperation {
  return { type: 'put', key: aliasKey(alias), value: new TextEncoder().encode(collection) };
}
