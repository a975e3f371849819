import { JSON_FLOATS, JSON_OBJECT, JSON_RAW_OBJECT, type JsonTree } from '../../base/json/json-tree.ts';
import type { Filter } from '../../core/filter.ts';
import { idColumn, type IdColumn, type PointId } from '../../core/ids.ts';
import type { JsonPath } from '../../core/json-path.ts';
import type { PointChange, PointsTarget } from '../../core/requests.ts';
import {
  afterElement,
  type Decoding,
  type DirectField,
  directList,
  directStruct,
  optional,
  positioned,
  requireWhole,
} from './decoding.ts';
import { decodeFilter, filterField } from './filter.ts';
import { FormatError, noVariant, wrongType } from './format-error.ts';
import { pathField } from './paths.ts';
import { decodeId, decodeIds, idOfNumberText, numberTexts } from './scalars.ts';
import { decodeShardKeys, refuseShardKeys, SHARD_KEY } from './shard-key.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt, lastForm } from './untagged.ts';

/** Changes of payloads and deletions. `path`: where the change stands in the body, for broken rules; '' = it is the body. */

const COMMA = 44;
const CLOSE_BRACKET = 93;

type PayloadChange = Extract<PointChange, { readonly kind: 'set_payload' }>;
type KeysChange = Extract<PointChange, { readonly kind: 'delete_payload' }>;

/** Sets payload (merging) or overwrites it, with the same body. */
export function decodeSetPayload(decoding: Decoding, node: number, path: string): Omit<PayloadChange, 'kind'> {
  let payload: Uint8Array = new Uint8Array(0);
  let key: JsonPath | undefined;
  const chosen = new ChosenPoints(path);
  const fields: Record<string, DirectField> = {
    payload: { direct: (decoding, node) => void (payload = rawObject(decoding.tree, node)) },
    ...chosen.fields,
    key: ifGiven(pathField((path) => void (key = path))),
  };
  directStruct(decoding, node, 'struct SetPayloadShadow', { fields, required: ['payload'], first: 'a map' });
  return { target: chosen.target(), payload, key };
}

export function decodeDeletePayload(decoding: Decoding, node: number, path: string): Omit<KeysChange, 'kind'> {
  const keys: JsonPath[] = [];
  const chosen = new ChosenPoints(path);
  const each = pathField((path) => void keys.push(path));
  const fields: Record<string, DirectField> = {
    keys: { direct: (decoding, node) => directList(decoding, node, 'a string', each) },
    ...chosen.fields,
  };
  directStruct(decoding, node, 'struct DeletePayloadShadow', { fields, required: ['keys'], first: 'a sequence' });
  return { target: chosen.target(), keys };
}

/** Which points a change is for: ids, or else those that match a filter. */
export class ChosenPoints {
  readonly fields: Readonly<Record<'points' | 'filter' | 'shard_key', DirectField>>;
  ids: IdColumn | undefined = undefined;
  filter: Filter | undefined = undefined;

  constructor(path: string) {
    this.fields = {
      points: ifGiven(idsField((ids) => (this.ids = ids))),
      filter: filterField(`${path}filter`, (filter) => (this.filter = filter)),
      shard_key: SHARD_KEY,
    };
  }

  /** Throws FormatError where neither was given; ids win over a filter. */
  target(): PointsTarget {
    if (this.ids !== undefined) return { kind: 'ids', ids: this.ids };
    if (this.filter !== undefined) return { kind: 'filter', filter: this.filter };
    throw new FormatError('Either list of point ids or filter must be provided');
  }
}

/**
 * `{points: […]}` or `{filter: …}`. An untagged enum: whatever is wrong inside, the answer is the same, and points that
 * are wrong leave the filter to count.
 */
export function decodePointsSelector(decoding: Decoding, node: number, path: string): PointsTarget {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('PointsSelector');
  const fields = fieldsOf(tree, node);
  const points = fields.get('points');
  const filter = fields.get('filter');
  const shardKey = fields.get('shard_key');
  const noForm = (): FormatError => noVariant('PointsSelector');
  refuseShardKeys(
    decoding,
    lastForm(() => optional(decoding, shardKey, decodeShardKeys), noForm),
    'write',
  );
  const ids = points === undefined ? undefined : attempt(() => idColumn(decodeIds(decoding, points)));
  if (ids !== undefined) return { kind: 'ids', ids };
  if (filter === undefined) throw noForm();
  return { kind: 'filter', filter: lastForm(() => decodeFilter(decoding, filter, `${path}filter`), noForm) };
}

/** A list of ids in a direct struct. */
function idsField(set: (ids: IdColumn) => void): DirectField {
  return {
    direct: (decoding, list) => {
      const ids: PointId[] = [];
      const each = (decoding: Decoding, node: number): void => void ids.push(decodeId(decoding, node));
      if (decoding.tree.kindOf(list) === JSON_FLOATS) decodeNumberIds(decoding.tree, list, ids);
      else directList(decoding, list, 'a point id', { buffered: each });
      set(idColumn(ids));
    },
  };
}

function decodeNumberIds(tree: JsonTree, list: number, ids: PointId[]): void {
  let at = tree.startOf(list) + 1;
  for (const digits of numberTexts(tree, list)) {
    try {
      ids.push(idOfNumberText(digits));
    } catch (error) {
      // To add knowledge: the position.
      throw error instanceof FormatError ? positioned(error, afterElement(tree, numberEnd(tree, at))) : error;
    }
    at = numberEnd(tree, at) + 1;
  }
}

/** The byte behind the number that begins at byte `at` or, with spaces between, after it: a comma or a bracket. */
function numberEnd({ bytes }: JsonTree, at: number): number {
  let end = at;
  while (bytes[end] !== COMMA && bytes[end] !== CLOSE_BRACKET) end++;
  return end;
}

/** A field that may be null, which is then left alone. */
function ifGiven(field: DirectField): DirectField {
  const guarded = (read: ReadField): ReadField => {
    return (decoding, node) => void optional(decoding, node, read);
  };
  const { buffered, direct } = field;
  return {
    ...(buffered === undefined ? {} : { buffered: guarded(buffered) }),
    ...(direct === undefined ? {} : { direct: guarded(direct) }),
  };
}

type ReadField = (decoding: Decoding, node: number) => void;

/** The bytes of a JSON object, in an array of their own. */
function rawObject(tree: JsonTree, node: number): Uint8Array {
  const kind = tree.kindOf(node);
  if (kind !== JSON_OBJECT && kind !== JSON_RAW_OBJECT) throw wrongType(tree, node, 'a map');
  requireWhole(tree, node);
  return new Uint8Array(tree.bytes.subarray(tree.startOf(node), tree.endOf(node)));
}
