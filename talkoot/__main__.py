"""Run the command line with ``python -m talkoot``."""

from talkoot.cli import main

if __name__ == "__main__":
    main()
