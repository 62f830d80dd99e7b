"""Makes small files of each format, sound and hostile, in memory."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from email.message import EmailMessage

WORDS = "Kyiv rejected the plan on Monday."
PAGE = f"""<!doctype html><html><head><title>Talks stall</title></head><body><article><h1>Talks stall</h1>
<p>{WORDS} Its envoy left the hall after long talks with the partners.</p>
<p>Moscow insisted on the withdrawal of troops and warned of consequences if the talks fail.</p></article></body></html>"""


def make_zip(members, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_tar(members, mode="w:gz"):
    """Return a tar archive; a member that is a TarInfo is one without content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def make_letter(plain=WORDS, html=None, attached=(), **headers):
    letter = EmailMessage()
    letter["Subject"] = headers.get("subject", "Bulletin 12")
    letter["From"] = headers.get("sender", "The Bulletin <news@example.org>")
    letter["Date"] = "Thu, 27 Nov 2025 10:00:00 +0000"
    letter["Message-ID"] = "<1@example.org>"
    if plain is not None:
        letter.set_content(plain)
    if html is not None:
        letter.add_alternative(html, subtype="html")
    for name, content, kind in attached:
        main, _, sub = kind.partition("/")
        letter.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return letter.as_bytes()


def make_book(*sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_word(*paragraphs, body=None, head=""):
    """Return a Word document of these paragraphs, or with this between the tags of its body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    written = body or "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    part = f'{head}<w:document xmlns:w="{space}"><w:body>{written}</w:body></w:document>'
    return make_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": part})


def make_open_text(*paragraphs, body=None):
    """Return an OpenDocument text of these paragraphs, or with this between the tags of its text."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = f'xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0"'
    written = body or "".join(f"<text:p>{words}</text:p>" for words in paragraphs)
    text = f"<office:body><office:text>{written}</office:text></office:body>"
    part = f"<office:document-content {spaces}>{text}</office:document-content>"
    return make_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": part})


def make_table(**columns):
    import pyarrow
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


def make_pdf(pages, *, leading=14, **about):
    """Return a PDF file with a page for each list of lines; an empty string leaves the space of a line."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        content = f"BT /F1 11 Tf {leading} TL 60 780 Td " + " ".join(
            f"({line.translate(_ESCAPED)}) Tj T*" for line in lines
        )
        objects.append(f"<< /Length {len(content) + 3} >>\nstream\n{content} ET\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append("<< " + " ".join(f"/{name} ({value.translate(_ESCAPED)})" for name, value in about.items()) + " >>")
    return _with_places(objects)


_ESCAPED = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def _with_places(objects):
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{start}\n%%EOF"
    return out + trailer.encode()
