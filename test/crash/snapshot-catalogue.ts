import { isDeepStrictEqual } from 'node:util';
import { ask, untilGone } from './snapshot-client.ts';

type CatalogueChange =
  | { readonly kind: 'create'; readonly name: string; readonly generation: number }
  /** All points of a collection in one request. */
  | { readonly kind: 'fill'; readonly name: string }
  /** With its aliases. */
  | { readonly kind: 'drop'; readonly name: string }
  /** As clients switch: the old meaning is deleted and the new one created by one request. */
  | { readonly kind: 'move'; readonly alias: string; readonly name: string }
  | { readonly kind: 'rename'; readonly alias: string; readonly newAlias: string }
  | { readonly kind: 'unalias'; readonly alias: string };

interface CatalogueState {
  readonly collections: Readonly<Record<string, { readonly generation: number; readonly isFilled: boolean }>>;
  /** The collection of each alias. */
  readonly aliases: Readonly<Record<string, string>>;
}

const NAMES = ['came-0', 'came-1', 'came-2'];
const ALIASES = ['also-0', 'also-1'];
const POINTS = 20;

/** What was promised of collections and aliases that come and go: at most one change is under way. */
export class CatalogueModel {
  #state: CatalogueState = { collections: {}, aliases: {} };
  #pending: CatalogueChange | undefined;

  get state(): CatalogueState {
    return this.#state;
  }

  sent(change: CatalogueChange): void {
    this.#pending = change;
  }

  acknowledged(): void {
    if (this.#pending !== undefined) this.#state = after(this.#state, this.#pending);
    this.#pending = undefined;
  }

  /** The breaches; what is found becomes the new promise. */
  check(found: CatalogueState): readonly string[] {
    const pending = this.#pending;
    this.#pending = undefined;
    const allowed = pending === undefined ? [this.#state] : [this.#state, after(this.#state, pending)];
    if (!allowed.some((state) => isDeepStrictEqual(state, found))) {
      return [
        `${JSON.stringify(found)} is there, ${allowed.map((state) => JSON.stringify(state)).join(' or ')} promised`,
      ];
    }
    this.#state = found;
    return [];
  }
}

function after({ collections, aliases }: CatalogueState, change: CatalogueChange): CatalogueState {
  switch (change.kind) {
    case 'create':
      return {
        collections: { ...collections, [change.name]: { generation: change.generation, isFilled: false } },
        aliases,
      };
    case 'fill': {
      const { generation } = collections[change.name] ?? { generation: 0 };
      return { collections: { ...collections, [change.name]: { generation, isFilled: true } }, aliases };
    }
    case 'drop': {
      const { [change.name]: _dropped, ...others } = collections;
      const kept = Object.entries(aliases).filter(([, name]) => name !== change.name);
      return { collections: others, aliases: Object.fromEntries(kept) };
    }
    case 'move':
      return { collections, aliases: { ...aliases, [change.alias]: change.name } };
    case 'rename': {
      const { [change.alias]: name = '', ...others } = aliases;
      return { collections, aliases: { ...others, [change.newAlias]: name } };
    }
    case 'unalias': {
      const { [change.alias]: _gone, ...others } = aliases;
      return { collections, aliases: others };
    }
  }
}

/** Creates, fills, names and drops until the server is gone. */
export async function changeCatalogue(
  url: string,
  model: CatalogueModel,
  { uniform, firstVersion }: { readonly uniform: () => number; readonly firstVersion: number },
): Promise<void> {
  let generation = firstVersion;
  await untilGone(async () => {
    const change = nextChange(model.state, uniform, ++generation);
    model.sent(change);
    await send(url, change, model.state);
    model.acknowledged();
  });
}

function nextChange(
  { collections, aliases }: CatalogueState,
  uniform: () => number,
  generation: number,
): CatalogueChange {
  const name = NAMES[Math.floor(uniform() * NAMES.length)] ?? '';
  const collection = collections[name];
  if (collection === undefined) return { kind: 'create', name, generation };
  if (!collection.isFilled) return { kind: 'fill', name };
  const chance = uniform();
  if (chance < 0.4) return { kind: 'drop', name };
  const [alias = '', other = ''] = uniform() < 0.5 ? ALIASES : ALIASES.toReversed();
  if (aliases[alias] === undefined || chance < 0.7) return { kind: 'move', alias, name };
  return aliases[other] === undefined ? { kind: 'rename', alias, newAlias: other } : { kind: 'unalias', alias };
}

async function send(url: string, change: CatalogueChange, { collections, aliases }: CatalogueState): Promise<void> {
  const actions = (...list: readonly object[]): Promise<unknown> =>
    ask(url, 'POST', '/collections/aliases', { actions: list });
  switch (change.kind) {
    case 'create':
      await ask(url, 'PUT', `/collections/${change.name}`, {
        vectors: { size: 2, distance: 'Dot' },
        metadata: { generation: change.generation },
      });
      break;
    case 'fill': {
      const { generation } = collections[change.name] ?? { generation: 0 };
      const points = Array.from({ length: POINTS }, (_, id) => ({ id, vector: [id, 1], payload: { generation } }));
      await ask(url, 'PUT', `/collections/${change.name}/points?wait=true`, { points });
      break;
    }
    case 'drop':
      await ask(url, 'DELETE', `/collections/${change.name}`);
      break;
    case 'move': {
      const { alias: alias_name, name: collection_name } = change;
      const old = aliases[alias_name] === undefined ? [] : [{ delete_alias: { alias_name } }];
      await actions(...old, { create_alias: { alias_name, collection_name } });
      break;
    }
    case 'rename':
      await actions({ rename_alias: { old_alias_name: change.alias, new_alias_name: change.newAlias } });
      break;
    case 'unalias':
      await actions({ delete_alias: { alias_name: change.alias } });
  }
}

/** What the server has; a collection that is half there is told as a generation that nobody made. */
export async function readCatalogue(url: string): Promise<CatalogueState> {
  const listed = (await ask(url, 'GET', '/collections')) as {
    readonly collections: readonly { readonly name: string }[];
  };
  const names = listed.collections.map(({ name }) => name).filter((name) => name.startsWith('came-'));
  const told = (await ask(url, 'GET', '/aliases')) as {
    readonly aliases: readonly { readonly alias_name: string; readonly collection_name: string }[];
  };
  const aliases = told.aliases.map(({ alias_name, collection_name }) => [alias_name, collection_name] as const);
  const collections: [string, { readonly generation: number; readonly isFilled: boolean }][] = [];
  for (const name of names) collections.push([name, await readCollection(url, name)]);
  return { collections: Object.fromEntries(collections), aliases: Object.fromEntries(aliases) };
}

async function readCollection(
  url: string,
  name: string,
): Promise<{ readonly generation: number; readonly isFilled: boolean }> {
  const path = `/collections/${name}`;
  const { config } = (await ask(url, 'GET', path)) as {
    readonly config: { readonly metadata?: { readonly generation: number } };
  };
  const { points } = (await ask(url, 'POST', `${path}/points/scroll`, { limit: 1000 })) as {
    readonly points: readonly { readonly payload: { readonly generation: number } }[];
  };
  const { generation = -1 } = config.metadata ?? {};
  const isWhole = points.every(({ payload }) => payload.generation === generation);
  return { generation: isWhole && points.length % POINTS === 0 ? generation : -1, isFilled: points.length === POINTS };
}
