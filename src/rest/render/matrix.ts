import { present } from '../../base/invariant.ts';
import type { DistanceMatrix } from '../../core/answers.ts';
import { idJson } from '../../core/ids.ts';
import { renderList } from './list.ts';
import { writer } from './writer.ts';

const CLOSE_BRACE = 125;

/** `POST …/search/matrix/pairs`: ids and scores, pair by pair. */
export function renderMatrixPairs({ ids, rows, columns, scores }: DistanceMatrix): void {
  const names = ids.map(idJson);
  const nameAt = (place: number): string => present(names[place], 'a matrix has an id for each place');
  writer.ascii('{"pairs":');
  renderList(rows.keys(), (pair) => {
    writer.ascii(`{"a":${nameAt(rows[pair] as number)},"b":${nameAt(columns[pair] as number)},"score":`);
    writer.float(scores[pair] as number);
    writer.byte(CLOSE_BRACE);
  });
  writer.byte(CLOSE_BRACE);
}

/** `POST …/search/matrix/offsets`: the columns as they are. */
export function renderMatrixOffsets({ ids, rows, columns, scores }: DistanceMatrix): void {
  writer.ascii(`{"offsets_row":[${rows.join(',')}],"offsets_col":[${columns.join(',')}],"scores":`);
  writer.floats(scores);
  writer.ascii(`,"ids":[${ids.map(idJson).join(',')}]}`);
}
