"""Random requests, asked of our server and of local mode of qdrant-client: ids, scores, payloads and refusals must agree.

    python oracle.py URL [--seed N] [--seconds S] [--only KIND] [--failures N]

Prints the seed, and at the end how many requests of each kind were compared. At a disagreement: seed, step, the smallest
request found that shows it (for curl), both answers. Ends with status 1 then.
"""

import argparse
import json
import logging
import random
import sys
import time
import warnings
from collections import Counter
from typing import Any, Callable

from asking import Crash, Refusal, ask_local, ask_scroll, remote_client
from checks import Sides, check
from differences import avoided, avoids
from filters import maybe_filter
from ground import Ground, make_ground, number
from local_mode import local_client
from older import older_query
from qdrant_client import models
from qdrant_client.http.exceptions import ResponseHandlingException
from queries import (
    EVERYTHING,
    KINDS,
    group_query,
    is_comparable,
    kind_of,
    make_order,
    other_query,
    plain_query,
    selectors,
    steps,
    tree_query,
    wrong_query,
)
from shrink import shrink
from ties import Tree
from updates import make_updates

JSON = dict[str, Any]
import os
EARLY = "EARLY" in os.environ
STEPS = int(os.environ.get('STEPS', 150))  # requests of a collection


class Disagreement(Exception):
    pass


