package report

import (
	"encoding/csv"
	"io"
	"strings"
)

// writeCSV writes RFC 4180 with CR LF line ends. A text that a spreadsheet would take for a formula gets an apostrophe
// in front (spec/console-and-finance.md 10.2). It gives the number of rows below the header.
func writeCSV(w io.Writer, t table) (rows int, err error) {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(t.header); err != nil {
		return 0, err
	}
	record := make([]string, len(t.header))
	for row, err := range t.rows {
		if err != nil {
			return rows, err
		}
		for i, c := range row {
			record[i] = c.text
			if !c.number {
				record[i] = harmless(c.text)
			}
		}
		if err := out.Write(record[:len(row)]); err != nil {
			return rows, err
		}
		rows++
	}
	out.Flush()
	return rows, out.Error()
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(s[0])) {
		return "'" + s
	}
	return s
}
