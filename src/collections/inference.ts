import { present } from '../base/invariant.ts';
import { badInput, badRequest, VectorizerError } from '../core/errors.ts';
import type { PointChange, PointColumns } from '../core/requests.ts';
import type { InferenceObject, InferredVector, SparseColumn, SparseVector, Vector } from '../core/vectors.ts';
import {
  addTerms,
  BM25_MODULE,
  type Bm25Mode,
  type CountTerms,
  countAllTerms,
  cutText,
  type TermCounts,
  type TermSum,
  weighTerms,
} from '../filters/text/bm25.ts';
import { parseBm25Options } from '../filters/text/bm25-options.ts';

/** Runs a function of another module on a thread (`Compute.call`). */
export type ThreadCall = (module: string, name: string, argument: object) => Promise<unknown>;

const BM25_NAMES: ReadonlySet<string> = new Set(['qdrant/bm25', 'bm25']);

/** UTF-16 code units of text that the event loop takes at once: about a millisecond, some ways to a thread and back. */
const SHORT_LENGTH = 1 << 14;
/** What goes to a thread in one message: a few milliseconds of work. */
const SHARE_LENGTH = 1 << 16;
/** Shares under way at once: more would only wait, and each is copied. */
const LANES = 4;

/** The same points with vectors in the place of what a model had to make. Throws as `inferVector`; a vector has a name. */
export async function inferColumns(points: PointColumns, onThread: ThreadCall): Promise<PointColumns> {
  if (points.inferred.length === 0) return points;
  const vectors = await inferAll(
    points.inferred.map(({ object }) => object),
    'document',
    onThread,
  );
  const made = points.inferred.map((inferred, index) => ({
    ...inferred,
    vector: present(vectors[index], 'inference: a vector for each object'),
  }));
  if (made.some(({ name }) => name === '')) throw badRequest('Sparse vector from document inference should be named');
  const names = [...new Set(made.map(({ name }) => name))];
  const columns = names.map((name) =>
    mergeColumn(
      points.ids.count,
      name,
      points.vectors.find((column) => column.kind === 'sparse' && column.name === name) as SparseColumn | undefined,
      made.filter((vector) => vector.name === name),
    ),
  );
  const others = points.vectors.filter(({ kind, name }) => kind !== 'sparse' || !names.includes(name));
  return { ...points, vectors: [...others, ...columns], inferred: [] };
}

/**
 * What a query looks for. The one model there is, `qdrant/bm25`, makes sparse vectors of texts.
 * Throws internal for other models, bad_input for what is no text and for options that do not fit.
 */
export async function inferVector(object: InferenceObject, onThread: ThreadCall): Promise<Vector> {
  const [vector] = await inferAll([object], 'query', onThread);
  return { kind: 'sparse', ...present(vector, 'inference: a vector for each object') };
}

interface MadeVector extends InferredVector {
  readonly vector: SparseVector;
}

/** A text that is to become a vector, and what is known of its terms. */
interface TextWork {
  readonly text: string;
  readonly options: string | undefined;
  readonly terms: TermSum;
}

/** Vectors in the order of the objects; equal objects are looked at once. */
async function inferAll(
  objects: readonly InferenceObject[],
  mode: Bm25Mode,
  onThread: ThreadCall,
): Promise<readonly SparseVector[]> {
  // By options, then by text: V8 need not read a long text for that.
  const works = new Map<string | undefined, Map<string, TextWork>>();
  const order = objects.map((object) => {
    const { text, options } = acceptObject(object);
    const sameOptions = works.get(options) ?? new Map<string, TextWork>();
    const work = sameOptions.get(text) ?? { text, options, terms: new Map() };
    works.set(options, sameOptions.set(text, work));
    return work;
  });
  for (const options of works.keys()) parseBm25Options(options);
  await countOnThreads([...new Set(order)], mode, onThread);
  const vectors = new Map<TextWork, SparseVector>();
  return order.map((work) => {
    const vector = vectors.get(work) ?? weighTerms(work.terms, work.options, mode);
    vectors.set(work, vector);
    return vector;
  });
}

