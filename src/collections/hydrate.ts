import { Slice } from '../base/slice.ts';
import type { Record } from '../core/answers.ts';
import { refuseAborted } from '../core/context.ts';
import { selectPayload } from '../core/payload-select.ts';
import type { PayloadSelector, VectorSelector } from '../core/requests.ts';
import type { PointId } from '../core/ids.ts';
import type { Segment } from '../segments/segment.ts';
import type { Shard } from './shard.ts';

/** Where a point was found. */
export interface PointPlace {
  readonly id: PointId;
  readonly shard: Shard;
  readonly segment: Segment;
  readonly row: number;
  /** Where finding the point has read its payload already; empty: it has none. */
  readonly payload?: Uint8Array | undefined;
}

/** So many points are shown between two looks at the clock. */
const SLICE_POINTS = 16;

/** Fewer payloads than this are read at once on the main thread: a hop to the thread pool costs more. */
const SYNC_READS_MAX = 32;

/** A point as it is shown, and where it was found. */
export interface Hydrated<Place> {
  readonly place: Place;
  readonly record: Record;
}

/**
 * Reads the payloads and vectors of the points that go into an answer: the last thing that happens to it. A point that is
 * deleted before its payload is read is left out. Throws timeout when aborted.
 */
export async function hydrate<Place extends PointPlace>(
  found: readonly Place[],
  withPayload: PayloadSelector,
  withVector: VectorSelector,
  signal: AbortSignal,
): Promise<Hydrated<Place>[]> {
  const places = found.some(({ segment }) => segment.isClosed) ? found.flatMap(standing) : found;
  const segments = new Set(places.map(({ segment }) => segment));
  // A compaction may put another segment in the place of one of these while payloads are read.
  for (const segment of segments) segment.retain();
  try {
    const payloads = withPayload.kind === 'none' ? undefined : await readPayloads(places);
    const hydrated: Hydrated<Place>[] = [];
    const slice = new Slice();
    for (const [index, place] of places.entries()) {
      const { id, shard, segment, row } = place;
      const stored = payloads?.[index];
      if (stored?.length === 0 && shard.find(id) === undefined) continue;
      const payload = stored === undefined ? undefined : selectPayload(shownPayload(stored), withPayload);
      hydrated.push({ place, record: { id, payload, vectors: selectVectors(segment, row, withVector) } });
      if (index % SLICE_POINTS === 0 && slice.isOver) {
        await slice.turn();
        refuseAborted(signal);
      }
    }
    return hydrated;
  } finally {
    for (const segment of segments) segment.release();
  }
}

/** Where a point stands now: a compaction may have moved it since it was found. */
function standing<Place extends PointPlace>(place: Place): readonly Place[] {
  const now = place.shard.find(place.id);
  return now === undefined ? [] : [{ ...place, ...now }];
}

const NO_PAYLOAD = new Uint8Array(0);
const EMPTY_OBJECT = new TextEncoder().encode('{}');

/** A point without a payload shows an empty one. */
function shownPayload(stored: Uint8Array): Uint8Array {
  return stored.length === 0 ? EMPTY_OBJECT : stored;
}

function selectVectors(segment: Segment, row: number, selector: VectorSelector): Record['vectors'] {
  if (selector.kind === 'none') return undefined;
  if (selector.kind === 'all') return segment.vectorsAt(row);
  return [...new Set(selector.names)].flatMap((name) => {
    const vector = segment.vectorAt(row, name);
    return vector === undefined ? [] : [{ name, vector }];
  });
}

/** Raw JSON of the payloads, in order; empty: the point has none. */
export async function readPayloads(places: readonly PointPlace[]): Promise<readonly Uint8Array[]> {
  if (places.every(({ payload }) => payload !== undefined)) return places.map(({ payload }) => payload ?? NO_PAYLOAD);
  if (places.length <= SYNC_READS_MAX) return places.map(({ id, shard }) => shard.payloads.get(id));
  const byShard = Map.groupBy(places, ({ shard }) => shard);
  const found = new Map<PointPlace, Uint8Array>();
  for (const [shard, members] of byShard) {
    const payloads = await shard.payloads.getMany(members.map(({ id }) => id));
    members.forEach((place, index) => found.set(place, payloads[index] ?? NO_PAYLOAD));
  }
  return places.map((place) => found.get(place) ?? NO_PAYLOAD);
}
