/** Bits of the code of each byte, and of the end of a string (RFC 7541, appendix B). The codes follow: they are canonical. */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END = 256;
/** Padding is shorter than a byte, and all ones. */
const PADDING_BITS_MAX = 7;

/** Two places for each inner node: where a 0 and a 1 lead. Negative = a leaf, the symbol is -1 - place. */
const TREE = buildTree();

function buildTree(): Int16Array {
  const tree = new Int16Array(2 * LENGTHS.length);
  const symbols = LENGTHS.map((_, symbol) => symbol).toSorted((a, b) => (LENGTHS[a] ?? 0) - (LENGTHS[b] ?? 0) || a - b);
  let nodes = 1;
  let code = 0;
  let codeBits = LENGTHS[symbols[0] ?? 0] ?? 0;
  for (const symbol of symbols) {
    const bits = LENGTHS[symbol] ?? 0;
    code <<= bits - codeBits;
    codeBits = bits;
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit -= 1) {
      const place = 2 * node + ((code >> bit) & 1);
      if (tree[place] === 0) tree[place] = nodes++;
      node = tree[place] ?? 0;
    }
    tree[2 * node + (code & 1)] = -1 - symbol;
    code += 1;
  }
  return tree;
}

/** Where strings are put together: one by one, characters would become a chain of some thirty bytes for each. */
let scratch = Buffer.alloc(1024);

/** The string of Huffman-coded bytes, each a character of latin1; undefined where they are no code. */
export function huffmanDecoded(bytes: Uint8Array): string | undefined {
  // The shortest codes have five bits.
  if (bytes.length * 8 > scratch.length * 5) scratch = Buffer.alloc(bytes.length * 2);
  let length = 0;
  let node = 0;
  let pending = 0;
  let isOnes = true;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const one = (byte >> bit) & 1;
      const place = TREE[2 * node + one] ?? 0;
      pending += 1;
      isOnes &&= one === 1;
      if (place >= 0) {
        node = place;
        continue;
      }
      const symbol = -1 - place;
      if (symbol === END) return undefined;
      scratch[length++] = symbol;
      node = 0;
      pending = 0;
      isOnes = true;
    }
  }
  return pending <= PADDING_BITS_MAX && isOnes ? scratch.toString('latin1', 0, length) : undefined;
}
