/**
 * What the server promised, kept beside it: which version of each point was acknowledged, and which change was under
 * way when the process was killed. Every writer owns ids of its own, so the order of changes to an id is known.
 */
export interface Change {
  readonly kind: 'upsert' | 'delete';
  readonly ids: readonly number[];
  /** Written into payload and vector; 0 = no such point. */
  readonly version: number;
}

export interface StoredPoint {
  readonly id: number;
  readonly payload: unknown;
  readonly vector: readonly number[];
}

export const DIMENSION = 16;

/** The vector of a point in a version. Multiples of 1/256 are exact in f32, so it must come back as it went. */
export function vectorOf(id: number, version: number): number[] {
  return Array.from({ length: DIMENSION }, (_, column) => ((id * 31 + version * 17 + column * 7) % 257) / 256 - 0.5);
}

export function payloadOf(id: number, version: number): { readonly id: number; readonly version: number } {
  return { id, version };
}

export class Model {
  /** Acknowledged version by id; 0 or absent = deleted or never there. */
  readonly #versions = new Map<number, number>();
  /** At most one change a writer, sent and not answered. */
  readonly #pending = new Map<string, Change>();

  sent(writer: string, change: Change): void {
    this.#pending.set(writer, change);
  }

  acknowledged(writer: string): void {
    const change = this.#pending.get(writer);
    if (change === undefined) throw new Error(`${writer} was answered without having asked`);
    this.#pending.delete(writer);
    for (const id of change.ids) this.#versions.set(id, change.version);
  }

  get pointCount(): number {
    return [...this.#versions.values()].filter((version) => version > 0).length;
  }

  /**
   * Compares what the server holds with what it promised and answers every breach. A change under way may have
   * happened or not, but wholly; what is found becomes the new promise.
   */
  check(found: readonly StoredPoint[]): readonly string[] {
    const breaches: string[] = [];
    const observed = new Map<number, number>();
    for (const point of found) {
      if (observed.has(point.id)) breaches.push(`point ${point.id} is there twice`);
      observed.set(point.id, versionOf(point, breaches));
    }
    for (const [writer, change] of this.#pending) this.#settle(writer, change, observed, breaches);
    this.#pending.clear();
    for (const id of new Set([...this.#versions.keys(), ...observed.keys()])) {
      const promised = this.#versions.get(id) ?? 0;
      const version = observed.get(id) ?? 0;
      if (promised !== version) breaches.push(`point ${id}: ${text(promised)} was promised, ${text(version)} is there`);
    }
    return breaches;
  }

  #settle(writer: string, change: Change, observed: ReadonlyMap<number, number>, breaches: string[]): void {
    // An id on which old and new state look alike says nothing about whether the change happened.
    const telling = change.ids.filter((id) => (this.#versions.get(id) ?? 0) !== change.version);
    const done = telling.filter((id) => (observed.get(id) ?? 0) === change.version);
    if (done.length === 0) return;
    if (done.length < telling.length) {
      breaches.push(`${writer}: half a ${change.kind}: ids ${done.join(', ')} of ${change.ids.join(', ')}`);
    }
    for (const id of done) this.#versions.set(id, change.version);
  }
}

/** The version of a point as its payload says it, once its vector agrees. */
function versionOf({ id, payload, vector }: StoredPoint, breaches: string[]): number {
  const version = (payload as { readonly version?: unknown } | null)?.version;
  if (typeof version !== 'number' || JSON.stringify(payload) !== JSON.stringify(payloadOf(id, version))) {
    breaches.push(`point ${id}: payload ${JSON.stringify(payload)}`);
    return -1;
  }
  if (vectorOf(id, version).some((value, column) => value !== vector[column])) {
    breaches.push(`point ${id} version ${version}: vector ${JSON.stringify(vector)}`);
  }
  return version;
}

function text(version: number): string {
  return version > 0 ? `version ${version}` : 'nothing';
}
