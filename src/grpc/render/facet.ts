import type { FacetHit } from '../../core/answers.ts';
import type { MatchValue } from '../../core/filter.ts';
import { writer } from '../wire/proto-writer.ts';

/** `FacetResponse`. */
export function writeFacet(hits: readonly FacetHit[], seconds: number): void {
  for (const { value, count } of hits) {
    const hit = writer.begin(1);
    writeValue(1, value);
    if (count !== 0) writer.varint(2, count);
    writer.end(hit);
  }
  writer.double(2, seconds);
}

/** A `FacetValue`. */
function writeValue(field: number, value: MatchValue): void {
  const start = writer.begin(field);
  if (typeof value === 'string') writer.string(1, value);
  else if (typeof value === 'bigint') writer.varint(2, value);
  else writer.bool(3, value);
  writer.end(start);
}
