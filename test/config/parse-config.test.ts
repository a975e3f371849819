import test from 'ava';
import { originText, type ConfigKey } from '../../src/config/config.ts';
import { parseConfig, type ConfigSources, type ParsedConfig } from '../../src/config/parse-config.ts';

interface Given {
  readonly yaml?: string;
  readonly environment?: ConfigSources['environment'];
  readonly flags?: readonly (readonly [ConfigKey, string, string])[];
}

function parse({ yaml, environment = {}, flags = [] }: Given): ParsedConfig {
  return parseConfig({
    file: yaml === undefined ? undefined : { path: 'config/config.yaml', text: yaml },
    environment,
    flags: new Map(flags.map(([key, flag, value]) => [key, { flag, value }])),
  });
}

test('with nothing given: loopback, the usual port and folders, every origin the default', (t) => {
  const { config, warnings } = parse({});
  t.is(config.service.host, '127.0.0.1');
  t.is(config.service.httpPort, 6333);
  t.is(config.service.grpcPort, 6334);
  t.is(config.service.maxRequestSizeMb, 32);
  t.is(config.service.maxGrpcMessageSizeMb, 256);
  t.true(config.service.enableCors);
  t.is(config.storage.storagePath, './storage');
  t.is(config.storage.snapshotsPath, './snapshots');
  t.is(config.storage.wal.fsync, 'always');
  t.is(config.storage.performance.maxSearchThreads, 0);
  t.is(config.logLevel, 'info');
  t.true(Object.values(config.origins).every((origin) => originText(origin) === 'default'));
  t.deepEqual(warnings, []);
});

test('the configuration cannot be changed once parsed', (t) => {
  const { config } = parse({});
  for (const part of [config, config.service, config.storage, config.storage.wal, config.origins]) {
    t.true(Object.isFrozen(part));
  }
});

test('flags win over the environment, the environment over the file, the file over the defaults', (t) => {
  const yaml = 'service: { host: 1.1.1.1, http_port: 1, max_request_size_mb: 1 }';
  const environment = { QDRANT__SERVICE__HTTP_PORT: '2', QDRANT__SERVICE__HOST: '2.2.2.2' };
  const { config } = parse({ yaml, environment, flags: [['service.host', '--host', '3.3.3.3']] });
  t.is(config.service.host, '3.3.3.3');
  t.is(config.service.httpPort, 2);
  t.is(config.service.maxRequestSizeMb, 1);
  t.is(originText(config.origins['service.host']), '--host');
  t.is(originText(config.origins['service.http_port']), 'environment variable QDRANT__SERVICE__HTTP_PORT');
  t.is(originText(config.origins['service.max_request_size_mb']), 'config/config.yaml');
  t.is(originText(config.origins['log_level']), 'default');
});

test('variables are read in upper and lower case alike; others are none of ours', (t) => {
  const { config, warnings } = parse({
    environment: {
      qdrant__storage__performance__max_search_threads: '3',
      QDRANT_URI: 'x',
      PATH: '/bin',
      GONE: undefined,
    },
  });
  t.is(config.storage.performance.maxSearchThreads, 3);
  t.deepEqual(warnings, []);
});

for (const [word, value] of Object.entries({
  true: true,
  '1': true,
  YES: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  Off: false,
})) {
  test(`a boolean may be written ${word}`, (t) => {
    t.is(parse({ environment: { QDRANT__SERVICE__ENABLE_CORS: word } }).config.service.enableCors, value);
  });
}

test('gRPC is off where its port is null, as in Qdrant, or off', (t) => {
  t.is(parse({ yaml: 'service: { grpc_port: null }' }).config.service.grpcPort, 'off');
  t.is(parse({ yaml: 'service: { grpc_port: off }' }).config.service.grpcPort, 'off');
  t.is(parse({ environment: { QDRANT__SERVICE__GRPC_PORT: 'off' } }).config.service.grpcPort, 'off');
  const given = parse({ yaml: 'service: { grpc_port: null }', flags: [['service.grpc_port', '--grpc-port', '7001']] });
  t.is(given.config.service.grpcPort, 7001);
});

test('a null in the file leaves the value as it was, and an empty file is a file', (t) => {
  t.is(parse({ yaml: 'service: { http_port: null }' }).config.service.httpPort, 6333);
  t.is(parse({ yaml: '# nothing\n' }).config.service.httpPort, 6333);
});

test('unknown keys are ignored with one warning that names them and where they came from', (t) => {
  const { warnings } = parse({
    yaml: 'service: { verify_https_client_certificate: true }\ncluster: { enabled: true, p2p: { port: 1 } }',
    environment: { QDRANT__GPU__INDEXING: '1' },
  });
  t.deepEqual(warnings, [
    'configuration keys that mean nothing here are ignored: service.verify_https_client_certificate (config/config.yaml), ' +
      'cluster.enabled (config/config.yaml), cluster.p2p.port (config/config.yaml), ' +
      'gpu.indexing (environment variable QDRANT__GPU__INDEXING)',
  ]);
});

