"""The client, and how a step is run and printed."""

import sys
from typing import Any, Callable

import grpc as transport
from qdrant_client import QdrantClient

import canonical as c

HOST, PORT = sys.argv[1], int(sys.argv[2])

# `cloud_inference`: documents go to the server as they are, the client makes no vectors of them.
client = QdrantClient(host=HOST, grpc_port=PORT, prefer_grpc=True, check_compatibility=False, cloud_inference=True)

raw_collections = client.grpc_collections
raw_points = client.grpc_points
QUERY = [0.3, 0.5, 0.2, 0.4]
BIG = 9007199254740993
LARGEST = 18446744073709551615
UUID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
ITEMS = "items"


def step(name: str, run: Callable[[], Any]) -> None:
    try:
        answer = run()
    except transport.RpcError as failure:
        answer = c.error(failure)
    print(c.written({"step": name, "answer": answer}), flush=True)
