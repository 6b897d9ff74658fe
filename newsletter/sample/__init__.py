"""A sample quarter of the Mayors Migration Council: publications, pictures drawn for them, and invented readers."""

from pathlib import Path


def publications_path() -> Path:
    return Path(__file__).with_name("publications.json")
