"""Stage 2, what this issue says: assembling, sections, items, wording, coverage, and the list's profile."""
