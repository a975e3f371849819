"""Every kind of condition."""

from typing import Any

from qdrant_client import models as m

from session import BIG, LARGEST, UUID


def match(key: str, value: Any) -> m.FieldCondition:
    return m.FieldCondition(key=key, match=value)


def only(*conditions: Any) -> m.Filter:
    return m.Filter(must=list(conditions))


CHEAP = only(m.FieldCondition(key="price", range=m.Range(lt=10)))
CHEAPER = only(m.FieldCondition(key="price", range=m.Range(lt=20)))


def ring(*corners: tuple[float, float]) -> m.GeoLineString:
    return m.GeoLineString(points=[m.GeoPoint(lon=lon, lat=lat) for lon, lat in corners])


FLAG = match("flag", m.MatchValue(value=True))
BERLIN = match("city", m.MatchValue(value="Berlin"))
BELOW_10 = m.FieldCondition(key="price", range=m.Range(lt=10))

FILTERS: dict[str, m.Filter] = {
    "keyword": only(BERLIN),
    "keyword beyond ASCII": only(match("city", m.MatchValue(value="東京"))),
    "integer": only(match("number", m.MatchValue(value=BIG))),
    "largest integer": only(match("number", m.MatchValue(value=2**63 - 1))),
    "bool": only(match("flag", m.MatchValue(value=False))),
    "uuid": only(match("reference", m.MatchValue(value="550E8400-E29B-41D4-A716-446655440000"))),
    "keywords": only(match("city", m.MatchAny(any=["Paris", "Wien"]))),
    "integers": only(match("number", m.MatchAny(any=[1, -7, BIG]))),
    "except keywords": only(match("tags", m.MatchExcept(**{"except": ["red", "blue"]}))),
    "except integers": only(match("number", m.MatchExcept(**{"except": [1, 5]}))),
    "text": only(match("text", m.MatchText(text="quick"))),
    "phrase": only(match("text", m.MatchPhrase(phrase="quick brown"))),
    "any text": only(match("text", m.MatchTextAny(text_any="dog bears"))),
    "prefix": only(match("city", m.MatchPrefix(prefix="Ber"))),
    "range": only(m.FieldCondition(key="price", range=m.Range(gt=2, lte=41.125))),
    "range of integers": only(m.FieldCondition(key="number", range=m.Range(gte=5, lt=100))),
    "range of times": only(
        m.FieldCondition(
            key="when", range=m.DatetimeRange(gte="2021-01-01T00:00:00Z", lt="2023-06-15T10:30:00.000001Z")
        )
    ),
    "geo box": only(
        m.FieldCondition(
            key="place",
            geo_bounding_box=m.GeoBoundingBox(
                top_left=m.GeoPoint(lon=2.1, lat=53.5), bottom_right=m.GeoPoint(lon=14.5, lat=48.1)
            ),
        )
    ),
    "geo radius": only(
        m.FieldCondition(key="place", geo_radius=m.GeoRadius(center=m.GeoPoint(lon=13.4, lat=52.52), radius=5000))
    ),
    "geo polygon": only(
        m.FieldCondition(
            key="place",
            geo_polygon=m.GeoPolygon(
                exterior=ring((1, 45), (15, 45), (15, 55), (1, 55), (1, 45)),
                interiors=[ring((8, 47), (9, 47), (9, 48), (8, 48), (8, 47))],
            ),
        )
    ),
    "values count": only(m.FieldCondition(key="tags", values_count=m.ValuesCount(gte=2, lt=3))),
    "is empty": only(m.IsEmptyCondition(is_empty=m.PayloadField(key="tags"))),
    "is null": only(m.IsNullCondition(is_null=m.PayloadField(key="nothing"))),
    "field is empty": only(m.FieldCondition(key="tags", is_empty=False)),
    "field is null": only(m.FieldCondition(key="nothing", is_null=True)),
    "has id": only(m.HasIdCondition(has_id=[2, 999, BIG, LARGEST, UUID])),
    "has vector": only(m.HasVectorCondition(has_vector="words")),
    "slice": only(m.SliceCondition(slice=m.Slice(total=3, index=1))),
    "nested": only(
        m.NestedCondition(
            nested=m.Nested(
                key="nested.a.b", filter=only(match("c", m.MatchValue(value=1)), match("d", m.MatchValue(value="y")))
            )
        )
    ),
    "nested with must not": only(
        m.NestedCondition(
            nested=m.Nested(
                key="nested",
                filter=m.Filter(
                    must=[m.FieldCondition(key="a", range=m.Range(gte=1))],
                    must_not=[match("b", m.MatchValue(value=2))],
                ),
            )
        )
    ),
    "path through lists": only(match("nested.a.b[].c", m.MatchValue(value=2))),
    "should": m.Filter(should=[BERLIN, BELOW_10]),
    "must not": m.Filter(must_not=[BERLIN, FLAG]),
    "min should": m.Filter(min_should=m.MinShould(conditions=[BERLIN, BELOW_10, FLAG], min_count=2)),
    "filter within a filter": only(m.Filter(should=[BERLIN, m.Filter(must_not=[FLAG])]), BELOW_10),
    "all clauses": m.Filter(
        must=[BELOW_10],
        should=[BERLIN, FLAG],
        must_not=[m.HasIdCondition(has_id=[1])],
        min_should=m.MinShould(conditions=[BERLIN, FLAG], min_count=1),
    ),
    "everything": m.Filter(),
}
