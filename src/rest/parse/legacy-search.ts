import { type Decoding, eachField, flattened, optional } from './decoding.ts';
import { FormatError, missingField, noVariant } from './format-error.ts';
import { decodeLookupFrom } from './query.ts';
import { QueryFields } from './query-fields.ts';
import { decodeString } from './scalars.ts';
import { lastForm } from './untagged.ts';

/** What the older searches by examples (recommend, discover) have in common. */

/** Reads a field of the body into its place; false where it has no such name. */
export type ReadOwn = (key: string, node: number) => boolean;

/** Names of fields that have been read: serde takes each once. */
export class FieldNames {
  private readonly names = new Set<string>();

  /** Throws where it was there before. */
  add(name: string): void {
    if (this.names.has(name)) throw new FormatError(`duplicate field \`${name}\``);
    this.names.add(name);
  }
}

/**
 * Reads the body of an older search with `limit` (or `top`, one of them is required) and `offset`.
 * expected  as serde names it: `struct RecommendRequest`.
 * path      where Qdrant's validation finds the fields.
 * own       reads the fields that not all searches have, asked first.
 */
export function decodePagedSearch(
  decoding: Decoding,
  node: number,
  { expected, path }: { readonly expected: string; readonly path: string },
  own: (fields: QueryFields) => ReadOwn,
): QueryFields {
  return flattened(decoding, node, expected, (decoding, object) => {
    const fields = new QueryFields();
    const readOwn = own(fields);
    let hasLimit = false;
    eachField(decoding.tree, object, (given, value) => {
      const key = given === 'top' ? 'limit' : given;
      if (key === 'limit') hasLimit = true;
      if (!readOwn(key, value)) fields.read(decoding, key, value, path);
    });
    if (!hasLimit) throw missingField('limit');
    return fields;
  });
}

/** `using` and `lookup_from`. */
export function readExamplePlace(decoding: Decoding, fields: QueryFields, key: string, node: number): boolean {
  switch (key) {
    case 'using':
      fields.once('using');
      fields.using = optional(decoding, node, decodeUsing) ?? '';
      return true;
    case 'lookup_from':
      fields.once('lookup_from');
      fields.lookupFrom = optional(decoding, node, decodeLookupFrom);
      return true;
    default:
      return false;
  }
}

function decodeUsing(decoding: Decoding, node: number): string {
  return lastForm(
    () => decodeString(decoding, node),
    () => noVariant('UsingVector'),
  );
}
