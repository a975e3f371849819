import { settleAll } from '../../base/settle-all.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bitsOf, hasBit } from '../../base/bitset.ts';
import { type Filter, imposes } from '../../core/filter.ts';
import { drawItems, drawMembers, type Random, Reservoir } from '../../query/draw.ts';
import type { Segment, SegmentField } from '../../segments/segment.ts';
import { refuseAborted } from '../../core/context.ts';
import type { Matches } from '../kept-matches.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';

/** Points to be drawn at random. */
export interface SampleRequest {
  readonly count: number;
  readonly filter: Filter | undefined;
  /** Only points that have a vector of this name; undefined = all. */
  readonly using: string | undefined;
  readonly signal: AbortSignal;
  /** `World.random`. */
  readonly random: Random;
}

/**
 * Points drawn at random from all shards: each at most once, all equally likely, in random order, with score 1. Fewer than
 * `count` where there are no more. Numbers are tried while enough of them are members; else all members are walked over.
 */
export async function samplePoints(shards: readonly Shard[], request: SampleRequest): Promise<FoundPoint[]> {
  const { count, filter, using, signal, random } = request;
  const matches = imposes(filter)
    ? await settleAll(shards.map((shard) => shard.points.match(filter, signal)))
    : shards.map(() => undefined);
  const grounds = shards.map((shard, index) => openGround(shard, matches[index], using));
  const end = grounds.reduce((sum, ground) => sum + ground.end, 0);
  const most = grounds.reduce((sum, ground) => sum + ground.most, 0);
  const wanted = Math.min(count, most);
  if (wanted * 2 <= most) {
    const at = (member: number): FoundPoint | undefined => pointAt(grounds, member);
    const triesMax = Math.min(Math.ceil((wanted * end) / most) * TRIES_SLACK + TRIES_SLACK, TRIES_MAX);
    const drawn = drawMembers({ end, at }, { count: wanted, triesMax, random });
    if (drawn !== undefined) return drawn;
  }
  const reservoir = new Reservoir<DrawnSlot>(wanted, random);
  for (const ground of grounds) await ground.walk(reservoir, signal);
  const drawn = reservoir.items();
  const points: FoundPoint[] = [];
  for (let at = 0; at < drawn.length; at += SLICE_POINTS) {
    if (at > 0) await turn(signal);
    for (const { ground, slot } of drawn.slice(at, at + SLICE_POINTS))
      if (ground.admits(slot)) points.push(standing(ground.shard, slot));
  }
  return points;
}

/** The same of points that were found already. */
export function sampleAmong(points: readonly FoundPoint[], count: number, random: Random): FoundPoint[] {
  return drawItems(points, count, random).map((point) => ({ ...point, score: 1, version: 0 }));
}

/** Tries beyond those that are expected. */
const TRIES_SLACK = 16;
/** About a millisecond. */
const TRIES_MAX = 20_000;
/** Points walked over before the event loop turns: about a millisecond. */
const SLICE_POINTS = 20_000;

interface DrawnSlot {
  readonly ground: Ground;
  readonly slot: number;
}

/** What is drawn from in a shard: numbers below `end`, some of which stand for a point that may be drawn. */
interface Ground {
  readonly shard: Shard;
  readonly end: number;
  /** Points that may be drawn, at most. */
  readonly most: number;
  /** The slot of a number's point, or undefined. */
  slotAt(member: number): number | undefined;
  /** Whether the point of a slot may be drawn, at this moment: not where it is gone since. */
  admits(slot: number): boolean;
  walk(reservoir: Reservoir<DrawnSlot>, signal: AbortSignal): Promise<void>;
}

/** By slots, or by the places of a field where these are fewer than the slots that match. */
function openGround(shard: Shard, matches: Matches | undefined, using: string | undefined): Ground {
  const { live } = shard.points.slots;
  const matchCount = matches?.count ?? live.count;
  if (using === undefined) return new SlotGround(shard, matches, using, matchCount);
  const fields = shard.segments.flatMap((segment): SampledField[] => {
    const field = segment.fieldNamed(using);
    return field === undefined ? [] : [{ segment, field }];
  });
  const places = fields.reduce((sum, { field }) => sum + field.rows.placeCount, 0);
  const vectors = fields.reduce((sum, { field }) => sum + field.field.liveCount, 0);
  const most = Math.min(matchCount, vectors);
  // What is walked over where trying does not do.
  return matches !== undefined && matchCount <= places
    ? new SlotGround(shard, matches, using, most)
    : new PlaceGround(shard, matches, fields, most);
}

