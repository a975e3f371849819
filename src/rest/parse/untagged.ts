import { JSON_FLOATS } from '../../base/json/json-tree.ts';
import { afterElement, type Decode, directList, firstNumberEnd, positioned } from './decoding.ts';
import { FormatError, noVariant } from './format-error.ts';

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

/** A list of an untagged enum's values, each read by `decode`; numbers are no forms of it. expected: of an element. */
export function untaggedList(name: string, expected: string, decode: Decode<void>): Decode<void> {
  return (decoding, node) => {
    const { tree } = decoding;
    if (tree.kindOf(node) === JSON_FLOATS) {
      throw positioned(noVariant(name), afterElement(tree, firstNumberEnd(tree, node)));
    }
    directList(decoding, node, expected, { buffered: decode });
  };
}
