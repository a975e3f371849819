import type { Filter } from '../../core/filter.ts';
import { MATRIX_LIMIT, MATRIX_SAMPLE } from '../../core/query-defaults.ts';
import type { SearchMatrix, ShardKeys } from '../../core/requests.ts';
import { decodeBody, type Decoding, eachField, flattened, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { readOptions } from './query-text.ts';
import { atLeast, decodeString, decodeUsize } from './scalars.ts';
import { shardKeysBeside } from './shard-key.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** `POST /collections/{c}/points/search/matrix/pairs` and `/offsets`: one body, two forms of the answer. */
export function parseMatrix(wire: Wire): SearchMatrix {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let sample = MATRIX_SAMPLE;
  let limit = MATRIX_LIMIT;
  let using = '';
  let filter: Filter | undefined;
  let shardKeys: ShardKeys;
  const readField = (decoding: Decoding, key: string, node: number): void => {
    switch (key) {
      case 'sample':
        sample = optional(decoding, node, atLeast(2, decodeUsize, 'search_request.sample')) ?? MATRIX_SAMPLE;
        break;
      case 'limit':
        limit = optional(decoding, node, atLeast(1, decodeUsize, 'search_request.limit')) ?? MATRIX_LIMIT;
        break;
      case 'using':
        using = optional(decoding, node, decodeString) ?? '';
        break;
      case 'filter':
        filter = optional(decoding, node, (decoding, node) => decodeFilter(decoding, node, 'search_request.filter'));
        break;
      case 'shard_key':
        shardKeys = shardKeysBeside(decoding, node);
        break;
      default:
    }
  };
  decodeBody(parseTree(wire.body), (decoding, root) =>
    flattened(decoding, root, 'struct SearchMatrixRequest', (decoding, object) =>
      eachField(decoding.tree, object, (key, node) => readField(decoding, key, node)),
    ),
  );
  return { collection, ...options, using, filter, sample, limit, shardKeys };
}
