"""Speed and memory: of a run, stage by stage, and of other tools on the same files."""
