import { encodeFilter } from '../../core/filter-text.ts';
import { idText } from '../../core/ids.ts';
import type { SearchTarget } from '../../core/example-scoring.ts';
import type { Vector } from '../../core/vectors.ts';
import type { VectorStep } from './resolved-step.ts';

/** What tells one leaf from another on the same shard: equal keys, equal results. */
export function leafKey(step: VectorStep, limit: number): string {
  const { using, target, params, scoreThreshold, filter, excluded } = step;
  const { idfCorpus, ...others } = params;
  // As a text: JSON has no infinities, and a threshold of one is not none.
  const words = [using, limit, String(scoreThreshold), others, excluded.map(idText), scoringOf(target)];
  const filters = [filter, idfCorpus].map((filter) => (filter === undefined ? null : encodeFilter(filter)));
  const lengths = vectorsOf(target).map((vector) => [
    vector.values.length,
    vector.kind === 'multi' ? vector.dimension : vector.kind,
  ]);
  return JSON.stringify([words, filters, lengths]) + vectorsOf(target).map(vectorBytes).join('');
}

/** Numbers in all vectors of a leaf. */
export function valueCount({ target }: VectorStep): number {
  return vectorsOf(target).reduce((count, { values }) => count + values.length, 0);
}

/** A whole number other than 0 that is the same for equal leaves, and seldom for others. */
export function leafHash(step: VectorStep, limit: number, shard: number): number {
  let hash = Math.imul(shard + 1, 0x85ebca6b) ^ limit;
  const filter = step.filter === undefined ? '' : encodeFilter(step.filter);
  for (let at = 0; at < filter.length; at++) hash = Math.imul(hash, 31) + filter.charCodeAt(at);
  for (const { values } of vectorsOf(step.target)) {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let at = 0; at < words.length; at++)
      hash = Math.imul(hash ^ (words[at] as number), 0x9e3779b1) ^ (hash >>> 15);
  }
  return (hash >>> 0) + 1;
}

function vectorsOf(target: SearchTarget): readonly Vector[] {
  return target.kind === 'nearest' ? [target.vector] : target.examples;
}

function scoringOf(target: SearchTarget): unknown {
  if (target.kind === 'nearest') return null;
  const { scoring } = target;
  return scoring.kind === 'linear' ? ['linear', ...scoring.weights] : scoring;
}

/** One character a byte: V8 keeps such text at a byte each. */
function vectorBytes(vector: Vector): string {
  return (vector.kind === 'sparse' ? latin1(vector.indices) : '') + latin1(vector.values);
}

function latin1({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
