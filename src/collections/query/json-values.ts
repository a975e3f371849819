import { ryuText } from '../../base/number-text.ts';
import { parseDatetime } from '../../core/datetime.ts';
import type { GeoPoint } from '../../core/filter.ts';

/**
 * What a JSON value is as a number, a point of the earth or a moment, or in serde's words why it is none. `text` is sound
 * JSON: what several values of a payload make together, or a default of a formula.
 */
export interface Wrong {
  readonly wrong: string;
}

export function isWrong(value: number | GeoPoint | Wrong): value is Wrong {
  return typeof value === 'object' && 'wrong' in value;
}

/** Whether it is within ±180 and ±90 degrees. */
export function isOnEarth({ lon, lat }: GeoPoint): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

export function numberOfJson(text: string): number | Wrong {
  return isNumber(text) ? Number(text) : { wrong: 'Value is not a number' };
}

/** Seconds since 1970. */
export function momentOfJson(text: string): number | Wrong {
  if (!text.startsWith('"')) return wrongType(text, 'a string');
  const given = JSON.parse(text) as string;
  const moment = parseDatetime(given);
  if (moment !== undefined) return Number(moment) / 1e6;
  return {
    wrong: `'${given}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`,
  };
}

const GEO_STRUCT = 'struct GeoPointShadow';

/** An object with `lon` and `lat`; serde takes a list of both for it too. */
export function geoOfJson(text: string): GeoPoint | Wrong {
  const value = JSON.parse(text) as unknown;
  if (Array.isArray(value)) return geoOfList(value);
  if (typeof value !== 'object' || value === null) return wrongType(text, GEO_STRUCT);
  const fields = value as { readonly lon?: unknown; readonly lat?: unknown };
  for (const name of ['lon', 'lat'] as const) {
    if (!Object.hasOwn(fields, name)) return { wrong: `missing field \`${name}\`` };
    if (typeof fields[name] !== 'number') return wrongType(JSON.stringify(fields[name]), 'f64');
  }
  return geoOf(fields.lon as number, fields.lat as number);
}

function geoOfList(values: readonly unknown[]): GeoPoint | Wrong {
  for (const value of values.slice(0, 2)) {
    if (typeof value !== 'number') return wrongType(JSON.stringify(value), 'f64');
  }
  const [lon, lat, ...more] = values as readonly number[];
  if (lon === undefined || lat === undefined) {
    return { wrong: `invalid length ${values.length}, expected ${GEO_STRUCT} with 2 elements` };
  }
  if (more.length > 0) return { wrong: `invalid length ${values.length}, expected fewer elements in array` };
  return geoOf(lon, lat);
}

function geoOf(lon: number, lat: number): GeoPoint | Wrong {
  if (isOnEarth({ lon, lat })) return { lon, lat };
  return {
    wrong: `Wrong format of GeoPoint payload: expected \`lat\` = ${lat} within [-90;90] and \`lon\` = ${lon} within [-180;180]`,
  };
}

function isNumber(text: string): boolean {
  return /^[-0-9]/.test(text);
}

function wrongType(text: string, expected: string): Wrong {
  return { wrong: `invalid type: ${wordsOf(text)}, expected ${expected}` };
}

/** What serde calls a value. */
function wordsOf(text: string): string {
  if (text.startsWith('"')) return `string ${text}`;
  if (text.startsWith('[')) return 'sequence';
  if (text.startsWith('{')) return 'map';
  if (!isNumber(text)) return text === 'null' ? text : `boolean \`${text}\``;
  if (/^-?[0-9]+$/.test(text)) return `integer \`${text}\``;
  return `floating point \`${ryuText(Number(text))}\``;
}
