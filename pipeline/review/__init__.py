"""The review desk: people see the evidence, decide, and their decisions are kept in a log that only grows."""
