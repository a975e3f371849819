import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  count,
  facet,
  integer,
  offsets,
  page,
  pairs,
  parseExactly,
  points,
  scrolledIds,
  update,
  updates,
} from './canonical.ts';
import { filters } from './filters.ts';
import { schema } from './info.ts';
import { answers, type Body, reads, type Step } from './step.ts';

export const QUERY: readonly number[] = [0.3, 0.5, 0.2, 0.4];
export const UUID = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';

interface Data {
  readonly items: readonly { readonly id: string; readonly vectors: Body; readonly payload: Body }[];
  readonly plain: readonly { readonly id: string; readonly vector: Body; readonly payload: Body }[];
}

const data = parseExactly(readFileSync(path.join(import.meta.dirname, '../data.json'), 'utf8')) as unknown as Data;

export function pointId(text: string): Body {
  return text.includes('-') ? text : integer(text);
}

const items = data.items.map(({ id, vectors, payload }) => ({ id: pointId(id), vector: vectors, payload }));
const plain = data.plain.map(({ id, vector, payload }) => ({ id: pointId(id), vector, payload }));

const schemas: Readonly<Record<string, Body>> = {
  city: { type: 'keyword', is_tenant: true, on_disk: false },
  number: { type: 'integer', lookup: true, range: true, is_principal: true, on_disk: false },
  price: { type: 'float', is_principal: false, on_disk: true },
  place: { type: 'geo', on_disk: false },
  text: {
    type: 'text',
    tokenizer: 'word',
    lowercase: true,
    min_token_len: 2,
    max_token_len: 20,
    phrase_matching: true,
    ascii_folding: true,
    stopwords: { languages: ['english'], custom: ['zzz'] },
    stemmer: { type: 'snowball', language: 'english' },
    on_disk: false,
  },
  flag: { type: 'bool', on_disk: false },
  when: { type: 'datetime', is_principal: false, on_disk: false },
  reference: { type: 'uuid', is_tenant: false, on_disk: false },
  owner: 'integer',
};

export const writeSteps: readonly Step[] = [
  answers('upsert items', 'PUT /collections/items/points?wait=true&ordering=strong', { points: items }, update),
  answers('upsert plain', 'PUT /collections/plain/points?wait=true', { points: plain }, update),
  ...Object.entries(schemas).map(([field_name, field_schema]) =>
    answers(`index ${field_name}`, 'PUT /collections/items/index?wait=true', { field_name, field_schema }, update),
  ),
  reads('payload indexes', 'GET /collections/items', schema),
];

const SOME: Body = [1, integer('9007199254740993'), UUID, 999];
const SCROLL = 'POST /collections/items/points/scroll';
const COUNT = 'POST /collections/items/points/count';
const cheap: Body = { must: [{ key: 'price', range: { lt: 10 } }] };