const WRONG: Readonly<Record<string, readonly [Given, RegExp]>> = {
  'a port that is a word': [
    { environment: { QDRANT__SERVICE__HTTP_PORT: 'http' } },
    /^service\.http_port \(environment variable QDRANT__SERVICE__HTTP_PORT\): expected a whole number from 0 to 65535, got "http"$/,
  ],
  'an empty variable': [{ environment: { QDRANT__SERVICE__HTTP_PORT: '' } }, /got ""$/],
  'a port out of range': [{ flags: [['service.http_port', '--port', '65536']] }, /^service\.http_port \(--port\)/],
  'a gRPC port that is a word': [
    { flags: [['service.grpc_port', '--grpc-port', 'none']] },
    /^service\.grpc_port \(--grpc-port\): expected a whole number from 0 to 65535, or off, got "none"$/,
  ],
  'a fraction': [
    { yaml: 'service: { max_request_size_mb: 1.5 }' },
    /expected a whole number from 1 to 2047, got 1\.5$/,
  ],
  'a number for a text': [{ yaml: 'service: { host: 5 }' }, /^service\.host \(config\/config\.yaml\): expected a text/],
  'a word that is no boolean': [
    { yaml: 'service: { enable_cors: perhaps }' },
    /expected true or false, got "perhaps"$/,
  ],
  'a number that is no boolean': [{ yaml: 'service: { enable_cors: 7 }' }, /expected true or false, got 7$/],
  'a policy that is not known': [{ yaml: 'storage: { wal: { fsync: often } }' }, /expected one of always, never/],
  'a level that is a number': [
    { yaml: 'log_level: 3' },
    /expected one of trace, debug, info, warn, error, off, got 3$/,
  ],
  'a list for a text': [{ yaml: 'service: { host: [a] }' }, /got \["a"\]$/],
  'a file that is a list': [{ yaml: '- a' }, /^config\/config\.yaml: expected a mapping/],
  'a file that is no YAML': [{ yaml: 'a: [1' }, /^config\/config\.yaml: not a YAML file: /],
};

for (const [name, [given, message]] of Object.entries(WRONG)) {
  test(`fatal, with key, origin and expectation: ${name}`, (t) => {
    t.throws(() => parse(given), { name: 'VectorizerError', message });
  });
}

test('levels are taken in any case, as Qdrant writes them', (t) => {
  t.is(parse({ yaml: 'log_level: WARN' }).config.logLevel, 'warn');
});

const BUDGETS: readonly (readonly [unknown, unknown])[] = [
  ['2GB', { kind: 'bytes', bytes: 2 * 1024 ** 3 }],
  ['512mb', { kind: 'bytes', bytes: 512 * 1024 ** 2 }],
  ['1.5 GiB', { kind: 'bytes', bytes: 1.5 * 1024 ** 3 }],
  ['64 KiB', { kind: 'bytes', bytes: 65_536 }],
  [1_000_000, { kind: 'bytes', bytes: 1_000_000 }],
  ['1000000', { kind: 'bytes', bytes: 1_000_000 }],
  ['60%', { kind: 'share', share: 0.6 }],
];

for (const [given, budget] of BUDGETS) {
  test(`a memory budget of ${JSON.stringify(given)}`, (t) => {
    const yaml = `storage: { performance: { memory_budget: ${JSON.stringify(given)} } }`;
    const parsed: unknown = parse({ yaml }).config.storage.performance.memoryBudget;
    t.deepEqual(parsed, budget);
  });
}

test('without a memory budget it is four fifths of what there is', (t) => {
  t.deepEqual(parse({}).config.storage.performance.memoryBudget, { kind: 'share', share: 0.8 });
});

for (const given of ['0%', '101%', 'much', '', '-1', '0', '2XB', '1e9', true]) {
  test(`no memory budget: ${JSON.stringify(given)}`, (t) => {
    const yaml = `storage: { performance: { memory_budget: ${JSON.stringify(given)} } }`;
    t.throws(() => parse({ yaml }), { message: /memory_budget .*expected a size like 512MB/ });
  });
}

test('a memory budget by a flag or a variable', (t) => {
  const key = 'storage.performance.memory_budget';
  const environment = { QDRANT__STORAGE__PERFORMANCE__MEMORY_BUDGET: '1GB' };
  t.deepEqual(parse({ environment }).config.storage.performance.memoryBudget, { kind: 'bytes', bytes: 1024 ** 3 });
  const { config } = parse({ environment, flags: [[key, '--memory-budget', '2GB']] });
  t.deepEqual(config.storage.performance.memoryBudget, { kind: 'bytes', bytes: 2 * 1024 ** 3 });
  t.is(originText(config.origins[key]), '--memory-budget');
});
