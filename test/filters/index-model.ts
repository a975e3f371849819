import { parseDatetime } from '../../src/core/datetime.ts';
import type { Bounds, FieldPredicate, MatchValue } from '../../src/core/filter.ts';
import { idText, parseUuidId } from '../../src/core/ids.ts';
import type { JsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import { geoTest } from '../../src/filters/geo.ts';
import { openAnalyser } from '../../src/filters/text/analyser.ts';
import { type Json, parsePayload, valuesAt } from './oracle.ts';

/**
 * What an index answers, said as plainly as possible: over parsed payloads, point by point.
 * Source: SEMANTICS.md 2.3 and 2.4, the answers with an index.
 */
export class IndexModel {
  /** Payloads by slot. */
  readonly payloads: Map<number, string> = new Map();
  private readonly path: JsonPath;
  private readonly schema: FieldSchema;

  constructor(path: JsonPath, schema: FieldSchema) {
    this.path = path;
    this.schema = schema;
  }

  /** Slots that match, ascending; undefined: the index does not serve it. */
  matches(predicate: FieldPredicate): readonly number[] | undefined {
    if (!this.serves(predicate)) return undefined;
    return this.slots((values) => this.holds(predicate, values));
  }

  /** Slots with a value that can be indexed. */
  filled(): readonly number[] {
    return this.slots((values) => this.indexable(values).length > 0);
  }

  /** Points by value, as `${type}:${value}`. */
  facet(within: (slot: number) => boolean): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [slot, payload] of this.payloads) {
      if (!within(slot)) continue;
      for (const value of new Set(this.indexable(this.valuesOf(payload)).map(shown))) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** (value, slot), ascending by both. */
  ordered(within: (slot: number) => boolean): readonly { readonly value: number | bigint; readonly slot: number }[] {
    const pairs = [...this.payloads].flatMap(([slot, payload]) =>
      within(slot)
        ? [...new Set(this.indexable(this.valuesOf(payload)) as (number | bigint)[])].map((value) => ({ value, slot }))
        : [],
    );
    return pairs.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.slot - b.slot));
  }

  /** The values of a payload that can be indexed, in the index's own form. */
  private indexable(values: readonly Json[]): readonly (MatchValue | number | Json)[] {
    const items = values.flatMap((value) => (Array.isArray(value) ? (value as readonly Json[]) : [value]));
    return items.flatMap((item): (MatchValue | number | Json)[] => {
      switch (this.schema.type) {
        case 'keyword':
        case 'text':
          return typeof item === 'string' ? [item] : [];
        case 'bool':
          return typeof item === 'boolean' ? [item] : [];
        case 'integer': {
          if (typeof item !== 'bigint' && !(typeof item === 'number' && Number.isInteger(item))) return [];
          const value = BigInt(item);
          return value >= -(2n ** 63n) && value < 2n ** 63n ? [value] : [];
        }
        case 'float':
          return typeof item === 'number' || typeof item === 'bigint' ? [Number(item) + 0] : [];
        case 'datetime': {
          const moment = typeof item === 'string' ? parseDatetime(item) : undefined;
          return moment === undefined ? [] : [moment];
        }
        case 'uuid': {
          const uuid = typeof item === 'string' ? parseUuidId(item) : undefined;
          return uuid === undefined ? [] : [idText(uuid)];
        }
        case 'geo':
          return placeOf(item) === undefined ? [] : [item];
      }
    });
  }

  private serves({ kind, ...rest }: FieldPredicate): boolean {
    const { type, params } = this.schema;
    const values = 'values' in rest ? rest.values : undefined;
    const strings = values?.type === 'strings' ? values.values : undefined;
    const value = 'value' in rest ? rest.value : undefined;
    if (kind === 'is_empty' || kind === 'is_null') return true;
    switch (type) {
      case 'keyword':
        return typeof value === 'string' || strings !== undefined || kind === 'prefix';
      case 'integer': {
        const isMatch = typeof value === 'bigint' || values?.type === 'integers';
        return (isMatch && params?.lookup !== false) || (kind === 'range' && params?.range !== false);
      }
      case 'float':
        return kind === 'range';
      case 'datetime':
        return kind === 'datetime_range';
      case 'bool':
        return typeof value === 'boolean';
      case 'uuid': {
        const texts = typeof value === 'string' ? [value] : strings;
        return texts?.every((text) => parseUuidId(text) !== undefined) === true;
      }
      case 'geo':
        return kind === 'geo_box' || kind === 'geo_radius' || kind === 'geo_polygon';
      case 'text':
        return kind === 'text' || kind === 'text_any' || kind === 'phrase';
    }
  }

  private holds(predicate: FieldPredicate, values: readonly Json[]): boolean {
    const indexed = this.indexable(values);
    const key = (text: string): string => (this.schema.type === 'uuid' ? idText(uuidOf(text)) : text);
    switch (predicate.kind) {
      case 'is_empty':
        return (
          values.every((value) => value === null || (Array.isArray(value) && value.length === 0)) === predicate.value
        );
      case 'is_null':
        return values.flat().includes(null) === predicate.value;
      case 'value':
        return indexed.includes(typeof predicate.value === 'string' ? key(predicate.value) : predicate.value);
      case 'any':
      case 'except': {
        const listed = predicate.values.values.map((value) => (typeof value === 'string' ? key(value) : value));
        return indexed.some((value) => (listed as unknown[]).includes(value) === (predicate.kind === 'any'));
      }
      case 'prefix':
        return indexed.some((value) => (value as string).startsWith(predicate.text));
      case 'range':
        return indexed.some((value) => isWithin(value as number, predicate.bounds));
      case 'datetime_range':
        return indexed.some((value) => isWithin(value as bigint, predicate.bounds));
      case 'geo_box':
      case 'geo_radius':
      case 'geo_polygon':
        return indexed.some((value) => {
          const place = placeOf(value);
          return place !== undefined && geoTest(predicate)(place.lon, place.lat);
        });
      case 'text':
      case 'text_any':
      case 'phrase':
        return this.textHolds(predicate.kind, predicate.text, indexed as readonly string[]);
      case 'values_count':
        return false;
    }
  }

  private textHolds(kind: 'text' | 'text_any' | 'phrase', query: string, texts: readonly string[]): boolean {
    const params = this.schema.params?.text;
    const analyser = openAnalyser(params);
    const documents = texts.map((text) => analyser.documentTokens(text));
    const all = documents.flat();
    if (kind === 'phrase') {
      const phrase = analyser.documentTokens(query);
      if (params?.phraseMatching !== true || phrase.length === 0) return false;
      return documents.some((tokens) =>
        tokens.some((_, from) => phrase.every((token, index) => tokens[from + index] === token)),
      );
    }
    const tokens = analyser.queryTokens(query);
    if (kind === 'text_any') return tokens.some((token) => all.includes(token));
    return tokens.length > 0 && tokens.every((token) => all.includes(token));
  }

  private valuesOf(payload: string): readonly Json[] {
    return valuesAt(parsePayload(payload), this.path.steps);
  }

  private slots(condition: (values: readonly Json[]) => boolean): readonly number[] {
    const found = [...this.payloads].flatMap(([slot, payload]) => (condition(this.valuesOf(payload)) ? [slot] : []));
    return found.sort((a, b) => a - b);
  }
}

/** A value of any type as text. */
export function shown(value: unknown): string {
  return `${typeof value}:${String(value)}`;
}

function placeOf(item: Json): { readonly lon: number; readonly lat: number } | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const { lon, lat } = item as { readonly lon?: Json; readonly lat?: Json };
  const isNumber = (value: Json | undefined): boolean => typeof value === 'number' || typeof value === 'bigint';
  if (!isNumber(lon) || !isNumber(lat)) return undefined;
  const place = { lon: Number(lon), lat: Number(lat) };
  return Math.abs(place.lon) <= 180 && Math.abs(place.lat) <= 90 ? place : undefined;
}

function uuidOf(text: string): NonNullable<ReturnType<typeof parseUuidId>> {
  const uuid = parseUuidId(text);
  if (uuid === undefined) throw new Error(`no UUID: ${text}`);
  return uuid;
}

/** As an index does: of two bounds on one side the exclusive one alone counts. */
function isWithin(value: number | bigint, { lt, gt, lte, gte }: Bounds<number> | Bounds<bigint>): boolean {
  const above = gt !== undefined ? value > gt : gte === undefined || value >= gte;
  const below = lt !== undefined ? value < lt : lte === undefined || value <= lte;
  return above && below;
}
