/**
 * SipHash-2-4: a hash of 64 bits that an attacker without the key cannot steer.
 *
 * key      four words of 32 bits, least significant first.
 * message  an even number of words of 32 bits, least significant first: 8 bytes a pair.
 * hash     gets the low and the high word.
 * Source   Aumasson & Bernstein 2012.
 */
export function sipHash24(key: Uint32Array, message: Uint32Array, hash: Uint32Array): void {
  const state = scratch;
  for (let word = 0; word < 8; word++) state[word] = (INITIAL[word] ?? 0) ^ (key[word & 3] ?? 0);
  for (let at = 0; at < message.length; at += 2) absorb(state, message[at] ?? 0, message[at + 1] ?? 0);
  // The last block holds the rest of the bytes, of which there are none, and in its top byte their number.
  absorb(state, 0, (message.length * 4) << 24);
  state[4] = (state[4] ?? 0) ^ 255;
  for (let count = 0; count < 4; count++) round(state);
  hash[0] = (state[0] ?? 0) ^ (state[2] ?? 0) ^ (state[4] ?? 0) ^ (state[6] ?? 0);
  hash[1] = (state[1] ?? 0) ^ (state[3] ?? 0) ^ (state[5] ?? 0) ^ (state[7] ?? 0);
}

/** v0 … v3, low word first: `somepseudorandomlygeneratedbytes`. */
const INITIAL = Uint32Array.of(
  0x70736575,
  0x736f6d65,
  0x6e646f6d,
  0x646f7261,
  0x6e657261,
  0x6c796765,
  0x79746573,
  0x74656462,
);

// v0 … v3, low word first; nothing of it outlives a call.
const scratch = new Int32Array(8);

function absorb(state: Int32Array, low: number, high: number): void {
  state[6] = (state[6] ?? 0) ^ low;
  state[7] = (state[7] ?? 0) ^ high;
  round(state);
  round(state);
  state[0] = (state[0] ?? 0) ^ low;
  state[1] = (state[1] ?? 0) ^ high;
}

const V0 = 0;
const V1 = 2;
const V2 = 4;
const V3 = 6;

function round(state: Int32Array): void {
  mix(state, V0, V1, 13);
  swap(state, V0);
  mix(state, V2, V3, 16);
  mix(state, V0, V3, 21);
  mix(state, V2, V1, 17);
  swap(state, V2);
}

/** a += b; b = rotate left (b) ^ a; `bits` is less than 32. */
function mix(state: Int32Array, a: number, b: number, bits: number): void {
  const bLow = state[b] ?? 0;
  const bHigh = state[b + 1] ?? 0;
  const low = ((state[a] ?? 0) >>> 0) + (bLow >>> 0);
  const high = (state[a + 1] ?? 0) + bHigh + (low > 0xffffffff ? 1 : 0);
  state[a] = low;
  state[a + 1] = high;
  state[b] = ((bLow << bits) | (bHigh >>> (32 - bits))) ^ low;
  state[b + 1] = ((bHigh << bits) | (bLow >>> (32 - bits))) ^ high;
}

/** Rotates by 32. */
function swap(state: Int32Array, a: number): void {
  const low = state[a] ?? 0;
  state[a] = state[a + 1] ?? 0;
  state[a + 1] = low;
}
