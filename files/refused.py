"""Why a file is not taken."""

from wording.errors import Refused


class FileRefused(Refused):
    """The file is not taken; `code` is too_large | empty | wrong_name | wrong_type | broken | active_content | zip_bomb |
    too_many_pixels | unknown_file."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code)
        self.status_hint = 413 if code == "too_large" else 400
