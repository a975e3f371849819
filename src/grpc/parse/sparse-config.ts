import type * as wire from '../../../generated/collections.js';
import type { SparseIndexConfig, SparseVectorDiff } from '../../core/collection-config.ts';
import { MODIFIERS } from '../wire/config-words.ts';
import { optionalWord } from '../wire/words.ts';
import { memoryOf, optionalCount } from './config-diffs.ts';
import { datatypeOf } from './vectors-config.ts';

/** The sparse vectors of a new collection or of an update, by name. */
export function sparseVectorsOf(given: wire.SparseVectorConfig | undefined): ReadonlyMap<string, SparseVectorDiff> {
  const vectors = new Map<string, SparseVectorDiff>();
  given?.map.forEach(({ modifier, index }, name) => {
    vectors.set(name, { modifier: modifierOf(modifier), index: index === undefined ? undefined : indexOf(index) });
  });
  return vectors;
}

function indexOf({ fullScanThreshold, onDisk, memory, datatype }: wire.SparseIndexConfig): SparseIndexConfig {
  return {
    fullScanThreshold: optionalCount(fullScanThreshold),
    onDisk,
    memory: memoryOf(memory),
    datatype: sparseDatatypeOf(datatype),
  };
}

export function modifierOf(modifier: wire.Modifier | undefined): 'none' | 'idf' | undefined {
  return optionalWord(MODIFIERS, modifier, 'sparse vector modifier');
}

export function sparseDatatypeOf(datatype: wire.Datatype | undefined): SparseIndexConfig['datatype'] {
  const word = datatypeOf(datatype);
  // `config-rules.ts` has told of it.
  return word === 'turbo4' ? undefined : word;
}
