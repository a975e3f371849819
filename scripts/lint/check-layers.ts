import path from 'node:path';
import type { Import, ImportGraph } from './import-graph.ts';
import { GENERATED_ROOMS, OUTSIDE_RULES, ROOMS, VAGUE_NAME } from './layer-table.ts';

/** Every breach of the layer table in a graph of src/, as lines to print. Empty = none. */
export function checkLayers(graph: ImportGraph): readonly string[] {
  if (graph.imports.length === 0) return ['no imports seen: the check is blind'];
  return [
    ...tableBreaches(),
    ...graph.files.flatMap(fileBreaches),
    ...graph.imports.flatMap((found) => importBreaches(found, graph.files)),
  ];
}

/** The files of `names` whose name says nothing. */
export function vagueNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => VAGUE_NAME.test(name)).map((name) => `${name}: the name says nothing`);
}

function tableBreaches(): readonly string[] {
  const order = ROOMS.map((room) => room.name);
  return ROOMS.flatMap((room, floor) =>
    room.mayImport
      .filter((name) => order.indexOf(name) <= floor)
      .map((name) => `layer table: ${room.name}/ may import ${name}/, which does not stand below it`),
  );
}

function fileBreaches(file: string): readonly string[] {
  return roomOf(file) === undefined ? [`${file}: lies in no room of the layer table`] : [];
}

function importBreaches(found: Import, files: readonly string[]): readonly string[] {
  const place = `${found.file}:${found.line}`;
  if (found.target === '') return [`${place}: imports what is not a literal, so nobody can see where it leads`];
  const breach = found.target.startsWith('.') ? insideBreach(found, files) : outsideBreach(found);
  return breach === undefined ? [] : [`${place}: ${breach}`];
}

function insideBreach(found: Import, files: readonly string[]): string | undefined {
  const target = path.posix.join(path.posix.dirname(found.file), found.target);
  if (target.startsWith('../generated/')) {
    return GENERATED_ROOMS.includes(roomOf(found.file) ?? '')
      ? undefined
      : `only ${GENERATED_ROOMS.join(', ')} may import generated/`;
  }
  if (target.startsWith('..')) return `${found.target} leads out of src/`;
  if (!files.includes(target)) return `${found.target} is no file of src/`;
  const source = ROOMS.find((room) => room.name === roomOf(found.file));
  const room = roomOf(target);
  if (source === undefined || room === undefined) return undefined; // already reported with the file
  if (room === source.name || source.mayImport.includes(room)) return undefined;
  return `${source.name}/ may not import ${room}/ (${found.target})`;
}

function outsideBreach(found: Import): string | undefined {
  const rule = OUTSIDE_RULES.find(({ module }) => module.test(found.target));
  if (rule === undefined) return undefined;
  const places = rule.places.filter(({ place }) => found.file === place || found.file.startsWith(`${place}/`));
  if (places.length === 0) return `${found.target} may not be imported here`;
  const open = places.some(
    ({ names }) => names === undefined || (found.names?.every((n) => names.includes(n)) ?? false),
  );
  return open
    ? undefined
    : `of ${found.target} only ${places.flatMap(({ names }) => names ?? []).join(', ')} may be imported here`;
}

/** The room of a file, or undefined where it lies in none. */
function roomOf(file: string): string | undefined {
  const slash = file.indexOf('/');
  const folder = slash < 0 ? '' : file.slice(0, slash);
  return ROOMS.some((room) => room.name === folder) ? folder : undefined;
}
