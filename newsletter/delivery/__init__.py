"""Stage 6, to each confirmed reader, once: freeze, claim, hand over, record; and notices by the same lanes."""
