"""The stages of the flow, one module or folder each; none imports another, none reads or writes a run's files."""
