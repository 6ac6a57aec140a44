"""Speed as ratios: ours beside the floor of the same work, in one run, on one machine. Nothing here is a test with a time limit."""
