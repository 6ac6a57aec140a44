"""驾驶舱: the street's board, and the list behind each of its numbers."""