export const readSteps: readonly Step[] = [
  answers('get', 'POST /collections/items/points', { ids: SOME, with_payload: true, with_vector: true }, points),
  answers(
    'get with parts of payload and vectors',
    'POST /collections/items/points?consistency=majority',
    { ids: [2, 4], with_payload: { include: ['city', 'nested.a'] }, with_vector: ['dense', 'words'] },
    points,
  ),
  answers(
    'get without parts of the payload',
    'POST /collections/items/points?timeout=5',
    { ids: [3], with_payload: { exclude: ['nested', 'text'] } },
    points,
  ),
  answers(
    'get of default vectors',
    'POST /collections/plain/points',
    { ids: [2, 1], with_vector: true, with_payload: true },
    points,
  ),
  answers('scroll, first page', SCROLL, { limit: 5, with_payload: true, with_vector: true }, page),
  answers('scroll, next page', SCROLL, { limit: 5, offset: 6, with_payload: ['city'] }, page),
  answers(
    'scroll, last page',
    SCROLL,
    { limit: 5, offset: integer('18446744073709551615'), with_payload: false },
    page,
  ),
  answers(
    'scroll by price',
    SCROLL,
    {
      limit: 6,
      order_by: { key: 'price', direction: 'desc' },
      filter: { must_not: [{ has_id: [1] }] },
      with_payload: ['price'],
    },
    page,
  ),
  answers(
    'scroll by number',
    SCROLL,
    { limit: 20, order_by: { key: 'number', direction: 'asc', start_from: 5 }, with_payload: false },
    page,
  ),
  answers(
    'scroll by time',
    SCROLL,
    { limit: 3, order_by: { key: 'when', start_from: '2021-01-01T00:00:00Z' }, with_payload: ['when'] },
    page,
  ),
  ...Object.entries(filters).map(([name, filter]) =>
    answers(`filter: ${name}`, SCROLL, { filter, limit: 100, with_payload: false }, scrolledIds),
  ),
  // SURFACE.md section 2: `exact` is true where it is absent, in both wires.
  answers('count', COUNT, {}, count),
  answers('count with filter', COUNT, { filter: cheap, exact: true }, count),
  answers('facet', 'POST /collections/items/facet', { key: 'city', exact: true, limit: 20 }, facet),
  answers(
    'facet with filter',
    'POST /collections/items/facet?timeout=5',
    { key: 'number', exact: true, limit: 20, filter: cheap },
    facet,
  ),
  answers('facet of bools', 'POST /collections/items/facet', { key: 'flag', exact: true }, facet),
  answers(
    'matrix of pairs',
    'POST /collections/items/points/search/matrix/pairs',
    { sample: 100, limit: 2, using: 'dense' },
    pairs,
  ),
  answers(
    'matrix of offsets',
    'POST /collections/items/points/search/matrix/offsets?timeout=5',
    { sample: 100, limit: 2, using: 'dense', filter: cheap },
    offsets,
  ),
];

const POINTS = '/collections/items/points';
const waited = (name: string, method: string, tail: string, body: Body): Step =>
  answers(name, `${method} ${POINTS}${tail}?wait=true`, body, update);

/** Every kind of operation in one batch. */
const operations: Body = [
  {
    upsert: {
      points: [
        { id: 60, vector: { dense: [0.4, 0.3, 0.2, 0.1] }, payload: { city: 'Oslo', number: 60 } },
        { id: 61, vector: {}, payload: { city: 'Bergen' } },
      ],
    },
  },
  { set_payload: { points: [60], payload: { price: 6.5, gone: 'soon' } } },
  { overwrite_payload: { points: [61], payload: { city: 'Tromsø', inner: { kept: 1 } } } },
  { set_payload: { points: [61], key: 'inner', payload: { added: 2 } } },
  { delete_payload: { points: [60], keys: ['gone'] } },
  {
    update_vectors: {
      points: [{ id: 61, vector: { dense: [0.1, 0.1, 0.7, 0.7], words: { indices: [7], values: [1.5] } } }],
    },
  },
  { delete_vectors: { points: [61], vector: ['words'] } },
  { clear_payload: { filter: { must: [{ key: 'city', match: { value: 'Wien' } }] } } },
  { delete: { points: [6] } },
];

