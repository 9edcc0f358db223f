"""Rows of a query as a workbook for people: text as text, numbers as numbers, nothing as a formula."""

import io
from math import isfinite

from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, parse_query_results
from xlsxwriter import Workbook

from talkoot.ontology.namespaces import XSD

_NUMBERS = frozenset(
    XSD[name] for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
_LONGEST_CELL = 32_767


def workbook_of_rows(rows: bytes) -> bytes:
    """The workbook of SPARQL results in TSV; a text longer than a cell holds ends in an ellipsis.

    Source: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3, limits of Excel.
    """
    found = parse_query_results(rows, QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    output = io.BytesIO()
    workbook = Workbook(output, {"constant_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, names, workbook.add_format({"bold": True}))
    for row, solution in enumerate(found, start=1):
        for column, value in enumerate(solution):
            if isinstance(value, Literal) and value.datatype in _NUMBERS and isfinite(number := float(value.value)):
                sheet.write_number(row, column, number)
            elif value is not None:
                text = str(getattr(value, "value", value))
                sheet.write_string(row, column, text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…")
    workbook.close()
    return output.getvalue()
