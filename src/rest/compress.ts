import { promisify } from 'node:util';
import zlib from 'node:zlib';

/** Below this a compressed answer saves nothing worth the time. */
export const COMPRESS_BYTES_MIN = 1024;

type Encoding = 'br' | 'gzip' | 'zstd' | 'deflate';

// Fast settings: an answer is made once and read once.
const BROTLI = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } };
const GZIP = { level: 3 };

const COMPRESSORS: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  zstd: promisify<Buffer, Buffer>(zlib.zstdCompress),
  br: (body) => brotli(body, BROTLI),
  gzip: (body) => gzip(body, GZIP),
  deflate: (body) => deflate(body, GZIP),
};
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflate);

/** What we would rather send where the client likes several alike. */
const PREFERENCE: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate'];

/** The encoding to answer in, or undefined for none. `accepted` is the header Accept-Encoding. */
export function chooseEncoding(accepted: string): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const part of accepted.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  let chosen: Encoding | undefined;
  let best = 0;
  for (const encoding of PREFERENCE) {
    const weight = weights.get(encoding) ?? weights.get('*') ?? 0;
    if (weight > best) {
      chosen = encoding;
      best = weight;
    }
  }
  return best < (weights.get('identity') ?? 0) ? undefined : chosen;
}

export function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  return COMPRESSORS[encoding](body);
}
