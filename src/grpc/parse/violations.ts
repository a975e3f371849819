import { collectionNameFault } from '../../core/names.ts';
import { RULES_TOLD_MAX } from '../../core/request-limits.ts';
import { invalidArgument } from '../grpc-error.ts';

/**
 * What Qdrant's validation finds in a request before anything is done with it. Paths are names of proto fields
 * (SURFACE.md 2); entries of a map are `[]`, elements of a list `[index]`.
 */
export class Violations {
  readonly #found: string[] = [];

  /** Notes a broken rule: `path: rule`. */
  add(path: string, rule: string): void {
    if (this.#found.length < RULES_TOLD_MAX) this.#found.push(`${path}: ${rule}`);
  }

  /** Notes where a number that is given is less than `least`. */
  atLeast(path: string, value: bigint | number | undefined, least: number): void {
    if (value !== undefined && value < least) this.add(path, `value ${value} invalid, must be ${least} or larger`);
  }

  /** Notes where a text is empty. */
  notEmpty(path: string, value: string): void {
    if (value === '') this.add(path, `value "" invalid, must be at least 1 characters`);
  }

  /** The name of the collection that a request is for; noted where it cannot be one. */
  collection(name: string, rule: 'any' | 'create' = 'any'): string {
    const fault = collectionNameFault(name, rule);
    if (fault !== undefined) this.add('collection_name', fault);
    return name;
  }

  /** To be called when all is read. Throws INVALID_ARGUMENT. */
  finish(): void {
    if (this.#found.length > 0) throw invalidArgument(`Validation error in body: [${this.#found.join('; ')}]`);
  }
}
