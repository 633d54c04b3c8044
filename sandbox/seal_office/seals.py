"""A department's seal: a key with a certificate that the office has made itself, and putting it on a PDF (PAdES B-B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import pairwise
from math import cos, pi, sin

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Seal"
DESTINATION = "seal"
"""Where a paper keeps a place for its seal: the upper left corner of a field of 62 mm by 45 mm (docs/papers.md)."""

POINTS_PER_MM = 72 / 25.4
PLACE_MM, SIDE_MM = 62.0, 42.0


class NotAPaper(ValueError):
    """The file is no PDF that could be signed."""


class _Behind(IncrementalPdfFileWriter):
    """Adds behind a file and leaves its data as they are: rewritten, they would no longer say PDF/A in its own form."""

    def _update_meta(self) -> None:
        return


@dataclass(frozen=True)
class Seal:
    """A seal in the office's keeping: key and certificate as DER, the number of the certificate in hex."""

    name: str
    key: bytes
    certificate: bytes

    @property
    def serial(self) -> str:
        return f"{x509.load_der_x509_certificate(self.certificate).serial_number:x}"


def make_seal(name: str, now: datetime) -> Seal:
    """A new seal whose certificate names it, good for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Seal(name, secret, certificate.public_bytes(serialization.Encoding.DER))


def put_on(pdf: bytes, seal: Seal, reason: str) -> bytes:
    """The same bytes with the signature behind them, seen as a red ring where the paper keeps a place for it.

    Raises NotAPaper.
    """
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(seal.certificate),
        signing_key=keys.PrivateKeyInfo.load(seal.key),
        cert_registry=SimpleCertificateStore(),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=seal.name,
        reason=reason,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    try:
        page, box = _place(PdfFileReader(BytesIO(pdf)))
        field = fields.SigFieldSpec(FIELD, on_page=page, box=box, readable_field_name=f"电子印章：{seal.name}")
        writer = signers.PdfSigner(meta, signer, stamp_style=_ring(), new_field_spec=field)
        sealed = writer.sign_pdf(_Behind(BytesIO(pdf)))
    except PdfError as error:
        raise NotAPaper(str(error)) from error
    return bytes(sealed.getbuffer())


def _place(reader: PdfFileReader) -> tuple[int, tuple[int, int, int, int] | None]:
    """Page and box of the place that the paper keeps; the last page and nothing to see without one."""
    pages = int(reader.root["/Pages"]["/Count"])
    named = list(reader.root.get("/Names", {}).get("/Dests", {}).get("/Names", []))
    found = {str(name): at.get_object() for name, at in zip(named[0::2], named[1::2], strict=True)}.get(DESTINATION)
    if found is None:
        return pages - 1, None
    where = found["/D"] if isinstance(found, DictionaryObject) else found
    page = next(n for n in range(pages) if reader.find_page_for_modification(n)[0] == where.raw_get(0))
    side = SIDE_MM * POINTS_PER_MM
    left, top = float(where[2]) + (PLACE_MM - SIDE_MM) / 2 * POINTS_PER_MM, float(where[3])
    return page, (round(left), round(top - side), round(left + side), round(top))


def _ring() -> StaticStampStyle:
    """A red ring with a star: lines only, so that name and date below it can be read."""
    drawn = f"q 0.8 0 0 RG 3 w {_circle(50, 46)} 1 w {_star(50, 14)} Q"
    return StaticStampStyle(border_width=0, background=RawContent(drawn.encode(), box=BoxConstraints(100, 100)))


def _circle(centre: float, radius: float) -> str:
    """As PDF draws it: four curves."""
    bow = radius * 0.5523
    ways = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 0))
    path = _point(centre + radius, centre) + " m"
    for (ax, ay), (bx, by) in pairwise(ways):
        path += f" {_point(centre + radius * ax + bow * bx, centre + radius * ay + bow * by)}"
        path += f" {_point(centre + radius * bx + bow * ax, centre + radius * by + bow * ay)}"
        path += f" {_point(centre + radius * bx, centre + radius * by)} c"
    return path + " s"


def _star(centre: float, radius: float) -> str:
    angles = (pi / 2 + tip * 4 * pi / 5 for tip in range(5))
    tips = [_point(centre + radius * cos(angle), centre + radius * sin(angle)) for angle in angles]
    return f"{tips[0]} m {' '.join(f'{tip} l' for tip in tips[1:])} s"


def _point(x: float, y: float) -> str:
    return f"{x:.3f} {y:.3f}"
