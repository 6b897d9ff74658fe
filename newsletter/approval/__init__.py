"""Stage 5, who said yes, to exactly what: snapshots with fingerprint and basis, and decisions that name them."""
