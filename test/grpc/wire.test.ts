import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import type { GenFile } from '@bufbuild/protobuf/codegenv2';
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import test from 'ava';
import { DESCRIPTOR_SET } from '../../generated/descriptors.js';
import { grpcMethods } from '../../src/grpc/methods.ts';

/** Everything of a wire that two sides must agree on, a line each: field by field, value by value, method by method. */
function wireOf(files: readonly FileDescriptorProto[]): ReadonlySet<string> {
  const lines = new Set<string>();
  for (const file of files) {
    const within = `${file.package}.`;
    for (const message of file.messageType) addMessage(lines, message, within + message.name);
    for (const { name, value } of file.enumType) addEnum(lines, within + name, value);
    for (const { name, method } of file.service) {
      for (const each of method) {
        const streams = `${each.clientStreaming ? 'stream ' : ''}${each.inputType} → ${each.serverStreaming ? 'stream ' : ''}${each.outputType}`;
        lines.add(`method ${within}${name}/${each.name}: ${streams}`);
      }
    }
  }
  return lines;
}

function addMessage(lines: Set<string>, message: DescriptorProto, name: string): void {
  lines.add(`message ${name}${message.options?.mapEntry === true ? ' (map entry)' : ''}`);
  for (const field of message.field) lines.add(`field ${name}.${fieldText(field, message)}`);
  for (const nested of message.nestedType) addMessage(lines, nested, `${name}.${nested.name}`);
  for (const nested of message.enumType) addEnum(lines, `${name}.${nested.name}`, nested.value);
}

function fieldText(
  { name, number, type, typeName, label, proto3Optional, oneofIndex }: FieldDescriptorProto,
  of: DescriptorProto,
): string {
  // An optional field lies in a oneof of its own, which the wire does not know.
  const oneof = proto3Optional || oneofIndex === -1 ? '' : ` in ${of.oneofDecl[oneofIndex]?.name ?? ''}`;
  return `${name} = ${number}: type ${type} ${typeName} label ${label}${proto3Optional ? ' optional' : ''}${oneof}`;
}

function addEnum(
  lines: Set<string>,
  name: string,
  values: readonly { readonly name: string; readonly number: number }[],
): void {
  for (const value of values) lines.add(`value ${name}.${value.name} = ${value.number}`);
}

function ours(): ReadonlySet<string> {
  return wireOf(fromBinary(FileDescriptorSetSchema, Buffer.from(DESCRIPTOR_SET, 'base64')).file);
}

/** The descriptors inside the official JavaScript client. */
async function theirs(): Promise<readonly FileDescriptorProto[]> {
  const folder = path.join(import.meta.dirname, '../../node_modules/@qdrant/js-client-grpc/dist/esm/proto');
  const files: FileDescriptorProto[] = [];
  for (const name of globSync('*_pb.js', { cwd: folder })) {
    const module = (await import(pathToFileURL(path.join(folder, name)).href)) as Readonly<Record<string, unknown>>;
    for (const value of Object.values(module)) if (isFile(value)) files.push(value.proto);
  }
  return files;
}

function isFile(value: unknown): value is GenFile {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
}

test("the wire has everything that the official client's has, field by field", async (t) => {
  const files = await theirs();
  const lines = wireOf(files);
  t.true(lines.size > 1000, `only ${lines.size} lines seen`);
  const own = ours();
  t.deepEqual(
    [...lines].filter((line) => !own.has(line)),
    [],
  );
});

test('a changed number, type, oneof or name of a field is seen', async (t) => {
  const own = ours();
  const files = await theirs();
  const find = (name: string): DescriptorProto => {
    const found = files.flatMap((file) => file.messageType).find((message) => message.name === name);
    if (found === undefined) throw new Error(`no message ${name}`);
    return found;
  };
  const missing = (): number => [...wireOf(files)].filter((line) => !own.has(line)).length;
  const limit = find('QueryPoints').field.find(({ name }) => name === 'limit');
  const [nearest] = find('Query').field;
  if (limit === undefined || nearest === undefined) throw new Error('the client has changed');
  t.is(missing(), 0);
  for (const [field, change] of [
    [limit, { number: limit.number + 100 }],
    [limit, { type: 5 }],
    [limit, { name: 'most' }],
    [limit, { proto3Optional: false }],
    [nearest, { oneofIndex: -1 }],
  ] as const) {
    const before = { ...field };
    Object.assign(field, change);
    t.is(missing(), 1, JSON.stringify(change));
    Object.assign(field, before);
  }
  t.is(missing(), 0);
});

test('every method of the proto files is served, and no other', (t) => {
  const declared = [...ours()].flatMap((line) => /^method (\S+\/\S+):/.exec(line)?.[1] ?? []);
  const served = grpcMethods('1.19.0').map(({ path }) => path.slice(1));
  t.deepEqual(served.toSorted(), declared.toSorted());
});
