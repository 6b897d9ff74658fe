"""Settings as people change them: each change is checked, logged with what was before, and can be undone."""
