import { QdrantClient } from '@qdrant/js-client-rest';
import { FieldModel, readFields } from './field-writer.ts';
import { DIMENSION, Model, type StoredPoint } from './model.ts';
import { CatalogueModel, readCatalogue } from './snapshot-catalogue.ts';
import { checkSnapshots } from './snapshot-check.ts';
import { CopiesModel } from './snapshot-copies.ts';
import { SnapshotStory } from './snapshot-load.ts';
import { readSide, SIDE } from './snapshot-side.ts';
import { COLLECTION } from './writers.ts';

/** What was promised, by what is written, and whether a server holds it. */
export class Promises {
  readonly points: Model = new Model();
  readonly fields: FieldModel = new FieldModel();
  readonly catalogue: CatalogueModel = new CatalogueModel();
  readonly snapshots: SnapshotStory = new SnapshotStory();
  readonly copies: CopiesModel = new CopiesModel();
  private version = 0;

  /** For the side collection: no two writes have the same. */
  readonly nextVersion: () => number = () => ++this.version;

  /** The breaches of what collections hold; what is found becomes the new promise. */
  async checkContent(url: string): Promise<readonly string[]> {
    const found = [...this.points.check(await readAll(url))];
    if (found.length === 0) found.push(...(await checkIndexes(url, this.points)));
    found.push(...this.fields.check(await readFields(url)));
    found.push(...this.catalogue.check(await readCatalogue(url)));
    found.push(...this.snapshots.content.check(await readSide(url, SIDE, found)));
    return found;
  }

  /** The same, and of what is kept in the folder of a server that has just started. */
  async check(url: string, folder: string): Promise<readonly string[]> {
    const content = [...(await this.checkContent(url)), ...(await this.copies.check(url))];
    return [...content, ...(await checkSnapshots(url, folder, this.snapshots))];
  }
}

/** Every point by scrolling; a count and an exact search over everything must tell of the same points. */
async function readAll(url: string): Promise<readonly StoredPoint[]> {
  const client = new QdrantClient({ url });
  const points: StoredPoint[] = [];
  let offset: number | undefined;
  do {
    const from = offset === undefined ? {} : { offset };
    const page = await client.scroll(COLLECTION, { limit: 500, with_payload: true, with_vector: true, ...from });
    points.push(...page.points.map((point) => point as unknown as StoredPoint));
    offset = (page.next_page_offset ?? undefined) as number | undefined;
  } while (offset !== undefined);
  const { count } = await client.count(COLLECTION, { exact: true });
  if (count !== points.length) throw new Error(`count says ${count}, scroll finds ${points.length}`);
  await compareSearch(client, points);
  return points;
}

async function compareSearch(client: QdrantClient, points: readonly StoredPoint[]): Promise<void> {
  const query = Array.from({ length: DIMENSION }, (_, column) => column - 7.5);
  const answer = await client.query(COLLECTION, {
    query,
    using: 'dense',
    limit: points.length + 10,
    params: { exact: true },
  });
  const found = answer.points.map(({ id }) => Number(id)).toSorted((a, b) => a - b);
  const stored = points.map(({ id }) => id).toSorted((a, b) => a - b);
  if (found.join() !== stored.join()) {
    throw new Error(`search finds ${found.length} points, scroll ${stored.length}: ${found.join()} / ${stored.join()}`);
  }
}

/** The indexes are there, and say of the points what the model says. */
async function checkIndexes(url: string, model: Model): Promise<readonly string[]> {
  const client = new QdrantClient({ url });
  const { payload_schema } = await client.getCollection(COLLECTION);
  const told = ['id', 'version', 'mark'].map((field) => payload_schema[field]?.points ?? -1);
  const expected = [model.pointCount, model.pointCount, model.markedCount];
  const marked = { must: [{ key: 'mark', range: { gte: 1 } }] };
  const { count } = await client.count(COLLECTION, { filter: marked, exact: true });
  const { hits } = await client.facet(COLLECTION, { key: 'mark', limit: 10_000, exact: true });
  const facetted = hits.reduce((sum, hit) => sum + hit.count, 0);
  const breaches = told.flatMap((points, at) =>
    points === expected[at] ? [] : [`index ${at} holds ${points} points instead of ${expected[at]}`],
  );
  if (count !== model.markedCount) breaches.push(`a filter finds ${count} marks instead of ${model.markedCount}`);
  const worded = await client.count(COLLECTION, { filter: { must: [{ has_vector: 'words' }] }, exact: true });
  if (worded.count !== model.wordedCount)
    breaches.push(`${worded.count} points have words instead of ${model.wordedCount}`);
  breaches.push(...(await checkVectorSearches(client, model)));
  if (facetted !== model.markedCount) breaches.push(`a facet counts ${facetted} marks instead of ${model.markedCount}`);
  return breaches;
}

/** Every vector of a field is found by a search that all share something with. */
async function checkVectorSearches(client: QdrantClient, model: Model): Promise<readonly string[]> {
  const every = { limit: 10_000, params: { exact: true } };
  const indices = Array.from({ length: 64 }, (_, index) => index);
  const words = await client.query(COLLECTION, {
    ...every,
    using: 'words',
    query: { indices, values: indices.map(() => 1) },
  });
  const rows = await client.query(COLLECTION, { ...every, using: 'rows', query: [[0, 0, 0, 0]] });
  return [
    ['words', words.points.length, model.wordedCount] as const,
    ['rows', rows.points.length, model.pointCount] as const,
  ].flatMap(([name, found, expected]) =>
    found === expected ? [] : [`a search finds ${found} points by their ${name} instead of ${expected}`],
  );
}
