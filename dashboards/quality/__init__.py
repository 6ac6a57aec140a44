"""数据质量: what the files lack, what is out of date or doubtful, and how each is mended."""
