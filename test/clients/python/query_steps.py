"""Every kind of query."""

from typing import Any

from qdrant_client import models as m

import canonical as c
from filters import CHEAPER, FLAG
from search_steps import BY_CITY
from session import BIG, ITEMS, QUERY, UUID, client, step

WORDS = m.SparseVector(indices=[1, 5], values=[1, 0.5])
NEAR_DENSE = m.Prefetch(query=QUERY, using="dense", limit=6)
NEAR_WORDS = m.Prefetch(query=WORDS, using="words", limit=6)
FROM_ITEMS = m.LookupLocation(collection=ITEMS, vector="dense")
AGE = m.WithLookup(collection="plain", with_payload=["name"], with_vectors=True)
SIMPLE_FORMULA = m.SumExpression(
    sum=["$score", m.MultExpression(mult=[0.5, FLAG]), m.NegExpression(neg=m.AbsExpression(abs="price"))]
)
DISTANCE = m.GeoDistance(geo_distance=m.GeoDistanceParams(origin=m.GeoPoint(lon=13.4, lat=52.52), to="place"))

RICH_FORMULA = m.SumExpression(
    sum=[
        "$score[0]",
        m.ExpDecayExpression(exp_decay=m.DecayParamsExpression(x=DISTANCE, scale=100000, midpoint=0.25)),
        m.GaussDecayExpression(gauss_decay=m.DecayParamsExpression(x="number", target=5, scale=10)),
        m.LinDecayExpression(
            lin_decay=m.DecayParamsExpression(
                x=m.DatetimeKeyExpression(datetime_key="when"),
                target=m.DatetimeExpression(datetime="2022-01-01T00:00:00Z"),
                scale=31536000,
            )
        ),
        m.DivExpression(div=m.DivParams(left=1, right="price", by_zero_default=0.5)),
        m.PowExpression(pow=m.PowParams(base=2, exponent=0.5)),
        m.SqrtExpression(sqrt=m.AbsExpression(abs="price")),
        m.Log10Expression(log10=100),
        m.LnExpression(ln=m.ExpExpression(exp=0.5)),
    ]
)

RICH_DEFAULTS = {"price": 4, "number": 3, "place": {"lon": 0, "lat": 0}, "when": "2020-01-01T00:00:00Z"}

QUERIES: dict[str, dict[str, Any]] = {
    "dense": {"query": QUERY, "using": "dense", "limit": 4, "with_payload": ["city"], "with_vectors": ["dense"]},
    "sparse": {"query": WORDS, "using": "words", "limit": 6},
    "multi": {"query": [[0.5, 0.5], [0.25, -0.5]], "using": "rows", "limit": 5},
    "a point": {"query": 1, "using": "dense", "limit": 3},
    "a point by UUID": {"query": UUID, "using": "dense", "limit": 3},
    "a large id": {"query": BIG, "using": "dense", "limit": 3},
    "nearest, spelt out": {"query": m.NearestQuery(nearest=QUERY), "using": "dense", "limit": 3},
    "maximal marginal relevance": {
        "query": m.NearestQuery(nearest=QUERY, mmr=m.Mmr(diversity=0.4, candidates_limit=8)),
        "using": "dense",
        "limit": 4,
    },
    "recommend": {
        "query": m.RecommendQuery(recommend=m.RecommendInput(positive=[1, QUERY], negative=[3])),
        "using": "dense",
        "limit": 4,
    },
    "recommend by best score": {
        "query": m.RecommendQuery(
            recommend=m.RecommendInput(positive=[1, QUERY], negative=[3], strategy=m.RecommendStrategy.BEST_SCORE)
        ),
        "using": "dense",
        "limit": 4,
    },
    "recommend by sum of scores": {
        "query": m.RecommendQuery(
            recommend=m.RecommendInput(positive=[1], negative=[3, 4], strategy=m.RecommendStrategy.SUM_SCORES)
        ),
        "using": "dense",
        "limit": 4,
    },
    "discover": {
        "query": m.DiscoverQuery(
            discover=m.DiscoverInput(target=QUERY, context=[m.ContextPair(positive=1, negative=2)])
        ),
        "using": "dense",
        "limit": 4,
    },
    "context": {
        "query": m.ContextQuery(context=[m.ContextPair(positive=1, negative=2), m.ContextPair(positive=4, negative=3)]),
        "using": "dense",
        "limit": 4,
    },
    "order by": {
        "query": m.OrderByQuery(order_by=m.OrderBy(key="price", direction=m.Direction.DESC)),
        "limit": 4,
        "with_payload": ["price"],
    },
    "order by number": {"query": m.OrderByQuery(order_by=m.OrderBy(key="number", start_from=12)), "limit": 4},
    "rrf": {"prefetch": [NEAR_DENSE, NEAR_WORDS], "query": m.FusionQuery(fusion=m.Fusion.RRF), "limit": 3},
    "dbsf": {"prefetch": [NEAR_DENSE, NEAR_WORDS], "query": m.FusionQuery(fusion=m.Fusion.DBSF), "limit": 8},
    "rrf with weights": {
        "prefetch": [NEAR_DENSE, NEAR_WORDS],
        "query": m.RrfQuery(rrf=m.Rrf(k=60, weights=[1, 3])),
        "limit": 3,
    },
    "formula": {
        "prefetch": NEAR_DENSE,
        "query": m.FormulaQuery(formula=SIMPLE_FORMULA, defaults={"price": 1}),
        "limit": 6,
    },
    "formula with everything": {
        "prefetch": NEAR_DENSE,
        "query": m.FormulaQuery(formula=RICH_FORMULA, defaults=RICH_DEFAULTS),
        "limit": 6,
    },
    "relevance feedback": {
        "query": m.RelevanceFeedbackQuery(
            relevance_feedback=m.RelevanceFeedbackInput(
                target=QUERY,
                feedback=[m.FeedbackItem(example=1, score=0.9), m.FeedbackItem(example=3, score=0.2)],
                strategy=m.NaiveFeedbackStrategy(naive=m.NaiveFeedbackStrategyParams(a=1, b=0.5, c=0.25)),
            )
        ),
        "using": "dense",
        "limit": 4,
    },
    "nested prefetches": {
        "prefetch": m.Prefetch(
            prefetch=[NEAR_DENSE, m.Prefetch(query=WORDS, using="words", limit=6, filter=CHEAPER)],
            query=[[0.5, 0.5]],
            using="rows",
            limit=5,
        ),
        "query": QUERY,
        "using": "dense",
        "limit": 3,
        "query_filter": m.Filter(must_not=[m.HasIdCondition(has_id=[2])]),
    },
    "prefetch with everything": {
        "prefetch": m.Prefetch(
            query=QUERY,
            using="dense",
            limit=8,
            score_threshold=0.1,
            filter=CHEAPER,
            params=m.SearchParams(exact=True),
            lookup_from=FROM_ITEMS,
        ),
        "query": 1,
        "using": "dense",
        "limit": 3,
        "lookup_from": FROM_ITEMS,
    },
    "nothing: by id": {"limit": 3, "with_payload": ["city"], "offset": 2},
    "score threshold": {"query": QUERY, "using": "dense", "limit": 10, "score_threshold": 0.35, "offset": 1},
    "search parameters": {
        "query": QUERY,
        "using": "dense",
        "limit": 3,
        "query_filter": CHEAPER,
        "search_params": m.SearchParams(
            hnsw_ef=32,
            exact=False,
            indexed_only=False,
            quantization=m.QuantizationSearchParams(ignore=True, rescore=False, oversampling=1.5),
            acorn=m.AcornSearchParams(enable=True, max_selectivity=0.5),
        ),
    },
    "payload without parts": {
        "query": QUERY,
        "using": "dense",
        "limit": 2,
        "with_payload": m.PayloadSelectorExclude(exclude=["text", "nested", "mixed"]),
        "with_vectors": True,
    },
}


