/** What names of collections and vectors may be, in Qdrant's words. */

const ANY_FORBIDS = ['/', '\0'];
const CREATE_FORBIDS = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f'];
const NAME_CHARACTERS_MAX = 255;
const VECTOR_NAME_BYTES_MAX = 200;

/**
 * What is wrong with the name of a collection; undefined = nothing.
 * rule  'create' forbids what file systems dislike; the older rule 'any' forbids `/` and NUL.
 */
export function collectionNameFault(name: string, rule: 'any' | 'create'): string | undefined {
  const characters = [...name].length;
  if (characters < 1 || characters > NAME_CHARACTERS_MAX) {
    return `value "${name}" invalid, must be from 1 to ${NAME_CHARACTERS_MAX} characters`;
  }
  const found = (rule === 'create' ? CREATE_FORBIDS : ANY_FORBIDS).find((character) => name.includes(character));
  return found === undefined ? undefined : `collection name cannot contain "${found}" char`;
}

/** What is wrong with the name of a vector; undefined = nothing. */
export function vectorNameFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > VECTOR_NAME_BYTES_MAX) {
    return `vector name must be at most ${VECTOR_NAME_BYTES_MAX} bytes long`;
  }
  const found = CREATE_FORBIDS.find((character) => name.includes(character));
  return found === undefined ? undefined : `vector name cannot contain "${found}" char`;
}

interface Named {
  readonly name: string;
}

/** What is wrong with the names of a new collection's vectors; undefined = nothing. */
export function vectorNamesFault(dense: readonly Named[], sparse: readonly Named[]): string | undefined {
  const denseNames = new Set(dense.map(({ name }) => name));
  for (const name of denseNames) {
    const fault = vectorNameFault(name);
    if (fault !== undefined) return `Invalid dense vector name \`${name}\`: ${fault}`;
  }
  for (const { name } of sparse) {
    if (name === '') return 'Sparse vector name cannot be empty';
    const fault = vectorNameFault(name);
    if (fault !== undefined) return `Invalid sparse vector name \`${name}\`: ${fault}`;
    if (denseNames.has(name)) return `Dense and sparse vector names must be unique - duplicate found with '${name}'`;
  }
  return undefined;
}
