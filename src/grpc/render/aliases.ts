import type { Alias } from '../../core/answers.ts';
import { writer } from '../wire/proto-writer.ts';

/** `ListAliasesResponse`. */
export function renderAliases(aliases: readonly Alias[], seconds: number): void {
  for (const { alias, collection } of aliases) {
    const description = writer.begin(1);
    writer.string(1, alias);
    writer.string(2, collection);
    writer.end(description);
  }
  writer.double(2, seconds);
}
