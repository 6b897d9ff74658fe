"""Stage 1, what the organisation published: kinds, import, the tray of items without a date."""
