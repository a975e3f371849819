import { collectionNameFault, vectorNameFault } from '../../core/names.ts';
import { WireError } from '../wire-error.ts';

/** A collection's name from the path, as it was given. */
export function checkName(name: string, rule: 'any' | 'create'): string {
  return sound('collection_name', name, collectionNameFault(name, rule));
}

/** A vector's name from the path. */
export function checkVectorName(name: string): string {
  return sound('vector_name', name, vectorNameFault(name));
}

function sound(parameter: string, name: string, fault: string | undefined): string {
  if (fault === undefined) return name;
  throw new WireError(422, `Validation error in path parameters: [${parameter}: ${fault}]`);
}
