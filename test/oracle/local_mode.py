"""Local mode, made to answer like Qdrant where it is known to differ and the difference is in one place."""

from typing import Any

from differences import avoids
from qdrant_client import QdrantClient
from qdrant_client.local import payload_filters
from qdrant_client.local.local_collection import LocalCollection


def local_client() -> QdrantClient:
    """A client of its own memory, with every function below in place."""
    count_no_missing_values()
    rescore_without_filter()
    select_before_offset()
    return QdrantClient(":memory:")


def count_no_missing_values() -> None:
    avoids("count-of-missing-values")
    original = payload_filters.check_values_count

    def check_values_count(condition: Any, values: Any) -> bool:
        return values is not None and original(condition, values)

    payload_filters.check_values_count = check_values_count


def rescore_without_filter() -> None:
    """What prefetches have found has passed the filter already."""
    avoids("filter-again-at-rescoring")
    original = LocalCollection._merge_sources

    def merge_sources(self: Any, *given: Any, query_filter: Any = None, **named: Any) -> Any:
        return original(self, *given, query_filter=None, **named)

    LocalCollection._merge_sources = merge_sources  # type: ignore[method-assign]


def select_before_offset() -> None:
    avoids("mmr-with-offset")
    original = LocalCollection._search_with_mmr

    def search_with_mmr(self: Any, *given: Any, offset: int | None = None, **named: Any) -> Any:
        return original(self, *given, offset=0, **named)[offset or 0 :]

    LocalCollection._search_with_mmr = search_with_mmr  # type: ignore[method-assign]
