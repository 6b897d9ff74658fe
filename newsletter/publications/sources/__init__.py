"""Where publications come from: feeds, WordPress, files, pages that list them. Each reader tells entries, no more."""
