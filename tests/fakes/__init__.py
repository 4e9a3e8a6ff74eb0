"""A small flow that stands in for the real one: real records, no models, and words that make it misbehave.

A text file is a document; a line of it is a passage. A line may hold a word that makes its stage go wrong, so that
tests can see what a crash, a hang, an error or too much memory costs: see ``tests/fakes/parse.py``.
"""

FAKES = (
    "tests.fakes.parse",
    "tests.fakes.facts",
    "tests.fakes.segment",
    "tests.fakes.tag",
    "tests.fakes.find",
    "pipeline.stages.evidence",
    "tests.fakes.align",
    "tests.fakes.audit",
    "tests.fakes.cluster",
)
