"""People who never log in: each has one page made for one act, and decides nothing but that."""
