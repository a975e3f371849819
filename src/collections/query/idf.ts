import type { CollectionConfig } from '../../core/collection-config.ts';
import { badInput } from '../../core/errors.ts';
import type { Vector } from '../../core/vectors.ts';
import type { AdmittedRows } from '../admitted-rows.ts';
import type { Shard } from '../shard.ts';

/** Whether searches of a field weigh by how rare each index is; refuses a corpus where they do not. */
export function weighsByRarity(name: string, config: CollectionConfig, hasCorpus: boolean): boolean {
  const isIdf = config.params.sparseVectors.some((field) => field.name === name && field.modifier === 'idf');
  if (hasCorpus && !isIdf)
    throw badInput(`\`idf\` search params can only be used with sparse vectors that have the IDF modifier enabled`);
  return isIdf;
}

/**
 * A sparse query with each weight times the inverse document frequency of its index in a shard (SEMANTICS.md 1.3):
 * ln((N - df + 0.5) / (df + 0.5) + 1), over the live vectors, or over those of a corpus.
 */
export function weighByRarity(vector: Vector, name: string, shard: Shard, corpus: AdmittedRows | undefined): Vector {
  if (vector.kind !== 'sparse') return vector;
  let rows = 0;
  const counts = new Float64Array(vector.indices.length);
  for (const segment of shard.segments) {
    const field = segment.fieldNamed(name);
    if (field === undefined) continue;
    const found = field.frequencies(vector.indices, corpus?.of(segment, field));
    rows += found.rows;
    found.frequencies.forEach((count, index) => {
      counts[index] = (counts[index] as number) + count;
    });
  }
  const values = vector.values.map((weight, index) => {
    const df = counts[index] as number;
    return weight * Math.log((rows - df + 0.5) / (df + 0.5) + 1);
  });
  return { kind: 'sparse', indices: vector.indices, values };
}
