import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';

import type { TextParams, Tokenizer } from '../../src/core/payload-schema.ts';
import { openAnalyser } from '../../src/filters/text/analyser.ts';

/** Qdrant 1.19's answers: documents in step 2, indexes in steps 3 to 10, then a query of one field each. */
const RECORDED = path.join(import.meta.dirname, '../../../shared/golden/recorded/text-index.json');

interface WireText {
  readonly tokenizer: Tokenizer;
  readonly lowercase?: boolean;
  readonly ascii_folding?: boolean;
  readonly min_token_len?: number;
  readonly max_token_len?: number;
  readonly phrase_matching?: boolean;
  readonly stopwords?: { readonly languages: readonly string[]; readonly custom: readonly string[] };
  readonly stemmer?: { readonly language: string };
}

interface Step {
  readonly path: string;
  readonly body?: {
    readonly field_name?: string;
    readonly field_schema?: WireText;
    readonly points?: readonly { readonly id: number; readonly payload: Readonly<Record<string, string>> }[];
    readonly filter?: { readonly must: readonly { readonly key: string; readonly match: Record<string, string> }[] };
  };
  readonly expect: { readonly status: number; readonly body: { readonly result?: { readonly points?: unknown } } };
}

function parseText(wire: WireText): TextParams {
  return {
    tokenizer: wire.tokenizer,
    lowercase: wire.lowercase,
    asciiFolding: wire.ascii_folding,
    minTokenLen: wire.min_token_len,
    maxTokenLen: wire.max_token_len,
    phraseMatching: wire.phrase_matching,
    stopwords: wire.stopwords && { kind: 'set', ...wire.stopwords },
    stemmer: wire.stemmer && { kind: 'snowball', language: wire.stemmer.language },
  };
}

/** Too simple to be wrong. */
function matches(params: TextParams, document: string, kind: string, query: string): boolean {
  const analyser = openAnalyser(params);
  const tokens = analyser.documentTokens(document);
  if (kind === 'phrase') {
    const wanted = analyser.documentTokens(query);
    const isAt = (start: number): boolean => wanted.every((token, offset) => tokens[start + offset] === token);
    return params.phraseMatching === true && wanted.length > 0 && tokens.some((_, start) => isAt(start));
  }
  const wanted = analyser.queryTokens(query);
  const has = (token: string): boolean => tokens.includes(token);
  return kind === 'text' ? wanted.length > 0 && wanted.every(has) : wanted.some(has);
}

test('every recorded full-text answer comes out of the tokens', (t) => {
  if (!existsSync(RECORDED)) {
    t.log(`left out: ${RECORDED} is not here`);
    t.pass();
    return;
  }
  const { steps } = JSON.parse(readFileSync(RECORDED, 'utf8')) as { readonly steps: readonly Step[] };
  const points = steps[2]?.body?.points ?? [];
  const fields = new Map<string, TextParams>();
  let queries = 0;
  for (const { path: route, body, expect } of steps) {
    if (body?.field_name !== undefined && body.field_schema !== undefined && expect.status === 200) {
      fields.set(body.field_name, parseText(body.field_schema));
    }
    const condition = route.endsWith('/scroll') ? body?.filter?.must[0] : undefined;
    const [kind, query] = Object.entries(condition?.match ?? {})[0] ?? [];
    if (condition === undefined || kind === undefined || query === undefined) continue;
    const params = fields.get(condition.key) ?? {};
    const found = points.filter(({ payload }) => matches(params, payload[condition.key] ?? '', kind, query));
    const ids = found.map(({ id }) => ({ id }));
    t.deepEqual(expect.body.result?.points, ids, JSON.stringify(condition));
    queries += 1;
  }
  t.is(queries, 192);
});
