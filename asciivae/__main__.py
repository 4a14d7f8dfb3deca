"""`python -m asciivae` is `asciivae`."""

from asciivae.cli import main

if __name__ == "__main__":
    main()
