"""Letters for PDFs that bring none: without them a page of names would look empty on a server without fonts.

Word and Excel leave out MS明朝 and MSゴシック where they are told to save room. The machine's own fonts come
first, then the one that comes with the product (Noto Sans JP, as for registration sheets).
"""

import ctypes
from importlib.resources import files

import pypdfium2.raw as raw

_MACHINE = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts/TTF")
_kept: list[object] = []  # the library reads the list as long as it lives


def use_them() -> None:
    """Begin the library anew with these folders; before any document is opened, and once."""
    ours = files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosansjp"
    folders = [ctypes.create_string_buffer(folder.encode()) for folder in (*_MACHINE, str(ours))]
    letters = ctypes.POINTER(ctypes.c_char)
    paths = (letters * (len(folders) + 1))(*(ctypes.cast(folder, letters) for folder in folders))
    config = raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=paths, m_pIsolate=None, m_v8EmbedderSlot=0)
    _kept.extend((folders, paths, config))
    raw.FPDF_DestroyLibrary()
    raw.FPDF_InitLibraryWithConfig(config)
