import { JSON_OBJECT, JsonTree } from '../../base/json/json-tree.ts';
import { parseJson } from '../../base/json/parse-json.ts';
import type { PointChange } from '../../core/requests.ts';
import { type Decode, decodeBody, type Decoding, directStruct, requireWhole } from './decoding.ts';
import { noVariant } from './format-error.ts';
import { decodeDeletePayload, decodePointsSelector, decodeSetPayload } from './payload-changes.ts';
import { decodeUpsert } from './points.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt, untaggedList } from './untagged.ts';
import { decodeDeleteVectors, decodeUpdateVectors } from './vector-changes.ts';

/** The bodies of changes: `updates` is a batch of any of them. */
export type ChangeForm = PointChange['kind'] | 'updates';

const RAW_KEYS = { value: 'payload', elements: 'payloads', except: ['vector', 'vectors'] };
const SCRATCH_FLOATS_MAX = 1 << 20;

// Nothing of the tree outlives parseChanges.
const scratch = new JsonTree();

/** The changes that a body asks for, in arrays of their own; one unless it is a batch. The same on every thread. */
export function parseChanges(form: ChangeForm, body: Buffer): readonly PointChange[] {
  if (scratch.floats.length > SCRATCH_FLOATS_MAX) scratch.floats = new Float32Array(2048);
  parseJson(scratch, body, RAW_KEYS);
  if (form === 'updates') return decodeBody(scratch, decodeUpdates);
  return [decodeBody(scratch, (decoding, root) => decodeRoot(decoding, root, form))];
}

function decodeRoot(decoding: Decoding, root: number, form: PointChange['kind']): PointChange {
  // These are read into a value first; so syntax errors have a position and all others have none.
  if (form === 'upsert' || form === 'delete' || form === 'clear_payload') requireWhole(decoding.tree, root);
  return DECODERS[form](decoding, root, '');
}

type DecodeChange = (decoding: Decoding, node: number, path: string) => PointChange;

/** In the order in which Qdrant tries them on an element of a batch. */
const DECODERS: Readonly<Record<PointChange['kind'], DecodeChange>> = {
  upsert: decodeUpsert,
  delete: (...at) => ({ kind: 'delete', target: decodePointsSelector(...at) }),
  set_payload: (...at) => ({ kind: 'set_payload', ...decodeSetPayload(...at) }),
  overwrite_payload: (...at) => {
    const { target, payload } = decodeSetPayload(...at);
    return { kind: 'overwrite_payload', target, payload };
  },
  delete_payload: (...at) => ({ kind: 'delete_payload', ...decodeDeletePayload(...at) }),
  clear_payload: (...at) => ({ kind: 'clear_payload', target: decodePointsSelector(...at) }),
  update_vectors: decodeUpdateVectors,
  delete_vectors: decodeDeleteVectors,
};

function decodeUpdates(decoding: Decoding, root: number): readonly PointChange[] {
  const changes: PointChange[] = [];
  const each: Decode<void> = (decoding, node) => {
    changes.push(decodeUpdate(decoding, node, `operations[${changes.length}]`));
  };
  const fields = { operations: { direct: untaggedList('UpdateOperation', 'an operation', each) } };
  directStruct(decoding, root, 'struct UpdateOperations', { fields, required: ['operations'], first: 'a sequence' });
  return changes;
}

/** `{upsert: …}`, `{set_payload: …}`, …: an untagged enum, so whatever is wrong inside, the answer is the same. */
function decodeUpdate(decoding: Decoding, node: number, path: string): PointChange {
  const { tree } = decoding;
  const fields = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node) : undefined;
  for (const [name, decode] of Object.entries(DECODERS)) {
    const value = fields?.get(name);
    if (value === undefined) continue;
    const found = attempt(() => decode(decoding, value, `${path}.${name}.`));
    if (found !== undefined) return found;
  }
  throw noVariant('UpdateOperation');
}
