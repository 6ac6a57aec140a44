"""Clean text, masks, pinyin, search. Knows nothing of the rest of the house.

Model fields: `wording.fields`. Form fields: `wording.forms`. Refusals of deeds: `wording.errors`.
"""

from wording.filenames import clean_filename
from wording.masks import mask_email, mask_id, mask_name, mask_phone
from wording.pinyin import pinyin_full, pinyin_initials
from wording.search import bigram_index, bigrams, fold, name_search, normalise
from wording.text import TextRefused, clean, clean_query, tidy

__all__ = [
    "TextRefused",
    "bigram_index",
    "bigrams",
    "clean",
    "clean_filename",
    "clean_query",
    "fold",
    "mask_email",
    "mask_id",
    "mask_name",
    "mask_phone",
    "name_search",
    "normalise",
    "pinyin_full",
    "pinyin_initials",
    "tidy",
]
