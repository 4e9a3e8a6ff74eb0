"""The flow: which stages there are, in order. This is the one list; nothing else names them all.

Document stages see one document and run in parallel; corpus stages see all of them and run once, after the others.
Reading this module loads no model and no heavy library: stages load what they need when they are built.
"""

from __future__ import annotations

import importlib

from pipeline.stage import Stage, check

MODULES = (
    "pipeline.stages.parse",
    "pipeline.stages.facts",
    "pipeline.stages.segment",
    "pipeline.stages.tag",
    "pipeline.stages.find",
    "pipeline.stages.embed",
    "pipeline.stages.evidence",
    "pipeline.stages.align",
    "pipeline.stages.audit",
    "pipeline.stages.lineage",
    "pipeline.stages.cluster",
)


def stages(modules: tuple[str, ...] = MODULES) -> dict[str, Stage]:
    """The stages by the name of their module, in order.

    Raises:
        FlowError: if a stage needs what no earlier one makes.
    """
    found = {module: importlib.import_module(module).STAGE for module in modules}
    check(found.values())
    return found
