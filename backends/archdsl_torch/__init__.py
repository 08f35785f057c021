"""The torch backend: a graph becomes a readable PyTorch module."""
