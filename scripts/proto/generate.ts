/**
 * `npm run generate`: proto/*.proto → generated/, with buf and ts-proto from node_modules; nothing is downloaded.
 *
 * ts-proto's TypeScript is made as strict as prost (a field of another wire type is an error, not an unknown field; a
 * message ends where its length says) and reads and writes `repeated float` as Float32Array. Every rewriting counts what it
 * rewrote and fails where that is nothing: another version of ts-proto that writes otherwise is noticed here. What comes
 * out is JavaScript with declarations, so that sources and dist/ import the very same files.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORK = join(ROOT, 'node_modules/.cache/proto');
const OUT = join(ROOT, 'generated');

const TS_PROTO_OPTIONS = [
  'esModuleInterop=true',
  'importSuffix=.js',
  'forceLong=bigint',
  'oneof=unions-value',
  'useMapType=true',
  'useOptionals=none',
  'outputServices=none',
  'outputJsonMethods=false',
  'outputPartialMethods=false',
  'enumsAsLiterals=true',
  'unrecognizedEnum=false',
  'useDate=false',
];

rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
const template = {
  version: 'v2',
  plugins: [
    {
      local: [process.execPath, join(ROOT, 'node_modules/ts-proto/protoc-gen-ts_proto')],
      out: WORK,
      opt: TS_PROTO_OPTIONS,
    },
  ],
};
const buf = join(ROOT, 'node_modules/.bin/buf');
execFileSync(buf, ['generate', 'proto', '--include-imports', '--template', JSON.stringify(template)], {
  cwd: ROOT,
  stdio: 'inherit',
});

const counts = new Map<string, number>();
for (const file of globSync('**/*.ts', { cwd: WORK })) {
  const path = join(WORK, file);
  writeFileSync(path, rewritten(readFileSync(path, 'utf8'), file));
}
for (const what of [
  'reader',
  'wire type',
  'packed wire type',
  'unknown field',
  'end of message',
  'missing value',
  'floats',
]) {
  if (!counts.has(what)) throw new Error(`generate: nothing to rewrite for '${what}': ts-proto writes otherwise now`);
}
cpSync(join(ROOT, 'scripts/proto/wire.ts'), join(WORK, 'wire.ts'));
compile();
embedDescriptors();
console.log(`generated/: ${[...counts].map(([what, count]) => `${count} x ${what}`).join(', ')}`);

/** A FileDescriptorSet of all of proto/, which reflection tells clients: as text, since only `storage/` opens files. */
function embedDescriptors(): void {
  const set = execFileSync(buf, ['build', 'proto', '--exclude-source-info', '-o', '-#format=binpb'], { cwd: ROOT });
  const text = set.toString('base64');
  writeFileSync(join(OUT, 'descriptors.js'), `export const DESCRIPTOR_SET = '${text}';\n`);
  const about = '/** A google.protobuf.FileDescriptorSet of all of proto/, in base64. */';
  writeFileSync(join(OUT, 'descriptors.d.ts'), `${about}\nexport declare const DESCRIPTOR_SET: string;\n`);
}

function compile(): void {
  const config = {
    extends: relative(WORK, join(ROOT, 'tsconfig.json')),
    compilerOptions: {
      noEmit: false,
      rootDir: '.',
      outDir: relative(WORK, OUT),
      isolatedDeclarations: false,
      erasableSyntaxOnly: false,
      noUnusedLocals: false,
      exactOptionalPropertyTypes: false,
    },
    include: ['**/*.ts'],
    exclude: [],
  };
  writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(config));
  rmSync(OUT, { recursive: true, force: true });
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', WORK], { cwd: ROOT, stdio: 'inherit' });
}

