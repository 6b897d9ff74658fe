"""From an issue's draft to what readers get: HTML, text and MIME, rendered once per language and filled per reader."""
