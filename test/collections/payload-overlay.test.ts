import test from 'ava';
import fc from 'fast-check';
import { PayloadOverlay } from '../../src/collections/payload-overlay.ts';
import { idText, numberId, parseUuidId } from '../../src/core/ids.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ids = (overlay: PayloadOverlay, offset: bigint | undefined, count: number): string[] =>
  overlay.page(offset === undefined ? undefined : numberId(offset), count).map(({ id }) => idText(id));

test('numbers beyond 2^53 and UUIDs are told apart', (t) => {
  const overlay = new PayloadOverlay();
  const uuid = parseUuidId('00000000-0000-0000-0000-000000000001');
  overlay.set(numberId(2n ** 63n), bytes('a'), undefined);
  overlay.set(numberId(2n ** 63n + 1n), bytes('bb'), undefined);
  if (uuid !== undefined) overlay.set(uuid, undefined, undefined);
  t.is(overlay.size, 3);
  t.is(overlay.bytes, 3);
  t.deepEqual(ids(overlay, undefined, 10), [
    String(2n ** 63n),
    String(2n ** 63n + 1n),
    '00000000-0000-0000-0000-000000000001',
  ]);
});

test('what is newer stays when an older overlay is absorbed', (t) => {
  const [newer, older] = [new PayloadOverlay(), new PayloadOverlay()];
  newer.set(numberId(1n), bytes('new'), undefined);
  older.set(numberId(1n), bytes('old'), undefined);
  older.set(numberId(2n), bytes('old'), undefined);
  newer.absorbOlder(older);
  t.is(new TextDecoder().decode(newer.get(numberId(1n))?.payload), 'new');
  t.is(new TextDecoder().decode(newer.get(numberId(2n))?.payload), 'old');
});

test('a page is the sorted list from the offset on, cut', (t) => {
  const property = fc.property(
    fc.array(fc.nat(2000), { maxLength: 600 }),
    fc.nat(2000),
    fc.integer({ min: 1, max: 40 }),
    (numbers, offset, count) => {
      const overlay = new PayloadOverlay();
      for (const number of numbers) overlay.set(numberId(BigInt(number)), bytes('x'), undefined);
      const expected = [...new Set(numbers)]
        .filter((number) => number >= offset)
        .toSorted((a, b) => a - b)
        .slice(0, count)
        .map(String);
      t.deepEqual(ids(overlay, BigInt(offset), count), expected);
    },
  );
  fc.assert(property);
});
