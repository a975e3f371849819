import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_FLOATS,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  JSON_TRUE,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { type Decoding, eachField, elements, optional } from './decoding.ts';
import { FormatError, isInteger64, noVariant, plainText, wrongType } from './format-error.ts';
import { decodeBool, decodeFloat, decodeUsize, numberTexts } from './scalars.ts';

/** Fields of a field condition that test a value. */
export const PREDICATES: readonly string[] = [
  'match',
  'range',
  'geo_bounding_box',
  'geo_radius',
  'geo_polygon',
  'values_count',
  'is_empty',
  'is_null',
];

const MATCH_TEXTS = ['text', 'phrase', 'text_any', 'prefix'];
const BOUNDS = ['lt', 'gt', 'gte', 'lte'];

/** `match`: a value, a list of strings or of integers, or text. */
export function decodeMatch({ tree }: Decoding, node: number): void {
  let isKnown = false;
  if (tree.kindOf(node) === JSON_OBJECT) {
    eachField(tree, node, (key, value) => {
      if (key === 'value') isKnown ||= isMatchValue(tree, value);
      else if (key === 'any' || key === 'except') isKnown ||= isMatchList(tree, value);
      else if (MATCH_TEXTS.includes(key)) isKnown ||= tree.kindOf(value) === JSON_STRING;
    });
  }
  if (!isKnown) throw noVariant('MatchInterface');
}

function isMatchValue(tree: JsonTree, node: number): boolean {
  const kind = tree.kindOf(node);
  if (kind === JSON_NUMBER) return isInteger64(tree.rawText(node));
  return kind === JSON_STRING || kind === JSON_TRUE || kind === JSON_FALSE;
}

function isMatchList(tree: JsonTree, node: number): boolean {
  if (tree.kindOf(node) === JSON_FLOATS) return numberTexts(tree, node).every(isInteger64);
  if (tree.kindOf(node) !== JSON_ARRAY) return false;
  return elements(tree, node).every((element) => tree.kindOf(element) === JSON_STRING);
}

/** Every other predicate, by its name. */
export function decodePredicate(decoding: Decoding, name: string, node: number): void {
  const { tree } = decoding;
  if (name === 'is_empty' || name === 'is_null') {
    decodeBool(decoding, node);
    return;
  }
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, `struct ${STRUCTS[name] ?? name}`);
  switch (name) {
    case 'range':
      decodeRange(decoding, node);
      break;
    case 'values_count':
      eachField(tree, node, (key, value) => {
        if (BOUNDS.includes(key)) optional(decoding, value, decodeUsize);
      });
      break;
    case 'geo_radius':
      decodeGeoPoint(decoding, corner(tree, node, 'center'));
      decodeFloat(decoding, corner(tree, node, 'radius'), 'f64');
      break;
    case 'geo_bounding_box':
      decodeGeoPoint(decoding, corner(tree, node, 'top_left'));
      decodeGeoPoint(decoding, corner(tree, node, 'bottom_right'));
      break;
    default:
      corner(tree, node, 'exterior');
  }
}

const STRUCTS: Readonly<Record<string, string>> = {
  range: 'Range',
  values_count: 'ValuesCount',
  geo_radius: 'GeoRadius',
  geo_bounding_box: 'GeoBoundingBox',
  geo_polygon: 'GeoPolygon',
};

/** Bounds that are numbers, or all of them dates. */
function decodeRange(decoding: Decoding, node: number): void {
  const { tree } = decoding;
  eachField(tree, node, (key, value) => {
    if (!BOUNDS.includes(key)) return;
    if (tree.kindOf(value) === JSON_STRING) checkDate(tree.text(value));
    else optional(decoding, value, (decoding, value) => decodeFloat(decoding, value, 'f64'));
  });
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

function checkDate(text: string): void {
  const [day = '', time = '00:00'] = text.split(/[Tt ]/);
  const isDate = DATE.test(text) && !Number.isNaN(Date.parse(`${day}T${time.slice(0, 5)}Z`));
  if (isDate) return;
  throw new FormatError(`'${text}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`);
}

function corner(tree: JsonTree, node: number, name: string): number {
  let found: number | undefined;
  eachField(tree, node, (key, value) => {
    if (key === name) found = value;
  });
  if (found === undefined) throw new FormatError(`Missing field ${name}`);
  return found;
}

function decodeGeoPoint(decoding: Decoding, node: number): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct GeoPointShadow');
  const lon = decodeFloat(decoding, corner(tree, node, 'lon'), 'f64');
  const lat = decodeFloat(decoding, corner(tree, node, 'lat'), 'f64');
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return;
  throw new FormatError(
    `Wrong format of GeoPoint payload: expected \`lat\` = ${plainText(lat)} within [-90;90] and \`lon\` = ${plainText(lon)} within [-180;180]`,
  );
}
