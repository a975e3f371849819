"""Whether two answers say the same. Each function answers with what is different, or None."""

import math
from typing import Any

from asking import Refusal

RELATIVE = 1e-4
ABSOLUTE = 1e-5


def near(one: float, other: float) -> bool:
    return abs(one - other) <= ABSOLUTE + RELATIVE * max(abs(one), abs(other))


def refusals(ours: Any, theirs: Any) -> str | None:
    """Both refuse, or neither; which status it is local mode cannot tell."""
    if isinstance(ours, Refusal) and ours.status >= 500:
        return f"status {ours.status}: {ours.words}"
    if isinstance(ours, Refusal) and not isinstance(theirs, Refusal):
        return f"refused with {ours.status} ({ours.words}), local mode answers"
    if isinstance(theirs, Refusal) and not isinstance(ours, Refusal):
        return f"answered, local mode refuses ({theirs.words})"
    return None


def scored(ours: list[Any], every: list[Any], limit: int, offset: int, threshold: float | None) -> str | None:
    """every: what local mode finds without limit. Points of equal scores may stand in any order."""
    wanted = every[offset : offset + limit]
    scores = {point.id: point.score for point in every}
    if len({point.id for point in ours}) != len(ours):
        return "a point is found twice"
    if len(ours) != len(wanted):
        longer = ours if len(ours) > len(wanted) else wanted
        rest = longer[min(len(ours), len(wanted)) :]
        if threshold is None or not all(near(point.score, threshold) for point in rest):
            return f"{len(ours)} points, not {len(wanted)}"
    for rank, (point, expected) in enumerate(zip(ours, wanted)):
        if point.id not in scores:
            return f"point {point.id} at rank {rank} is not among what local mode finds"
        for what, score in (("its score", scores[point.id]), ("the score of this rank", expected.score)):
            if not near(point.score, score):
                return f"rank {rank}, point {point.id}: {point.score}, {what} is {score}"
    return None


def ordered(ours: list[Any], every: list[Any], limit: int, offset: int) -> str | None:
    """By a payload value: points of equal values may stand in any order."""
    wanted = every[offset : offset + limit]
    if len(ours) != len(wanted):
        return f"{len(ours)} points, not {len(wanted)}"
    known = {(point.id, point.order_value) for point in every}
    if len({(point.id, point.order_value) for point in ours}) != len(ours):
        return "a point is found twice with one value"
    for rank, (point, expected) in enumerate(zip(ours, wanted)):
        if point.order_value != expected.order_value:
            return f"rank {rank}: {point.order_value}, not {expected.order_value}"
        if (point.id, point.order_value) not in known:
            return f"rank {rank}: point {point.id} does not have {point.order_value}"
    return None


def sequence(ours: list[Any], theirs: list[Any]) -> str | None:
    """One by one, by id (and score where there is one)."""
    if [point.id for point in ours] != [point.id for point in theirs]:
        return f"ids {[point.id for point in ours]}, not {[point.id for point in theirs]}"
    for point, expected in zip(ours, theirs):
        if hasattr(point, "score") and not near(point.score, expected.score):
            return f"point {point.id}: {point.score}, not {expected.score}"
    return None


def contents(ours: list[Any], records: list[Any]) -> str | None:
    """Payloads and vectors of points that have been found."""
    known = {record.id: record for record in records}
    for point in ours:
        expected = known.get(point.id)
        if expected is None:
            return f"point {point.id} is not there"
        if not same(point.payload, expected.payload):
            return f"payload of {point.id}: {point.payload}, not {expected.payload}"
        if not same_vectors(point.vector, expected.vector):
            return f"vectors of {point.id}: {point.vector}, not {expected.vector}"
    return None


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other))
    return bool(one == other)


def same_vectors(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_vectors(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same_vectors(a, b) for a, b in zip(one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-6)
    if hasattr(one, "indices") and hasattr(other, "indices"):
        return one.indices == other.indices and same_vectors(one.values, other.values)
    return one is None and other is None


def triples(ours: list[Any], every: list[Any], limit: int) -> str | None:
    """Pairs of a matrix: rows in order, in each the best `limit` of every pair that local mode scores."""
    scores = {(a, b): score for a, b, score in every}
    rows = [a for a, _, _ in ours]
    wanted_rows: list[Any] = []
    wanted_scores: list[float] = []
    for a in dict.fromkeys(a for a, _, _ in every):
        best = [score for row, _, score in every if row == a][:limit]
        wanted_rows += [a] * len(best)
        wanted_scores += best
    if rows != wanted_rows:
        return f"rows {rows}, not {wanted_rows}"
    for (a, b, score), expected in zip(ours, wanted_scores):
        if (a, b) not in scores or not near(score, scores[a, b]) or not near(score, expected):
            return f"pair {a}, {b}: {score}; of this pair {scores.get((a, b))}, of this place {expected}"
    return None


def groups(ours: list[Any], every: list[Any], limit: int, size: int) -> str | None:
    """every: all groups with all their points. Groups whose best points have equal scores may stand in any order."""
    known = {(type(group.id), group.id): group for group in every}
    if len(ours) != min(limit, len(every)):
        return f"{len(ours)} groups, not {min(limit, len(every))}"
    if len({(type(group.id), group.id) for group in ours}) != len(ours):
        return "a group is there twice"
    for rank, (group, at_rank) in enumerate(zip(ours, every)):
        expected = known.get((type(group.id), group.id))
        if expected is None:
            return f"no group {group.id!r}"
        different = scored(group.hits, expected.hits, size, 0, None)
        if different is not None:
            return f"group {group.id!r}: {different}"
        if not near(group.hits[0].score, at_rank.hits[0].score):
            return f"rank {rank}: group {group.id!r} with {group.hits[0].score}, not {at_rank.hits[0].score}"
    return None
