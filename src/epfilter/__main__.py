"""Run the command line: `python -m epfilter`."""

from epfilter.cli import main

if __name__ == "__main__":
    main()
