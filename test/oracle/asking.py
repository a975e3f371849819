"""One request, asked of local mode and of our server through the same official client."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
from differences import avoids
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

JSON = dict[str, Any]


@dataclass
class Refusal:
    """status: of HTTP, or 0 where local mode raised."""

    status: int
    words: str


class Crash(Exception):
    """Local mode fell over something that it does not check."""


class Asked:
    """The last request that went over the wire, as curl would send it."""

    def __init__(self) -> None:
        self.method = self.path = self.body = ""

    def remember(self, request: httpx.Request) -> None:
        self.method = request.method
        self.path = request.url.raw_path.decode()
        self.body = request.content.decode()

    def curl(self) -> str:
        quoted = self.body.replace("'", "'\\''")
        address = f"'http://127.0.0.1:6333{self.path}'"
        return f"curl -X {self.method} {address} -H 'content-type: application/json' -d '{quoted}'"


def remote_client(url: str) -> tuple[QdrantClient, Asked]:
    client = QdrantClient(url=url, check_compatibility=False, timeout=20)
    asked = Asked()
    client.http.client._client.event_hooks = {"request": [asked.remember]}
    return client, asked


def query_arguments(request: models.QueryRequest) -> JSON:
    given = {
        "query": request.query,
        "using": request.using,
        "prefetch": request.prefetch,
        "query_filter": request.filter,
        "search_params": request.params,
        "with_payload": bool(request.with_payload) if request.with_payload is None else request.with_payload,
        "with_vectors": bool(request.with_vector) if request.with_vector is None else request.with_vector,
        "score_threshold": request.score_threshold,
        "lookup_from": request.lookup_from,
    }
    if request.limit is not None:
        given["limit"] = request.limit
    return given


def ask_query(client: QdrantClient, collection: str, body: JSON) -> Any:
    request = models.QueryRequest.model_validate(body)
    return client.query_points(collection, **query_arguments(request), offset=request.offset).points


def ask_batch(client: QdrantClient, collection: str, body: JSON) -> Any:
    requests = [models.QueryRequest.model_validate(one) for one in body["searches"]]
    return [answer.points for answer in client.query_batch_points(collection, requests)]


def ask_groups(client: QdrantClient, collection: str, body: JSON) -> Any:
    request = models.QueryGroupsRequest.model_validate(body)
    given = query_arguments(request)
    if request.group_size is not None:
        given["group_size"] = request.group_size
    return client.query_points_groups(
        collection, group_by=request.group_by, with_lookup=request.with_lookup, **given
    ).groups


def ask_scroll(client: QdrantClient, collection: str, body: JSON) -> Any:
    request = models.ScrollRequest.model_validate(body)
    return client.scroll(
        collection,
        scroll_filter=request.filter,
        limit=10 if request.limit is None else request.limit,
        order_by=request.order_by,
        offset=request.offset,
        with_payload=True if request.with_payload is None else request.with_payload,
        with_vectors=bool(request.with_vector) if request.with_vector is None else request.with_vector,
    )


def ask_count(client: QdrantClient, collection: str, body: JSON) -> Any:
    return client.count(collection, count_filter=filter_of(body), exact=True).count


def ask_facet(client: QdrantClient, collection: str, body: JSON) -> Any:
    hits = client.facet(
        collection, key=body["key"], facet_filter=filter_of(body), limit=body.get("limit", 10), exact=True
    ).hits
    return [(hit.value, hit.count) for hit in hits]


def ask_points(client: QdrantClient, collection: str, body: JSON) -> Any:
    request = models.PointRequest.model_validate(body)
    return client.retrieve(
        collection, request.ids, with_payload=request.with_payload or False, with_vectors=request.with_vector or False
    )


def ask_pairs(client: QdrantClient, collection: str, body: JSON) -> Any:
    answer = client.search_matrix_pairs(collection, **matrix_arguments(body))
    return [(pair.a, pair.b, pair.score) for pair in answer.pairs]


def ask_offsets(client: QdrantClient, collection: str, body: JSON) -> Any:
    answer = client.search_matrix_offsets(collection, **matrix_arguments(body))
    places = zip(answer.offsets_row, answer.offsets_col, answer.scores)
    return [(answer.ids[row], answer.ids[column], score) for row, column, score in places]


def ask_updates(client: QdrantClient, collection: str, body: JSON) -> Any:
    operations = [OPERATIONS[next(iter(one))].model_validate(one) for one in body["operations"]]
    client.batch_update_points(collection, update_operations=operations, wait=True)
    return None


def matrix_arguments(body: JSON) -> JSON:
    return {"query_filter": filter_of(body), **{key: body[key] for key in ("limit", "sample", "using") if key in body}}


def filter_of(body: JSON) -> models.Filter | None:
    return None if body.get("filter") is None else models.Filter.model_validate(body["filter"])


OPERATIONS: dict[str, Any] = {
    "upsert": models.UpsertOperation,
    "delete": models.DeleteOperation,
    "set_payload": models.SetPayloadOperation,
    "overwrite_payload": models.OverwritePayloadOperation,
    "delete_payload": models.DeletePayloadOperation,
    "clear_payload": models.ClearPayloadOperation,
    "update_vectors": models.UpdateVectorsOperation,
    "delete_vectors": models.DeleteVectorsOperation,
}
ASK: dict[str, Any] = {
    "query": ask_query,
    "batch": ask_batch,
    "groups": ask_groups,
    "scroll": ask_scroll,
    "count": ask_count,
    "facet": ask_facet,
    "points": ask_points,
    "pairs": ask_pairs,
    "offsets": ask_offsets,
    "updates": ask_updates,
}


def ask_local(client: QdrantClient, kind: str, collection: str, body: JSON) -> Any:
    try:
        return ASK[kind](client, collection, body)
    except (ValueError, KeyError) as refused:
        return Refusal(0, f"{type(refused).__name__}: {refused}")
    except AttributeError as fallen:
        if "lstrip" not in str(fallen):
            raise Crash(f"AttributeError: {fallen}") from fallen
        avoids("datetime-of-no-text")
        return Refusal(0, str(fallen))
    except (TypeError, IndexError, AssertionError, OverflowError) as fallen:
        raise Crash(f"{type(fallen).__name__}: {fallen}") from fallen


def ask_remote(client: QdrantClient, kind: str, collection: str, body: JSON) -> Any:
    try:
        return ASK[kind](client, collection, body)
    except UnexpectedResponse as refused:
        return Refusal(refused.status_code or 0, error_words(refused))
    except ResponseHandlingException as broken:
        return Refusal(599, f"the client cannot read the answer: {broken}")


def error_words(refused: UnexpectedResponse) -> str:
    try:
        return json.loads(refused.content)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        return refused.content.decode(errors="replace")
