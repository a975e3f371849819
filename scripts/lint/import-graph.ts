import { readFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * One import as it stands in a file.
 * target  the module as written, or '' where it is not a literal and nobody can see where it leads.
 * names   imported names where the form lists them; undefined = the whole module.
 */
export interface Import {
  readonly file: string;
  readonly line: number;
  readonly target: string;
  readonly names: readonly string[] | undefined;
}

export interface ImportGraph {
  readonly files: readonly string[];
  readonly imports: readonly Import[];
}

/** Parses every TypeScript file under `root` except `excluded` folders. File names are relative to `root`, with slashes. */
export async function readImportGraph(root: string, excluded: readonly string[]): Promise<ImportGraph> {
  const files = globSync('**/*.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !excluded.some((folder) => file.startsWith(`${folder}/`)))
    .toSorted();
  const imports: Import[] = [];
  for (const file of files) imports.push(...importsOf(file, await readFile(path.join(root, file), 'utf8')));
  return { files, imports };
}

/** All imports of one file: static, dynamic, re-exports, types, and worker files named by `new URL(…, import.meta.url)`. */
export function importsOf(file: string, text: string): readonly Import[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const found: Import[] = [];
  visit(program, (node) => {
    const source = moduleOf(node);
    if (source === undefined) return;
    const line = text.slice(0, node.start).split('\n').length;
    found.push({ file, line, target: literalOf(source) ?? '', names: namesOf(node) });
  });
  return found;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isNode(value)) {
    see(value);
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The node that names the imported module, or undefined where `node` imports nothing. */
function moduleOf(node: Node): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node['source'];
    case 'ExportNamedDeclaration':
      return node['source'] ?? undefined;
    case 'NewExpression':
      return fileUrl(node);
    case 'CallExpression':
      return isNode(node['callee']) && node['callee']['name'] === 'require' ? first(node['arguments']) : undefined;
    default:
      return undefined;
  }
}

/** `'./x.ts'` of `new URL('./x.ts', import.meta.url)`; other files (the wasm) are data and no import. */
function fileUrl(node: Node): unknown {
  const target = first(node['arguments']);
  const literal = literalOf(target);
  const isUrl = isNode(node['callee']) && node['callee']['name'] === 'URL';
  return isUrl && literal !== undefined && /^\.{1,2}\/.*\.[jt]s$/.test(literal) ? target : undefined;
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? (list as readonly unknown[])[0] : undefined;
}

function literalOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

function namesOf(node: Node): readonly string[] | undefined {
  const specifiers = node['specifiers'];
  if (!Array.isArray(specifiers) || specifiers.length === 0) return undefined;
  const names = (specifiers as readonly unknown[]).map((specifier) => {
    const imported = isNode(specifier) ? specifier['imported'] : undefined;
    return isNode(imported) && typeof imported['name'] === 'string' ? imported['name'] : undefined;
  });
  return names.every((name) => name !== undefined) ? names : undefined;
}
