import test, { type ExecutionContext } from 'ava';
import { withServer } from './server-process.ts';

/** A collection with a field of every kind. */
const CREATED = {
  vectors: {
    a: { size: 4, distance: 'Dot' },
    u: { size: 2, distance: 'Euclid', datatype: 'uint8' },
    m: { size: 3, distance: 'Cosine', multivector_config: { comparator: 'max_sim' } },
  },
  sparse_vectors: { s: {} },
};

const NO_STRUCT = 'Format error in JSON body: data did not match any variant of untagged enum VectorStruct';

function rules(...broken: readonly string[]): string {
  return `Validation error in JSON body: [${broken.map((rule) => `points[49].vector.?.${rule}`).join('; ')}]`;
}

/** The vectors of the last of fifty points, and what is said of them. */
const REFUSED: readonly (readonly [string, number, string])[] = [
  ['{"nope":[1,2,3,4]}', 400, 'Wrong input: Not existing vector name error: nope'],
  ['[1,2,3,4]', 400, 'Wrong input: Not existing vector name error: '],
  ['{"a":[1,2,3]}', 400, "Wrong input: Vector dimension error: expected dim: 4, got 3 for vector 'a'"],
  ['{"u":[1,2,3]}', 400, "Wrong input: Vector dimension error: expected dim: 2, got 3 for vector 'u'"],
  ['{"m":[[1,2]]}', 400, "Wrong input: Vector dimension error: expected dim: 3, got 2 for vector 'm'"],
  ['{"a":[[1,2,3,4]]}', 400, 'Wrong input: Conversion between multi and regular vectors failed'],
  ['{"a":{"indices":[1],"values":[1]}}', 400, 'Wrong input: Conversion between sparse and regular vectors failed'],
  ['{"s":[1,2]}', 400, 'Wrong input: Conversion between sparse and regular vectors failed'],
  ['{"a":[]}', 422, rules('vector: dense vector must not be empty')],
  ['{"m":[]}', 422, rules('vector: dense vector must not be empty')],
  ['{"m":[[]]}', 422, rules('data: all vectors must be non-empty')],
  [
    '{"m":[[1,2,3],[1,2]]}',
    422,
    rules('data: all vectors must have the same dimension, found vector with dimension 2'),
  ],
  [
    '{"s":{"indices":[1,2],"values":[1]}}',
    422,
    rules('values: Validation error: must be the same length as indices [{}]'),
  ],
  ['{"s":{"indices":[1,1],"values":[1,2]}}', 422, rules('indices: Validation error: must be unique [{}]')],
  ['{"s":{"indices":[-1],"values":[1]}}', 400, NO_STRUCT],
  [
    '{"a":[1,2,3,1e39]}',
    400,
    'Wrong input: points[49].vector.a[3] is out of range: expected a number that fits into 32-bit floating point',
  ],
  [
    '{"t":{"text":"x","model":"none"}}',
    500,
    'Service internal error: InferenceService URL not configured - please provide valid address in config',
  ],
];

/** Collections that are not made, and why. */
const NOT_MADE: readonly (readonly [string, number, RegExp])[] = [
  ['{"vectors":{"a":{"size":0,"distance":"Dot"}}}', 400, /untagged enum VectorsConfig/],
  ['{"vectors":{"a":{"size":65537,"distance":"Dot"}}}', 422, /value 65537 invalid, must be from 1 to 65536/],
  ['{"vectors":{"a":{"size":4,"distance":"Dot"}},"sparse_vectors":{"a":{}}}', 400, /duplicate found with 'a'/],
  ['{"sparse_vectors":{"":{}}}', 400, /Sparse vector name cannot be empty/],
  ['{"sparse_vectors":{"s":{"index":{"datatype":"turbo4"}}}}', 422, /do not support the turbo4 datatype/],
];

test('of vectors that cannot be taken nothing is written, and it is said why', async (t) => {
  await withServer({ launcher: 'src' }, async ({ url }) => {
    const collection = `${url}/collections/c`;
    await expect(t, [collection, 'PUT', JSON.stringify(CREATED)], 200, /"result":true/);
    const sound = '{"a":[1,2,3,4],"u":[1,2],"m":[[1,2,3]],"s":{"indices":[2,1],"values":[1,2]}}';
    const points = Array.from({ length: 49 }, (_, id) => `{"id":${id},"vector":${sound}}`);
    for (const [vector, status, error] of REFUSED) {
      const body = `{"points":[${points.join(',')},{"id":49,"vector":${vector}}]}`;
      const answer = await send(`${collection}/points?wait=true`, 'PUT', body);
      t.deepEqual([answer.status, JSON.parse(answer.text).status], [status, { error }], vector);
      await expect(t, [`${collection}/points/count`, 'POST', '{}'], 200, /"count":0\}/, vector);
    }
    for (const [body, status, error] of NOT_MADE) {
      await expect(t, [`${url}/collections/d`, 'PUT', body], status, error);
      await expect(t, [`${url}/collections/d`, 'GET', ''], 404, /doesn't exist/);
    }
    const saturated = '{"points":[{"id":1,"vector":{"u":[-3,300.7]}}]}';
    await expect(t, [`${collection}/points?wait=true`, 'PUT', saturated], 200, /"completed"/);
    await expect(t, [`${collection}/points/1`, 'GET', ''], 200, /"vector":\{"u":\[0\.0,255\.0\]\}/);
  });
});

type Request = readonly [url: string, method: string, body: string];

async function expect(
  t: ExecutionContext,
  [url, method, body]: Request,
  status: number,
  text: RegExp,
  message?: string,
): Promise<void> {
  const answer = await send(url, method, body);
  t.is(answer.status, status, `${message ?? body}: ${answer.text}`);
  t.regex(answer.text, text, message ?? body);
}

async function send(
  url: string,
  method: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url, { method, ...(body === '' ? {} : { body }) });
  return { status: answer.status, text: await answer.text() };
}
