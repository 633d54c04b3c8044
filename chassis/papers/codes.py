"""Square codes that a telephone reads (QR, ISO/IEC 18004), as drawings that the setter takes in. Addresses, never secrets."""

from __future__ import annotations

from io import BytesIO

import segno

QUIET = 4
"""Empty modules around it, as the standard asks: without them many telephones see no code."""


def drawing_of(address: str) -> str:
    """The code of an address as SVG: of error correction M, so that a fold or a drop of coffee does not spoil it.

    The same for the same address. Raises ValueError for more than a code holds (some 2,300 letters).
    """
    drawn = BytesIO()
    try:
        code = segno.make_qr(address, error="m")
    except segno.DataOverflowError as error:
        raise ValueError("an address longer than a code holds") from error
    code.save(drawn, kind="svg", border=QUIET, light="#fff", xmldecl=False, nl=False, omitsize=True)
    return drawn.getvalue().decode()
