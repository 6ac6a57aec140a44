"""数据质量: the checks, the list behind each, and the form in each row that mends it."""
