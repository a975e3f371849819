/**
 * Recall@10 of every quantisation, with and without rescoring, on easy, hard and out-of-distribution data; writes its part
 * of docs/benchmarks.md:
 *   node scripts/bench/vectors/recall.ts [--rows 20000] [--dimension 768] [--ef 128]
 * Graphs are built and walked by the codes, as a field does whose originals are in a file.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bruteForce, lid100, recall } from '../data.ts';
import { K } from '../engine/cached-data.ts';
import { DATA_SETS } from './data-sets.ts';
import { QUANTISATIONS } from './kinds.ts';
import { openQuantised } from './quantised-engine.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000' },
    dimension: { type: 'string', default: '768' },
    ef: { type: 'string', default: '128' },
  },
});
const QUERIES = 500;
const TARGET = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const BEGIN = '<!-- recall: written by scripts/bench/vectors/recall.ts -->';
const END = '<!-- recall: end -->';

const rows = Number(values.rows);
const dimension = Number(values.dimension);
const ef = Number(values.ef);
/** By quantisation, then by data set. */
const table = new Map<string, string[]>([
  ['none', []],
  ...Object.keys(QUANTISATIONS).map((name): [string, string[]] => [name, []]),
]);
const headings: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'recall-'));

for (const [dataName, make] of Object.entries(DATA_SETS)) {
  const set = make({ rows, queries: QUERIES, dimension });
  const truth = bruteForce(set, K);
  const originals = join(folder, 'rows');
  writeFileSync(originals, set.base);
  headings.push(`${dataName} (LID100 ${lid100(set, 50).toFixed(0)})`);
  for (const [name, cells] of table) {
    const data = { ...set, rows, truth, prefix: '' };
    const engine = openQuantised(data, { name, quantization: QUANTISATIONS[name], originals }, false);
    const params = { ignore: false, rescore: undefined, oversampling: undefined };
    const found = (rescore: boolean): number => recall(engine.search(ef, { ...params, rescore }).found, truth, K);
    const { reads } = engine.search(ef, { ...params, rescore: true });
    const without = name === 'none' ? '' : found(false).toFixed(3);
    cells.push(without, found(true).toFixed(3), reads.toFixed(0));
    console.log(`${dataName}, ${name}: ${without} ${cells.slice(-2).join(' ')}`);
  }
}
rmSync(folder, { recursive: true });
writeSection();

function writeSection(): void {
  const columns = headings.flatMap((heading) => [heading, 'with rescore', 'read']);
  const lines = [
    BEGIN,
    '',
    '## Recall of quantised vectors',
    '',
    `Recall@10 at ef ${values.ef}, ${values.rows} x ${values.dimension}, cosine, exact brute force as truth, by`,
    '`node scripts/bench/vectors/recall.ts`. Each first column is by the codes alone, the second after scoring the',
    'candidates again by the originals, the third how many originals were read for that. "none" has int8 codes, as every',
    'field of floats, and is rescored always.',
    '',
    `| quantisation | ${columns.join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
    ...Array.from(table, ([name, cells]) => `| ${name} | ${cells.join(' | ')} |`),
    '',
    END,
  ];
  const section = lines.join('\n');
  const before = existsSync(TARGET) ? readFileSync(TARGET, 'utf8') : '# Benchmarks\n';
  const start = before.indexOf(BEGIN);
  const end = before.indexOf(END);
  const after =
    start < 0
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, start) + section + before.slice(end + END.length);
  writeFileSync(TARGET, after);
}
