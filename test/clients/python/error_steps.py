"""Requests that are refused."""

from typing import Any

from qdrant_client import grpc, models as m

import canonical as c
from collection_steps import info_of
from filters import match, only
from point_steps import upsert
from query_steps import query, query_groups
from read_steps import get, scroll
from search_steps import recommend, wire_id
from session import ITEMS, QUERY, client, raw_points, step


def error(name: str, **request: Any) -> None:
    step(f"error: {name}", lambda: query(**request))


def steps() -> None:
    step("error: no such collection", lambda: client.count("nothing").count)
    step("error: info of no such collection", lambda: c.info(info_of("nothing")))
    step(
        "error: update of no such collection",
        lambda: client.update_collection("nothing", hnsw_config=m.HnswConfigDiff(m=8)),
    )
    step(
        "error: bad collection name",
        lambda: client.create_collection("a:b", vectors_config=m.VectorParams(size=1, distance=m.Distance.DOT)),
    )
    step("error: wrong dimension", lambda: upsert(m.PointStruct(id=70, vector={"dense": [1, 2, 3]})))
    step("error: unknown vector in a point", lambda: upsert(m.PointStruct(id=70, vector={"unknown": [1, 2, 3]})))
    error("unknown vector in a query", query=QUERY, using="unknown")
    error("wrong dimension of a query", query=[1, 2], using="dense")
    error("dense query of sparse vectors", query=QUERY, using="words")
    error("limit 0", query=QUERY, using="dense", limit=0)
    error("ef 0", query=QUERY, using="dense", search_params=m.SearchParams(hnsw_ef=0))
    step("error: scroll with limit 0", lambda: scroll(limit=0))
    error("no such point", query=999, using="dense")
    step("error: payload of no such point", lambda: c.update(client.set_payload(ITEMS, {"a": 1}, points=[999])))
    error("no index to order by", query=m.OrderByQuery(order_by=m.OrderBy(key="tiny")))
    step("error: no index for a facet", lambda: c.facet(client.facet(ITEMS, key="tags")))
    error("fusion without prefetches", query=m.FusionQuery(fusion=m.Fusion.RRF))
    error("prefetches without a query", prefetch=[m.Prefetch(query=QUERY, using="dense")])
    error("threshold without a query", score_threshold=0.5)
    step("error: average of nothing", lambda: recommend(negative=[wire_id(1)], using="dense", limit=3))
    error("lookup in no such collection", query=1, using="dense", lookup_from=m.LookupLocation(collection="nothing"))
    error("unknown shard key", query=QUERY, using="dense", shard_key_selector="key")
    error("no inference service", query=m.Document(text="foxes", model="other/model"), using="dense")
    step("error: bad UUID", lambda: get(["no-uuid"]))
    step(
        "error: empty point id",
        lambda: raw_points.Get(grpc.GetPoints(collection_name=ITEMS, ids=[grpc.PointId()])).result,
    )
    step("error: no selector", lambda: raw_points.Delete(grpc.DeletePoints(collection_name=ITEMS)).result)
    nan = {"a": float("nan")}
    step("error: not a number in a payload", lambda: c.update(client.set_payload(ITEMS, nan, points=[1])))
    step("error: bad path", lambda: scroll(scroll_filter=only(match("a[", m.MatchValue(value=1)))))
    # The client would take the timeout for its own deadline too, and give up before the server answers.
    step("error: timeout 0", lambda: raw_points.Query(grpc.QueryPoints(collection_name=ITEMS, timeout=0)))
    step("error: empty batch", lambda: client.batch_update_points(ITEMS, []))
    step("error: no key to group by", lambda: query_groups(query=QUERY, using="dense", group_by=""))
