"""What runs, checks and remembers the lessons' exercises. Read child.py, runner.py and judge.py first."""
