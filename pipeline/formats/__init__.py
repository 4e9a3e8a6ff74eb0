"""Runs in the formats of other tools: out, and from Label Studio back."""
