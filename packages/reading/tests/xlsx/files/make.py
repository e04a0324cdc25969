"""Makes the workbooks of this folder, and expected.json: for each the texts that its rows must have.

python3 -m venv v && v/bin/pip install openpyxl==3.1.5 XlsxWriter==3.2.9 && v/bin/python make.py
npx prettier --write expected.json

The expected texts are written here by hand, beside the values. Nothing in them comes from the reader under test.
"""

import datetime as dt
import json
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = Path(__file__).parent
FIXED = dt.datetime(2026, 1, 1)

# Value, number format, expected text.
CELLS = [
    ("Käse & <Wein>", None, "Käse & <Wein>"),
    ("  spaces  kept ", None, "  spaces  kept "),
    ("two\nlines", None, "two\nlines"),
    ("日本語 😀", None, "日本語 😀"),
    ("00123", None, "00123"),
    ("_x000D_", None, "_x000D_"),
    (0, None, "0"),
    (-17, None, "-17"),
    (0.1 + 0.2, None, "0.3"),
    (139.92999999999998, None, "139.93"),
    (1e20, None, "100000000000000000000"),
    (1.5e-7, None, "0.00000015"),
    (4006381333931, "0", "4006381333931"),
    (1234.5, '#,##0.00 "EUR"', "1234.5"),
    (0.19, "0%", "0.19"),
    (True, None, "TRUE"),
    (False, None, "FALSE"),
    (dt.date(2026, 2, 28), "dd.mm.yyyy", "2026-02-28"),
    (dt.date(1999, 12, 31), "mm-dd-yy", "1999-12-31"),
    (dt.datetime(2024, 2, 29, 23, 59, 59), "yyyy-mm-dd hh:mm:ss", "2024-02-29 23:59:59"),
    (dt.datetime(2024, 3, 1, 0, 0, 0), "yyyy-mm-dd hh:mm", "2024-03-01"),
    (dt.time(7, 8, 9), "hh:mm:ss", "07:08:09"),
    (45000, "[$-407]d. mmmm yyyy", None),
]
DAYS = {"1900": "2023-03-15", "1904": "2027-03-16"}


def texts(system):
    return [DAYS[system] if text is None else text for _, _, text in CELLS]


def make_openpyxl(name, system):
    book = openpyxl.Workbook()
    if system == "1904":
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Sales"
    for at, (value, number_format, _) in enumerate(CELLS, 1):
        # openpyxl does not write the underscore's own escape.
        cell = sheet.cell(1, at, "_x005F_x000D_" if value == "_x000D_" else value)
        if number_format is not None:
            cell.number_format = number_format
    sheet["A3"] = "=1+2"  # not calculated, so it has no value
    sheet["B3"] = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"))
    sheet["C5"] = "merged"
    sheet.merge_cells("C5:E6")
    sheet["G5"] = "#N/A"
    sheet["A9"] = "hidden row"
    sheet.row_dimensions[9].hidden = True
    book.create_sheet("Secret").sheet_state = "veryHidden"
    book.properties.created = book.properties.modified = FIXED
    book.save(HERE / name)
    return [
        {"row": 1, "cells": texts(system)},
        {"row": 3, "cells": ["", "plain bold"]},
        {"row": 5, "cells": ["", "", "merged", "", "", "", "#N/A"]},
        {"row": 6, "cells": []},
        {"row": 9, "cells": ["hidden row"]},
    ]


def make_xlsxwriter(name, system, options):
    book = xlsxwriter.Workbook(HERE / name, {"date_1904": system == "1904", **options})
    book.set_properties({"created": FIXED})
    sheet = book.add_worksheet("Sales")
    for at, (value, number_format, _) in enumerate(CELLS):
        style = None if number_format is None else book.add_format({"num_format": number_format})
        if isinstance(value, (dt.date, dt.time)):
            sheet.write_datetime(0, at, value, style)
        elif isinstance(value, str):
            sheet.write_string(0, at, value, style)
        else:
            sheet.write(0, at, value, style)
    sheet.write_formula(2, 0, "=1+2", None, 3)
    sheet.write_formula(2, 1, '="a"&"b"', None, "ab")
    sheet.write_formula(2, 2, "=1=1", None, True)
    sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")
    sheet.write_rich_string(2, 4, "plain ", book.add_format({"bold": True}), "bold")
    sheet.write_blank(2, 5, None, book.add_format({"bold": True}))
    sheet.write_string(1048575, 16383, "last")
    book.close()
    return [
        {"row": 1, "cells": texts(system)},
        {"row": 3, "cells": ["3", "ab", "TRUE", "#DIV/0!", "plain bold"]},
        {"row": 1048576, "cells": [""] * 16383 + ["last"]},
    ]


expected = {
    "openpyxl.xlsx": make_openpyxl("openpyxl.xlsx", "1900"),
    "openpyxl-1904.xlsx": make_openpyxl("openpyxl-1904.xlsx", "1904"),
    "xlsxwriter.xlsx": make_xlsxwriter("xlsxwriter.xlsx", "1900", {}),
    "xlsxwriter-1904.xlsx": make_xlsxwriter("xlsxwriter-1904.xlsx", "1904", {}),
    "xlsxwriter-inline.xlsx": make_xlsxwriter("xlsxwriter-inline.xlsx", "1900", {"constant_memory": True}),
    "xlsxwriter-zip64.xlsx": make_xlsxwriter("xlsxwriter-zip64.xlsx", "1900", {"use_zip64": True}),
}
for rows in expected.values():
    for row in rows:
        # Only the last cell of a long row is of interest.
        row["count"] = len(row["cells"])
        row["cells"] = row["cells"] if row["count"] < 100 else {"last": row["cells"][-1]}
(HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
