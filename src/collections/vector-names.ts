import type { CollectionConfig } from '../core/collection-config.ts';
import { badInput, type VectorizerError } from '../core/errors.ts';
import type { VectorSelector } from '../core/requests.ts';

export function unknownVectorName(name: string): VectorizerError {
  return badInput(`Not existing vector name error: ${name}`);
}

/** Refuses the name of a vector that the collection does not have. */
export function checkVectorName(name: string, { params }: CollectionConfig): void {
  const { vectors, sparseVectors } = params;
  if (![...vectors, ...sparseVectors].some((field) => field.name === name)) throw unknownVectorName(name);
}

/** The same for the vectors that an answer is to show. */
export function checkVectorNames(selector: VectorSelector, config: CollectionConfig): void {
  if (selector.kind === 'names') for (const name of selector.names) checkVectorName(name, config);
}
