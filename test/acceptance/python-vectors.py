"""Vectors of every kind through Python's official client, against brute force. Ends with status 0 where all is right."""

import math
import random
import sys

from qdrant_client import QdrantClient, models

COUNT = 200
NAME = "vectors"
choose = random.Random(5)


def numbers(count):
    return [choose.randrange(-256, 256) / 256 for _ in range(count)]


def point(number):
    vectors = {"": numbers(8), "bytes": [choose.randrange(256) for _ in range(6)], "quantised": numbers(64)}
    if number % 3:
        vectors["rows"] = [numbers(4) for _ in range(1 + number % 4)]
    if number % 2:
        indices = sorted(choose.sample(range(50), 1 + number % 7))
        vectors["words"] = models.SparseVector(indices=indices, values=[choose.randrange(1, 64) / 16 for _ in indices])
    return vectors


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def sparse_dot(query, vector, weight):
    other = dict(zip(vector.indices, vector.values))
    shared = [(index, value) for index, value in zip(query.indices, query.values) if index in other]
    return sum(value * other[index] * weight(index) for index, value in shared) if shared else None


def check(what, actual, expected):
    if actual != expected:
        sys.exit(f"{what}: {actual}, not {expected}")


def check_search(what, hits, scores, smaller_first=False):
    """scores: id to score of every point that may be found."""
    best = sorted(scores.values(), reverse=not smaller_first)[: len(hits)]
    check(f"{what}: hits", len(hits), min(10, len(scores)))
    for hit, wanted in zip(hits, best):
        for expected in (scores[hit.id], wanted):
            if abs(hit.score - expected) > 1e-5 * max(1, abs(expected)):
                sys.exit(f"{what}: point {hit.id} has {hit.score}, not {expected}")


def search(client, using, query, scores, query_filter=None, smaller_first=False, **params):
    hits = client.query_points(
        NAME, query=query, using=using or None, query_filter=query_filter, search_params=models.SearchParams(**params)
    ).points
    check_search(using, hits, scores, smaller_first)


def create(client):
    scalar = models.ScalarQuantization(scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8))
    client.create_collection(
        NAME,
        vectors_config={
            "": models.VectorParams(size=8, distance=models.Distance.DOT),
            "bytes": models.VectorParams(size=6, distance=models.Distance.EUCLID, datatype=models.Datatype.UINT8),
            "quantised": models.VectorParams(
                size=64, distance=models.Distance.DOT, on_disk=True, quantization_config=scalar
            ),
            "rows": models.VectorParams(
                size=4,
                distance=models.Distance.DOT,
                multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            ),
        },
        sparse_vectors_config={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )


def check_all(client, points):
    check("count", client.count(NAME).count, len(points))
    for record in client.retrieve(NAME, list(points), with_vectors=True):
        check(f"vectors of point {record.id}", record.vector, points[record.id])
    selected = client.retrieve(NAME, list(points), with_vectors=["words"])
    for record in selected:
        wanted = {name: vector for name, vector in points[record.id].items() if name == "words"}
        check(f"words of point {record.id}", record.vector, wanted)
    for name in ("words", "rows"):
        has = models.Filter(must=[models.HasVectorCondition(has_vector=name)])
        check(f"has {name}", client.count(NAME, count_filter=has).count, sum(name in v for v in points.values()))

    query = numbers(8)
    search(client, "", query, {number: dot(query, vectors[""]) for number, vectors in points.items() if "" in vectors})
    query = [choose.randrange(256) for _ in range(6)]
    search(
        client,
        "bytes",
        query,
        {number: math.dist(query, vectors["bytes"]) for number, vectors in points.items()},
        smaller_first=True,
    )
    query = numbers(64)
    scores = {number: dot(query, vectors["quantised"]) for number, vectors in points.items()}
    search(client, "quantised", query, scores, exact=True)
    oversampled = models.QuantizationSearchParams(rescore=True, oversampling=4)
    search(client, "quantised", query, scores, quantization=oversampled)
    rows = [numbers(4) for _ in range(3)]
    search(
        client,
        "rows",
        rows,
        {
            number: sum(max(dot(one, row) for row in vectors["rows"]) for one in rows)
            for number, vectors in points.items()
            if "rows" in vectors
        },
    )
    words = [vectors["words"] for vectors in points.values() if "words" in vectors]

    def rarity(index):
        frequency = sum(index in vector.indices for vector in words)
        return math.log((len(words) - frequency + 0.5) / (frequency + 0.5) + 1)

    query = models.SparseVector(indices=[3, 7, 11, 49], values=[1, 0.5, 2, 1])
    scored = {n: sparse_dot(query, vectors["words"], rarity) for n, vectors in points.items() if "words" in vectors}
    search(client, "words", query, {number: score for number, score in scored.items() if score is not None})
    has_rows = models.Filter(must=[models.HasVectorCondition(has_vector="rows")])
    filtered = {n: s for n, s in scored.items() if s is not None and "rows" in points[n]}
    search(client, "words", query, filtered, query_filter=has_rows)


def change_fields(client, points):
    """A field comes, is filled and searched, and goes; each time with another size."""
    for size in (3, 5):
        late = models.DenseVectorConfig(size=size, distance=models.Distance.DOT)
        client.create_vector_name(NAME, "late", models.DenseVectorNameConfig(dense=late))
        for number in list(points)[:20]:
            points[number]["late"] = numbers(size)
        given = [models.PointVectors(id=number, vector={"late": points[number]["late"]}) for number in list(points)[:20]]
        client.update_vectors(NAME, given, wait=True)
        query = numbers(size)
        scores = {number: dot(query, vectors["late"]) for number, vectors in points.items() if "late" in vectors}
        search(client, "late", query, scores)
        check_all(client, points)
        client.delete_vector_name(NAME, "late")
        for vectors in points.values():
            vectors.pop("late", None)
        check_all(client, points)


def main():
    client = QdrantClient(url=sys.argv[1], check_compatibility=False, timeout=30)
    create(client)
    points = {number: point(number) for number in range(COUNT)}
    client.upsert(
        NAME, [models.PointStruct(id=number, vector=vectors) for number, vectors in points.items()], wait=True
    )
    check_all(client, points)

    for number in (1, 2, 3):
        points[number]["rows"] = [numbers(4), numbers(4)]
        points[number]["words"] = models.SparseVector(indices=[3, 49], values=[number, 1])
    changed = [
        models.PointVectors(id=number, vector={name: points[number][name] for name in ("rows", "words")})
        for number in (1, 2, 3)
    ]
    client.update_vectors(NAME, changed, wait=True)
    for number in (4, 5, 6):
        points[number].pop("words", None)
        del points[number][""]
    client.delete_vectors(NAME, vectors=["words", ""], points=[4, 5, 6], wait=True)
    check_all(client, points)

    client.update_collection(
        NAME,
        vectors_config={
            "quantised": models.VectorParamsDiff(
                quantization_config=models.BinaryQuantization(binary=models.BinaryQuantizationConfig())
            )
        },
    )
    info = client.get_collection(NAME).config.params.vectors["quantised"]
    check("quantisation", info.quantization_config.binary is not None, True)
    change_fields(client, points)
    for number in range(0, COUNT, 7):
        del points[number]
    client.delete(NAME, points_selector=list(range(0, COUNT, 7)), wait=True)
    check_all(client, points)
    print("all as promised")


main()
