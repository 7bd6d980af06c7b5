"""What the commands of kit.py do: each module is started as `python -m tools.NAME` in the project folder."""
