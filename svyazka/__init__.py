"""Svyazka: the link between a call centre and the people who do the work afterwards."""

__version__ = "0.1.0"
