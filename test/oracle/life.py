"""One collection from its creation to its end: random requests, and changes between them."""

import json
import random
from collections import Counter
from typing import Any, Callable

import reads
from asking import Crash, Refusal, ask_local, ask_scroll
from checks import Outcome, Sides, check, for_local
from differences import avoids
from ground import Ground, make_ground, number
from older import older_query
from qdrant_client import models
from qdrant_client.http.exceptions import ResponseHandlingException
from queries import KINDS, other_query, plain_query
from shrink import shrink
from steps import EVERYTHING, Body, is_comparable, kind_of, steps
from ties import Tree
from trees import group_query, tree_query
from updates import make_updates, wrong_updates
from wrongs import wrong_query

STEPS = 150  # requests of a collection
REMEMBERED = 30  # requests that may be asked again, after changes
UNSCORED = ("order_by", "by id", "sample")
INDEXES: dict[str, Any] = {
    "keyword": models.KeywordIndexParams,
    "integer": models.IntegerIndexParams,
    "text": models.TextIndexParams,
}


class Disagreement(Exception):
    pass


class Life:
    """counts: of all collections, by kind. only: kinds begin so; then nothing is changed."""

    def __init__(self, sides: Sides, seed: int, counts: Counter[str], only: str | None) -> None:
        self.sides, self.seed, self.counts, self.only = sides, seed, counts, only
        self.choose = random.Random(seed)
        self.step = self.failures = 0
        self.asked_before: list[tuple[str, str, Body]] = []
        self.holders_of: dict[tuple[str, str], list[Any]] = {}

    def live(self, is_over: Callable[[], bool]) -> None:
        beside = make_ground(self.choose, f"oracle-beside-{self.seed}", None)
        beside.many = 30
        ground = make_ground(self.choose, f"oracle-{self.seed}", beside)
        try:
            for one in (beside, ground):
                self.create(one)
            for self.step in range(STEPS):
                if is_over():
                    break
                self.next(ground)
            self.whole(ground)
        except Disagreement as disagreement:
            print(disagreement, flush=True)
            self.failures += 1
        except ResponseHandlingException as silence:
            print(f"seed={self.seed} step={self.step}: the server does not answer: {silence}", flush=True)
            self.failures += 1
        for one in (beside, ground):
            self.delete(one)

    def create(self, ground: Ground) -> None:
        given: dict[str, Any] = {"shard_number": ground.shards}
        if ground.walks:
            given["optimizers_config"] = models.OptimizersConfigDiff(indexing_threshold=1)
            given["hnsw_config"] = models.HnswConfigDiff(full_scan_threshold=10)
        for client in (self.sides.local, self.sides.remote):
            ours = client is self.sides.remote
            config = models.CreateCollection.model_validate(ground.body(ours))
            client.create_collection(
                ground.collection,
                vectors_config=config.vectors,
                sparse_vectors_config=config.sparse_vectors,
                **(given if ours else {}),
            )
        self.index(ground, early=True)
        points = [ground.point(ground.new_id()) for _ in range(self.choose.randint(ground.many // 2, ground.many))]
        for first in range(0, len(points), 64):
            self.ask("updates", "upload", ground, {"operations": [{"upsert": {"points": points[first : first + 64]}}]})
        self.index(ground, early=False)

    def index(self, ground: Ground, early: bool) -> None:
        """Some indexes before there are points, some after."""
        for path, schema in ground.indexes.items():
            if (len(path) % 2 == 0) == early:
                parsed = schema if isinstance(schema, str) else INDEXES[schema["type"]].model_validate(schema)
                self.sides.remote.create_payload_index(ground.collection, path, field_schema=parsed, wait=True)

    def delete(self, ground: Ground) -> None:
        """A request that holds on to a segment for ever shows here."""
        self.sides.local.delete_collection(ground.collection)
        try:
            self.sides.remote.delete_collection(ground.collection)
        except ResponseHandlingException as silence:
            print(f"seed={self.seed} step={self.step}: {ground.collection} cannot be deleted: {silence}", flush=True)
            self.failures += 1

    def holders(self, ground: Ground, name: str) -> list[Any]:
        """Ids of points that have a vector of a name."""
        key = (ground.collection, name)
        if key not in self.holders_of:
            given = models.Filter(must=[models.HasVectorCondition(has_vector=name)])
            records, _ = self.sides.local.scroll(ground.collection, given, limit=EVERYTHING, with_payload=False)
            self.holders_of[key] = [record.id for record in records]
        return self.holders_of[key]

    def next(self, ground: Ground) -> None:
        if self.only is None and self.choose.random() < 0.08:
            self.change(ground)
            return
        if self.asked_before and self.choose.random() < 0.1:
            route, kind, body = self.choose.choice(self.asked_before)
            kind = kind.removesuffix(" again") + " again"
        else:
            route, kind, body = self.request(ground)
        if self.only is not None and not kind.startswith(self.only):
            return
        for search in searches_of(route, body):
            why = self.unsure(ground, search)
            if why is not None:
                self.counts[f"made anew: {why}"] += 1
                return
        self.ask(route, kind, ground, body)
        self.asked_before = [*self.asked_before[-REMEMBERED:], (route, kind, body)]

    def unsure(self, ground: Ground, body: Body) -> str | None:
        try:
            return Tree(self.sides.local, ground.collection, for_local(ground.collection, body)).ambiguous()
        except (ValueError, KeyError, TypeError, AttributeError):
            return None  # both have to refuse it

    def request(self, ground: Ground) -> tuple[str, str, Body]:
        holders = self.holders
        makers: list[tuple[int, Callable[[], tuple[str, str, Body]]]] = [
            (25, lambda: ("query", *self.with_thresholds(ground, plain_query(ground, holders, KINDS)))),
            (25, lambda: ("query", *self.with_thresholds(ground, tree_query(ground, holders)))),
            (6, lambda: ("query", *other_query(ground))),
            (5, lambda: ("query", *wrong_query(ground, holders))),
            (8, lambda: ("groups", *group_query(ground, holders))),
            (8, lambda: ("older", *self.with_thresholds(ground, older_query(ground, holders)))),
            (4, lambda: self.batch(ground)),
            (8, lambda: reads.scroll(ground)),
            (10, lambda: reads.count(ground)),
            (4, lambda: reads.facet(ground)),
            (3, lambda: reads.points(ground)),
            (3, lambda: reads.matrix(ground)),
        ]
        return self.choose.choices([make for _, make in makers], [weight for weight, _ in makers])[0]()

    def with_thresholds(self, ground: Ground, made: tuple[str, Body]) -> tuple[str, Body]:
        kind, body = made
        for step in steps(body):
            if kind_of(step) in UNSCORED or is_cut_by_shard(ground, step):
                continue
            if self.choose.random() < 0.12:
                step["score_threshold"] = number(self.choose, -1, 2)
        if kind.startswith("older discover"):
            body.pop("score_threshold", None)
        return made

    def batch(self, ground: Ground) -> tuple[str, str, Body]:
        """Of searches that are answered one by one; now and then with one that is not, which fails them all."""
        searches = [plain_query(ground, self.holders, KINDS)[1] for _ in range(self.choose.randint(1, 6))]
        searches += [tree_query(ground, self.holders)[1] for _ in range(self.choose.randint(0, 2))]
        right = [one for one in searches if self.is_answered(ground, one)]
        if self.choose.random() < 0.15:
            right.insert(self.choose.randint(0, len(right)), wrong_query(ground, self.holders)[1])
        return "batch", "batch", {"searches": right}

    def is_answered(self, ground: Ground, body: Body) -> bool:
        try:
            return not isinstance(ask_local(self.sides.local, "query", ground.collection, body), Refusal)
        except Crash:
            return False

    def change(self, ground: Ground) -> None:
        if self.choose.random() < 0.15:
            self.ask("updates", "update", ground, wrong_updates(ground))
        there = [record.id for record in self.sides.local.scroll(ground.collection, limit=EVERYTHING)[0]]
        self.ask("updates", "update", ground, make_updates(ground, there))
        self.holders_of = {}
        if self.choose.random() < 0.4:
            self.whole(ground)

    def whole(self, ground: Ground) -> None:
        """All points with all they have."""
        self.ask("scroll", "whole collection", ground, {"limit": EVERYTHING, "with_vector": True})

    def ask(self, route: str, kind: str, ground: Ground, body: Body) -> None:
        try:
            outcome = check(self.sides, route, ground.collection, body)
        except Crash as crash:
            outcome = Outcome(f"local mode crashes: {crash}", None, None)
        self.counts[kind + (" (refused)" if outcome.refused else "")] += 1
        if outcome.different is not None:
            raise Disagreement(self.report(route, kind, ground, body, outcome))

    def report(self, route: str, kind: str, ground: Ground, body: Body, outcome: Outcome) -> str:
        first = outcome.different or ""
        smallest = body
        if route != "updates":  # which cannot be asked twice
            smallest = shrink(body, lambda less: self.difference(route, ground, less), first)
            outcome = check(self.sides, route, ground.collection, smallest)
        lines = [
            f"seed={self.seed} step={self.step} {kind}: {first}",
            f"  smallest: {outcome.different}",
            f"  {self.sides.asked.curl()[:3000]}",
            f"  as it was: {json.dumps(body, ensure_ascii=False)[:3000]}",
            f"  shards {ground.shards}, walks {ground.walks}, vectors {json.dumps(ground.body(ours=True))}, indexes {json.dumps(ground.indexes)}",
            f"  ours:   {shown(outcome.ours)}",
            f"  theirs: {shown(outcome.theirs)}",
        ]
        if route == "count":
            lines.append(f"  one of the points: {self.judged_otherwise(ground, smallest)}")
        return "\n".join(lines)

    def judged_otherwise(self, ground: Ground, body: Body) -> Any:
        """A point that the filter of a count takes at one side only."""
        wanted = {"filter": body.get("filter"), "limit": EVERYTHING}
        found = [
            {record.id: record for record in ask_scroll(client, ground.collection, wanted)[0]}
            for client in (self.sides.local, self.sides.remote)
        ]
        only = [found[place][one] for place in (0, 1) for one in found[place].keys() - found[1 - place].keys()]
        return only[:1]

    def difference(self, route: str, ground: Ground, body: Body) -> str | None:
        for search in searches_of(route, body):
            if not is_comparable(ground, search) or self.unsure(ground, search) is not None:
                return None
        return check(self.sides, route, ground.collection, body).different


def is_cut_by_shard(ground: Ground, step: Body) -> bool:
    """Whether a threshold ends a list at its first point, since scores fall while the metric wants small ones."""
    avoids("threshold-of-each-shard")
    metrics = {name.name: name.metric for name in ground.names}
    falls = metrics.get(step.get("using", "")) in ("Euclid", "Manhattan") and kind_of(step) not in ("nearest", "mmr")
    return ground.shards > 1 and falls


def searches_of(route: str, body: Body) -> list[Body]:
    if route == "batch":
        return body["searches"]
    return [body] if route in ("query", "groups", "older") else []


def shown(answer: Any) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [plain(one) for one in value[:12]]
        return value.model_dump(exclude_none=True) if hasattr(value, "model_dump") else value

    return str(plain(answer))[:3000]