export const changeSteps: readonly Step[] = [
  waited('set payload', 'POST', '/payload', {
    points: [8, 7],
    payload: { city: 'Rome', number: 88, fresh: [1, 2.0, 'three'] },
  }),
  waited('set payload under a key', 'POST', '/payload', {
    points: [2],
    key: 'nested.a',
    payload: { e: integer('-9223372036854775808') },
  }),
  waited('set payload by filter', 'POST', '/payload', {
    filter: { must: [{ key: 'city', match: { value: 'Paris' } }] },
    payload: { country: 'France' },
  }),
  waited('overwrite payload', 'PUT', '/payload', { points: [3], payload: { city: 'Genève', nothing: null } }),
  waited('delete payload', 'POST', '/payload/delete', { points: [1], keys: ['mixed', 'nested.a.b[].d'] }),
  waited('clear payload', 'POST', '/payload/clear', { filter: { must: [{ key: 'number', match: { value: 12 } }] } }),
  waited('clear payload of ids', 'POST', '/payload/clear', { points: [4] }),
  waited('update vectors', 'PUT', '/vectors', {
    points: [
      { id: 8, vector: { words: { indices: [3, 1], values: [0.5, 0.25] }, rows: [[0.1, 0.2]] } },
      { id: 1, vector: { dense: [0.25, 0.25, 0.5, 0.5] } },
    ],
  }),
  waited('update vectors with filter', 'PUT', '/vectors', {
    points: [
      { id: 1, vector: { dense: [1, 0, 0, 0] } },
      { id: 2, vector: { dense: [0, 1, 0, 0] } },
    ],
    update_filter: { must: [{ key: 'number', match: { value: 5 } }] },
  }),
  waited('delete vectors', 'POST', '/vectors/delete', { points: [3], vector: ['words', 'rows'] }),
  waited('delete vectors by filter', 'POST', '/vectors/delete', {
    filter: { must: [{ has_id: [7] }] },
    vector: ['rows'],
  }),
  waited('upsert with filter', 'PUT', '', {
    points: [
      { id: 1, vector: { dense: [0, 0, 1, 0] }, payload: { city: 'never' } },
      { id: 8, vector: { dense: [0, 0, 0, 1] }, payload: { city: 'Napoli' } },
    ],
    update_filter: { must: [{ key: 'number', match: { value: 88 } }] },
  }),
  waited('insert only', 'PUT', '', {
    points: [
      { id: 1, vector: {}, payload: { city: 'never' } },
      { id: 50, vector: { dense: [0.5, 0.5, 0.1, 0.2] }, payload: { city: 'Bern' } },
    ],
    update_mode: 'insert_only',
  }),
  waited('update only', 'PUT', '', {
    points: [
      { id: 50, vector: { dense: [0.6, 0.1, 0.1, 0.2] }, payload: { city: 'Basel' } },
      { id: 51, vector: {}, payload: { city: 'never' } },
    ],
    update_mode: 'update_only',
  }),
  answers('update batch', `POST ${POINTS}/batch?wait=true`, { operations }, updates),
  answers(
    'update batch, older forms',
    `POST ${POINTS}/batch?wait=true`,
    { operations: [{ clear_payload: { points: [50] } }, { delete: { points: [51, 7] } }] },
    updates,
  ),
  // Sent in the older form, without the oneof of kinds: the points are the same.
  waited('upsert of older vectors', 'PUT', '', {
    points: [
      { id: 80, vector: { dense: [0.7, 0.1, 0.1, 0.7] } },
      { id: 81, vector: { words: { indices: [9, 2], values: [1.5, 0.5] } } },
      {
        id: 82,
        vector: {
          rows: [
            [0.5, 0.25],
            [0.125, 1],
          ],
        },
      },
    ],
  }),
  waited('upsert of documents', 'PUT', '', {
    points: [
      { id: 91, vector: { words: { text: 'brown foxes jump', model: 'qdrant/bm25' } } },
      {
        id: 92,
        vector: { words: { text: 'the lazy dog', model: 'qdrant/bm25', options: { language: 'german', avg_len: 4 } } },
      },
    ],
  }),
  answers(
    'upsert without waiting',
    `PUT ${POINTS}?wait=false`,
    { points: [{ id: 90, vector: {}, payload: { city: 'Riga' } }] },
    update,
  ),
  waited('delete points', 'POST', '/delete', { points: [integer('18446744073709551615'), 999] }),
  waited('delete points by filter', 'POST', '/delete', {
    filter: { must: [{ key: 'city', match: { value: 'Tromsø' } }] },
  }),
  answers('everything that is left', SCROLL, { limit: 100, with_payload: true, with_vector: true }, page),
  answers(
    'query: a document',
    `POST ${POINTS}/query`,
    { query: { text: 'foxes', model: 'qdrant/bm25' }, using: 'words', limit: 3 },
    points,
  ),
  answers('count what is left', COUNT, { exact: true }, count),
  reads('delete index', 'DELETE /collections/items/index/owner?wait=true', update),
  reads('payload indexes that are left', 'GET /collections/items', schema),
];
