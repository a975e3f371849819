"""Queries of every kind through Python's official client, against the same client's own engine in memory.

Ends with status 0 where all is right. The random sample is checked for what must be in it.
"""

import random
import sys

from qdrant_client import QdrantClient, models

COUNT = 150
NAME = "queries"
LOOKUP = "colours"
choose = random.Random(11)


def numbers(count):
    return [choose.randrange(-256, 256) / 256 for _ in range(count)]


def words():
    indices = sorted(choose.sample(range(30), choose.randrange(3, 9)))
    return models.SparseVector(indices=indices, values=[choose.randrange(1, 256) / 64 for _ in indices])


def point(number):
    vectors = {"dense": numbers(8), "near": numbers(4), "words": words(), "rows": [numbers(4) for _ in range(3)]}
    payload = {
        "colour": number * 7 % 9,
        "city": choose.choice(["Paris", "Kyiv", "東京"]),
        "tags": [f"t{tag}" for tag in range(number % 4)],
        "price": choose.randrange(1, 1000) / 4,
        "number": number,
    }
    return models.PointStruct(id=number, vector=vectors, payload=payload)


POINTS = [point(number) for number in range(COUNT)]
COLOURS = [models.PointStruct(id=n, vector={"dense": numbers(8)}, payload={"name": f"c{n}"}) for n in range(0, 9, 2)]


def fill(client):
    client.create_collection(
        NAME,
        vectors_config={
            "dense": models.VectorParams(size=8, distance=models.Distance.DOT),
            "near": models.VectorParams(size=4, distance=models.Distance.EUCLID),
            "rows": models.VectorParams(
                size=4,
                distance=models.Distance.COSINE,
                multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            ),
        },
        sparse_vectors_config={"words": models.SparseVectorParams()},
    )
    client.create_collection(LOOKUP, {"dense": models.VectorParams(size=8, distance=models.Distance.DOT)})
    client.upsert(NAME, POINTS, wait=True)
    client.upsert(LOOKUP, COLOURS, wait=True)


def recommend(positive, negative=(), strategy=None):
    given = models.RecommendInput(positive=list(positive), negative=list(negative), strategy=strategy)
    return models.RecommendQuery(recommend=given)


def discover(target, *pairs):
    context = [models.ContextPair(positive=positive, negative=negative) for positive, negative in pairs]
    if target is None:
        return models.ContextQuery(context=context)
    return models.DiscoverQuery(discover=models.DiscoverInput(target=target, context=context))


def query_calls():
    """Arguments of query_points, by what they try."""
    dense, other, near, sparse, rows = numbers(8), numbers(8), numbers(4), words(), [numbers(4), numbers(4)]
    cheap = models.Filter(must=[models.FieldCondition(key="price", range=models.Range(lt=150))])
    best, total = models.RecommendStrategy.BEST_SCORE, models.RecommendStrategy.SUM_SCORES
    of_words = models.Prefetch(query=sparse, using="words", limit=20)
    two = [models.Prefetch(query=dense, using="dense", limit=30), of_words]
    formula = models.SumExpression(
        sum=[
            "$score",
            models.MultExpression(mult=[0.01, "price"]),
            models.FieldCondition(key="city", match=models.MatchValue(value="Kyiv")),
        ]
    )
    yield "nearest", dict(query=dense, using="dense", query_filter=cheap, offset=3)
    yield "nearest by id", dict(query=7, using="near", score_threshold=1.5)
    yield "average", dict(query=recommend([1, 2], [3]), using="dense")
    yield "average of vectors", dict(query=recommend([dense, 5], [other]), using="dense", query_filter=cheap)
    yield "average, smaller first", dict(query=recommend([1, 2], [3]), using="near")
    elsewhere = models.LookupLocation(collection=LOOKUP)
    yield "average from elsewhere", dict(query=recommend([2, 4]), using="dense", lookup_from=elsewhere)
    for using, example in (("dense", dense), ("near", near), ("words", sparse), ("rows", rows)):
        yield f"best score of {using}", dict(query=recommend([1, example], [3, 4], best), using=using)
        yield f"sum of scores of {using}", dict(query=recommend([1, example], [3, 4], total), using=using)
        yield f"discovery in {using}", dict(query=discover(example, (5, 6), (7, 8)), using=using)
    context = discover(None, (5, 6), (dense, 8), (9, 10), (11, 12))
    yield "context", dict(query=context, using="dense", query_filter=cheap)
    yield "rank fusion", dict(prefetch=two, query=models.FusionQuery(fusion=models.Fusion.RRF))
    yield "rank fusion with its own k", dict(prefetch=two, query=models.RrfQuery(rrf=models.Rrf(k=60)))
    yield "distribution fusion", dict(prefetch=two, query=models.FusionQuery(fusion=models.Fusion.DBSF))
    yield "rescoring", dict(prefetch=two, query=other, using="dense", query_filter=cheap)
    nested = models.Prefetch(prefetch=two, query=models.FusionQuery(fusion=models.Fusion.DBSF), limit=15)
    yield "a tree", dict(prefetch=[nested, two[0]], query=rows, using="rows", limit=8)
    yield "a formula", dict(prefetch=two[0], query=models.FormulaQuery(formula=formula))
    diverse = models.NearestQuery(nearest=dense, mmr=models.Mmr(diversity=0.4, candidates_limit=40))
    yield "diversity", dict(query=diverse, using="dense")
    yield "an order", dict(query=models.OrderByQuery(order_by=models.OrderBy(key="number", direction="desc")))
    yield "no query", dict(query_filter=cheap, with_payload=["city"])


