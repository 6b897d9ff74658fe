"""What the checks look at: gathered once, from the rendered parts, the database, and what was looked at before."""
