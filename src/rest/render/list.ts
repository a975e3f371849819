import { writer } from './writer.ts';

const COMMA = 44;
const CLOSE_BRACKET = 93;

/** Renders items, with commas between them, within brackets. */
export function renderList<Item>(items: Iterable<Item>, render: (item: Item) => void): void {
  writer.ascii('[');
  let isFirst = true;
  for (const item of items) {
    if (isFirst) isFirst = false;
    else writer.byte(COMMA);
    render(item);
  }
  writer.byte(CLOSE_BRACKET);
}
