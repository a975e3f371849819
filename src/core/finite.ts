import { badInput, type VectorizerError } from './errors.ts';

/** The error for components that no f32 can hold, or undefined. `place` names the vector. */
export function infiniteComponent(vector: Float32Array, place: string): VectorizerError | undefined {
  if (isSound(vector)) return undefined;
  const index = vector.findIndex((value) => !Number.isFinite(value));
  return badInput(outOfRange(`${place}[${index}]`));
}

/**
 * Whether all components are numbers. It stands before every search: four sums that do not wait for each other take 0.2 µs
 * for 768 components, a comparison each 0.7, a callback each 4.
 */
function isSound(vector: Float32Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = vector.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    a += nothingOf(vector[at] as number);
    b += nothingOf(vector[at + 1] as number);
    c += nothingOf(vector[at + 2] as number);
    d += nothingOf(vector[at + 3] as number);
  }
  for (let at = whole; at < vector.length; at++) a += nothingOf(vector[at] as number);
  return a + b + c + d === 0;
}

/** 0; of infinities and NaN it is NaN, as every sum with it. */
function nothingOf(value: number): number {
  return value - value;
}

/** Of a number that no f32 can hold: Qdrant would go on with infinity. */
export function outOfRange(place: string): string {
  return `${place} is out of range: expected a number that fits into 32-bit floating point`;
}
