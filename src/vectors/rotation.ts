/**
 * Factors of the rounds of the random rotation of `dimension` coordinates (kernels/assembly/rotation.ts): signs that
 * depend on the dimension alone, so that codes mean the same in every segment and after every start.
 */
export function rotationFactors(dimension: number): Float32Array {
  const window = 2 ** Math.floor(Math.log2(dimension));
  const rounds = rotationRounds(dimension);
  const stride = Math.ceil(dimension / 4) * 4;
  const factors = new Float32Array(rounds * stride);
  let state = dimension ^ 0x9e3779b9;
  for (let round = 0; round < rounds; round += 1) {
    const start = round % 2 === 0 ? 0 : dimension - window;
    for (let index = 0; index < dimension; index += 1) {
      state = scramble(state);
      const size = index >= start && index < start + window ? 1 / Math.sqrt(window) : 1;
      factors[round * stride + index] = state < 0 ? -size : size;
    }
  }
  return factors;
}

/** Bytes of those factors. */
export function rotationBytes(dimension: number): number {
  return rotationRounds(dimension) * Math.ceil(dimension / 4) * 16;
}

function rotationRounds(dimension: number): number {
  return Number.isInteger(Math.log2(dimension)) ? 2 : 4;
}

/** One step of a xorshift generator of 32 bits (Marsaglia 2003). */
function scramble(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  return next ^ (next << 5);
}
