import { FormatError } from './format-error.ts';

/** Untagged enums of serde: one form is tried after the other, and why a form did not fit is forgotten. */

/** What `decode` finds; undefined where the text is of another form. */
export function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    // To translate: another form may fit.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** What `decode` finds, which is the last form that there is; throws `failure` where the text is of none. */
export function lastForm<T>(decode: () => T, failure: () => FormatError): T {
  try {
    return decode();
  } catch (error) {
    // To translate: the enum does not tell why its forms failed.
    throw error instanceof FormatError ? failure() : error;
  }
}