function acceptObject({ model, text, options }: InferenceObject): Omit<TextWork, 'terms'> {
  if (!BM25_NAMES.has(model.toLowerCase())) {
    const reason = 'InferenceService URL not configured - please provide valid address in config';
    throw new VectorizerError('internal', reason);
  }
  if (text === undefined) throw badInput(`Only text input is supported for ${model}.`);
  return { text, options };
}

/** A piece of a text, on its way to a thread. */
interface Piece {
  readonly work: TextWork;
  readonly task: CountTerms;
}

/** Fills the terms of each work. A little is done at once; more goes to the threads, in shares of about the same length. */
async function countOnThreads(works: readonly TextWork[], mode: Bm25Mode, onThread: ThreadCall): Promise<void> {
  const pieces = works.flatMap((work) =>
    cutText(work.text).map((text): Piece => ({ work, task: { text, options: work.options, mode } })),
  );
  const add = (share: readonly Piece[], counts: readonly TermCounts[]): void =>
    share.forEach(({ work }, at) => addTerms(work.terms, present(counts[at], 'inference: the terms of each piece')));
  if (works.reduce((length, { text }) => length + text.length, 0) <= SHORT_LENGTH) {
    add(pieces, countAllTerms(pieces.map(({ task }) => task)));
    return;
  }
  const shares = sharesOf(pieces);
  const lane = async (): Promise<void> => {
    for (const share of shares) {
      const tasks = share.map(({ task }) => task);
      add(share, (await onThread(BM25_MODULE, 'countTermsOnThread', tasks)) as readonly TermCounts[]);
    }
  };
  // All take from the same shares.
  await Promise.all(Array.from({ length: LANES }, lane));
}

function* sharesOf(pieces: readonly Piece[]): Generator<readonly Piece[], undefined> {
  let share: Piece[] = [];
  let length = 0;
  for (const piece of pieces) {
    share.push(piece);
    length += piece.task.text.length;
    if (length < SHARE_LENGTH) continue;
    yield share;
    share = [];
    length = 0;
  }
  if (share.length > 0) yield share;
}

/** The column of a name with the vectors of both, points in order. `sent`: none of its points is among `made`. */
function mergeColumn(
  pointCount: number,
  name: string,
  sent: SparseColumn | undefined,
  made: readonly MadeVector[],
): SparseColumn {
  const vectors: (SparseVector | undefined)[] = Array.from({ length: pointCount }, (_, point) => {
    const [start = 0, end = 0] = sent?.starts.subarray(point, point + 2) ?? [];
    if (sent?.has[point] !== 1) return undefined;
    return { indices: sent.indices.subarray(start, end), values: sent.values.subarray(start, end) };
  });
  for (const { pointIndex, vector } of made) vectors[pointIndex] = vector;
  const entryCount = vectors.reduce((sum, vector) => sum + (vector?.indices.length ?? 0), 0);
  const column = {
    name,
    kind: 'sparse' as const,
    has: new Uint8Array(pointCount),
    starts: new Uint32Array(pointCount + 1),
    indices: new Uint32Array(entryCount),
    values: new Float32Array(entryCount),
  };
  let end = 0;
  vectors.forEach((vector, point) => {
    if (vector !== undefined) {
      column.has[point] = 1;
      column.indices.set(vector.indices, end);
      column.values.set(vector.values, end);
      end += vector.indices.length;
    }
    column.starts[point + 1] = end;
  });
  return column;
}

/** A change of points with vectors in the place of what a model has to make of texts. */
export async function inferChange(change: PointChange, onThread: ThreadCall): Promise<PointChange> {
  if (!('points' in change) || change.points.inferred.length === 0) return change;
  return { ...change, points: await inferColumns(change.points, onThread) };
}