def group_calls():
    dense, sparse = numbers(8), words()
    yield "groups of numbers", dict(query=dense, using="dense", group_by="colour", limit=4, group_size=2)
    shown = dict(group_by="city", limit=2, group_size=5, with_payload=["city"])
    yield "groups of words", dict(query=sparse, using="words", **shown)
    yield "groups of lists", dict(query=recommend([1], [2]), using="dense", group_by="tags[]", limit=3, group_size=3)
    lookup = models.WithLookup(collection=LOOKUP, with_payload=True, with_vectors=False)
    each = dict(group_by="colour", limit=9, group_size=1)
    yield "groups looked up", dict(query=dense, using="dense", with_lookup=lookup, **each)


def close(one, two):
    return abs(one - two) <= 2e-5 * max(1, abs(two))


def compare(what, ours, theirs):
    """Points with equal scores may swap places, and at the end one may stand for another."""
    wrong = f"{what}:\n{ours}\nis not\n{theirs}"
    if len(ours) != len(theirs):
        sys.exit(wrong)
    known = {hit.id: hit for hit in theirs}
    for one, two in zip(ours, theirs):
        if not close(one.score, two.score):
            sys.exit(wrong)
        twin = known.get(one.id)
        if twin is None and close(one.score, theirs[-1].score):
            continue
        if twin is None or not close(one.score, twin.score) or (one.payload or {}) != (twin.payload or {}):
            sys.exit(wrong)


def compare_groups(what, ours, theirs):
    # Groups with equally good points may swap places.
    ours, theirs = ({group.id: group for group in groups} for groups in (ours, theirs))
    if ours.keys() != theirs.keys():
        sys.exit(f"{what}: {ours.keys()} is not {theirs.keys()}")
    for name, group in ours.items():
        compare(f"{what}, {name}", group.hits, theirs[name].hits)
        lookups = [(one.lookup.id, one.lookup.payload) if one.lookup else None for one in (group, theirs[name])]
        if lookups[0] != lookups[1]:
            sys.exit(f"{what}, {name}: looked up {lookups}")


def check_matrix(server, memory):
    some = models.Filter(must=[models.HasIdCondition(has_id=[3, 5, 8, 13, 21, 34])])
    given = dict(query_filter=some, sample=50, limit=2)
    for using in ("dense", "near"):
        pairs = [c.search_matrix_pairs(NAME, using=using, **given).pairs for c in (server, memory)]
        for one, two in zip(*pairs, strict=True):
            if (one.a, one.b) != (two.a, two.b) or abs(one.score - two.score) > 1e-4:
                sys.exit(f"matrix of {using}: {one} is not {two}")
        offsets = server.search_matrix_offsets(NAME, using=using, **given)
        if [offsets.ids[row] for row in offsets.offsets_row] != [pair.a for pair in pairs[0]]:
            sys.exit(f"matrix of {using}: {offsets}")


def main():
    server = QdrantClient(url=sys.argv[1], check_compatibility=False, timeout=30)
    memory = QdrantClient(":memory:")
    for client in (server, memory):
        fill(client)
    server.create_payload_index(NAME, "number", models.PayloadSchemaType.INTEGER, wait=True)

    calls = list(query_calls())
    for what, call in calls:
        ours, theirs = (client.query_points(NAME, **call).points for client in (server, memory))
        compare(what, ours, theirs)
        if what in ("an order", "no query") and [hit.id for hit in ours] != [hit.id for hit in theirs]:
            sys.exit(f"{what}: {ours} is not {theirs}")
    requests = [
        models.QueryRequest(query=call["query"], using=call["using"], limit=5)
        for what, call in calls
        if what.startswith(("best score", "average of"))
    ]
    answers = [client.query_batch_points(NAME, requests) for client in (server, memory)]
    for ours, theirs in zip(*answers, strict=True):
        compare("a batch", ours.points, theirs.points)
    for what, call in group_calls():
        compare_groups(what, *(client.query_points_groups(NAME, **call).groups for client in (server, memory)))
    check_matrix(server, memory)

    sample = models.SampleQuery(sample=models.Sample.RANDOM)
    paris = models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value="Paris"))])
    drawn = server.query_points(NAME, query=sample, query_filter=paris, limit=COUNT).points
    if {hit.id for hit in drawn} != {one.id for one in POINTS if one.payload["city"] == "Paris"}:
        sys.exit(f"sample: {drawn}")
    print("all as promised")


main()
