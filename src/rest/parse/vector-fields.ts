import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { VectorFieldConfig } from '../../core/collection-config.ts';
import type { CreateVectorField, DeleteVectorField } from '../../core/requests.ts';
import { decodeBody, type Decoding, requireWhole } from './decoding.ts';
import { noVariant } from './format-error.ts';
import { checkVectorName } from './names.ts';
import { writeOptions } from './query-text.ts';
import { decodeNewSparse } from './sparse-config.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt } from './untagged.ts';
import { decodeNewDense } from './vectors-config.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** `PUT /collections/{c}/vectors/{name}`. */
export function parseCreateVectorField(wire: Wire): CreateVectorField {
  const collection = readCollection(wire);
  const name = checkVectorName(wire.path[1] ?? '');
  const options = writeOptions(wire.query);
  const field = decodeBody(parseTree(wire.body), (decoding, root) => decodeField(decoding, root, name));
  return { collection, ...options, field };
}

/** `DELETE /collections/{c}/vectors/{name}`. */
export function parseDeleteVectorField(wire: Wire): DeleteVectorField {
  const collection = readCollection(wire);
  const name = checkVectorName(wire.path[1] ?? '');
  return { collection, ...writeOptions(wire.query), name };
}

/** `{dense: …}` or `{sparse: …}`: an untagged enum as a whole body, so its failures have no position. */
function decodeField(decoding: Decoding, root: number, name: string): VectorFieldConfig {
  const { tree } = decoding;
  requireWhole(tree, root);
  const fields = tree.kindOf(root) === JSON_OBJECT ? fieldsOf(tree, root) : undefined;
  const dense = fields?.get('dense');
  const sparse = fields?.get('sparse');
  const found =
    (dense === undefined
      ? undefined
      : attempt<VectorFieldConfig>(() => ({ kind: 'dense', ...decodeNewDense(decoding, dense, name) }))) ??
    (sparse === undefined
      ? undefined
      : attempt<VectorFieldConfig>(() => ({ kind: 'sparse', ...decodeNewSparse(decoding, sparse, name) })));
  if (found === undefined) throw noVariant('VectorNameConfig');
  return found;
}
