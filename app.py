"""Start the chat page: the same as ``ftz-qa serve``."""

from __future__ import annotations


def run() -> None:
    """Serve the page with the settings of the environment."""
    from ftz_qa.cli import main

    main(["serve"])


if __name__ == "__main__":
    run()
