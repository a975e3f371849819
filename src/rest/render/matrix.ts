import type { DistanceMatrix } from '../../core/answers.ts';
import { idJson } from '../../core/ids.ts';
import { writer } from './writer.ts';

const COMMA = 44;
const CLOSE_BRACE = 125;

/** `POST …/search/matrix/pairs`: ids and scores, pair by pair. */
export function renderMatrixPairs({ ids, rows, columns, scores }: DistanceMatrix): void {
  // Each stands in many pairs.
  const begins = ids.map((id) => `{"a":${idJson(id)},"b":`);
  const ends = ids.map((id) => `${idJson(id)},"score":`);
  writer.ascii('{"pairs":[');
  for (let pair = 0; pair < rows.length; pair++) {
    if (pair > 0) writer.byte(COMMA);
    writer.ascii(begins[rows[pair] as number] as string);
    writer.ascii(ends[columns[pair] as number] as string);
    writer.float(scores[pair] as number);
    writer.byte(CLOSE_BRACE);
  }
  writer.ascii(']}');
}

/** `POST …/search/matrix/offsets`: the columns as they are. */
export function renderMatrixOffsets({ ids, rows, columns, scores }: DistanceMatrix): void {
  writer.ascii(`{"offsets_row":[${rows.join(',')}],"offsets_col":[${columns.join(',')}],"scores":`);
  writer.floats(scores);
  writer.ascii(`,"ids":[${ids.map(idJson).join(',')}]}`);
}
