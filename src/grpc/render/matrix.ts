import type { DistanceMatrix } from '../../core/answers.ts';
import type { PointId } from '../../core/ids.ts';
import { writer } from '../wire/proto-writer.ts';
import { writePointId } from './points.ts';

/** `SearchMatrixPairsResponse`: ids and scores, pair by pair. */
export function writeMatrixPairs({ ids, rows, columns, scores }: DistanceMatrix, seconds: number): void {
  const result = writer.begin(1);
  for (let pair = 0; pair < rows.length; pair++) {
    const start = writer.begin(1);
    writePointId(1, ids[rows[pair] as number] as PointId);
    writePointId(2, ids[columns[pair] as number] as PointId);
    const score = scores[pair] as number;
    // Of -0 proto3 writes the sign.
    if (!Object.is(score, 0)) writer.float(3, score);
    writer.end(start);
  }
  writer.end(result);
  writer.double(2, seconds);
}

/** `SearchMatrixOffsetsResponse`: the columns as they are. */
export function writeMatrixOffsets({ ids, rows, columns, scores }: DistanceMatrix, seconds: number): void {
  const result = writer.begin(1);
  if (rows.length > 0) {
    writer.varints(1, rows);
    writer.varints(2, columns);
    writer.floats(3, scores);
  }
  for (const id of ids) writePointId(4, id);
  writer.end(result);
  writer.double(2, seconds);
}
