"""Queries for the routes before `/points/query`: search, recommend, discover, each with batch, some with groups."""

from typing import Any

import httpx
from asking import Refusal
from ground import Ground
from pydantic import TypeAdapter
from qdrant_client import QdrantClient, models
from queries import Holders, plain_query
from steps import kind_of

JSON = dict[str, Any]
SHARED = ("filter", "params", "limit", "offset", "with_payload", "with_vector", "score_threshold")
GROUPED = ("group_by", "group_size")


def older_form(body: JSON) -> tuple[str, JSON]:
    """Route (below /points/) and body that ask the same as a query of one step."""
    given = {key: body[key] for key in (*SHARED, *GROUPED) if key in body}
    given.setdefault("limit", 10)
    if "group_by" in body:
        given.setdefault("group_size", 3)
    query, kind, name = body["query"], kind_of(body), body.get("using", "")
    ending = "/groups" if "group_by" in body else ""
    if kind == "nearest":
        vector = query["nearest"] if isinstance(query, dict) and "nearest" in query else query
        is_plain = name == "" and isinstance(vector, list)
        return f"search{ending}", {**given, "vector": vector if is_plain else {"name": name, "vector": vector}}
    given.update({key: body[key] for key in ("using", "lookup_from") if key in body})
    if kind == "recommend":
        return f"recommend{ending}", {**given, **query["recommend"]}
    if kind == "discover":
        return "discover", {**given, **query["discover"]}
    return "discover", {**given, "context": query["context"]}


def older_query(ground: Ground, holders: Holders) -> tuple[str, JSON]:
    """One that the older routes know: no multivectors, no feedback, no mmr, points as examples in some kinds only."""
    choose = ground.choose
    kinds = ["nearest", "average_vector", "best_score", "sum_scores", "discover", "context"]
    multi = {one.name for one in ground.names if one.kind == "multi"}
    while True:
        _, body = plain_query(ground, holders, [choose.choice(kinds)])
        kind, query = kind_of(body), body["query"]
        example = query["nearest"] if isinstance(query, dict) and "nearest" in query else query
        if body.get("using", "") not in multi and not (kind == "nearest" and isinstance(example, (int, str))):
            break
    if kind in ("nearest", "recommend") and choose.random() < 0.2:
        body.pop("offset", None)
        body["group_by"] = choose.choice(["kw", "int", "uid", "items[].tags", "mixed[]"])
        body["group_size"] = choose.choice([1, 2, 3])
        body["limit"] = choose.choice([1, 3, 10])
    return "older " + older_form(body)[0], body


def ask_older(client: QdrantClient, collection: str, body: JSON) -> Any:
    """Through the client's connection: it has no methods for these routes any more. One of three in a batch."""
    route, older = older_form(body)
    is_batch = not route.endswith("/groups") and len(str(older)) % 3 == 0
    path = f"/collections/{collection}/points/{route}{'/batch' if is_batch else ''}"
    api: Any = client.http.client
    answer: httpx.Response = api._client.post(api.host + path, json={"searches": [older, older]} if is_batch else older)
    if answer.status_code != 200:
        return Refusal(answer.status_code, answer.text)
    result = answer.json()["result"]
    if route.endswith("/groups"):
        return models.GroupsResult.model_validate(result).groups
    if is_batch:
        if len(result) != 2:
            return Refusal(599, f"{len(result)} answers to two searches")
        result = result[1]
    return TypeAdapter(list[models.ScoredPoint]).validate_python(result)