class SlotGround implements Ground {
  readonly shard: Shard;
  readonly end: number;
  readonly most: number;
  readonly #matches: Matches | undefined;
  readonly #using: string | undefined;

  constructor(shard: Shard, matches: Matches | undefined, using: string | undefined, most: number) {
    this.shard = shard;
    this.end = shard.points.slots.end;
    this.most = most;
    this.#matches = matches;
    this.#using = using;
  }

  slotAt(member: number): number | undefined {
    return this.admits(member) ? member : undefined;
  }

  admits(slot: number): boolean {
    return hasBit(this.#words, slot) && this.#hasVector(slot);
  }

  async walk(reservoir: Reservoir<DrawnSlot>, signal: AbortSignal): Promise<void> {
    let walked = 0;
    // A copy: between slices the shard may change.
    for (const slot of bitsOf(this.#words.slice())) {
      if (this.shard.points.slots.live.has(slot) && this.#hasVector(slot)) reservoir.add({ ground: this, slot });
      walked += 1;
      if (walked % SLICE_POINTS === 0) await turn(signal);
    }
  }

  /** Brought up to date by looking. */
  get #words(): Uint32Array {
    return this.#matches?.words ?? this.shard.points.slots.live.words;
  }

  #hasVector(slot: number): boolean {
    if (this.#using === undefined) return true;
    const { segment, row } = this.shard.points.placeOf(slot);
    return segment.fieldNamed(this.#using)?.has(row) === true;
  }
}

interface SampledField {
  readonly segment: Segment;
  readonly field: SegmentField;
}

class PlaceGround implements Ground {
  readonly shard: Shard;
  readonly end: number;
  readonly most: number;
  readonly #matches: Matches | undefined;
  readonly #fields: readonly (SampledField & { readonly end: number })[];

  constructor(shard: Shard, matches: Matches | undefined, fields: readonly SampledField[], most: number) {
    this.shard = shard;
    this.most = most;
    this.#matches = matches;
    this.#fields = fields.map((sampled) => ({ ...sampled, end: sampled.field.rows.placeCount }));
    this.end = this.#fields.reduce((sum, { end }) => sum + end, 0);
  }

  slotAt(member: number): number | undefined {
    let place = member;
    for (const { segment, field, end } of this.#fields) {
      if (place < end) {
        const row = field.rows.rowOf(place);
        const slot = segment.rows.slotAt(row);
        return !segment.removed.has(row) && this.admits(slot) ? slot : undefined;
      }
      place -= end;
    }
    return undefined;
  }

  admits(slot: number): boolean {
    const { live } = this.shard.points.slots;
    return hasBit(this.#matches?.words ?? live.words, slot);
  }

  async walk(reservoir: Reservoir<DrawnSlot>, signal: AbortSignal): Promise<void> {
    for (let member = 0; member < this.end; member += 1) {
      const slot = this.slotAt(member);
      if (slot !== undefined) reservoir.add({ ground: this, slot });
      if (member % SLICE_POINTS === SLICE_POINTS - 1) await turn(signal);
    }
  }
}

async function turn(signal: AbortSignal): Promise<void> {
  await nextTurn();
  refuseAborted(signal);
}

function pointAt(grounds: readonly Ground[], member: number): FoundPoint | undefined {
  let at = member;
  for (const ground of grounds) {
    if (at < ground.end) {
      const slot = ground.slotAt(at);
      return slot === undefined ? undefined : standing(ground.shard, slot);
    }
    at -= ground.end;
  }
  return undefined;
}

/** Where the point of a slot stands now. */
function standing(shard: Shard, slot: number): FoundPoint {
  const { segment, row } = shard.points.placeOf(slot);
  return { id: segment.rows.idAt(row), shard, segment, row, score: 1, version: 0 };
}
