"""Asks both sides one request and says what is different."""

from dataclasses import dataclass
from typing import Any

import compare
from asking import Asked, Refusal, ask_local, ask_remote
from differences import avoids
from older import ask_older
from qdrant_client import QdrantClient, models
from steps import EVERYTHING, kind_of, steps
from ties import Tree

JSON = dict[str, Any]


@dataclass
class Sides:
    """is_canary: the last score of each of our answers is made wrong, so that a checker that cannot fail is seen."""

    local: QdrantClient
    remote: QdrantClient
    asked: Asked
    is_canary: bool = False


@dataclass
class Outcome:
    """different: None where both say the same."""

    different: str | None
    ours: Any
    theirs: Any

    @property
    def refused(self) -> bool:
        return isinstance(self.theirs, Refusal)


def check(sides: Sides, kind: str, collection: str, body: JSON) -> Outcome:
    if kind == "older":
        ours = ask_older(sides.remote, collection, body)
        return (check_groups if "group_by" in body else check_query)(sides, collection, body, ours)
    ours = ask_remote(sides.remote, kind, collection, body)
    if kind == "query":
        return check_query(sides, collection, body, ours)
    if kind == "batch":
        return check_batch(sides, collection, body, ours)
    if kind == "groups":
        return check_groups(sides, collection, body, ours)
    whole = {**body, "limit": EVERYTHING} if kind in ("pairs", "offsets") or is_ordered(kind, body) else body
    theirs = ask_local(sides.local, kind, collection, whole)
    different = compare.refusals(ours, theirs)
    if different is None and not isinstance(theirs, Refusal):
        different = COMPARE[kind](sides, collection, body, ours, theirs)
    return Outcome(different, ours, theirs)


def is_ordered(kind: str, body: JSON) -> bool:
    return kind == "scroll" and body.get("order_by") is not None


def tampered(ours: Any) -> Any:
    """The last score a little off."""
    if isinstance(ours, list) and ours and hasattr(ours[-1], "score"):
        ours[-1].score += 0.001 + abs(ours[-1].score) * 0.001
    return ours


def check_query(sides: Sides, collection: str, body: JSON, ours: Any) -> Outcome:
    if sides.is_canary:
        ours = tampered(ours)
    kind, limit = kind_of(body), body.get("limit", 10)
    as_asked = kind in ("mmr", "sample") or limit < 1
    asked = for_local(collection, body)
    whole = asked if as_asked else {**asked, "limit": EVERYTHING, "offset": 0}
    theirs = ask_local(sides.local, "query", collection, {**whole, "with_payload": False, "with_vector": False})
    different = compare.refusals(ours, theirs)
    if different is not None or isinstance(theirs, Refusal):
        return Outcome(different, ours, theirs)
    if kind == "mmr":
        different = chosen(sides, collection, asked, ours, theirs)
    elif kind == "sample":
        different = sampled(sides, collection, body, ours, theirs)
    elif kind == "order_by":
        different = compare.ordered(ours, theirs, limit, body.get("offset") or 0)
    else:
        different = compare.scored(ours, theirs, limit, body.get("offset") or 0, body.get("score_threshold"))
    return Outcome(different or contents(sides, collection, body, ours), ours, theirs)


def chosen(sides: Sides, collection: str, body: JSON, ours: list[Any], theirs: list[Any]) -> str | None:
    """By mmr: after an offset, what was chosen before it is not known, and only the same choice is taken."""
    if not body.get("offset"):
        limit = body.get("limit", 10)
        fault = Tree(sides.local, collection, body).candidates().fault([point.id for point in ours], limit)
        return fault or scores_of(sides, collection, body, ours)
    return compare.sequence(ours, theirs)


def scores_of(sides: Sides, collection: str, body: JSON, ours: list[Any]) -> str | None:
    """Of points in whatever order."""
    nearest = {**body, "query": {"nearest": body["query"]["nearest"]}, "limit": EVERYTHING, "offset": 0}
    scores = {point.id: point.score for point in ask_local(sides.local, "query", collection, nearest)}
    wrong = [point for point in ours if not compare.near(point.score, scores[point.id])]
    return f"point {wrong[0].id}: {wrong[0].score}, not {scores[wrong[0].id]}" if wrong else None


def sampled(sides: Sides, collection: str, body: JSON, ours: list[Any], theirs: list[Any]) -> str | None:
    """By chance, but as many, no point twice, and all of the filter."""
    every = ask_local(sides.local, "query", collection, {**for_local(collection, body), "limit": EVERYTHING})
    if len(ours) != len(theirs) or len({point.id for point in ours}) != len(ours):
        return f"{len(ours)} points, not {len(theirs)}"
    strangers = {point.id for point in ours} - {point.id for point in every}
    return f"not of the filter: {strangers}" if strangers else None


def check_batch(sides: Sides, collection: str, body: JSON, ours: Any) -> Outcome:
    if isinstance(ours, Refusal) and ours.status < 500:
        singly = [check_query(sides, collection, one, ours) for one in body["searches"]]
        refused = any(outcome.refused for outcome in singly)
        return Outcome(None if refused else f"refused with {ours.status} ({ours.words})", ours, ours)
    if isinstance(ours, Refusal):
        return Outcome(f"status {ours.status}: {ours.words}", ours, None)
    if len(ours) != len(body["searches"]):
        return Outcome(f"{len(ours)} answers", ours, None)
    for place, (one, answer) in enumerate(zip(body["searches"], ours)):
        outcome = check_query(sides, collection, one, answer)
        if outcome.different is not None:
            return Outcome(f"search {place}: {outcome.different}", answer, outcome.theirs)
    return Outcome(None, ours, ours)


