import { gaussianSource, uniformSource } from '../data.ts';

/**
 * Token vectors as late-interaction models make them, always the same from the same seed. A token is (topic centre +
 * spread x Gaussian) in a few latent dimensions, projected, with a little noise, at length 1 (as in ../data.ts). A
 * document's tokens are of four topics; a query has noisy tokens of one document, and a quarter that are of anything.
 */
export interface TokenOptions {
  readonly documents: number;
  readonly tokens: number;
  readonly dimension: number;
  readonly queries: number;
  readonly queryTokens: number;
  readonly seed: number;
  readonly topics: number;
  readonly spread: number;
}

export interface TokenData {
  readonly dimension: number;
  /** Tokens of all documents, end to end. */
  readonly base: Float32Array;
  readonly queries: Float32Array;
}

const LATENT = 24;
const TOPICS_OF_DOCUMENT = 4;
const NOISE = 0.08;
/** How far query tokens are from the document's, in the latent space, of the spread of a topic. */
const QUERY_NOISE = 0.5;

export function generateTokens(options: TokenOptions): TokenData {
  const { documents, tokens, dimension, queries, queryTokens, seed, topics, spread } = options;
  const gaussian = gaussianSource(seed);
  const pick = uniformSource(seed ^ 0x5bd1e995);
  const scales = Float64Array.from({ length: LATENT }, (_, axis) => (axis + 1) ** -0.3);
  const projection = Float64Array.from({ length: LATENT * dimension }, () => gaussian() / Math.sqrt(dimension));
  const centres = Float64Array.from({ length: topics * LATENT }, (_, at) => gaussian() * (scales[at % LATENT] ?? 0));
  const row = new Float64Array(dimension);

  const write = (point: Float64Array, target: Float32Array, start: number): void => {
    for (let column = 0; column < dimension; column += 1) row[column] = (NOISE / Math.sqrt(dimension)) * gaussian();
    for (let axis = 0; axis < LATENT; axis += 1) {
      const weight = point[axis] as number;
      const at = axis * dimension;
      for (let column = 0; column < dimension; column += 1) {
        row[column] = (row[column] as number) + weight * (projection[at + column] as number);
      }
    }
    let square = 0;
    for (const value of row) square += value * value;
    const factor = 1 / Math.sqrt(square);
    for (let column = 0; column < dimension; column += 1) target[start + column] = (row[column] as number) * factor;
  };
  const draw = (centre: number, point: Float64Array): void => {
    for (let axis = 0; axis < LATENT; axis += 1) {
      point[axis] = (centres[centre * LATENT + axis] ?? 0) + spread * gaussian() * (scales[axis] ?? 0);
    }
  };

  const base = new Float32Array(documents * tokens * dimension);
  const latent = new Float32Array(documents * tokens * LATENT);
  const point = new Float64Array(LATENT);
  for (let document = 0; document < documents; document += 1) {
    const own = Array.from({ length: TOPICS_OF_DOCUMENT }, () => Math.floor(pick() * topics));
    for (let token = 0; token < tokens; token += 1) {
      draw(own[Math.floor(pick() * own.length)] ?? 0, point);
      const at = document * tokens + token;
      latent.set(point, at * LATENT);
      write(point, base, at * dimension);
    }
  }
  const asked = new Float32Array(queries * queryTokens * dimension);
  for (let query = 0; query < queries; query += 1) {
    const document = Math.floor(pick() * documents);
    for (let token = 0; token < queryTokens; token += 1) {
      if (token % 4 === 3) {
        draw(Math.floor(pick() * topics), point);
      } else {
        const at = (document * tokens + Math.floor(pick() * tokens)) * LATENT;
        for (let axis = 0; axis < LATENT; axis += 1) {
          point[axis] = (latent[at + axis] ?? 0) + QUERY_NOISE * spread * gaussian() * (scales[axis] ?? 0);
        }
      }
      write(point, asked, (query * queryTokens + token) * dimension);
    }
  }
  return { dimension, base, queries: asked };
}
