"""Text -> tree: sources and spans, the grammar, the parser, the frozen tree."""
