"""The graph: from the tree to a checked network, block instances kept."""
