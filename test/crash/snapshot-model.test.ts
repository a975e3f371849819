import test from 'ava';
import { CatalogueModel } from './snapshot-catalogue.ts';
import { breachesOf, ContentModel, type SideWrite } from './snapshot-content.ts';
import { KeptModel } from './snapshot-kept.ts';

const ALL = (): boolean => true;
const SHELF = '/collections/side/snapshots';

function write(model: ContentModel, id: number, version: number): void {
  const sent: SideWrite = { id, version };
  model.sent(sent);
  model.acknowledged(sent);
}

const found = (...points: readonly (readonly [number, number])[]): ReadonlyMap<number, number> => new Map(points);

/** Point 1 in version 1, a snapshot, then version 2, and point 2. */
function snapshotted(): { readonly model: ContentModel; readonly content: ReturnType<ContentModel['snapshotSent']> } {
  const model = new ContentModel();
  write(model, 1, 1);
  const content = model.snapshotSent();
  model.snapshotAcknowledged(content);
  write(model, 1, 2);
  write(model, 2, 3);
  return { model, content };
}

test('acknowledged writes are there; one under way may be', (t) => {
  for (const [version, breaches] of [
    [1, 0],
    [2, 0],
    [3, 1],
    [0, 1],
  ] as const) {
    const model = new ContentModel();
    write(model, 1, 1);
    model.sent({ id: 1, version: 2 });
    t.is(model.check(found([1, version])).length, breaches, `version ${version}`);
  }
});

test('a recovery under way has happened wholly or not at all', (t) => {
  for (const [there, isBreach] of [
    [found([1, 2], [2, 3]), false],
    [found([1, 1]), false],
    [found([1, 1], [2, 3]), true],
    [found([1, 2]), true],
  ] as const) {
    const { model, content } = snapshotted();
    model.recoverSent(content, ALL);
    t.is(model.check(there).length > 0, isBreach);
  }
});

test('a recovery that was acknowledged is there, with what was written behind it', (t) => {
  const { model, content } = snapshotted();
  model.recoverSent(content, ALL);
  model.recoverAcknowledged();
  write(model, 5, 6);
  t.deepEqual(model.check(found([1, 1], [5, 6])), []);
  t.is(model.check(found([1, 1])).length, 1, 'the write behind it is promised');
});

test('a recovery of a shard leaves the points of others', (t) => {
  const { model, content } = snapshotted();
  model.recoverSent(content, (id) => id === 1);
  model.recoverAcknowledged();
  t.deepEqual(model.check(found([1, 1], [2, 3])), []);
});

test('a write that overlaps with a recovery comes before or after it; where that has not happened it is promised', (t) => {
  const overlapped = (isRecovered: boolean): ContentModel => {
    const { model, content } = snapshotted();
    model.recoverSent(content, ALL);
    write(model, 7, 8);
    const late: SideWrite = { id: 9, version: 10 };
    model.sent(late);
    if (isRecovered) model.recoverAcknowledged();
    model.acknowledged(late);
    return model;
  };
  t.deepEqual(overlapped(true).check(found([1, 1])), []);
  t.deepEqual(overlapped(true).check(found([1, 1], [7, 8], [9, 10])), []);
  t.deepEqual(overlapped(false).check(found([1, 2], [2, 3], [7, 8], [9, 10])), []);
  t.true(overlapped(false).check(found([1, 2], [2, 3], [9, 10])).length > 0);
});

test('a snapshot holds what was acknowledged before it, and may hold what was sent until it was made', (t) => {
  const model = new ContentModel();
  write(model, 1, 1);
  const content = model.snapshotSent();
  write(model, 1, 2);
  model.snapshotAcknowledged(content);
  write(model, 1, 3);
  for (const [version, breaches] of [
    [1, 0],
    [2, 0],
    [3, 1],
    [0, 1],
  ] as const)
    t.is(breachesOf(content, found([1, version])).length, breaches, `version ${version}`);
});

test('a kept snapshot is listed as it was acknowledged', (t) => {
  const kept = (): KeptModel => {
    const model = new KeptModel();
    model.makeSent(SHELF);
    model.made(SHELF, { name: 'a', size: 1, checksum: 'sum' });
    return model;
  };
  const a = { name: 'a', size: 1, checksum: 'sum' };
  const b = { name: 'b', size: 1, checksum: 'other' };
  t.deepEqual(kept().check(SHELF, [a]), []);
  t.is(kept().check(SHELF, []).length, 1, 'lost');
  t.is(kept().check(SHELF, [{ ...a, checksum: 'other' }]).length, 1, 'another one');
  t.is(kept().check(SHELF, [a, b]).length, 1, 'never made');
  const deleted = kept();
  deleted.deleteSent(SHELF, 'a');
  deleted.deleted(SHELF, 'a');
  t.is(deleted.check(SHELF, [a]).length, 1, 'back again');
  const making = kept();
  making.makeSent(SHELF);
  t.deepEqual(making.check(SHELF, [a, b]), [], 'under way');
  making.makeSent(SHELF);
  t.is(making.check(SHELF, [a, b, { ...b, name: 'c', checksum: null }]).length, 1, 'without a checksum');
  const arriving = kept();
  arriving.uploadSent(SHELF, 'b');
  arriving.deleteSent(SHELF, 'a');
  t.deepEqual(arriving.check(SHELF, [b]), [], 'under way');
});

test('collections and aliases are as acknowledged, or as the change under way would have them', (t) => {
  const filled = (): CatalogueModel => {
    const model = new CatalogueModel();
    for (const change of [
      { kind: 'create', name: 'came-0', generation: 1 },
      { kind: 'fill', name: 'came-0' },
      { kind: 'move', alias: 'also-0', name: 'came-0' },
    ] as const) {
      model.sent(change);
      model.acknowledged();
    }
    return model;
  };
  const whole = { collections: { 'came-0': { generation: 1, isFilled: true } }, aliases: { 'also-0': 'came-0' } };
  t.deepEqual(filled().check(whole), []);
  t.is(filled().check({ ...whole, aliases: {} }).length, 1, 'a lost alias');
  t.is(filled().check({ collections: {}, aliases: {} }).length, 1, 'a lost collection');
  const dropping = filled();
  dropping.sent({ kind: 'drop', name: 'came-0' });
  t.is(dropping.check({ collections: {}, aliases: whole.aliases }).length, 1, 'half a drop');
  dropping.sent({ kind: 'drop', name: 'came-0' });
  dropping.acknowledged();
  t.is(dropping.check(whole).length, 1, 'back again');
});