def check_groups(sides: Sides, collection: str, body: JSON, ours: Any) -> Outcome:
    limit, size = body.get("limit", 10), body.get("group_size", 3)
    avoids("groups-leave-out-first")
    whole = {**without(for_local(collection, body), {"is_empty": {"key": body["group_by"]}}), "limit": EVERYTHING}
    whole["group_size"] = EVERYTHING
    theirs = ask_local(sides.local, "groups", collection, {**whole, "with_payload": False, "with_vector": False})
    different = compare.refusals(ours, theirs)
    if different is not None or isinstance(theirs, Refusal):
        return Outcome(different, ours, theirs)
    different = compare.groups(ours, theirs, limit, size)
    hits = [hit for group in ours for hit in group.hits]
    different = different or contents(sides, collection, body, hits) or lookups(ours, theirs)
    return Outcome(different, ours, theirs)


def lookups(ours: list[Any], theirs: list[Any]) -> str | None:
    known = {(type(group.id), group.id): group.lookup for group in theirs}
    for group in ours:
        expected = known[type(group.id), group.id]
        if (group.lookup is None) != (expected is None):
            return f"lookup of {group.id!r}: {group.lookup}, not {expected}"
        if expected is not None:
            different = compare.contents([group.lookup], [expected])
            if different is not None:
                return f"lookup of {group.id!r}: {different}"
    return None


def contents(sides: Sides, collection: str, body: JSON, ours: list[Any]) -> str | None:
    """Payloads and vectors as the selectors ask for them."""
    given = {key: body[key] for key in ("with_payload", "with_vector") if key in body}
    request = models.QueryRequest.model_validate(given)
    records = sides.local.retrieve(
        collection,
        list({point.id: None for point in ours}),
        with_payload=request.with_payload or False,
        with_vectors=request.with_vector or False,
    )
    return compare.contents(ours, records)


def compare_scroll(sides: Sides, collection: str, body: JSON, ours: Any, theirs: Any) -> str | None:
    (points, following), (expected, expected_following) = ours, theirs
    if is_ordered("scroll", body):
        different = compare.ordered(points, expected, body.get("limit", 10), 0)
    else:
        different = compare.sequence(points, expected)
        if different is None and following != expected_following:
            different = f"next {following}, not {expected_following}"
    return different or compare.contents(points, expected)


def compare_equal(_: Sides, __: str, ___: JSON, ours: Any, theirs: Any) -> str | None:
    return None if compare.same(ours, theirs) else f"{ours}, not {theirs}"


def compare_facet(_: Sides, __: str, ___: JSON, ours: Any, theirs: Any) -> str | None:
    return None if compare.same([list(hit) for hit in ours], [list(hit) for hit in theirs]) else f"{ours}, not {theirs}"


def compare_points(_: Sides, __: str, ___: JSON, ours: Any, theirs: Any) -> str | None:
    return compare.sequence(ours, theirs) or compare.contents(ours, theirs)


def compare_triples(_: Sides, __: str, body: JSON, ours: Any, theirs: Any) -> str | None:
    return compare.triples(ours, theirs, body.get("limit", 3))


COMPARE: dict[str, Any] = {
    "scroll": compare_scroll,
    "count": compare_equal,
    "facet": compare_facet,
    "points": compare_points,
    "pairs": compare_triples,
    "offsets": compare_triples,
    "updates": compare_equal,
}


def for_local(collection: str, body: JSON) -> JSON:
    """With all ids of the request left out at the root: local mode does so below the step that names them only."""
    ids = [point_id for step in steps(body) for point_id in mentioned(collection, step)]
    if not ids or not body.get("prefetch"):
        return body
    avoids("ids-of-the-whole-request")
    return without(body, {"has_id": ids})


def without(body: JSON, condition: JSON) -> JSON:
    """The request with a condition that must not hold."""
    given = dict(body.get("filter") or {})
    others = given.get("must_not") or []
    given["must_not"] = [*(others if isinstance(others, list) else [others]), condition]
    return {**body, "filter": given}


def mentioned(collection: str, step: JSON) -> list[int | str]:
    lookup = step.get("lookup_from")
    if lookup is not None and lookup["collection"] != collection:
        return []
    query = step.get("query")
    if isinstance(query, dict):
        query = [query[key] for key in WITH_EXAMPLES if key in query]
    return ids_in(query)


def ids_in(value: Any) -> list[int | str]:
    """Of examples: what is a number or a text outside of vectors, scores and strategies."""
    if isinstance(value, dict):
        return [one for key, inner in value.items() if key not in NO_EXAMPLES for one in ids_in(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in ids_in(inner)]
    return [value] if isinstance(value, (int, str)) and not isinstance(value, bool) else []


WITH_EXAMPLES = ("nearest", "recommend", "discover", "context", "relevance_feedback")
NO_EXAMPLES = {"indices", "values", "strategy", "score", "mmr"}
