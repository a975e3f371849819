/**
 * Translates stemmers that Snowball's compiler wrote in Rust into src/filters/text/snowball/generated/*.ts.
 *
 *   node scripts/text/translate-stemmers.ts FOLDER…
 *
 * FOLDER…  `src/snowball/algorithms` of the crate rust-stemmers 1.2.0 (cargo's registry keeps the source): Qdrant stems
 *          with a fork of it, and later versions of Snowball stem Dutch, German, English and others differently; and a
 *          folder with armenian.rs, which that crate lacks: `snowball algorithms/armenian.sbl -rust -o FOLDER/armenian`
 *          by Debian's source package snowball 2.2.0.
 *
 * The Rust is regular, a statement a line, so a table of patterns is enough; a line that no pattern knows is an error.
 * Offsets become UTF-16 code units, and `SnowballWord` steps over pairs as the original steps over bytes.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = fileURLToPath(new URL('../../src/filters/text/snowball/generated/', import.meta.url));

type Rule = readonly [pattern: RegExp, render: (groups: readonly string[]) => string];

const same = (groups: readonly string[]): string => expression(groups[0] ?? '');

/** The first pattern that matches a whole line decides. `word` is what the Rust calls `env`. */
const LINES: readonly Rule[] = [
  [/^\/\/.*$/, () => ''],
  [/^$/, () => ''],
  [/^\};?$/, () => '}'],
  [/^return (?:true|false);$/, same],
  [/^break '(\w+);$/, ([, label]) => `break ${label};`],
  [/^continue '(\w+);$/, ([, label]) => `continue ${label};`],
  // A `'lab` loop runs once: its last statement leaves it (checked below).
  [/^'(lab\d+): (?:loop|for _ in 0\.\.1) \{$/, ([, label]) => `${label}: {`],
  [/^'((?:golab|replab)\d+): loop ?\{$/, ([, label]) => `${label}: for (;;) {`],
  [/^for _ in 0\.\.(.+) \{$/, ([, count = '']) => `for (let left = ${expression(count)}; left > 0; left -= 1) {`],
  [/^let mut among_var;$/, () => 'let among_var: number;'],
  [/^let c = env\.byte_index_for_hop\((-?\d+)\);$/, ([, count]) => `const c = word.hop(${count});`],
  [/^let \(bra, ket\) = \(env\.cursor, env\.cursor\);$/, () => ''],
  [/^let mut (v_\d+ = \d+;)$/, ([, rest]) => `let ${rest}`],
  [/^let (\w+) = (.+);$/, ([, name, value = '']) => `const ${name} = ${expression(value)};`],
  [/^v_\d+ -= 1;$/, same],
  [/^if (0|env\.limit_backward) as i32 > c \|\| c > env\.limit as i32 \{$/, hopFails],
  [/^if !\((.+)\) ?\{$/, ([, test = '']) => `if (!(${expression(test)})) {`],
  [/^if !(.+) \{$/, ([, test = '']) => `if (!${expression(test)}) {`],
  [/^if (.+) \{$/, ([, test = '']) => `if (${expression(test)}) {`],
  [/^\} else if (among_var == \d+) \{$/, ([, test = '']) => `} else if (${expression(test)}) {`],
  [/^env\.insert\(bra, ket, (.+)\);$/, ([, text = '']) => `word.insert(${expression(text)});`],
  [/^(?:r_\w+\(env, context\)|env\.(?:next_char|previous_char)\(\));$/, same],
  [/^(?:context\.\w+|env\.\w+|among_var) = .+;$/, same],
];

function hopFails([, low = '']: readonly string[]): string {
  return `if (${expression(low)} > c || c > word.limit) {`;
}

function expression(rust: string): string {
  return rust
    .replaceAll('(env.current.chars().count() as i32)', 'word.characterCount()')
    .replaceAll('env.current.chars().count()', 'word.characterCount()')
    .replaceAll(/context\.(S_\w+)\.is_empty\(\)/g, "$1 === ''")
    .replaceAll(/&?context\.(\w+)/g, '$1')
    .replaceAll(/\b(r_\w+)\(env, context\)/g, '$1()')
    .replaceAll(' as usize', '')
    .replaceAll(', context)', ')')
    .replaceAll('&"', '"')
    .replaceAll(/\benv\.(\w+)/g, (_, name: string) => `word.${camel(name)}`)
    .replaceAll(' == ', ' === ')
    .replaceAll(' != ', ' !== ');
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function translateLine(line: string, file: string): string {
  for (const [pattern, render] of LINES) {
    const groups = pattern.exec(line);
    if (groups !== null) return render(groups);
  }
  throw new Error(`${file}: no pattern for: ${line}`);
}

/** The lines of a function's body; `slice_del` and `slice_from` never fail, so their `if` goes. */
function translateBody(lines: readonly string[], file: string): string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const slice = /^if !env\.slice_(del|from)\((.*)\) \{$/.exec(line);
    if (slice !== null) {
      if (lines[at + 1] !== 'return false;' || lines[at + 2] !== '}') throw new Error(`${file}: ${line}`);
      out.push(slice[1] === 'del' ? 'word.sliceDel();' : `word.sliceFrom(${slice[2]});`);
      at += 2;
    } else {
      const translated = translateLine(line, file);
      if (translated !== '') out.push(translated);
    }
  }
  return shortened(withoutLastBreaks(out, file));
}

/** Checks that each `lab: {` block ends by leaving, and drops the `break lab` that a block does by itself. */
function withoutLastBreaks(lines: readonly string[], file: string): string[] {
  const open: (string | undefined)[] = [];
  const kept: string[] = [];
  for (const line of lines) {
    if (line.startsWith('}')) {
      const label = open.pop();
      const last = kept.at(-1) ?? '';
      if (label !== undefined && last === `break ${label};`) kept.pop();
      else if (label !== undefined && !/^(break|continue|return) ?\w*;$/.test(last)) {
        throw new Error(`${file}: ${label} may run twice`);
      }
    }
    if (line.endsWith('{')) open.push(/^(lab\d+): \{$/.exec(line)?.[1]);
    kept.push(line);
  }
  return kept;
}

/** What the compiler writes at length, in short: it means the same, and a third of the lines go. */
const SHORTER: readonly Rule[] = [
  // The substring command before it has left already where nothing was found.
  [/^if \(among_var === 0\) \{\n.*\n(?:.*\n)?\} else if /gm, () => 'if '],
  [/^if (.*) \{\n((?:break|continue|return) ?\w*;)\n\}$/gm, ([, test, leave]) => `if ${test} ${leave}`],
  // `do C`, whose outcome does not matter, and `goto`.
  [/^(lab\d+): \{\nif \(!(.*)\) break \1;\n\}$/gm, ([, , command]) => `${command};`],
  [/^(lab\d+): \{\nif \(!(.*)\) break \1;\n(break \w+;)\n\}$/gm, ([, , test, leave]) => `if (${test}) ${leave}`],
];

function shortened(lines: readonly string[]): string[] {
  let text = lines.join('\n');
  for (const [pattern, render] of SHORTER) {
    text = text.replace(pattern, (...groups) => render(groups.filter((group) => typeof group === 'string')));
  }
  return text.split('\n');
}

interface AmongEntry {
  /** As in the source, with escapes. */
  readonly quoted: string;
  readonly text: string;
  readonly shorter: number;
  readonly result: string;
  readonly method: string | undefined;
}

function parseAmong(line: string, file: string): AmongEntry {
  const found = /^Among\(("(.*)"), (-?\d+), (-?\d+), (?:None|Some\(&(r_\w+)\))\),$/.exec(line);
  if (found === null) throw new Error(`${file}: ${line}`);
  const [, quoted = '', inner = '', shorter, result = '', method] = found;
  const text = inner
    .replaceAll(/\\u\{(\w+)\}/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll(/\\(.)/g, '$1');
  return { quoted, text, shorter: Number(shorter), result, method };
}

function renderAmong({ quoted, shorter, result, method }: AmongEntry): string {
  return `[${quoted}, ${shorter}, ${result}${method === undefined ? '' : `, ${method}`}]`;
}

/**
 * A table that is searched backwards is sorted by its bytes from the last to the first, which is another order than that
 * of code units; forwards the two are the same.
 */
function sortBackwards(entries: readonly AmongEntry[]): AmongEntry[] {
  const reversed = entries.map(({ text }) => [...text].toReversed().join(''));
  const order = [...entries.keys()].sort((a, b) => ((reversed[a] ?? '') < (reversed[b] ?? '') ? -1 : 1));
  const placeOf = new Map(order.map((index, place) => [index, place]));
  return order.flatMap((index) => {
    const entry = entries[index];
    return entry === undefined ? [] : [{ ...entry, shorter: placeOf.get(entry.shorter) ?? -1 }];
  });
}

const FIELD = /^((?:b|i|S)_\w+): (false|0|String::new\(\)),$/;

function translate(rust: string, language: string): string {
  const lines = rust.split('\n').map((line) => line.trim());
  const tables: string[] = [];
  const state: string[] = [];
  const functions: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const among = /^static (A_\d+): /.exec(line)?.[1];
    const group = /^static (G_\w+): &'static \[u8; \d+\] = &\[(.*)\];$/.exec(line);
    const fn = /^(?:pub )?fn (\w+)\(env/.exec(line)?.[1];
    if (among !== undefined) {
      const end = lines.indexOf('];', at);
      const entries = lines.slice(at + 1, end).map((entry) => parseAmong(entry, language));
      const sorted = rust.includes(`find_among_b(${among},`) ? sortBackwards(entries) : entries;
      tables.push(`const ${among}: readonly Among[] = [${sorted.map(renderAmong).join(', ')}];`);
      at = end;
    } else if (group !== null) {
      tables.push(`const ${group[1]}: Uint8Array = Uint8Array.of(${group[2]});`);
    } else if (fn !== undefined) {
      const end = lines.findIndex((text, index) => index > at && rust.split('\n')[index] === '}' && text === '}');
      let body = lines.slice(at + 1, end);
      if (fn === 'stem') {
        const begin = body.findIndex((text) => text.startsWith('let mut context'));
        const close = body.indexOf('};', begin);
        for (const text of body.slice(begin + 1, close)) {
          const field = FIELD.exec(text);
          if (field === null) throw new Error(`${language}: ${text}`);
          state.push(`let ${field[1]} = ${field[2] === 'String::new()' ? "''" : field[2]};`);
        }
        body = [...body.slice(0, begin), ...body.slice(close + 1)];
      }
      functions.push(`function ${fn}(): boolean {`, ...translateBody(body, language), '}');
      at = end;
    }
  }
  const resets = state.map((field) => field.slice('let '.length));
  return [
    `// Generated by scripts/text/translate-stemmers.ts from Snowball's ${language}.sbl by way of Rust. Do not edit.`,
    '// Copyright (c) 2001, Dr Martin Porter; (c) 2004, 2005, Richard Boulton. BSD-3-Clause: ../snowball-word.ts.',
    "import type { Among, SnowballWord } from '../snowball-word.ts';",
    '',
    '/** The program that stems `word` in place. */',
    'export function openProgram(word: SnowballWord): () => void {',
    ...tables,
    ...state,
    ...functions,
    'return () => {',
    ...resets,
    'stem();',
    '};',
    '}',
    '',
  ].join('\n');
}

function indented(program: string): string {
  let depth = 0;
  const lines = program.split('\n').map((line) => {
    if (line.startsWith('}')) depth -= 1;
    const spaces = line === '' ? '' : '  '.repeat(depth);
    if (line.endsWith('{')) depth += 1;
    return spaces + line;
  });
  return lines.join('\n');
}

for (const folder of process.argv.slice(2)) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.rs') && name !== 'mod.rs')) {
    const language = file.slice(0, -'.rs'.length);
    const rust = readFileSync(path.join(folder, file), 'utf8');
    writeFileSync(path.join(TARGET, `${language}.ts`), indented(translate(rust, language)));
  }
}
