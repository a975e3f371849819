"""Requests that both sides have to refuse."""

from differences import avoids
from ground import Ground, dense
from queries import Holders, plain_query
from steps import Body
from trees import tree_query


def wrong_query(ground: Ground, holders: Holders) -> tuple[str, Body]:
    """One that both have to refuse."""
    avoids("min-count-zero")
    choose = ground.choose
    _, body = plain_query(ground, holders, ["nearest"])
    _, hybrid = tree_query(ground, holders)
    leaf = {"query": dense(choose, ground.names[0].size), "using": ground.names[0].name}
    wrongs: list[Body] = [
        {**body, "limit": 0},
        {**body, "using": "unknown"},
        {**body, "query": dense(choose, 77)},
        {**body, "query": 2**60 + 12345},
        {**body, "query": {"recommend": {"negative": [ground.vector(ground.names[0])]}}, "using": ground.names[0].name},
        {**body, "query": {"recommend": {"strategy": "best_score"}}},
        {**body, "lookup_from": {"collection": "unknown"}, "query": ground.id()},
        {**body, "query": {"fusion": "rrf"}},
        {**body, "query": {"fusion": "dbsf"}, "using": "x", "prefetch": [leaf]},
        {**body, "query": {"formula": 1.0}, "prefetch": []},
        {**body, "query": None, "prefetch": [leaf]},
        {**body, "query": {"rrf": {"weights": [1.0, 2.0, 3.0, 4.0, 5.0]}}, "prefetch": [leaf], "using": None},
        {**body, "query": {"rrf": {"k": 0}}, "prefetch": [leaf], "using": None},
        {**body, "query": {"nearest": leaf["query"], "mmr": {"candidates_limit": 16385}}},
        {**body, "query": {"nearest": leaf["query"], "mmr": {"diversity": 1.5}}, **{"using": leaf["using"]}},
        {**body, "query": None, "score_threshold": 0.5},
        {**body, "filter": {"must": [{"slice": {"total": 2, "index": 2}}]}},
        {**body, "filter": {"must": [{"key": "a[", "match": {"value": 1}}]}},
        {**hybrid, "prefetch": [{**leaf, "limit": 0}]},
        {**hybrid, "prefetch": [{**leaf, "using": "unknown"}]},
        {**body, "query": {"formula": {"ln": -1.0}}, "prefetch": [leaf]},
        {**body, "query": {"formula": "missing.value"}, "prefetch": [leaf]},
        {**body, "query": {"formula": "$score[x]"}, "prefetch": [leaf]},
        {**body, "query": {"formula": {"lin_decay": {"x": 1.0, "scale": 0.0}}}, "prefetch": [leaf]},
        {**body, "query": {"formula": {"exp_decay": {"x": 1.0, "midpoint": 1.0}}}, "prefetch": [leaf]},
    ]
    return "refused", choose.choice(wrongs)
