"""Run the command line as `python -m bookbuilder`."""

from bookbuilder.cli import main

if __name__ == "__main__":
    main()
