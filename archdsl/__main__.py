"""`python -m archdsl`: the command."""

from archdsl.cli import main

if __name__ == "__main__":
    main(prog_name="archdsl")
