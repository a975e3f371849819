"""Points of ../data.json, and payload indexes."""

import json
from pathlib import Path
from typing import Any

from qdrant_client import models as m

import canonical as c
from collection_steps import info_of
from session import ITEMS, client, step

DATA = json.loads((Path(__file__).parent / "../data.json").read_text(encoding="utf-8"))


def vector_of(given: Any) -> Any:
    return m.SparseVector(**given) if isinstance(given, dict) else given


def id_of(text: str) -> int | str:
    return text if "-" in text else int(text)


ITEM_POINTS = [
    m.PointStruct(
        id=id_of(one["id"]),
        vector={name: vector_of(vector) for name, vector in one["vectors"].items()},
        payload=one["payload"],
    )
    for one in DATA["items"]
]

PLAIN_POINTS = [
    m.PointStruct(id=id_of(one["id"]), vector=one["vector"], payload=one["payload"]) for one in DATA["plain"]
]

SCHEMAS: dict[str, Any] = {
    "city": m.KeywordIndexParams(type=m.KeywordIndexType.KEYWORD, is_tenant=True, on_disk=False),
    "number": m.IntegerIndexParams(
        type=m.IntegerIndexType.INTEGER, lookup=True, range=True, is_principal=True, on_disk=False
    ),
    "price": m.FloatIndexParams(type=m.FloatIndexType.FLOAT, is_principal=False, on_disk=True),
    "place": m.GeoIndexParams(type=m.GeoIndexType.GEO, on_disk=False),
    "text": m.TextIndexParams(
        type=m.TextIndexType.TEXT,
        tokenizer=m.TokenizerType.WORD,
        lowercase=True,
        min_token_len=2,
        max_token_len=20,
        phrase_matching=True,
        ascii_folding=True,
        stopwords=m.StopwordsSet(languages=[m.Language.ENGLISH], custom=["zzz"]),
        stemmer=m.SnowballParams(type=m.Snowball.SNOWBALL, language=m.SnowballLanguage.ENGLISH),
        on_disk=False,
    ),
    "flag": m.BoolIndexParams(type=m.BoolIndexType.BOOL, on_disk=False),
    "when": m.DatetimeIndexParams(type=m.DatetimeIndexType.DATETIME, is_principal=False, on_disk=False),
    "reference": m.UuidIndexParams(type=m.UuidIndexType.UUID, is_tenant=False, on_disk=False),
    "owner": m.PayloadSchemaType.INTEGER,
}


def upsert(*points: m.PointStruct, **options: Any) -> dict[str, Any]:
    return c.update(client.upsert(ITEMS, list(points), **options))


def steps() -> None:
    step("upsert items", lambda: c.update(client.upsert(ITEMS, ITEM_POINTS, ordering=m.WriteOrdering.STRONG)))
    step("upsert plain", lambda: c.update(client.upsert("plain", PLAIN_POINTS)))
    for field, params in SCHEMAS.items():
        step(
            f"index {field}",
            lambda: c.update(client.create_payload_index(ITEMS, field_name=field, field_schema=params)),
        )
    step("payload indexes", lambda: c.schema(info_of(ITEMS)))
