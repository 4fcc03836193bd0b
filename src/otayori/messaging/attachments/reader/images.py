"""Read a picture: turned upright, made smaller, without anything that is not the picture; written anew."""

import io
from contextlib import suppress

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from otayori.messaging.attachments.limits import LONGEST_SIDE, MOST_PIXELS, PICTURE_HEIGHT, PICTURE_WIDTH
from otayori.messaging.attachments.reader.verdict import Unfit, Verdict

FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
QUALITY = 85


def read(last: str, data: bytes) -> Verdict:
    """Return the picture as it is sent on. Of a moving picture the first frame is kept."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit, below, before anything is unpacked
    try:
        opened = Image.open(io.BytesIO(data), formats=[FORMATS[last]])
    except UnidentifiedImageError as error:
        raise Unfit("broken") from error
    if opened.width * opened.height > MOST_PIXELS:
        raise Unfit("too large picture")
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked at a fraction of its size
    picture = ImageOps.exif_transpose(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture = _plain(picture)
    shown = picture.copy()
    shown.thumbnail((PICTURE_WIDTH, PICTURE_HEIGHT), Image.Resampling.LANCZOS)
    return Verdict(pictures=(as_webp(shown),), body=_written(picture, FORMATS[last]))


def as_webp(picture: Image.Image) -> bytes:
    """Return the picture as a WebP for a page of ours."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()


def _plain(picture: Image.Image) -> Image.Image:
    """Return its pixels alone, in sRGB: no camera, no place, no comment, no colour profile."""
    seen = "RGBA" if picture.has_transparency_data else "RGB"
    if profile := picture.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, OSError):  # a profile nobody understands: the pixels as they are
            srgb = ImageCms.createProfile("sRGB")
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if picture.mode in ("RGB", "CMYK", "L"):
                picture = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB") or picture
    picture = picture.convert(seen)
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _written(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    match form:
        case "JPEG":
            picture.convert("RGB").save(out, form, quality=QUALITY, optimize=True, progressive=True)
        case "WEBP":
            picture.save(out, form, quality=QUALITY)
        case _:
            picture.save(out, form, optimize=True)
    return out.getvalue()
