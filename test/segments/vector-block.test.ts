import test from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import { checkCount } from '../../src/segments/vector-block.ts';

test('more vectors than there is room for are not read', (t) => {
  t.notThrows(() => checkCount(100_000, 768));
  const error = t.throws(() => checkCount(1_000_000, 768), { instanceOf: VectorizerError });
  t.is(error?.kind, 'bad_input');
});
