"""`python -m yujing` is the command `yujing`."""

from yujing.cli import main

main()
