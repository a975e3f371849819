/** From REST's collection info to the canonical one, which has the names and the shape of the protobuf messages. */
import type { Json, Render } from './canonical.ts';

type Fields = { readonly [key: string]: Json };

function fields(value: Json | undefined): Fields {
  return (value ?? {}) as Fields;
}

/** Without nulls: what is not set is not in a message. */
function present(value: Fields): Fields {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null));
}

function map(value: Json | undefined, change: (each: Json) => Json): Json {
  return { map: Object.fromEntries(Object.entries(fields(value)).map(([name, each]) => [name, change(each)])) };
}

/** Names of enum values are those of REST with a capital: `float16` → `Float16`; the first value of an enum is not written. */
function capital(value: Json | undefined): string {
  const word = text(value);
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

const FIRST_VALUES: ReadonlySet<string> = new Set(['max_sim', 'x4']);
const ENCODINGS: Readonly<Record<string, string>> = {
  one_bit: 'OneBit',
  two_bits: 'TwoBits',
  one_and_half_bits: 'OneAndHalfBits',
};
const QUERY_ENCODINGS: Readonly<Record<string, string>> = {
  default: 'Default',
  binary: 'Binary',
  scalar4bits: 'Scalar4Bits',
  scalar8bits: 'Scalar8Bits',
};

/** One field of a configuration: words become names of enum values, the rest stays. */
function setting(key: string, value: Json): Fields {
  if (key === 'quantization_config') return { [key]: quantization(value) };
  if (key === 'query_encoding') return { [key]: { setting: QUERY_ENCODINGS[text(value)] ?? value } };
  if (key === 'encoding') return { [key]: ENCODINGS[text(value)] ?? value };
  if (typeof value === 'string')
    return FIRST_VALUES.has(value) ? {} : { [key]: key === 'compression' ? value : capital(value) };
  return { [key]: isGroup(value) ? settings(value) : value };
}

function isGroup(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('rawJSON' in value);
}

function isSet(value: Json | undefined): value is Json {
  return value !== undefined && value !== null;
}

function settings(value: Json | undefined): Fields {
  return Object.assign({}, ...Object.entries(present(fields(value))).map(([key, each]) => setting(key, each)));
}

function quantization(value: Json): Json {
  const { turbo, ...others } = fields(settings(value));
  return turbo === undefined ? others : { ...others, turboquant: turbo };
}

/** In the messages `null` is a setting of its own, and the field that older clients read is filled beside the newer one. */
function optimizers(value: Json | undefined): Fields {
  const { max_optimization_threads: threads, ...rest } = fields(value);
  const written = isSet(threads)
    ? { deprecated_max_optimization_threads: threads, max_optimization_threads: { value: threads } }
    : { max_optimization_threads: { setting: 'Auto' } };
  return { ...settings(rest), ...written };
}

/** In the messages the limits of strict mode by vector name lie one level deeper. */
function strictMode(value: Json): Json {
  const { multivector_config, sparse_config, ...rest } = settings(value);
  return {
    ...rest,
    ...(multivector_config === undefined ? {} : { multivector_config: { multivector_config } }),
    ...(sparse_config === undefined ? {} : { sparse_config: { sparse_config } }),
  };
}

function parameters(value: Json | undefined): Fields {
  const { vectors, sparse_vectors, on_disk_payload, ...rest } = present(fields(value));
  const one = 'size' in fields(vectors);
  return {
    ...settings(rest),
    // A field without presence: false is not written.
    ...(on_disk_payload === true ? { on_disk_payload } : {}),
    ...(vectors === undefined
      ? {}
      : { vectors_config: one ? { params: settings(vectors) } : { params_map: map(vectors, settings) } }),
    ...(sparse_vectors === undefined ? {} : { sparse_vectors_config: map(sparse_vectors, settings) }),
  };
}

/** The whole of an empty collection: nothing in it depends on what the optimizer does at that moment. */
export const info: Render = (result) => {
  const { status, optimizer_status, segments_count, points_count, indexed_vectors_count, config } = fields(result);
  const { params, hnsw_config, optimizer_config, wal_config, quantization_config, strict_mode_config, metadata } =
    fields(config);
  return {
    status: capital(status),
    optimizer_status: optimizer_status === 'ok' ? { ok: true } : (optimizer_status ?? null),
    segments_count: segments_count ?? null,
    points_count: points_count ?? null,
    indexed_vectors_count: indexed_vectors_count ?? null,
    config: {
      params: parameters(params),
      hnsw_config: settings(hnsw_config),
      optimizer_config: optimizers(optimizer_config),
      wal_config: settings(wal_config),
      ...(isSet(quantization_config) ? { quantization_config: quantization(quantization_config) } : {}),
      ...(isSet(strict_mode_config) ? { strict_mode_config: strictMode(strict_mode_config) } : {}),
    },
    metadata: metadata ?? {},
  };
};

const LISTED: ReadonlySet<string> = new Set(['type', 'tokenizer', 'stopwords', 'stemmer']);

/** Parameters of a payload index, under the name of their oneof. */
function indexParameters(value: Json): Json {
  const { type, tokenizer, stopwords, stemmer } = fields(value);
  const plain = Object.fromEntries(Object.entries(present(fields(value))).filter(([key]) => !LISTED.has(key)));
  return {
    [`${text(type)}_index_params`]: {
      ...plain,
      ...(tokenizer === undefined ? {} : { tokenizer: capital(tokenizer) }),
      ...(stopwords === undefined ? {} : { stopwords }),
      ...(stemmer === undefined ? {} : { stemmer: { snowball: { language: fields(stemmer)['language'] ?? null } } }),
    },
  };
}

/** The payload indexes of a collection, and how many points it has. */
export const schema: Render = (result) => {
  const { points_count, payload_schema } = fields(result);
  const indexes = Object.entries(fields(payload_schema)).map(([name, index]) => {
    const { data_type, params, points } = fields(index);
    const given = params === undefined || params === null ? {} : { params: indexParameters(params) };
    return [name, { data_type: capital(data_type), ...given, points: points ?? null }];
  });
  return { points_count: points_count ?? null, payload_schema: Object.fromEntries(indexes) as Json };
};