/** A file of ts-proto's, rewritten. */
function rewritten(source: string, file: string): string {
  const wire = relative(dirname(file), 'wire.js');
  const floats: FloatField[] = [];
  const text = source.replaceAll(
    /^export const (\w+): MessageFns<\s*\1\s*> =\s*\{[^]*?^ {0,2}\};/gm,
    (body, name: string) => strict(name, body, floats),
  );
  const left = /reader\.skip\(|push\(reader\.float\(|if \(tag !== \d+\) \{/.exec(text);
  if (left !== null) throw new Error(`generate: ${file} was not rewritten whole: ${left[0]} is left`);
  return floats.reduce(
    typedFloats,
    text.replace(/import \{ BinaryReader, BinaryWriter \} from "@bufbuild\/protobuf\/wire";/, () => {
      count('reader');
      const from = wire.startsWith('.') ? wire : `./${wire}`;
      return `import { BinaryReader, BinaryWriter, NO_FLOATS, writeFloats } from "${from}";`;
    }),
  );
}

interface FloatField {
  readonly message: string;
  readonly field: string;
}

/** One message: encoder and decoder. Collects its fields of floats. */
function strict(name: string, body: string, floats: FloatField[]): string {
  return body
    .replaceAll(
      /if \(tag === (\d+)\) \{\s*message\.(\w+)\.push\(reader\.float\(\)\);\s*continue;\s*\}\s*if \(tag === (\d+)\) \{\s*const end2[^]*?continue;\s*\}/g,
      (_match, single: string, field: string, packed: string) => {
        count('floats');
        floats.push({ message: name, field });
        return `if (tag === ${single} || tag === ${packed}) {
              message.${field} = reader.floats(tag, message.${field});
              continue;
            }`;
      },
    )
    .replaceAll(
      /if \(message\.(\w+)\.length !== 0\) \{\s*writer\.uint32\((\d+)\)\.fork\(\);\s*for \(const v of message\.\1\) \{\s*writer\.float\(v\);\s*\}\s*writer\.join\(\);\s*\}/g,
      'writeFloats(writer, $2, message.$1);',
    )
    .replaceAll(/case \d+: \{\s*if \(tag === (\d+)[^]*?\n {12}break;\n {10}\}/g, (field, expected: string) => {
      // A repeated scalar comes packed or one by one: what falls through is neither.
      count('packed wire type');
      return field.replace(/break;\n {10}\}$/, `${wrongType(name, field, expected)}\n          }`);
    })
    .replaceAll(
      /if \(tag !== (\d+)\) \{\s*break;\s*\}(?=([^]*?continue;))/g,
      (_match, expected: string, rest: string) => {
        count('wire type');
        return `if (tag !== ${expected}) ${wrongType(name, rest, expected)}`;
      },
    )
    .replaceAll(/if \(\(tag & 7\) === 4 \|\| tag === 0\) \{\s*break;\s*\}\s*reader\.skip\(tag & 7\);/g, () => {
      count('unknown field');
      return 'reader.unknown(tag);';
    })
    .replaceAll(/return message;(?=\s*\} finally)/g, () => {
      count('end of message');
      return `reader.finish(end);\n${missingValue(name, body)}      return message;`;
    });
}

/** An entry of a map whose value is a message: prost leaves out a value that is its default, ts-proto would drop the entry. */
function missingValue(name: string, body: string): string {
  const type = name.endsWith('Entry') ? /message\.value = (\w+)\.decode\(/.exec(body)?.[1] : undefined;
  if (type === undefined) return '';
  count('missing value');
  return `      if (message.value === undefined) message.value = ${type}.decode(new Uint8Array(0));\n`;
}

function wrongType(message: string, source: string, expected: string): string {
  const field = /message\.(\w+)/.exec(source)?.[1] ?? '?';
  const name = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `throw reader.wrongType(tag, ${expected}, "${message}.${name}");`;
}

/** A field of floats in its interface and its empty message. */
function typedFloats(text: string, { message, field }: FloatField): string {
  return text
    .replace(new RegExp(`(interface ${message} \\{[^]*?\\b${field}: )number\\[\\]`), '$1Float32Array')
    .replace(new RegExp(`(function createBase${message}\\(\\)[^]*?\\b${field}: )\\[\\]`), '$1NO_FLOATS');
}

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
