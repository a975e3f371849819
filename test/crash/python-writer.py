"""A writer of the crash test through Python's official client: see writers.ts for what the lines mean."""

import json
import random
import sys

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException

DIMENSION = 16


def numbers(point, version, count):
    return [((point * 31 + version * 17 + column * 7) % 257) / 256 - 0.5 for column in range(count)]


def words_of(point, version):
    return models.SparseVector(indices=[point % 64, 1000 + version], values=[1.5, 0.25])


def vectors_of(point, version):
    vectors = {
        "dense": numbers(point, version, DIMENSION),
        "rows": [numbers(point + row, version, 4) for row in range(1 + (point + version) % 3)],
        "words": words_of(point, version),
    }
    if version % 4 != 0:
        vectors["bytes"] = [(point * 31 + version * 17 + column * 7) % 251 for column in range(8)]
    return vectors


def report(line):
    print(json.dumps(line), flush=True)


def main():
    url, collection = sys.argv[1:3]
    first_id, id_count, seed, version = map(int, sys.argv[3:7])
    choose = random.Random(seed)
    client = QdrantClient(url=url, check_compatibility=False, timeout=30)
    while True:
        is_delete = choose.random() < 0.25
        count = choose.randint(1, 4 if is_delete else 8)
        ids = sorted({first_id + choose.randrange(id_count) for _ in range(count)})
        wait = choose.random() < 0.7
        if is_delete:
            report({"sent": {"kind": "delete", "ids": ids, "version": 0}})
        else:
            report({"sent": {"kind": "upsert", "ids": ids, "version": version}})
        try:
            if is_delete:
                client.delete(collection, models.PointIdsList(points=ids), wait=wait)
            else:
                points = [
                    models.PointStruct(
                        id=point, vector=vectors_of(point, version), payload={"id": point, "version": version}
                    )
                    for point in ids
                ]
                client.upsert(collection, points, wait=wait)
        except ResponseHandlingException:
            return  # the server is gone; an error that it answered would be another exception, and a finding
        report({"acknowledged": True})
        version += 1


main()
