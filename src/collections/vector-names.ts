import type { CollectionConfig, Distance } from '../core/collection-config.ts';
import { badInput, type VectorizerError } from '../core/errors.ts';
import type { VectorSelector } from '../core/requests.ts';

export function unknownVectorName(name: string): VectorizerError {
  return badInput(`Not existing vector name error: ${name}`);
}

/** What vectors of a name are compared by, sparse ones by their dot product; undefined: the collection has no such name. */
export function distanceOf(name: string, { params }: CollectionConfig): Distance | undefined {
  const field = params.vectors.find((field) => field.name === name);
  if (field !== undefined) return field.distance;
  return params.sparseVectors.some((field) => field.name === name) ? 'Dot' : undefined;
}

/** Refuses the name of a vector that the collection does not have. */
export function checkVectorName(name: string, config: CollectionConfig): void {
  if (distanceOf(name, config) === undefined) throw unknownVectorName(name);
}

/** The same for the vectors that an answer is to show. */
export function checkVectorNames(selector: VectorSelector, config: CollectionConfig): void {
  if (selector.kind === 'names') for (const name of selector.names) checkVectorName(name, config);
}
