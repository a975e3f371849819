import type { WithPayloadSelector, WithVectorsSelector } from '../../../generated/points.js';
import type { PayloadSelector, VectorSelector } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { jsonPathOf } from './paths.ts';

export const NO_PAYLOAD: PayloadSelector = { kind: 'none' };
export const ALL_PAYLOAD: PayloadSelector = { kind: 'all' };
const NO_VECTOR: VectorSelector = { kind: 'none' };
const ALL_VECTORS: VectorSelector = { kind: 'all' };

/** byDefault  what holds where the field is absent: scrolling gives payloads, all else does not (SEMANTICS.md 1.1). */
export function payloadSelectorOf(
  selector: WithPayloadSelector | undefined,
  byDefault: PayloadSelector,
): PayloadSelector {
  if (selector === undefined) return byDefault;
  const options = selector.selectorOptions;
  switch (options?.$case) {
    case 'enable':
      return options.value ? ALL_PAYLOAD : NO_PAYLOAD;
    case 'include':
    case 'exclude':
      return { kind: options.$case, paths: options.value.fields.map((field) => jsonPathOf(field).text) };
    case undefined:
      throw invalidArgument('No PayloadSelector');
  }
}

/** Vectors are given only where they are asked for; a selector that says nothing asks for none. */
export function vectorSelectorOf(selector: WithVectorsSelector | undefined): VectorSelector {
  const options = selector?.selectorOptions;
  switch (options?.$case) {
    case 'enable':
      return options.value ? ALL_VECTORS : NO_VECTOR;
    case 'include':
      return { kind: 'names', names: options.value.names };
    case undefined:
      return NO_VECTOR;
  }
}
