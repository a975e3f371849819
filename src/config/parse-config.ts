import { parse as parseYaml } from 'yaml';
import { VectorizerError } from '../core/errors.ts';
import { originText, type Config, type ConfigKey, type Origin } from './config.ts';
import { boolean, integer, memorySize, oneOf, portOrOff, text, type ValueKind } from './value-kinds.ts';

/** A configuration file as read; `path` is what messages call it. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** A value that was given with a flag, and the flag's name for messages (`--port`). */
export interface FlagValue {
  readonly flag: string;
  readonly value: string;
}

/** Every place a value can come from, weakest first. */
export interface ConfigSources {
  readonly file: ConfigFile | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlyMap<ConfigKey, FlagValue>;
}

export interface ParsedConfig {
  readonly config: Config;
  /** Lines for whoever starts the process; nothing in them is fatal. */
  readonly warnings: readonly string[];
}

interface Given {
  readonly value: unknown;
  readonly origin: Origin;
}

const ENVIRONMENT_PREFIX = 'QDRANT__';

/**
 * Defaults ← file ← environment ← flags, key by key (SURFACE.md 3.1).
 * Unknown keys are ignored with one warning. Throws bad_input naming key, origin and expectation where a value does
 * not fit, and file and place where the file is no YAML.
 */
export function parseConfig(sources: ConfigSources): ParsedConfig {
  const given = new Map<string, Given>([...fromFile(sources.file), ...fromEnvironment(sources.environment)]);
  for (const [key, { flag, value }] of sources.flags) given.set(key, { value, origin: { kind: 'flag', flag } });

  const origins = new Map<string, Origin>();
  const take = <Value>(key: ConfigKey, kind: ValueKind<Value>, byDefault: Value): Value => {
    const found = given.get(key);
    given.delete(key);
    origins.set(key, found?.origin ?? { kind: 'default' });
    return found === undefined ? byDefault : fit(key, kind, found);
  };
  const config = {
    service: Object.freeze({
      host: take('service.host', text, '127.0.0.1'),
      httpPort: take('service.http_port', integer(0, 65_535), 6333),
      grpcPort: take('service.grpc_port', portOrOff, 6334),
      maxRequestSizeMb: take('service.max_request_size_mb', integer(1, 2047), 32),
      maxGrpcMessageSizeMb: take('service.max_grpc_message_size_mb', integer(1, 2047), 256),
      enableCors: take('service.enable_cors', boolean, true),
      enableSnapshotUrlRecovery: take('service.enable_snapshot_url_recovery', boolean, true),
    }),
    storage: Object.freeze({
      storagePath: take('storage.storage_path', text, './storage'),
      snapshotsPath: take('storage.snapshots_path', text, './snapshots'),
      tempPath: take<string | undefined>('storage.temp_path', text, undefined),
      wal: Object.freeze({ fsync: take('storage.wal.fsync', oneOf('always', 'never'), 'always') }),
      performance: Object.freeze({
        maxSearchThreads: take('storage.performance.max_search_threads', integer(0, 1024), 0),
        memoryBudget: take('storage.performance.memory_budget', memorySize, { kind: 'share', share: 0.8 }),
        leafCacheBytes: take('storage.performance.leaf_cache_bytes', integer(0, 2 ** 40), 16 * 2 ** 20),
      }),
    }),
    logLevel: take('log_level', oneOf('trace', 'debug', 'info', 'warn', 'error', 'off'), 'info'),
    origins: Object.freeze(Object.fromEntries(origins) as Record<ConfigKey, Origin>),
  };
  return { config: Object.freeze(config), warnings: unknownKeys(given) };
}

function fit<Value>(key: string, kind: ValueKind<Value>, { value, origin }: Given): Value {
  const parsed = kind.parse(value);
  if (parsed !== undefined) return parsed;
  const message = `${key} (${originText(origin)}): expected ${kind.expected}, got ${JSON.stringify(value)}`;
  throw new VectorizerError('bad_input', message);
}

function fromFile(file: ConfigFile | undefined): readonly (readonly [string, Given])[] {
  if (file === undefined) return [];
  const origin: Origin = { kind: 'file', path: file.path };
  const tree = readYaml(file);
  if (tree === null || tree === undefined) return []; // an empty file
  if (!isMapping(tree)) throw new VectorizerError('bad_input', `${file.path}: expected a mapping of keys to values`);
  return leaves('', tree).map(([key, value]) => [key, { value, origin }]);
}

function readYaml(file: ConfigFile): unknown {
  try {
    return parseYaml(file.text) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VectorizerError('bad_input', `${file.path}: not a YAML file: ${reason}`, { cause });
  }
}

/** Where a null is a value in Qdrant: no gRPC. */
const NULL_IS_OFF: ReadonlySet<string> = new Set(['service.grpc_port'] satisfies ConfigKey[]);

/** All values below `tree` with their dotted keys. A null is Qdrant's way to say that a value is not given. */
function leaves(prefix: string, tree: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(tree).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
    const key = prefix + name;
    if (value === null) return NULL_IS_OFF.has(key) ? [[key, 'off']] : [];
    return isMapping(value) ? leaves(`${key}.`, value) : [[key, value]];
  });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `QDRANT__SERVICE__HTTP_PORT` → `service.http_port`; upper and lower case alike, as Qdrant reads them. */
function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): readonly (readonly [string, Given])[] {
  return Object.entries(environment).flatMap(([variable, value]): readonly (readonly [string, Given])[] => {
    if (value === undefined || !variable.toUpperCase().startsWith(ENVIRONMENT_PREFIX)) return [];
    const key = variable.slice(ENVIRONMENT_PREFIX.length).toLowerCase().replaceAll('__', '.');
    return [[key, { value, origin: { kind: 'environment', variable } }]];
  });
}

function unknownKeys(left: ReadonlyMap<string, Given>): readonly string[] {
  if (left.size === 0) return [];
  const list = [...left].map(([key, { origin }]) => `${key} (${originText(origin)})`).join(', ');
  return [`configuration keys that mean nothing here are ignored: ${list}`];
}
