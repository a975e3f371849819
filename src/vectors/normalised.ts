/** A copy of rows, end to end, with length 1; a row of zeros stays. */
export function normalised(rows: Float32Array, dimension: number): Float32Array {
  const out = rows.slice();
  for (let start = 0; start < out.length; start += dimension) {
    let square = 0;
    for (let at = start; at < start + dimension; at += 1) square += (out[at] ?? 0) ** 2;
    const factor = square === 0 ? 0 : 1 / Math.sqrt(square);
    for (let at = start; at < start + dimension; at += 1) out[at] = (out[at] ?? 0) * factor;
  }
  return out;
}