def query(name: str = ITEMS, **request: Any) -> list[Any]:
    request = {"with_payload": False, "timeout": 10, "consistency": m.ReadConsistencyType.QUORUM} | request
    return c.points(client.query_points(name, **request).points)


def query_groups(**request: Any) -> list[Any]:
    return c.groups(client.query_points_groups(ITEMS, **{"with_payload": False} | request))


def steps() -> None:
    for name, request in QUERIES.items():
        step(f"query: {name}", lambda: query(**request))
    step(
        "query: idf of a part",
        lambda: query(
            query=WORDS, using="words", limit=6, search_params=m.SearchParams(idf=m.IdfCorpusParams(corpus=CHEAPER))
        ),
    )
    step(
        "query: sample",
        lambda: sorted(one["id"] for one in query(query=m.SampleQuery(sample=m.Sample.RANDOM), limit=100)),
    )
    step(
        "query of default vectors",
        lambda: query("plain", query=[1, 1, 1], limit=3, with_payload=True, with_vectors=True),
    )
    step(
        "query batch",
        lambda: [
            c.points(one.points)
            for one in client.query_batch_points(
                ITEMS,
                [
                    m.QueryRequest(query=QUERY, using="dense", limit=4, with_payload=["city"], with_vector=["dense"]),
                    m.QueryRequest(
                        prefetch=[NEAR_DENSE, NEAR_WORDS], query=m.FusionQuery(fusion=m.Fusion.RRF), limit=3
                    ),
                    m.QueryRequest(query=QUERIES["recommend"]["query"], using="dense", limit=4),
                ],
            )
        ],
    )
    step("query groups", lambda: query_groups(query=QUERY, using="dense", **BY_CITY, with_payload=["city"]))
    step(
        "query groups with lookup",
        lambda: query_groups(
            query=QUERY, using="dense", group_by="owner", group_size=2, limit=4, with_lookup=AGE, query_filter=CHEAPER
        ),
    )
    step(
        "query groups of numbers",
        lambda: query_groups(query=QUERY, using="dense", group_by="number", group_size=1, limit=20),
    )
    step(
        "query groups over prefetches",
        lambda: query_groups(prefetch=[NEAR_DENSE, NEAR_WORDS], query=m.FusionQuery(fusion=m.Fusion.RRF), **BY_CITY),
    )
