"""Files, folders, progress and imports: what every other room uses, and needs none of them."""
