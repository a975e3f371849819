"""Which trees of prefetches have but one right answer.

Points of equal scores may stand in any order. Where such a tie lies at the end of a prefetch, or where ranks are fused, what
comes of it is right in several ways: such trees are made anew instead of compared.
"""

from copy import deepcopy
from typing import Any

from compare import near
from qdrant_client import QdrantClient, models
from qdrant_client.local.local_collection import _merge_filters, ignore_mentioned_ids_filter

EVERYTHING = 100_000


def kind_of(query: Any) -> str:
    if isinstance(query, models.RrfQuery) or (isinstance(query, models.FusionQuery) and query.fusion == "rrf"):
        return "rrf"
    if isinstance(query, models.FusionQuery):
        return "dbsf"
    if isinstance(query, models.NearestQuery) and query.mmr is not None:
        return "mmr"
    if isinstance(query, models.OrderByQuery):
        return "order_by"
    if isinstance(query, models.SampleQuery):
        return "sample"
    return "by id" if query is None else "scores"


def ambiguous(client: QdrantClient, name: str, body: dict[str, Any]) -> str | None:
    """Why a query has several right answers; None where it has one, but for ties in the end."""
    request = models.QueryRequest.model_validate({key: body[key] for key in body if key in models.QueryRequest.model_fields})
    local: Any = client._client
    collection = local._get_collection(name)
    query, mentioned = request.query, []
    if query is not None:
        query, mentioned = local._resolve_query_input(name, query, request.using, request.lookup_from)
    outer = ignore_mentioned_ids_filter(request.filter, list(mentioned))
    prefetches = local._resolve_prefetches_input(request.prefetch, name)
    root = models.Prefetch(prefetch=prefetches, query=query, using=request.using, limit=request.limit or 10)
    root.score_threshold, root.params = request.score_threshold, request.params
    if kind_of(query) == "mmr":
        why = tie_of_candidates(collection, root, outer)
        if why is not None:
            return why
    for prefetch in prefetches:
        why = ambiguous_step(collection, prefetch, outer, kind_of(query))
        if why is not None:
            return why
    return None


def ambiguous_step(collection: Any, step: models.Prefetch, outer: Any, above: str) -> str | None:
    kind = kind_of(step.query)
    inherited = _merge_filters(outer, step.filter)
    inner = step.prefetch or []
    for one in inner if isinstance(inner, list) else [inner]:
        why = ambiguous_step(collection, one, inherited, kind)
        if why is not None:
            return why
    if kind == "mmr":
        why = tie_of_candidates(collection, step, outer)
        if why is not None:
            return why
    return tie_of_list(found(collection, step, outer, threshold=False), step, kind, above)


def tie_of_list(points: list[Any], step: models.Prefetch, kind: str, above: str) -> str | None:
    limit = 10 if step.limit is None else step.limit
    if kind == "by id":
        return None
    if kind == "sample":
        return None if len(points) <= limit and above != "rrf" else "sample"
    values = [point.order_value if kind == "order_by" else point.score for point in points]
    if step.score_threshold is not None and any(near(value, step.score_threshold) for value in values):
        return "a score at the threshold"
    if kind != "mmr" and limit < len(points) and near(values[limit - 1], values[limit]):
        return "a tie at the end"
    kept = values[:limit]
    if above == "rrf" and kind != "mmr" and any(near(one, other) for one, other in zip(kept, kept[1:])):
        return "a tie of ranks"
    if above == "dbsf" and len(kept) > 1 and kind != "order_by":
        spread = max(kept) - min(kept)
        if 0 < spread < 1e-2 * max(abs(max(kept)), abs(min(kept)), 1e-2):
            return "scores too close for a distribution"
    return None


def tie_of_candidates(collection: Any, step: models.Prefetch, outer: Any) -> str | None:
    """The nearest points that mmr selects from."""
    nearest = deepcopy(step)
    mmr = nearest.query.mmr
    nearest.query.mmr = None
    limit = step.limit or 10
    nearest.limit = limit if mmr.candidates_limit is None else mmr.candidates_limit
    return tie_of_list(found(collection, nearest, outer, threshold=False), nearest, "scores", "rrf")


def found(collection: Any, step: models.Prefetch, outer: Any, threshold: bool) -> list[Any]:
    """What a step finds without limit (and threshold); of mmr as many as it is asked for."""
    whole = deepcopy(step)
    if kind_of(step.query) == "mmr":
        return collection._prefetch(whole, outer)
    whole.limit = EVERYTHING
    if not threshold:
        whole.score_threshold = None
    return collection._prefetch(whole, outer)
