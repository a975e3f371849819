import type { Config } from '../../config/config.ts';
import { badInput } from '../../core/errors.ts';
import { nodeWorld } from '../../server/folders.ts';
import { readConfig } from '../read-config.ts';
import { LocalPlace } from './local.ts';
import type { Place } from './place.ts';
import { RemotePlace } from './remote.ts';

/** Where to work, as commander hands it over. */
export interface PlaceFlags {
  readonly url?: string;
  readonly apiKey?: string;
  readonly storage?: string;
  readonly snapshots?: string;
  readonly config?: string;
}

/** `missingStorage`: whether `--storage` may name a folder that is made. */
export interface PlaceOptions extends PlaceFlags {
  readonly missingStorage: 'refuse' | 'make';
}

/** A storage where `--storage` names one, else a server. Throws bad_input where both are named. */
export async function openPlace(options: PlaceOptions, signal: AbortSignal): Promise<Place> {
  const { url, storage, snapshots, config: file } = options;
  if (storage === undefined) {
    if (snapshots !== undefined) throw badInput('--snapshots goes with --storage: a server knows its own folder');
    const base = url === undefined ? await configuredUrl(file) : parseBase(url);
    const apiKey = options.apiKey ?? process.env['QDRANT__SERVICE__API_KEY'];
    return new RemotePlace({ base, apiKey, files: nodeWorld().files, signal });
  }
  if (url !== undefined) throw badInput('--url and --storage: give one of them, a running server or a stopped one');
  const { config, warnings } = await readConfig({ storage, ...given({ snapshots, config: file }) });
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  return LocalPlace.open(config, options.missingStorage, signal);
}

/** Warnings of the configuration are for the server, which says them when it starts. */
async function configuredUrl(file: string | undefined): Promise<URL> {
  const { config } = await readConfig(given({ config: file }));
  const { httpPort } = config.service;
  if (httpPort === 0) throw badInput('service.http_port is 0, any free port: say with --url where the server listens');
  return new URL(`http://${reachable(config)}:${httpPort}`);
}

/** Where a server of this configuration is found from this machine. */
function reachable({ service: { host } }: Config): string {
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function parseBase(url: string): URL {
  const base = URL.parse(url.includes('://') ? url : `http://${url}`);
  if (base === null || (base.protocol !== 'http:' && base.protocol !== 'https:')) {
    throw badInput(`--url: expected http://HOST:PORT or https://…, got ${JSON.stringify(url)}`);
  }
  return base;
}

/** Only what is given: commander leaves options out, and so do we. */
function given<Options extends object>(
  options: Options,
): { [Key in keyof Options]?: Exclude<Options[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Options]?: Exclude<Options[Key], undefined>;
  };
}
