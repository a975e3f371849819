import { badInput, type VectorizerError } from './errors.ts';

/** The error for components that no f32 can hold, or undefined. `place` names the vector. */
export function infiniteComponent(vector: Float32Array, place: string): VectorizerError | undefined {
  const index = vector.findIndex((value) => !Number.isFinite(value));
  return index < 0 ? undefined : badInput(outOfRange(`${place}[${index}]`));
}

/** Of a number that no f32 can hold: Qdrant would go on with infinity. */
export function outOfRange(place: string): string {
  return `${place} is out of range: expected a number that fits into 32-bit floating point`;
}
