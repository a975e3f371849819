import type { IndexLeaf } from './field-index.ts';

/** A filter over slots, compiled: what indexes and the shard can tell, and `residue`s, which only payloads can. */
export type FilterNode =
  | { readonly kind: 'everything' | 'nothing' }
  /** `testCost`: what `test` costs, in units of setting one bit. `fillCost`: the same of `fill`; undefined: estimate. */
  | {
      readonly kind: 'leaf';
      readonly leaf: IndexLeaf;
      readonly testCost: number;
      readonly fillCost: number | undefined;
    }
  | { readonly kind: 'residue'; readonly residue: number }
  | { readonly kind: 'all' | 'any'; readonly nodes: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly node: FilterNode }
  | { readonly kind: 'at_least'; readonly count: number; readonly nodes: readonly FilterNode[] };

/** Half of the points, as Qdrant reckons: nothing is known of what payloads will say. */
const RESIDUE_SHARE = 0.5;

/** The share of `liveCount` points that is expected to match, if conditions are independent of each other. */
export function shareOf(node: FilterNode, liveCount: number): number {
  switch (node.kind) {
    case 'everything':
      return 1;
    case 'nothing':
      return 0;
    case 'leaf':
      return Math.min(1, node.leaf.estimate / Math.max(1, liveCount));
    case 'residue':
      return RESIDUE_SHARE;
    case 'all':
      return node.nodes.reduce((share, each) => share * shareOf(each, liveCount), 1);
    case 'any':
      return 1 - node.nodes.reduce((share, each) => share * (1 - shareOf(each, liveCount)), 1);
    case 'not':
      return 1 - shareOf(node.node, liveCount);
    case 'at_least':
      return shareOfAtLeast(
        node.nodes.map((each) => shareOf(each, liveCount)),
        node.count,
      );
  }
}

function shareOfAtLeast(shares: readonly number[], count: number): number {
  // exactly[n]: exactly n of those looked at so far; the last: that many or more.
  const exactly = Array.from({ length: count + 1 }, (_, n): number => (n === 0 ? 1 : 0));
  for (const share of shares) {
    for (let n = count; n >= 0; n--) {
      const stays = n === count ? 1 : 1 - share;
      exactly[n] = (exactly[n] ?? 0) * stays + (n === 0 ? 0 : (exactly[n - 1] ?? 0) * share);
    }
  }
  return exactly[count] ?? 0;
}

export function hasResidue(node: FilterNode): boolean {
  switch (node.kind) {
    case 'residue':
      return true;
    case 'everything':
    case 'nothing':
    case 'leaf':
      return false;
    case 'not':
      return hasResidue(node.node);
    case 'all':
    case 'any':
    case 'at_least':
      return node.nodes.some(hasResidue);
  }
}

/** Whether one slot matches. */
export function testNode(node: FilterNode, slot: number, matchesResidue: (residue: number) => boolean): boolean {
  switch (node.kind) {
    case 'everything':
      return true;
    case 'nothing':
      return false;
    case 'leaf':
      return node.leaf.test(slot);
    case 'residue':
      return matchesResidue(node.residue);
    case 'all':
      return node.nodes.every((each) => testNode(each, slot, matchesResidue));
    case 'any':
      return node.nodes.some((each) => testNode(each, slot, matchesResidue));
    case 'not':
      return !testNode(node.node, slot, matchesResidue);
    case 'at_least': {
      let missing = node.count;
      for (const each of node.nodes) if (missing > 0 && testNode(each, slot, matchesResidue)) missing--;
      return missing === 0;
    }
  }
}

/** What it costs to test one slot, and to make the bitmap of `wordCount` words; in units of setting one bit. */
export function costsOf(node: FilterNode, wordCount: number): { readonly test: number; readonly fill: number } {
  switch (node.kind) {
    case 'everything':
    case 'nothing':
    case 'residue':
      return { test: 1, fill: wordCount };
    case 'leaf':
      return { test: node.testCost, fill: (node.fillCost ?? node.leaf.estimate) + wordCount };
    case 'not': {
      const { test, fill } = costsOf(node.node, wordCount);
      return { test, fill: fill + wordCount };
    }
    case 'all':
    case 'any':
    case 'at_least': {
      let test = 1;
      let fill = wordCount;
      for (const each of node.nodes) {
        const costs = costsOf(each, wordCount);
        test += costs.test;
        fill += costs.fill + wordCount;
      }
      return { test, fill };
    }
  }
}
