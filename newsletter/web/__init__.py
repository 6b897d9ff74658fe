"""Pages and interfaces on the web: what readers see, and what programs ask."""
