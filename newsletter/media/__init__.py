"""Foundation: pictures, re-encoded, resized and kept for ever under the hash of their bytes."""
