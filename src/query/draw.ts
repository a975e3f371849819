/** Chance as `Math.random()` gives it: a number in [0, 1). */
export type Random = () => number;

/** `count` of the items, or all where there are fewer, in random order; all choices and orders are equally likely. */
export function drawItems<Item>(items: readonly Item[], count: number, random: Random): Item[] {
  const drawn = items.slice();
  const wanted = Math.min(count, drawn.length);
  for (let at = 0; at < wanted; at += 1) {
    const other = at + Math.floor(random() * (drawn.length - at));
    const item = drawn[other] as Item;
    drawn[other] = drawn[at] as Item;
    drawn[at] = item;
  }
  drawn.length = wanted;
  return drawn;
}

/**
 * What stands at whole numbers below `end`, at `count` of those where something does, each once and all equally likely,
 * found by trying numbers; undefined where `triesMax` tries have not found as many.
 */
export function drawMembers<Item>(
  { end, at }: { readonly end: number; readonly at: (member: number) => Item | undefined },
  { count, triesMax, random }: { readonly count: number; readonly triesMax: number; readonly random: Random },
): Item[] | undefined {
  const drawn = new Map<number, Item>();
  for (let tries = 0; drawn.size < count; tries += 1) {
    if (tries >= triesMax) return undefined;
    const member = Math.floor(random() * end);
    if (drawn.has(member)) continue;
    const item = at(member);
    if (item !== undefined) drawn.set(member, item);
  }
  return [...drawn.values()];
}

/** Keeps `count` of the items that it is shown, all equally likely, in memory for as many (Vitter's algorithm R). */
export class Reservoir<Item> {
  readonly #count: number;
  readonly #random: Random;
  readonly #kept: Item[] = [];
  #seen = 0;

  constructor(count: number, random: Random) {
    this.#count = count;
    this.#random = random;
  }

  add(item: Item): void {
    this.#seen += 1;
    if (this.#kept.length < this.#count) {
      this.#kept.push(item);
      return;
    }
    const at = Math.floor(this.#random() * this.#seen);
    if (at < this.#count) this.#kept[at] = item;
  }

  /** In random order. */
  items(): Item[] {
    return drawItems(this.#kept, this.#kept.length, this.#random);
  }
}
