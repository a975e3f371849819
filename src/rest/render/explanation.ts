import type { Explanation } from '../../core/explanation.ts';
import { idJson, type PointId } from '../../core/ids.ts';
import { renderList } from './list.ts';
import { writer } from './writer.ts';

const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** `POST …/points/query/explain`: the plan as it is, with names as the wire writes them. */
export function renderExplanation(explanation: Explanation): void {
  renderFields(explanation);
}

/** What is undefined is left out. */
function renderFields(fields: object): void {
  writer.byte(OPEN_BRACE);
  let isFirst = true;
  for (const [name, value] of Object.entries(fields) as readonly [string, unknown][]) {
    if (value === undefined) continue;
    if (isFirst) isFirst = false;
    else writer.byte(COMMA);
    writer.ascii(`"${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`);
    renderValue(name, value);
  }
  writer.byte(CLOSE_BRACE);
}

/** name: of the field that holds the value; scores are 32-bit floats, times are cut to microseconds. */
function renderValue(name: string, value: unknown): void {
  if (typeof value === 'number') {
    if (/score/i.test(name)) writer.float(value);
    else writer.ascii(String(/^ms$|Ms$/.test(name) ? Number(value.toFixed(3)) : value));
  } else if (Array.isArray(value)) renderList(value as readonly unknown[], (item) => renderValue(name, item));
  // Nothing else in an explanation is called so.
  else if (name === 'id') writer.ascii(idJson(value as PointId));
  else if (typeof value === 'object' && value !== null) renderFields(value);
  else writer.utf8(JSON.stringify(value));
}
