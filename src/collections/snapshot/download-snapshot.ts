import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { badInput, VectorizerError } from '../../core/errors.ts';
import type { SnapshotProgress } from '../../core/snapshots.ts';

export interface Download {
  readonly url: URL;
  /** Sent as `api-key`, to the host of `url` alone. */
  readonly apiKey: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: SnapshotProgress;
}

const REDIRECTS_MAX = 10;
/** A server that says nothing for so long is given up. */
const SILENCE_MS = 60_000;

/**
 * Addresses that answer only to the machine itself, with what nobody else may know: the metadata of clouds. Whoever may
 * recover snapshots may not have the server fetch those.
 */
const METADATA = new BlockList();
METADATA.addSubnet('169.254.0.0', 16, 'ipv4');
METADATA.addAddress('100.100.100.200', 'ipv4');
METADATA.addAddress('192.0.0.192', 'ipv4');
METADATA.addSubnet('fe80::', 10, 'ipv6');
METADATA.addAddress('fd00:ec2::254', 'ipv6');
METADATA.addAddress('fd20:ce::254', 'ipv6');

/**
 * The bytes of a snapshot on another machine.
 *
 * Throws   internal where nobody answers (Qdrant: 500), bad_input for any status but 200, forbidden for an address of a
 *          cloud's metadata, by whatever name it was given; timeout where the signal aborts.
 */
export async function* downloadSnapshot(download: Download): AsyncGenerator<Uint8Array, void, undefined> {
  const { url, signal, onProgress } = download;
  const response = await responseOf(download);
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const totalBytes = Number.isFinite(length) ? length : undefined;
  let doneBytes = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      doneBytes += piece.length;
      onProgress({ doneBytes, totalBytes });
      yield piece;
    }
  } catch (error) {
    // Caught to translate.
    throw failure(url, signal, error);
  } finally {
    response.destroy();
  }
}

/** Follows redirections. */
async function responseOf({ url, apiKey, signal }: Download): Promise<http.IncomingMessage> {
  let target = url;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const headers = apiKey !== undefined && target.host === url.host ? { 'api-key': apiKey } : {};
    const response = await get(target, headers, signal);
    const { statusCode = 0, statusMessage = '' } = response;
    if (statusCode === 200) return response;
    response.destroy();
    const { location } = response.headers;
    if (statusCode < 300 || statusCode >= 400 || location === undefined) {
      throw badInput(`Failed to download snapshot from ${url.href}: status - ${statusCode} ${statusMessage}`);
    }
    target = new URL(location, target);
    if (target.protocol !== 'http:' && target.protocol !== 'https:') {
      throw badInput(`Failed to download snapshot from ${url.href}: redirected to ${target.href}`);
    }
  }
  throw badInput(`Failed to download snapshot from ${url.href}: too many redirects`);
}

function get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isMetadata(host)) throw forbiddenAddress(url.hostname);
  const { request } = url.protocol === 'https:' ? https : http;
  // An agent of its own: a connection that is kept would keep the process alive.
  const sent = request(url, { headers, signal, lookup: lookupElsewhere, agent: false, timeout: SILENCE_MS }, resolve);
  sent.on('timeout', () => sent.destroy(new Error('nothing came for a minute')));
  sent.on('error', (error) => reject(failure(url, signal, error)));
  sent.end();
  return promise;
}

/** Looks names up like anybody, and refuses what must not be asked: the name was checked by nobody before. */
const lookupElsewhere: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    const refused = addresses.some(({ address }) => isMetadata(address));
    const [first] = addresses;
    if (refused || first === undefined) callback(forbiddenAddress(hostname), []);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function isMetadata(address: string): boolean {
  return METADATA.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function forbiddenAddress(host: string): VectorizerError {
  return new VectorizerError(
    'forbidden',
    `Snapshots cannot be fetched from ${host}: it is an address of the machine's own`,
  );
}

function failure(url: URL, signal: AbortSignal, error: unknown): VectorizerError {
  if (error instanceof VectorizerError) return error;
  if (signal.aborted) return new VectorizerError('timeout', 'the request was cancelled');
  const reason = error instanceof Error && error.message !== '' ? `: ${error.message}` : '';
  const message = `Http request error: error sending request for url (${url.href})${reason}`;
  return new VectorizerError('internal', message, { cause: error });
}
