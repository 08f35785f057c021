"""What the exit codes mean."""

FINE = 0
WRONG_SPEC = 1
WRONG_COMMAND = 2
"""A missing file, an unknown option, an output that cannot be written."""
INTERNAL_ERROR = 70
"""What sysexits.h calls EX_SOFTWARE."""
CANCELLED = 130
"""What a shell reports after ^C."""
PIPE_CLOSED = 141
"""What a shell reports of a program that a closed pipe ended."""
