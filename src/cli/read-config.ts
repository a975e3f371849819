import { readFile } from 'node:fs/promises';
import type { ConfigKey } from '../config/config.ts';
import { parseConfig, type ConfigFile, type FlagValue, type ParsedConfig } from '../config/parse-config.ts';
import { VectorizerError } from '../core/errors.ts';

/** What the user gave with flags, as commander hands it over; `config` names a file. */
export interface ConfigOptions {
  readonly host?: string;
  readonly port?: string;
  readonly grpcPort?: string;
  readonly storage?: string;
  readonly snapshots?: string;
  readonly logLevel?: string;
  readonly memoryBudget?: string;
  readonly config?: string;
}

/** `--config` and `--json` set no key. */
const FLAGS: readonly {
  readonly option: Exclude<keyof ConfigOptions, 'config'>;
  readonly flag: string;
  readonly key: ConfigKey;
}[] = [
  { option: 'host', flag: '--host', key: 'service.host' },
  { option: 'port', flag: '--port', key: 'service.http_port' },
  { option: 'grpcPort', flag: '--grpc-port', key: 'service.grpc_port' },
  { option: 'storage', flag: '--storage', key: 'storage.storage_path' },
  { option: 'snapshots', flag: '--snapshots', key: 'storage.snapshots_path' },
  { option: 'logLevel', flag: '--log-level', key: 'log_level' },
  { option: 'memoryBudget', flag: '--memory-budget', key: 'storage.performance.memory_budget' },
];

const USUAL_FILE = 'config/config.yaml';

/**
 * The configuration from flags, environment and file. The file is `--config`, which must then be there, else
 * config/config.yaml of the working folder if there is one. Throws bad_input with a message for the user.
 */
export async function readConfig(options: ConfigOptions): Promise<ParsedConfig> {
  const file = options.config === undefined ? await readIfThere(USUAL_FILE) : await read(options.config);
  return parseConfig({ file, environment: process.env, flags: flagValues(options) });
}

function flagValues(options: ConfigOptions): ReadonlyMap<ConfigKey, FlagValue> {
  const values = new Map<ConfigKey, FlagValue>();
  for (const { option, flag, key } of FLAGS) {
    const value = options[option];
    if (value !== undefined) values.set(key, { flag, value });
  }
  return values;
}

async function read(path: string): Promise<ConfigFile> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VectorizerError('bad_input', `--config ${path}: cannot be read: ${reason}`, { cause });
  }
}

async function readIfThere(path: string): Promise<ConfigFile | undefined> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
