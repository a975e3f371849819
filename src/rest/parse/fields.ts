import { present } from '../../base/invariant.ts';
import { badRequest } from '../../core/errors.ts';
import { type JsonPath, jsonPath } from '../../core/json-path.ts';
import type { FieldSchema } from '../../core/payload-schema.ts';
import type { CreateFieldIndex, DeleteFieldIndex } from '../../core/requests.ts';
import { WireError } from '../wire-error.ts';
import { decodeBody, type DirectField, directStruct, optional } from './decoding.ts';
import { decodeFieldSchema } from './field-schema.ts';
import { pathField } from './paths.ts';
import { writeOptions } from './query-text.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** `PUT /collections/{c}/index`. */
export function parseCreateFieldIndex(wire: Wire): CreateFieldIndex {
  const collection = readCollection(wire);
  const options = writeOptions(wire.query);
  let path: JsonPath | undefined;
  let schema: FieldSchema | undefined;
  decodeBody(parseTree(wire.body), (decoding, root) => {
    const field_schema: DirectField = {
      buffered: (decoding, node) => void (schema = optional(decoding, node, decodeFieldSchema)),
    };
    const fields = { field_name: pathField((given) => (path = given)), field_schema, field_type: field_schema };
    directStruct(decoding, root, 'struct CreateFieldIndex', { fields, required: ['field_name'], first: 'a string' });
    if (schema === undefined) {
      decoding.fail(badRequest("Can't auto-detect field type, please specify `field_schema` in the request"));
    }
  });
  const message = 'index: a body without field or schema is refused';
  return { collection, ...options, path: present(path, message), schema: present(schema, message) };
}

/** `DELETE /collections/{c}/index/{field_name}`. */
export function parseDeleteFieldIndex(wire: Wire): DeleteFieldIndex {
  const collection = readCollection(wire);
  const text = wire.path[1] ?? '';
  const path = jsonPath(text);
  if (path === undefined)
    throw new WireError(400, `Deserialize error in path parameters: Invalid json path: '${text}'`);
  return { collection, ...writeOptions(wire.query), path };
}
