"""Get, scroll, count, facet, matrix."""

from typing import Any

from qdrant_client import models as m

import canonical as c
from filters import CHEAP, FILTERS
from session import BIG, ITEMS, LARGEST, UUID, client, step


def get(ids: list[Any], name: str = ITEMS, **options: Any) -> list[Any]:
    return c.points(client.retrieve(name, ids, **options))


def scroll(**options: Any) -> dict[str, Any]:
    return c.page(client.scroll(ITEMS, **options))


def steps() -> None:
    step("get", lambda: get([1, BIG, UUID, 999], with_payload=True, with_vectors=True))
    step(
        "get with parts of payload and vectors",
        lambda: get(
            [2, 4],
            with_payload=m.PayloadSelectorInclude(include=["city", "nested.a"]),
            with_vectors=["dense", "words"],
            consistency=m.ReadConsistencyType.MAJORITY,
        ),
    )
    step(
        "get without parts of the payload",
        lambda: get([3], with_payload=m.PayloadSelectorExclude(exclude=["nested", "text"]), timeout=5),
    )
    step("get of default vectors", lambda: get([2, 1], "plain", with_vectors=True))
    step("scroll, first page", lambda: scroll(limit=5, with_payload=True, with_vectors=True))
    step("scroll, next page", lambda: scroll(limit=5, offset=6, with_payload=["city"]))
    step("scroll, last page", lambda: scroll(limit=5, offset=LARGEST, with_payload=False))
    step(
        "scroll by price",
        lambda: scroll(
            limit=6,
            order_by=m.OrderBy(key="price", direction=m.Direction.DESC),
            scroll_filter=m.Filter(must_not=[m.HasIdCondition(has_id=[1])]),
            with_payload=["price"],
        ),
    )
    step(
        "scroll by number",
        lambda: scroll(
            limit=20, order_by=m.OrderBy(key="number", direction=m.Direction.ASC, start_from=5), with_payload=False
        ),
    )
    step(
        "scroll by time",
        lambda: scroll(
            limit=3, order_by=m.OrderBy(key="when", start_from="2021-01-01T00:00:00Z"), with_payload=["when"]
        ),
    )
    for name, condition in FILTERS.items():
        step(
            f"filter: {name}",
            lambda: c.ids(client.scroll(ITEMS, scroll_filter=condition, limit=100, with_payload=False)[0]),
        )
    step("count", lambda: client.count(ITEMS).count)
    step("count with filter", lambda: client.count(ITEMS, count_filter=CHEAP, exact=True).count)
    step("facet", lambda: c.facet(client.facet(ITEMS, key="city", exact=True, limit=20)))
    step(
        "facet with filter",
        lambda: c.facet(client.facet(ITEMS, key="number", exact=True, limit=20, facet_filter=CHEAP, timeout=5)),
    )
    step("facet of bools", lambda: c.facet(client.facet(ITEMS, key="flag", exact=True)))
    step("matrix of pairs", lambda: c.pairs(client.search_matrix_pairs(ITEMS, sample=100, limit=2, using="dense")))
    step(
        "matrix of offsets",
        lambda: c.offsets(
            client.search_matrix_offsets(ITEMS, sample=100, limit=2, using="dense", query_filter=CHEAP, timeout=5)
        ),
    )
