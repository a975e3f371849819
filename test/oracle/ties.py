"""Which trees of prefetches have but one right answer.

Points of equal scores may stand in any order. Where such a tie lies at the end of a prefetch, or where ranks are fused,
what comes of it is right in several ways: such trees are made anew instead of compared.
"""

from copy import deepcopy
from typing import Any

from compare import near
from diversity import Candidates, without_mmr
from qdrant_client import QdrantClient, models
from qdrant_client.local.local_collection import _merge_filters, ignore_mentioned_ids_filter

EVERYTHING = 100_000


class Tree:
    """A query as local mode carries it out: examples are vectors, ids that it names are left out."""

    def __init__(self, client: QdrantClient, name: str, body: dict[str, Any]) -> None:
        fields = {key: body[key] for key in body if key in models.QueryRequest.model_fields}
        request = models.QueryRequest.model_validate(fields)
        local: Any = client._client
        self.collection = local._get_collection(name)
        query, mentioned = request.query, set()
        if query is not None:
            query, mentioned = local._resolve_query_input(name, query, request.using, request.lookup_from)
        self.outer = ignore_mentioned_ids_filter(request.filter, list(mentioned))
        self.prefetches = local._resolve_prefetches_input(request.prefetch, name)
        self.root = models.Prefetch(prefetch=self.prefetches, query=query, using=request.using)
        self.root.limit = 10 if request.limit is None else request.limit
        self.offset = request.offset or 0
        self.root.score_threshold, self.root.params = request.score_threshold, request.params

    def candidates(self) -> Candidates:
        """Of a root that is chosen by mmr."""
        return candidates(self.collection, self.root, self.outer)

    def ambiguous(self) -> str | None:
        """Why there are several right answers; None where there is one, but for ties in the end."""
        kind = kind_of(self.root.query)
        for prefetch in self.prefetches:
            why = self.ambiguous_step(prefetch, self.outer, kind)
            if why is not None:
                return why
        if kind != "mmr":
            return None
        # Behind an offset it is not seen what was chosen first.
        tied = self.offset > 0 and self.candidates().is_tied(self.root.limit)
        return self.tie_of_candidates(self.root, self.outer) or ("a tie of diversity" if tied else None)

    def ambiguous_step(self, step: models.Prefetch, outer: Any, above: str) -> str | None:
        kind = kind_of(step.query)
        inherited = _merge_filters(outer, step.filter)
        inner = step.prefetch or []
        for one in inner if isinstance(inner, list) else [inner]:
            why = self.ambiguous_step(one, inherited, kind)
            if why is not None:
                return why
        if kind != "mmr":
            return tie_of_list(found(self.collection, step, outer), step, kind, above)
        limit = 10 if step.limit is None else step.limit
        tied = candidates(self.collection, step, outer).is_tied(limit)
        return self.tie_of_candidates(step, outer) or ("a tie of diversity" if tied else None)

    def tie_of_candidates(self, step: models.Prefetch, outer: Any) -> str | None:
        """The nearest points that mmr selects from."""
        nearest = without_mmr(step)
        return tie_of_list(found(self.collection, nearest, outer), nearest, "scores", "scores")


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


def tie_of_list(points: list[Any], step: models.Prefetch, kind: str, above: str) -> str | None:
    """points: all that a step finds, best first."""
    limit = 10 if step.limit is None else step.limit
    if kind == "by id":
        return None
    if kind == "sample":
        return None if len(points) <= limit and above != "rrf" else "sample"
    values = [point.order_value if kind == "order_by" else point.score for point in points]
    if step.score_threshold is not None and any(near(value, step.score_threshold) for value in values):
        return "a score at the threshold"
    if 0 < limit < len(points) and near(values[limit - 1], values[limit]):
        return "a tie at the end"
    kept = values[:limit]
    if above == "rrf" and any(near(one, other) for one, other in zip(kept, kept[1:])):
        return "a tie of ranks"
    if above == "dbsf" and len(kept) > 1 and kind != "order_by":
        spread = max(kept) - min(kept)
        if 0 < spread < 1e-2 * max(abs(max(kept)), abs(min(kept)), 1e-2):
            return "scores too close for a distribution"
    return None


def candidates(collection: Any, step: models.Prefetch, outer: Any) -> Candidates:
    return Candidates(collection, step, collection._prefetch(without_mmr(step), outer))


def found(collection: Any, step: models.Prefetch, outer: Any) -> list[Any]:
    """What a step finds without limit and threshold."""
    whole = deepcopy(step)
    whole.limit = EVERYTHING
    whole.score_threshold = None
    return collection._prefetch(whole, outer)
