"""The graphviz backend: a graph becomes a picture."""
