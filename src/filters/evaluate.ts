import { countBits } from '../base/bitset.ts';
import { inAtLeast, intersect, sift, subtract, unite } from './bitmaps.ts';
import type { IndexLeaf } from './field-index.ts';
import { costsOf, type FilterNode, hasResidue, shareOf, testNode } from './filter-node.ts';

/** The slots that a filter is evaluated over. */
export interface Ground {
  /** Bitmap of the slots in use. */
  readonly live: Uint32Array;
  readonly liveCount: number;
  readonly wordCount: number;
}

/**
 * What is known of a filter without its residues, in bitmaps that no later change of an index touches.
 * sure    slots that match whatever the residues say; maybe  slots that may. Where they are the same, all is known.
 * settle  the slots that match, given the bitmaps of the residues; those may say anything outside `maybe` and within
 *         `sure`.
 */
export interface Outcome {
  readonly sure: Uint32Array;
  readonly maybe: Uint32Array;
  readonly settle: (residues: readonly Uint32Array[]) => Uint32Array;
}

type CombineSets = (sets: readonly Uint32Array[]) => Uint32Array;

/** Nobody writes to the bitmaps of an outcome. */
export function evaluate(node: FilterNode, ground: Ground): Outcome {
  if (!hasResidue(node)) return exactly(bitmapOf(node, ground));
  switch (node.kind) {
    case 'everything':
    case 'nothing':
    case 'leaf':
      return exactly(bitmapOf(node, ground));
    case 'all':
      return evaluateAll(node.nodes, ground);
    case 'any':
      return combine(outcomes(node.nodes, ground), (sets) => union(sets, ground));
    case 'at_least':
      return combine(outcomes(node.nodes, ground), (sets) => inAtLeast(sets, node.count, liveWords(ground)));
    case 'not': {
      const { sure, maybe, settle } = evaluate(node.node, ground);
      return {
        sure: without(maybe, ground),
        maybe: without(sure, ground),
        settle: (residues) => without(settle(residues), ground),
      };
    }
    case 'residue':
      return {
        sure: new Uint32Array(ground.wordCount),
        maybe: liveWords(ground),
        settle: (residues) => residues[node.residue] ?? new Uint32Array(0),
      };
  }
}

function exactly(words: Uint32Array): Outcome {
  return { sure: words, maybe: words, settle: () => words };
}

function evaluateAll(nodes: readonly FilterNode[], ground: Ground): Outcome {
  const known = bitmapOf({ kind: 'all', nodes: nodes.filter((each) => !hasResidue(each)) }, ground);
  // Nothing that payloads could add: the parts need not be made.
  if (countBits(known) === 0) return exactly(known);
  const open = outcomes(nodes.filter(hasResidue), ground);
  return combine(open, (sets) => {
    const common = known.slice();
    for (const set of sets) intersect(common, set);
    return common;
  });
}

function outcomes(nodes: readonly FilterNode[], ground: Ground): readonly Outcome[] {
  return nodes.map((each) => evaluate(each, ground));
}

function combine(parts: readonly Outcome[], combineSets: CombineSets): Outcome {
  return {
    sure: combineSets(parts.map(({ sure }) => sure)),
    maybe: combineSets(parts.map(({ maybe }) => maybe)),
    settle: (residues) => combineSets(parts.map(({ settle }) => settle(residues))),
  };
}

/** The slots that match a filter without residues, in an array of its own. */
function bitmapOf(node: FilterNode, ground: Ground): Uint32Array {
  switch (node.kind) {
    case 'everything':
      return liveWords(ground);
    case 'leaf':
      return addLeaf(node.leaf, new Uint32Array(ground.wordCount));
    case 'all':
      return commonBitmap(node.nodes, ground);
    case 'any': {
      const words = new Uint32Array(ground.wordCount);
      for (const each of node.nodes) {
        if (each.kind === 'leaf') addLeaf(each.leaf, words);
        else unite(words, bitmapOf(each, ground));
      }
      return words;
    }
    case 'not':
      return without(bitmapOf(node.node, ground), ground);
    case 'at_least':
      return inAtLeast(
        node.nodes.map((each) => bitmapOf(each, ground)),
        node.count,
        liveWords(ground),
      );
    case 'nothing':
    case 'residue':
      return new Uint32Array(ground.wordCount);
  }
}

function addLeaf(leaf: IndexLeaf, words: Uint32Array): Uint32Array {
  leaf.fill(words);
  return words;
}

/** Begins with what matches least; where little is left, the others are asked slot by slot. */
function commonBitmap(nodes: readonly FilterNode[], ground: Ground): Uint32Array {
  const [rarest, ...others] = nodes
    .map((node) => ({ node, share: shareOf(node, ground.liveCount) }))
    .sort((a, b) => a.share - b.share);
  if (rarest === undefined) return liveWords(ground);
  const words = bitmapOf(rarest.node, ground);
  for (const { node } of others) {
    const count = countBits(words);
    if (count === 0) break;
    const { test, fill } = costsOf(node, ground.wordCount);
    if (count * test < fill) sift(words, (slot) => testNode(node, slot, noResidue));
    else if (node.kind === 'not') subtract(words, bitmapOf(node.node, ground));
    else intersect(words, bitmapOf(node, ground));
  }
  return words;
}

function union(sets: readonly Uint32Array[], ground: Ground): Uint32Array {
  const words = new Uint32Array(ground.wordCount);
  for (const set of sets) unite(words, set);
  return words;
}

function without(words: Uint32Array, ground: Ground): Uint32Array {
  const rest = liveWords(ground);
  subtract(rest, words);
  return rest;
}

function liveWords({ live, wordCount }: Ground): Uint32Array {
  const words = new Uint32Array(wordCount);
  words.set(live.subarray(0, wordCount));
  return words;
}

function noResidue(): boolean {
  return false;
}
