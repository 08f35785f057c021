"""Facts -> what people and programs read: rows first, then a renderer for each form."""
