"""Megabytes in one message each way, and many calls at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from qdrant_client import models as m

import canonical as c
from session import client, step

LARGE = "large"
COUNT = 3000
SIZE = 256
CALLS = 100


def vector_of(point: int) -> list[float]:
    return [((point * 7919 + at * 104729 + point * at * 31) % 10007) / 10007 for at in range(SIZE)]


def search(call: int) -> list[str]:
    exact = m.SearchParams(exact=True)
    return c.ids(client.query_points(LARGE, query=vector_of(call * 29), search_params=exact, limit=3).points)


def many() -> list[list[str]]:
    with ThreadPoolExecutor(CALLS) as threads:
        return list(threads.map(search, range(CALLS)))


def scrolled() -> dict[str, Any]:
    found, _ = client.scroll(LARGE, limit=COUNT, with_vectors=True, with_payload=False)
    return {"count": len(found), "sum": sum(sum(record.vector) for record in found)}


def steps() -> None:
    params = m.VectorParams(size=SIZE, distance=m.Distance.EUCLID)
    step("create large", lambda: client.create_collection(LARGE, vectors_config=params))
    points = [m.PointStruct(id=at, vector=vector_of(at)) for at in range(COUNT)]
    step("upsert large", lambda: c.update(client.upsert(LARGE, points)))
    step("scroll large", scrolled)
    step("many at once", many)
    step("delete large", lambda: client.delete_collection(LARGE))
