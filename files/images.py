"""Photos are drawn anew: what is not picture (place, camera, hidden data) stays behind."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from files.refused import FileRefused
from files.sniff import JPEG, Kind

MOST_PIXELS = 40_000_000
JPEG_QUALITY = 88


def redraw(data: bytes, kind: Kind, longest_side: int | None = None) -> bytes:
    """The same picture without EXIF, GPS, comments and further frames, turned upright; no side longer than `longest_side` pixels.

    Raises FileRefused("too_many_pixels" | "broken").
    """
    try:
        with warnings.catch_warnings():
            # The bound below is ours and lower; Pillow's warning would only fill the log.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["JPEG"] if kind is JPEG else ["PNG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise FileRefused("图片超过 4000 万像素，请缩小后再传。", code="too_many_pixels")
                upright = ImageOps.exif_transpose(image)
                if longest_side is not None and max(upright.size) > longest_side:
                    # Shrinking a palette by its numbers would make noise of it.
                    upright = upright.convert("RGBA") if upright.mode == "P" else upright
                    upright.thumbnail((longest_side, longest_side))
                return _encode(upright, kind)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise FileRefused("图片已损坏，打不开。请重新拍照或另存后再传。", code="broken") from error


def _encode(image: Image.Image, kind: Kind) -> bytes:
    """Bytes of a bare copy; only the colour profile goes along, without which phone photos look pale."""
    profile = image.info.get("icc_profile")
    out = io.BytesIO()
    if kind is JPEG:
        if image.mode not in ("RGB", "L"):
            # A CMYK profile does not describe the RGB copy.
            image, profile = image.convert("RGB"), None
        image.info = {}
        image.save(out, "JPEG", quality=JPEG_QUALITY, icc_profile=profile)
    else:
        transparency = image.info.get("transparency")
        image.info = {} if transparency is None else {"transparency": transparency}
        image.save(out, "PNG", icc_profile=profile, save_all=False)
    return out.getvalue()
