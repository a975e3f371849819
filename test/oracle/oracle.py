"""Random requests, asked of our server and of local mode of qdrant-client: scores, payloads and refusals must agree.

    python oracle.py URL [--seed N] [--seconds S] [--collections N] [--failures N] [--only KIND] [--canary]

Prints the seed, and at the end how many requests of each kind were compared. At a disagreement: seed, step, the
smallest request found that shows it (for curl), both answers; `--seed` with that number makes the same collection and
requests again. Ends with status 1 then. What local mode is known to do otherwise than Qdrant is in differences.py.
"""

import argparse
import logging
import random
import sys
import time
import warnings
from collections import Counter

from asking import remote_client
from checks import Sides
from differences import check_all_avoided
from life import Life
from local_mode import local_client


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--collections", type=int, default=1_000_000, help="at most")
    parser.add_argument("--failures", type=int, default=3, help="disagreements after which it ends")
    parser.add_argument("--only", help="kinds of requests that begin so; nothing is changed then")
    parser.add_argument("--canary", action="store_true", help="our scores are made wrong: answers must disagree")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    check_all_avoided()
    remote, asked = remote_client(arguments.url)
    sides = Sides(local_client(), remote, asked, is_canary=arguments.canary)
    counts: Counter[str] = Counter()
    print(f"seed={arguments.seed} seconds={arguments.seconds}", flush=True)
    until = time.monotonic() + arguments.seconds
    failures = collections = 0
    while time.monotonic() < until and failures < arguments.failures and collections < arguments.collections:
        life = Life(sides, arguments.seed + collections, counts, arguments.only)
        life.live(lambda: time.monotonic() > until)
        failures += life.failures
        collections += 1
    for kind, count in sorted(counts.items()):
        print(f"  {count:6} {kind}")
    compared = sum(count for kind, count in counts.items() if not kind.startswith("made anew"))
    print(f"{compared} requests compared, {collections} collections")
    print("agreed" if failures == 0 else f"{failures} disagreements")
    sys.exit(1 if failures else 0)


main()
