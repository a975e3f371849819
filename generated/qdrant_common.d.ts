import { BinaryReader, BinaryWriter } from "./wire.js";
import { Timestamp } from "./google/protobuf/timestamp.js";
export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "qdrant_common.proto";
export interface PointId {
    pointIdOptions: {
        $case: "num";
        value: bigint;
    } | {
        $case: "uuid";
        value: string;
    } | undefined;
}
export interface GeoPoint {
    lon: number;
    lat: number;
}
export interface Filter {
    should: Condition[];
    must: Condition[];
    mustNot: Condition[];
    minShould?: MinShould | undefined;
}
export interface MinShould {
    conditions: Condition[];
    minCount: bigint;
}
export interface Condition {
    conditionOneOf: {
        $case: "field";
        value: FieldCondition;
    } | {
        $case: "isEmpty";
        value: IsEmptyCondition;
    } | {
        $case: "hasId";
        value: HasIdCondition;
    } | {
        $case: "filter";
        value: Filter;
    } | {
        $case: "isNull";
        value: IsNullCondition;
    } | {
        $case: "nested";
        value: NestedCondition;
    } | {
        $case: "hasVector";
        value: HasVectorCondition;
    } | {
        $case: "slice";
        value: SliceCondition;
    } | undefined;
}
export interface IsEmptyCondition {
    key: string;
}
export interface IsNullCondition {
    key: string;
}
export interface HasIdCondition {
    hasId: PointId[];
}
export interface HasVectorCondition {
    hasVector: string;
}
export interface SliceCondition {
    total: number;
    index: number;
}
export interface NestedCondition {
    key: string;
    filter: Filter | undefined;
}
export interface FieldCondition {
    key: string;
    match: Match | undefined;
    range: Range | undefined;
    geoBoundingBox: GeoBoundingBox | undefined;
    geoRadius: GeoRadius | undefined;
    valuesCount: ValuesCount | undefined;
    geoPolygon: GeoPolygon | undefined;
    datetimeRange: DatetimeRange | undefined;
    isEmpty?: boolean | undefined;
    isNull?: boolean | undefined;
}
export interface Match {
    matchValue: {
        $case: "keyword";
        value: string;
    } | {
        $case: "integer";
        value: bigint;
    } | {
        $case: "boolean";
        value: boolean;
    } | {
        $case: "text";
        value: string;
    } | {
        $case: "keywords";
        value: RepeatedStrings;
    } | {
        $case: "integers";
        value: RepeatedIntegers;
    } | {
        $case: "exceptIntegers";
        value: RepeatedIntegers;
    } | {
        $case: "exceptKeywords";
        value: RepeatedStrings;
    } | {
        $case: "phrase";
        value: string;
    } | {
        $case: "textAny";
        value: string;
    } | {
        $case: "prefix";
        value: string;
    } | undefined;
}
export interface RepeatedStrings {
    strings: string[];
}
export interface RepeatedIntegers {
    integers: bigint[];
}
export interface Range {
    lt?: number | undefined;
    gt?: number | undefined;
    gte?: number | undefined;
    lte?: number | undefined;
}
export interface DatetimeRange {
    lt?: Timestamp | undefined;
    gt?: Timestamp | undefined;
    gte?: Timestamp | undefined;
    lte?: Timestamp | undefined;
}
export interface GeoBoundingBox {
    topLeft: GeoPoint | undefined;
    bottomRight: GeoPoint | undefined;
}
export interface GeoRadius {
    center: GeoPoint | undefined;
    radius: number;
}
export interface GeoLineString {
    points: GeoPoint[];
}
export interface GeoPolygon {
    exterior: GeoLineString | undefined;
    interiors: GeoLineString[];
}
export interface ValuesCount {
    lt?: bigint | undefined;
    gt?: bigint | undefined;
    gte?: bigint | undefined;
    lte?: bigint | undefined;
}
export declare const PointId: MessageFns<PointId>;
export declare const GeoPoint: MessageFns<GeoPoint>;
export declare const Filter: MessageFns<Filter>;
export declare const MinShould: MessageFns<MinShould>;
export declare const Condition: MessageFns<Condition>;
export declare const IsEmptyCondition: MessageFns<IsEmptyCondition>;
export declare const IsNullCondition: MessageFns<IsNullCondition>;
export declare const HasIdCondition: MessageFns<HasIdCondition>;
export declare const HasVectorCondition: MessageFns<HasVectorCondition>;
export declare const SliceCondition: MessageFns<SliceCondition>;
export declare const NestedCondition: MessageFns<NestedCondition>;
export declare const FieldCondition: MessageFns<FieldCondition>;
export declare const Match: MessageFns<Match>;
export declare const RepeatedStrings: MessageFns<RepeatedStrings>;
export declare const RepeatedIntegers: MessageFns<RepeatedIntegers>;
export declare const Range: MessageFns<Range>;
export declare const DatetimeRange: MessageFns<DatetimeRange>;
export declare const GeoBoundingBox: MessageFns<GeoBoundingBox>;
export declare const GeoRadius: MessageFns<GeoRadius>;
export declare const GeoLineString: MessageFns<GeoLineString>;
export declare const GeoPolygon: MessageFns<GeoPolygon>;
export declare const ValuesCount: MessageFns<ValuesCount>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
