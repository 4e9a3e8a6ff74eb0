"""Pledgebook: who promised what, in which document, in Chinese and in English."""

__version__ = "0.1.0"
