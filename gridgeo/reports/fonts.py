"""Whether this machine has fonts for every character of a text, asked of fontconfig before a page is set."""

from __future__ import annotations

import ctypes
import ctypes.util
import unicodedata
from functools import cache

from gridgeo.errors import NotInstalled

_FONTS = "fonts-noto-cjk (Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora) or font-noto-cjk (Alpine, Homebrew)"


def refuse_tofu(text: str) -> None:
    """Prove that every visible character of `text` stands in some installed font.

    Raises
    ------
    NotInstalled
        A character stands in none: it would be printed as an empty box.
    """
    wanted = {sign for sign in text if _visible(sign)}
    lacking = uncovered(wanted)
    if not lacking:
        return
    shown = " ".join(sorted(lacking)[:8])
    chinese = any(unicodedata.name(sign, "").startswith("CJK") for sign in lacking)
    need = f"a Chinese font, e.g. {_FONTS}" if chinese else "a font that has them, e.g. fonts-noto (Debian, Ubuntu)"
    raise NotInstalled(f"no font on this machine has {len(lacking)} characters of the text ({shown}); install {need}")


def uncovered(signs: set[str]) -> set[str]:
    """Those of `signs` that no installed font has, by fontconfig's own list.

    Raises
    ------
    NotInstalled
        fontconfig itself is missing.
    """
    library = _fontconfig()
    pattern = ctypes.c_void_p(library.FcPatternCreate())
    wanted = ctypes.c_void_p(library.FcObjectSetCreate())
    for name in (b"file", b"charset"):
        library.FcObjectSetAdd(wanted, name)
    found = library.FcFontList(None, pattern, wanted)
    left = {sign for sign in signs if len(sign) == 1}
    try:
        for number in range(found.contents.count if found else 0):
            charset = ctypes.c_void_p()
            font = ctypes.c_void_p(found.contents.fonts[number])
            if left and library.FcPatternGetCharSet(font, b"charset", 0, ctypes.byref(charset)) == 0:
                left = {sign for sign in left if not library.FcCharSetHasChar(charset, ord(sign))}
    finally:
        if found:
            library.FcFontSetDestroy(found)
        library.FcObjectSetDestroy(wanted)
        library.FcPatternDestroy(pattern)
    return left


class _FontSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_int), ("size", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p)))


@cache
def _fontconfig() -> ctypes.CDLL:
    for name in (
        ctypes.util.find_library("fontconfig"),
        "libfontconfig.so.1",
        "libfontconfig.1.dylib",
        "libfontconfig-1.dll",
    ):
        if name is None:
            continue
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        break
    else:
        raise NotInstalled(
            "fontconfig isn't on this machine; install libfontconfig1 and libpango-1.0-0 libpangoft2-1.0-0 (Debian, Ubuntu)"
        )
    pointers = [ctypes.c_void_p]
    for name, answers, takes in (
        ("FcPatternCreate", ctypes.c_void_p, []),
        ("FcPatternDestroy", None, pointers),
        ("FcObjectSetCreate", ctypes.c_void_p, []),
        ("FcObjectSetAdd", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
        ("FcObjectSetDestroy", None, pointers),
        ("FcFontList", ctypes.POINTER(_FontSet), pointers * 3),
        ("FcFontSetDestroy", None, [ctypes.POINTER(_FontSet)]),
        ("FcPatternGetCharSet", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)]),
        ("FcCharSetHasChar", ctypes.c_int, [ctypes.c_void_p, ctypes.c_uint32]),
    ):  # fmt: skip
        function = getattr(library, name)
        function.restype, function.argtypes = answers, takes
    return library


def _visible(sign: str) -> bool:
    """Whether a sign leaves ink; a private or unassigned one does, as an empty box."""
    unseen = unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp")
    return not unseen and not "\ufe00" <= sign <= "\ufe0f"
