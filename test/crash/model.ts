import { isDeepStrictEqual } from 'node:util';

/**
 * What the server promised, kept beside it: which version of each point was acknowledged, and which change was under
 * way when the process was killed. Every writer owns ids of its own, so the order of changes to an id is known.
 */
export interface Change {
  /**
   * Where the point exists, `mark` sets a key of the payload and `unmark` takes it away, `words` gives it another sparse
   * vector and `unwords` takes that away; all but `words` by a filter on the index.
   */
  readonly kind: 'upsert' | 'delete' | 'mark' | 'unmark' | 'words' | 'unwords';
  readonly ids: readonly number[];
  /** Written into payload and vector, or as the mark. */
  readonly version: number;
}

/** What a point must be; undefined = it is not there. mark 0 = the payload has none; words 0 = it has no such vector. */
export interface State {
  readonly version: number;
  readonly mark: number;
  readonly words: number;
}

export interface StoredPoint {
  readonly id: number;
  readonly payload: unknown;
  readonly vector: unknown;
}

export const DIMENSION = 16;

/** The sparse vector of a point in a version, which its second index tells. */
const WORDS_FROM = 1000;

export interface PointVectors {
  readonly dense: number[];
  /** uint8; every fourth version has none. */
  readonly bytes?: number[];
  /** A multivector of one to three rows. */
  readonly rows: number[][];
  readonly words?: { readonly indices: number[]; readonly values: number[] };
}

/** The vectors of a point. Multiples of 1/256 are exact in f32, so they must come back as they went. */
export function vectorsOf(id: number, { version, words }: Pick<State, 'version' | 'words'>): PointVectors {
  return {
    dense: numbers(id, version, DIMENSION),
    ...(version % 4 === 0
      ? {}
      : { bytes: Array.from({ length: 8 }, (_, column) => (id * 31 + version * 17 + column * 7) % 251) }),
    rows: Array.from({ length: 1 + ((id + version) % 3) }, (_, row) => numbers(id + row, version, 4)),
    ...(words === 0 ? {} : { words: wordsOf(id, words) }),
  };
}

export function wordsOf(id: number, version: number): { indices: number[]; values: number[] } {
  return { indices: [id % 64, WORDS_FROM + version], values: [1.5, 0.25] };
}

function numbers(id: number, version: number, count: number): number[] {
  return Array.from({ length: count }, (_, column) => ((id * 31 + version * 17 + column * 7) % 257) / 256 - 0.5);
}

export function payloadOf(id: number, version: number, mark = 0): Readonly<Record<string, number>> {
  return mark === 0 ? { id, version } : { id, version, mark };
}

export class Model {
  /** Acknowledged states; absent = deleted or never there. */
  readonly #states = new Map<number, State>();
  /** At most one change a writer, sent and not answered. */
  readonly #pending = new Map<string, Change>();

  sent(writer: string, change: Change): void {
    this.#pending.set(writer, change);
  }

  acknowledged(writer: string): void {
    const change = this.#pending.get(writer);
    if (change === undefined) throw new Error(`${writer} was answered without having asked`);
    this.#pending.delete(writer);
    for (const id of change.ids) this.#set(id, after(this.#states.get(id), change));
  }

  get pointCount(): number {
    return this.#states.size;
  }

  has(id: number): boolean {
    return this.#states.has(id);
  }

  /** Points that have a sparse vector. */
  get wordedCount(): number {
    return [...this.#states.values()].filter(({ words }) => words > 0).length;
  }

  /** Points that have a mark. */
  get markedCount(): number {
    return [...this.#states.values()].filter(({ mark }) => mark > 0).length;
  }

  /**
   * Compares what the server holds with what it promised and answers every breach. A change under way may have
   * happened or not, but wholly; what is found becomes the new promise.
   */
  check(found: readonly StoredPoint[]): readonly string[] {
    const breaches: string[] = [];
    const observed = new Map<number, State>();
    for (const point of found) {
      if (observed.has(point.id)) breaches.push(`point ${point.id} is there twice`);
      observed.set(point.id, stateOf(point, breaches));
    }
    for (const [writer, change] of this.#pending) this.#settle(writer, change, observed, breaches);
    this.#pending.clear();
    for (const id of new Set([...this.#states.keys(), ...observed.keys()])) {
      const promised = text(this.#states.get(id));
      const there = text(observed.get(id));
      if (promised !== there) breaches.push(`point ${id}: ${promised} was promised, ${there} is there`);
    }
    return breaches;
  }

  #set(id: number, state: State | undefined): void {
    if (state === undefined) this.#states.delete(id);
    else this.#states.set(id, state);
  }

  #settle(writer: string, change: Change, observed: ReadonlyMap<number, State>, breaches: string[]): void {
    const next = (id: number): State | undefined => after(this.#states.get(id), change);
    // An id on which old and new state look alike says nothing about whether the change happened.
    const telling = change.ids.filter((id) => text(this.#states.get(id)) !== text(next(id)));
    const done = telling.filter((id) => text(observed.get(id)) === text(next(id)));
    if (done.length === 0) return;
    if (done.length < telling.length) {
      breaches.push(`${writer}: half a ${change.kind}: ids ${done.join(', ')} of ${change.ids.join(', ')}`);
    }
    for (const id of done) this.#set(id, next(id));
  }
}

function after(state: State | undefined, { kind, version }: Change): State | undefined {
  switch (kind) {
    case 'upsert':
      return { version, mark: 0, words: version };
    case 'delete':
      return undefined;
    case 'mark':
      return state === undefined ? undefined : { ...state, mark: version };
    case 'unmark':
      return state === undefined ? undefined : { ...state, mark: 0 };
    case 'words':
      return state === undefined ? undefined : { ...state, words: version };
    case 'unwords':
      return state === undefined ? undefined : { ...state, words: 0 };
  }
}

/** The state of a point as its payload and its sparse vector say it, once the other vectors agree. */
function stateOf({ id, payload, vector }: StoredPoint, breaches: string[]): State {
  const { version, mark = 0 } = (payload ?? {}) as { readonly version?: unknown; readonly mark?: unknown };
  if (
    typeof version !== 'number' ||
    typeof mark !== 'number' ||
    JSON.stringify(payload) !== JSON.stringify(payloadOf(id, version, mark))
  ) {
    breaches.push(`point ${id}: payload ${JSON.stringify(payload)}`);
    return { version: -1, mark: 0, words: 0 };
  }
  const words = wordsIn(vector);
  const expected = vectorsOf(id, { version, words });
  if (!isDeepStrictEqual(vector, expected)) {
    breaches.push(`point ${id} version ${version}: vectors ${JSON.stringify(vector)}, not ${JSON.stringify(expected)}`);
  }
  return { version, mark, words };
}

/** The version of a sparse vector, or 0 where there is none. */
function wordsIn(vectors: unknown): number {
  const { words } = (vectors ?? {}) as Partial<PointVectors>;
  return words === undefined ? 0 : (words.indices[1] ?? 0) - WORDS_FROM;
}

function text(state: State | undefined): string {
  if (state === undefined) return 'nothing';
  const { version, mark, words } = state;
  return `version ${version}, mark ${mark}, words ${words}`;
}
