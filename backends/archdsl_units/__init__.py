"""What a reader sees of a graph before anything is laid out: its units, their labels and look.

No backend: what pictures and pages share, so that both look alike.
"""
