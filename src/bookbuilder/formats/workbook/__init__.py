"""The workbook as a PDF of its own."""
