"""The face for spreadsheets: tables in and out. It holds no rules; what a row means is decided by the subject it is handed to."""
