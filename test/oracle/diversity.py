"""Whether a choice by maximal marginal relevance is right. Ties are common there, above all of Manhattan distances."""

from copy import deepcopy
from typing import Any

import numpy as np
from compare import near
from qdrant_client import models
from qdrant_client.local.distances import calculate_distance_core
from qdrant_client.local.multi_distances import calculate_multi_distance_core
from qdrant_client.local.sparse import sort_sparse_vector
from qdrant_client.local.sparse_distances import calculate_distance_sparse


class Candidates:
    """The nearest points of a step, among which it chooses, and how alike they are."""

    def __init__(self, collection: Any, step: models.Prefetch, points: list[Any]) -> None:
        """points: best first, as many as are chosen from."""
        query: Any = step.query
        self.weight = 1.0 - (0.5 if query.mmr.diversity is None else query.mmr.diversity)
        self.ids = [point.id for point in points]
        using = step.using or ""
        vectors = [plain(collection._get_vectors(collection.ids[point_id], [using]), using) for point_id in self.ids]
        alike = likeness(collection, using)
        self.relevance = alike(query.nearest, vectors) if vectors else []
        self.alike = [alike(vector, vectors) for vector in vectors]

    def fault(self, chosen: list[Any], limit: int) -> str | None:
        """What is wrong with a choice; None where each point was, within the tolerance, the best of those left."""
        if len(chosen) != min(limit, len(self.ids)):
            return f"{len(chosen)} points chosen, not {min(limit, len(self.ids))}"
        places: list[int] = []
        for rank, point_id in enumerate(chosen):
            if point_id not in self.ids or self.ids.index(point_id) in places:
                return f"rank {rank}: point {point_id} is no candidate that is left"
            place = self.ids.index(point_id)
            values = self.values(places)
            best = max(values.values())
            if not near(values[place], best):
                best_id = next(self.ids[one] for one, value in values.items() if value == best)
                return f"rank {rank}: point {point_id} of {values[place]}, not {best_id} of {best}"
            places.append(place)
        return None

    def is_tied(self, limit: int) -> bool:
        """Whether another choice would be right too."""
        places: list[int] = []
        while len(places) < min(limit, len(self.ids)):
            values = self.values(places)
            place = max(values, key=lambda one: values[one])
            if sum(near(value, values[place]) for value in values.values()) > 1:
                return True
            places.append(place)
        return False

    def values(self, chosen: list[int]) -> dict[int, float]:
        """Of each candidate that is left."""
        left = [place for place in range(len(self.ids)) if place not in chosen]
        if not chosen:
            return {place: self.relevance[place] for place in left}
        return {
            place: self.weight * self.relevance[place]
            - (1.0 - self.weight) * max(self.alike[place][other] for other in chosen)
            for place in left
        }


def likeness(collection: Any, using: str) -> Any:
    """Raw similarities of a vector to others, larger for what is nearer."""
    if using in collection.sparse_vectors:
        return lambda one, others: calculate_distance_sparse(
            sort_sparse_vector(one), others, empty_is_zero=True
        ).tolist()
    distance = collection.get_vector_params(using).distance
    if using in collection.multivectors:
        return lambda one, others: calculate_multi_distance_core(
            np.array(one), [np.array(other) for other in others], distance
        ).tolist()
    return lambda one, others: calculate_distance_core(np.array(one), np.array(others), distance).tolist()


def plain(vectors: Any, using: str) -> Any:
    return vectors[using] if isinstance(vectors, dict) else vectors


def without_mmr(step: models.Prefetch) -> models.Prefetch:
    """The step that finds the candidates."""
    nearest: Any = deepcopy(step)
    limit = 10 if step.limit is None else step.limit
    wanted = nearest.query.mmr.candidates_limit
    nearest.limit = limit if wanted is None else wanted
    nearest.query.mmr = None
    return nearest
