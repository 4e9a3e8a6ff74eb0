"""Measures every stage on labelled works and, where they are there, on third-party sets; tools of the labelled corpus."""
