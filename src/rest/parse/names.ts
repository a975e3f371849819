import { WireError } from '../wire-error.ts';

const ANY_FORBIDS = ['/', '\0'];
const CREATE_FORBIDS = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f'];
const NAME_CHARACTERS_MAX = 255;

/**
 * A collection's name from the path, as it was given.
 * rule  'create' forbids what file systems dislike; the older rule 'any' forbids `/` and NUL.
 */
export function checkName(name: string, rule: 'any' | 'create'): string {
  const characters = [...name].length;
  if (characters < 1 || characters > NAME_CHARACTERS_MAX) {
    throw invalidName(`value "${name}" invalid, must be from 1 to ${NAME_CHARACTERS_MAX} characters`);
  }
  const forbidden = rule === 'create' ? CREATE_FORBIDS : ANY_FORBIDS;
  for (const character of forbidden) {
    if (name.includes(character)) throw invalidName(`collection name cannot contain "${character}" char`);
  }
  return name;
}

function invalidName(rule: string): WireError {
  return new WireError(422, `Validation error in path parameters: [collection_name: ${rule}]`);
}

const VECTOR_NAME_BYTES_MAX = 200;

/** What is wrong with the name of a vector, in Qdrant's words; undefined = nothing. */
export function vectorNameFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > VECTOR_NAME_BYTES_MAX) {
    return `vector name must be at most ${VECTOR_NAME_BYTES_MAX} bytes long`;
  }
  const found = CREATE_FORBIDS.find((character) => name.includes(character));
  return found === undefined ? undefined : `vector name cannot contain "${found}" char`;
}

/** A vector's name from the path. */
export function checkVectorName(name: string): string {
  const fault = vectorNameFault(name);
  if (fault === undefined) return name;
  throw new WireError(422, `Validation error in path parameters: [vector_name: ${fault}]`);
}
