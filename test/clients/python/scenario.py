"""The shared scenario with Python's official client, by gRPC. Prints one JSON line a step (../README.md).

    python test/clients/python/scenario.py 127.0.0.1 6334

Where the client has a method, that is called; the older methods (search, recommend, discover), and requests
that it refuses to make go by its raw stubs.
"""

import alias_steps
import change_steps
import collection_steps
import error_steps
import large_steps
import last_steps
import point_steps
import query_steps
import read_steps
import search_steps

collection_steps.steps()
point_steps.steps()
read_steps.steps()
search_steps.steps()
query_steps.steps()
error_steps.steps()
change_steps.steps()
large_steps.steps()
alias_steps.steps()
last_steps.steps()
