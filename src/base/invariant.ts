/** Thrown when our own code broke a rule; never for what a user sent. */
class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Asserts what our own code promises. `message` names the room and the rule: `'merge: lists must be sorted'`. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Returns `value`, which our own code promises to be there. */
export function present<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new InvariantError(message);
  return value;
}
