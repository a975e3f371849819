/**
 * The house: the rooms of src/, top to bottom, and what each may import besides itself (ARCHITECTURE.md).
 * A room that is not in this table may not exist; a package that is not in it may not be imported.
 */
export interface Room {
  readonly name: string;
  readonly mayImport: readonly string[];
}

const ALL_BELOW_SERVER = [
  'rest',
  'grpc',
  'operations',
  'collections',
  'segments',
  'vectors',
  'filters',
  'compute',
  'storage',
  'kernels',
  'query',
  'config',
  'core',
  'observe',
  'base',
];

/** Top to bottom: a room may only import rooms that stand further down, so the table itself can hold no cycle. */
export const ROOMS: readonly Room[] = [
  { name: 'cli', mayImport: ['server', 'operations', 'config', 'core', 'base', 'observe'] },
  { name: 'server', mayImport: ALL_BELOW_SERVER },
  { name: 'rest', mayImport: ['operations', 'core', 'base', 'observe'] },
  { name: 'grpc', mayImport: ['operations', 'core', 'base', 'observe'] },
  { name: 'operations', mayImport: ['collections', 'core', 'base', 'observe'] },
  { name: 'collections', mayImport: ['segments', 'filters', 'query', 'storage', 'core', 'base', 'observe', 'config'] },
  { name: 'segments', mayImport: ['vectors', 'compute', 'storage', 'core', 'base', 'observe'] },
  { name: 'vectors', mayImport: ['compute', 'kernels', 'storage', 'core', 'base'] },
  { name: 'filters', mayImport: ['storage', 'core', 'base'] },
  { name: 'compute', mayImport: ['kernels', 'core', 'base', 'observe'] },
  { name: 'storage', mayImport: ['core', 'base', 'observe'] },
  { name: 'kernels', mayImport: ['base'] },
  { name: 'query', mayImport: ['core', 'base'] },
  { name: 'config', mayImport: ['core', 'base'] },
  { name: 'core', mayImport: ['base'] },
  { name: 'observe', mayImport: ['base'] },
  { name: 'base', mayImport: [] },
];

/** Rooms that may import `generated/`: messages of the wire are known to no other. */
export const GENERATED_ROOMS: readonly string[] = ['grpc'];

/** Where a module from outside may be imported: a room (`rest`) or one file (`storage/kv-database.ts`). */
export interface OutsideRule {
  readonly module: RegExp;
  readonly places: readonly {
    readonly place: string;
    /** Only these names may be imported; undefined = all. */
    readonly names?: readonly string[];
    readonly reason: string;
  }[];
}

/** The first rule whose `module` matches decides. Node's own modules that match no rule are free for every room. */
export const OUTSIDE_RULES: readonly OutsideRule[] = [
  {
    module: /^(?:node:)?fs(?:\/promises)?$/,
    places: [
      { place: 'storage', reason: 'the only room that opens files' },
      { place: 'kernels/load.ts', reason: 'reads its own wasm, which is code, not data' },
      { place: 'cli/read-config.ts', reason: 'the configuration is read before there is a house' },
      {
        place: 'observe/thread-priority.ts',
        names: ['readlinkSync'],
        reason: "/proc/thread-self tells a worker its thread's id",
      },
    ],
  },
  {
    module: /^classic-level$/,
    places: [{ place: 'storage/kv-database.ts', reason: 'one file knows the key-value store' }],
  },
  {
    module: /^piscina$/,
    places: [
      { place: 'compute', reason: 'arithmetic on workers' },
      { place: 'base/parsing-threads.ts', reason: 'large bodies are parsed off the event loop at both doors' },
      ...['rest/point-worker.ts', 'grpc/point-worker.ts'].map((place) => ({
        place,
        names: ['move', 'transferableSymbol', 'valueSymbol'],
        reason: 'what was parsed goes back by transfer',
      })),
    ],
  },
  {
    module: /^koa$/,
    places: [{ place: 'rest', reason: 'no ctx of Koa below the door' }],
  },
  {
    module: /^@fastify\/busboy$/,
    places: [{ place: 'rest/upload.ts', reason: 'one file knows how forms are read' }],
  },
  {
    module: /^@bufbuild\/protobuf(?:\/wkt)?$/,
    places: [{ place: 'grpc/descriptor-index.ts', reason: 'descriptors, which the wire itself does not need' }],
  },
  { module: /^commander$/, places: [{ place: 'cli', reason: 'the command line' }] },
  { module: /^yaml$/, places: [{ place: 'config', reason: 'the configuration file' }] },
  { module: /^(?:pino|pino-pretty)$/, places: [{ place: 'observe', reason: 'the logger behind its interface' }] },
  { module: /^(?!node:)/, places: [] },
];

/** Names that say nothing about what is inside. */
export const VAGUE_NAME: RegExp = /(?:^|[/.-])(?:utils?|helpers?|common|misc|managers?|services?)(?=[/.-]|$)/i;