class Run:
    """One collection (and one beside it) through its life."""

    def __init__(self, sides: Sides, seed: int, counts: Counter[str], only: str | None) -> None:
        self.sides, self.seed, self.counts, self.only = sides, seed, counts, only
        self.choose = random.Random(seed)
        self.step = self.failures = 0
        self.asked_before: list[tuple[str, str, JSON]] = []

    def live(self, until: float) -> None:
        beside = make_ground(self.choose, f"oracle-beside-{self.seed}", None)
        beside.many = 30
        ground = make_ground(self.choose, f"oracle-{self.seed}", beside)
        try:
            for one in (beside, ground):
                self.create(one)
            self.holders_of: dict[tuple[str, str], list[Any]] = {}
            for self.step in range(STEPS):
                if time.monotonic() > until:
                    break
                self.one(ground)
            self.whole(ground)
        except Disagreement as disagreement:
            print(disagreement, flush=True)
            self.failures += 1
        for one in (beside, ground):
            self.delete(one)

    def delete(self, ground: Ground) -> None:
        """A request that holds on to a segment for ever shows here."""
        self.sides.local.delete_collection(ground.collection)
        try:
            self.sides.remote.delete_collection(ground.collection)
        except ResponseHandlingException as silence:
            print(f"seed={self.seed} step={self.step}: {ground.collection} cannot be deleted: {silence}", flush=True)
            self.failures += 1

    def create(self, ground: Ground) -> None:
        body = ground.body()
        config = models.CreateCollection.model_validate(body)
        for client in (self.sides.local, self.sides.remote):
            client.create_collection(
                ground.collection,
                vectors_config=config.vectors,
                sparse_vectors_config=config.sparse_vectors,
                **({"shard_number": ground.shards} if client is self.sides.remote else {}),
            )
        self.index(ground, early=True)
        points = [ground.point(ground.new_id()) for _ in range(self.choose.randint(ground.many // 2, ground.many))]
        for first in range(0, len(points), 64):
            batch = {"operations": [{"upsert": {"points": points[first : first + 64]}}]}
            self.ask("updates", "upload", ground, batch)
        self.index(ground, early=False)

    def index(self, ground: Ground, early: bool) -> None:
        """Some indexes before there are points, some after."""
        for path, schema in ground.indexes.items():
            if (len(path) % 2 == 0) == early:
                parsed = schema if isinstance(schema, str) else INDEXES[schema["type"]].model_validate(schema)
                self.sides.remote.create_payload_index(ground.collection, path, field_schema=parsed, wait=True)

    def holders(self, ground: Ground, name: str) -> list[Any]:
        """Ids of points that have a vector of a name."""
        key = (ground.collection, name)
        if key not in self.holders_of:
            given = models.Filter(must=[models.HasVectorCondition(has_vector=name)])
            records, _ = self.sides.local.scroll(ground.collection, given, limit=EVERYTHING, with_payload=False)
            self.holders_of[key] = [record.id for record in records]
        return self.holders_of[key]

    def one(self, ground: Ground) -> None:
        """The next request."""
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
        for search in body["searches"] if route == "batch" else [body] if route in SEARCHES else []:
            why = self.unsure(ground, search)
            if why is not None:
                self.counts[f"made anew: {why}"] += 1
                return
        self.ask(route, kind, ground, body)
        self.asked_before = [*self.asked_before[-30:], (route, kind, body)]

    def unsure(self, ground: Ground, body: JSON) -> str | None:
        try:
            return Tree(self.sides.local, ground.collection, body).ambiguous()
        except (ValueError, KeyError, TypeError, AttributeError):
            return None  # both have to refuse it

    def request(self, ground: Ground) -> tuple[str, str, JSON]:
        makers: list[tuple[int, Callable[[], tuple[str, str, JSON]]]] = [
            (25, lambda: ("query", *self.with_threshold(ground, plain_query(ground, self.holders, KINDS)))),
            (25, lambda: ("query", *self.with_threshold(ground, tree_query(ground, self.holders)))),
            (6, lambda: ("query", *other_query(ground))),
            (5, lambda: ("query", *wrong_query(ground, self.holders))),
            (8, lambda: ("groups", *group_query(ground, self.holders))),
            (8, lambda: ("older", *self.with_threshold(ground, older_query(ground, self.holders)))),
            (4, lambda: self.batch(ground)),
            (8, lambda: self.scroll(ground)),
            (10, lambda: ("count", "count", {"filter": maybe_filter(ground, 0.95)})),
            (4, lambda: self.facet(ground)),
            (3, lambda: self.points(ground)),
            (3, lambda: self.matrix(ground)),
        ]
        return self.choose.choices([make for _, make in makers], [weight for weight, _ in makers])[0]()

    def with_threshold(self, ground: Ground, made: tuple[str, JSON]) -> tuple[str, JSON]:
        """Between two scores, mostly."""
        kind, body = made
        for step in steps(body):
            if kind_of(step) not in UNSCORED and self.choose.random() < 0.12:
                step["score_threshold"] = number(self.choose, -1, 2)
        if kind.startswith("older discover"):
            body.pop("score_threshold", None)
        return made

    def batch(self, ground: Ground) -> tuple[str, str, JSON]:
        searches = [plain_query(ground, self.holders, KINDS)[1] for _ in range(self.choose.randint(1, 6))]
        searches += [tree_query(ground, self.holders)[1] for _ in range(self.choose.randint(0, 2))]
        right = [one for one in searches if self.answered(ground, one)]
        return "batch", "batch", {"searches": right}

    def answered(self, ground: Ground, body: JSON) -> bool:
        request = {key: body[key] for key in body}
        return not isinstance(check_local(self.sides, ground.collection, request), Refusal)

    def scroll(self, ground: Ground) -> tuple[str, str, JSON]:
        body: JSON = {"limit": self.choose.choice([1, 3, 10, 50, EVERYTHING]), **selectors(ground)}
        given = maybe_filter(ground, 0.6)
        if given is not None:
            body["filter"] = given
        orders = [key for key in ("int", "float", "when", "obj.a.b", "items[].price") if key in ground.indexes]
        if orders and self.choose.random() < 0.4:
            return "scroll", "scroll by value", {**body, "order_by": make_order(ground, self.choose.choice(orders))}
        if self.choose.random() < 0.4:
            body["offset"] = ground.id()
        return "scroll", "scroll", body

    def facet(self, ground: Ground) -> tuple[str, str, JSON]:
        avoids("order-without-index")
        fields = ("kw", "int", "flag", "uid", "obj.a.b", "items[].tags", '"odd.key"')
        keys = [key for key in fields if key in ground.indexes]
        if not keys:
            return "count", "count", {}
        body: JSON = {"key": self.choose.choice(keys), "limit": self.choose.choice([1, 3, 10, 100])}
        given = maybe_filter(ground)
        return "facet", "facet", body if given is None else {**body, "filter": given}

    def points(self, ground: Ground) -> tuple[str, str, JSON]:
        ids = list(dict.fromkeys(ground.id() for _ in range(self.choose.randint(1, 8))))
        return "points", "points", {"ids": ids, "with_payload": True, "with_vector": True, **selectors(ground)}

    def matrix(self, ground: Ground) -> tuple[str, str, JSON]:
        """Of all points, so that nothing is left to chance."""
        body: JSON = {"sample": EVERYTHING, "limit": self.choose.randint(1, 6)}
        name = ground.name().name
        if name != "" or self.choose.random() < 0.5:
            body["using"] = name
        body["filter"] = maybe_filter(ground, 0.8) or {"has_id": []} and None
        return self.choose.choice(["pairs", "offsets"]), "matrix", body

    def change(self, ground: Ground) -> None:
        there = [record.id for record in self.sides.local.scroll(ground.collection, limit=EVERYTHING)[0]]
        self.ask("updates", "update", ground, make_updates(ground, there))
        self.holders_of = {}
        if self.choose.random() < 0.4:
            self.whole(ground)

    def whole(self, ground: Ground) -> None:
        """All points with all they have."""
        self.ask("scroll", "whole collection", ground, {"limit": EVERYTHING, "with_vector": True})

    def ask(self, route: str, kind: str, ground: Ground, body: JSON) -> None:
        try:
            outcome = check(self.sides, route, ground.collection, body)
        except Crash as crash:
            self.fail(route, kind, ground, body, f"local mode crashes: {crash}")
        if EARLY and isinstance(outcome.ours, Refusal) and "by this version" in outcome.ours.words:
            self.counts["NOT SERVED YET"] += 1
            return
        self.counts[kind + (" (refused)" if outcome.refused else "")] += 1
        if outcome.different is not None:
            self.fail(route, kind, ground, body, outcome.different)

    def fail(self, route: str, kind: str, ground: Ground, body: JSON, different: str) -> None:
        smallest = body
        if route != "updates":
            smallest = shrink(body, lambda less: self.difference(route, ground, less), different)
        outcome = None
        try:
            outcome = check(self.sides, route, ground.collection, smallest)
        except Crash:
            pass
        lines = [
            f"seed={self.seed} step={self.step} {kind}: {different}",
            f"  smallest: {outcome.different if outcome is not None else 'local mode crashes'}",
            f"  {self.sides.asked.curl()[:3000]}",
            f"  as it was: {json.dumps(body, ensure_ascii=False)[:3000]}",
            f"  shards {ground.shards}, vectors {json.dumps(ground.body())}, indexes {json.dumps(ground.indexes)}",
        ]
        if outcome is not None:
            lines += [f"  ours:   {shown(outcome.ours)}", f"  theirs: {shown(outcome.theirs)}"]
        if route == "count":
            only = {"filter": smallest.get("filter")}
            lines.append(f"  one of the points: {self.judged_otherwise(ground, only)}")
        raise Disagreement("\n".join(lines))

    def judged_otherwise(self, ground: Ground, body: JSON) -> Any:
        """A point that the filter of a count takes at one side only."""
        found = [
            {record.id: record for record in ask_scroll(client, ground.collection, {**body, "limit": EVERYTHING})[0]}
            for client in (self.sides.local, self.sides.remote)
        ]
        return next((found[place][one] for place in (0, 1) for one in found[place].keys() - found[1 - place].keys()), None)

    def difference(self, route: str, ground: Ground, body: JSON) -> str | None:
        searches = body["searches"] if route == "batch" else [body] if route in SEARCHES else []
        if any(not is_comparable(ground, search) or self.unsure(ground, search) is not None for search in searches):
            return None
        return check(self.sides, route, ground.collection, body).different


def check_local(sides: Sides, collection: str, body: JSON) -> Any:
    try:
        return ask_local(sides.local, "query", collection, body)
    except Crash as crash:
        return Refusal(0, str(crash))


def shown(answer: Any) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [plain(one) for one in value[:12]]
        return value.model_dump(exclude_none=True) if hasattr(value, "model_dump") else value

    return str(plain(answer))[:3000]


UNSCORED = ("order_by", "by id", "sample")
SEARCHES = ("query", "groups", "older")
INDEXES: dict[str, Any] = {
    "keyword": models.KeywordIndexParams,
    "integer": models.IntegerIndexParams,
    "text": models.TextIndexParams,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--failures", type=int, default=3)
    parser.add_argument("--collections", type=int, default=1_000_000)
    parser.add_argument("--only")
    parser.add_argument("--canary", action="store_true", help="our scores are made wrong: answers must disagree")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    remote, asked = remote_client(arguments.url)
    sides = Sides(local_client(), remote, asked, is_canary=arguments.canary)
    counts: Counter[str] = Counter()
    print(f"seed={arguments.seed} seconds={arguments.seconds}", flush=True)
    failures, seed, until = 0, arguments.seed, time.monotonic() + arguments.seconds
    last = seed + arguments.collections
    while time.monotonic() < until and failures < arguments.failures and seed < last:
        run = Run(sides, seed, counts, arguments.only)
        run.live(until)
        failures += run.failures
        seed += 1
    for kind, count in sorted(counts.items()):
        print(f"  {count:6} {kind}")
    print(f"{sum(counts.values())} requests, {seed - arguments.seed} collections, avoided: {', '.join(sorted(avoided()))}")
    print("agreed" if failures == 0 else f"{failures} disagreements")
    sys.exit(1 if failures else 0)


main()
