"""English without a model: one grammar that says requests and hears them again."""
