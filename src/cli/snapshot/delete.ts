import { badInput } from '../../core/errors.ts';
import type { PlaceFlags } from './open-place.ts';
import { collectionOf, FULL, scopeOf } from './place.ts';
import { runAtPlace, type SessionOptions } from './session.ts';

export interface DeleteOptions extends PlaceFlags, SessionOptions {
  readonly full?: boolean;
}

/** `vectorizer snapshot delete COLLECTION NAME`, or `--full NAME`. */
export async function deleteKept(words: readonly string[], options: DeleteOptions): Promise<void> {
  const [collection, name] = options.full === true ? [undefined, ...words] : words;
  if (name === undefined || words.length > (options.full === true ? 1 : 2)) {
    throw badInput('snapshot delete: expected COLLECTION NAME, or --full NAME; names: `vectorizer snapshot list`');
  }
  await runAtPlace({ ...options, missingStorage: 'refuse' }, async (place, { report }) => {
    const scope = collection === undefined ? FULL : scopeOf(collection);
    await place.delete(scope, name);
    report.result({ event: 'deleted', collection: collectionOf(scope) ?? null, name }, `deleted ${name}`);
  });
}
