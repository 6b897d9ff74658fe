"""What programs ask: /api/v1, with keys, told in OpenAPI."""
