import type { MemorySize } from './value-kinds.ts';

/**
 * The configuration of the process: parsed once, frozen, the same names as Qdrant's keys.
 * Keys of Qdrant that mean nothing here yet are not listed: they are ignored with a warning.
 */
export interface Config {
  readonly service: {
    /** Address to listen on. Loopback unless told otherwise. */
    readonly host: string;
    /** 0 = any free port. */
    readonly httpPort: number;
    /** 0 = any free port; 'off' = no gRPC. */
    readonly grpcPort: number | 'off';
    readonly maxRequestSizeMb: number;
    /** Of one gRPC message, sent and inflated. */
    readonly maxGrpcMessageSizeMb: number;
    readonly enableCors: boolean;
    /** Whether snapshots may be recovered from `http:` and `https:`. */
    readonly enableSnapshotUrlRecovery: boolean;
  };
  readonly storage: {
    readonly storagePath: string;
    readonly snapshotsPath: string;
    /** Where downloads go; undefined: `snapshots_temp` in the storage. */
    readonly tempPath: string | undefined;
    readonly wal: {
      /** 'always': an update is on the disk before it is acknowledged. 'never': the system writes when it likes. */
      readonly fsync: 'always' | 'never';
    };
    readonly performance: {
      /** 0 = as many as the machine has cores. */
      readonly maxSearchThreads: number;
      /** What the process may take before memory is given up (docs/memory.md). */
      readonly memoryBudget: MemorySize;
      /** Bytes of results of queries' leaves that are kept until a write; 0 = none. */
      readonly leafCacheBytes: number;
    };
  };
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'off';
  /** Where each value comes from, by Qdrant's name of the key (`service.http_port`). */
  readonly origins: Readonly<Record<ConfigKey, Origin>>;
}

/**
 * Qdrant's names of the keys, as in its configuration file. `max_grpc_message_size_mb`, `storage.wal.fsync`, `memory_budget`
 * and `leaf_cache_bytes` are ours.
 */
export type ConfigKey =
  | 'service.host'
  | 'service.http_port'
  | 'service.grpc_port'
  | 'service.max_request_size_mb'
  | 'service.max_grpc_message_size_mb'
  | 'service.enable_cors'
  | 'service.enable_snapshot_url_recovery'
  | 'storage.storage_path'
  | 'storage.snapshots_path'
  | 'storage.temp_path'
  | 'storage.wal.fsync'
  | 'storage.performance.max_search_threads'
  | 'storage.performance.memory_budget'
  | 'storage.performance.leaf_cache_bytes'
  | 'log_level';

export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string };

/** `default`, `config/config.yaml`, `environment variable QDRANT__LOG_LEVEL` or `--port`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return origin.path;
    case 'environment':
      return `environment variable ${origin.variable}`;
    case 'flag':
      return origin.flag;
  }
}
