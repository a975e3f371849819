"""Where local mode of qdrant-client 1.20 is known to differ from Qdrant 1.19, each with what proves what Qdrant does.

Who avoids a difference says so by `avoids(name)`, at the place where it is avoided.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Difference:
    """reason: what local mode does, and what Qdrant. proof: document or recording that tells what Qdrant does."""

    reason: str
    proof: str


DIFFERENCES: dict[str, Difference] = {
    "words-of-texts-without-index": Difference(
        "local mode compares words in lower case (1.20, qdrant#10341); 1.19 looks for a part of the text, case and all",
        "SEMANTICS.md 2.3: match.text / match.phrase, no text index",
    ),
    "null-in-an-array": Difference(
        "`[null]` is null for `is_null: {key}` in local mode (1.20, qdrant#10101), not in 1.19 without an index",
        "SEMANTICS.md 2.3: is_null {key}",
    ),
    "empty-or-null-of-several-values": Difference(
        "where a path leads to several values, local mode asks whether all of them are empty (one of them null), "
        "Qdrant each alone in the field form: `{key, is_empty: false}` and `true` may hold both",
        "SEMANTICS.md 2.2: path yielding several values: any",
    ),
    "two-bounds-of-a-side": Difference(
        "an index of 1.19 takes gt of gt and gte, lt of lt and lte; local mode has no indexes",
        "SEMANTICS.md 2.3: range lt/gt/lte/gte",
    ),
    "same-point-twice-under-a-condition": Difference(
        "an upsert with update_filter or update_mode that has a point twice: local mode asks for the second as the first has "
        "left it, Qdrant asks once, before it changes anything, and then the last one wins",
        "SEMANTICS.md 1.2: update_filter, update_mode, duplicate ids inside one upsert",
    ),
    "slice-of-an-element": Difference(
        "what a slice within a nested filter says of an element is not written anywhere",
        "SEMANTICS.md 2.3: nested (names has_id and has_vector only)",
    ),
    "count-of-missing-values": Difference(
        "values_count takes what is missing for none in local mode; Qdrant counts only what is there",
        "recorded/filters-plain.json: a count of 45 where 59 would count missing tags (SEMANTICS.md 2.3 says 0)",
    ),
    "min-count-zero": Difference(
        "local mode refuses a min_count of 0 (as SEMANTICS.md 2.1 has it), Qdrant answers", "recorded/malformed.json"
    ),
    "datetime-of-no-text": Difference(
        "local mode falls over a datetime_key whose value is no text instead of refusing the formula",
        "SEMANTICS.md 3.3: a missing or wrong value is an error",
    ),
    "feedback-of-other-than-dense": Difference(
        "local mode knows relevance feedback for dense vectors only", "recorded/feedback.json; SEMANTICS.md 3.2"
    ),
    "feedback-looked-up": Difference(
        "local mode looks examples of feedback up in the collection itself, whatever lookup_from says",
        "SEMANTICS.md 3.1: ids used as examples",
    ),
    "mmr-without-rarity": Difference(
        "local mode compares candidates with the query's weights as given, without the rarity that found them",
        "SEMANTICS.md 1.3: IDF modifier",
    ),
    "mmr-with-offset": Difference(
        "local mode selects limit + offset points, Qdrant limit of them before it skips",
        "SEMANTICS.md 3.2: nearest+mmr",
    ),
    "order-without-index": Difference(
        "local mode orders and counts values without an index, Qdrant refuses",
        "SEMANTICS.md 3.2: order_by; 3.4: facet",
    ),
    "prefetches-by-shard": Difference(
        "each shard has prefetches of its own and rescores them; only a root fusion comes after the shards are merged",
        "SEMANTICS.md 3.2: nested fusion is computed per shard",
    ),
    "threshold-of-each-shard": Difference(
        "scores of recommend, discover, context and feedback fall, while Euclid and Manhattan keep what is below the "
        "threshold: the first point decides whether any is left, and each shard has a first one",
        "SEMANTICS.md 3.1: the metric decides the direction, take-while on the sorted list",
    ),
    "prefetches-of-groups": Difference(
        "local mode raises every limit of a prefetch to all points, Qdrant multiplies it by group_size",
        "SEMANTICS.md 3.4: groups",
    ),
    "groups-leave-out-first": Difference(
        "points without the key are left out before anything is scored in Qdrant; local mode groups what it has found",
        "SEMANTICS.md 3.4: points whose key is empty or missing are excluded",
    ),
    "groups-of-fusions": Difference(
        "Qdrant asks in rounds, each without the points and groups that it has: ranks and distributions are of a "
        "round; local mode fuses once",
        "SEMANTICS.md 3.4: up to 5 collect rounds, then up to 5 fill rounds",
    ),
    "null-in-an-indexed-variable": Difference(
        "a formula reads a variable from its index where there is one, which holds no null: the default counts then; "
        "local mode refuses",
        "qdrant/lib/segment value_retriever.rs, as src/collections/query/formula-values.ts has it",
    ),
    "filter-again-at-rescoring": Difference(
        "local mode applies the merged filter again when vectors rescore prefetches, Qdrant in the leaves only: a "
        "`should` that was merged with another one then asks for more",
        "SEMANTICS.md 3.1: top-level filter is merged into every leaf; it is not re-applied at rescoring",
    ),
    "ids-of-the-whole-request": Difference(
        "local mode leaves an id that stands in a prefetch out below that prefetch only, Qdrant everywhere",
        "SEMANTICS.md 3.1: all ids referenced anywhere in the request",
    ),
}


def avoids(name: str) -> None:
    """Says where a difference of the list is steered around."""
    if name not in DIFFERENCES:
        raise KeyError(name)


def check_all_avoided() -> None:
    """The list holds nothing that nobody avoids."""
    sources = "".join(path.read_text() for path in Path(__file__).parent.glob("*.py"))
    for name in DIFFERENCES:
        if f'avoids("{name}")' not in sources:
            raise KeyError(f"{name} is avoided nowhere")
