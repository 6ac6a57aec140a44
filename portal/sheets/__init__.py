"""表格导入导出: the pages around `exchange`."""
