package report

import (
	"encoding/csv"
	"io"
	"strings"
)

// writeCSV writes RFC 4180 with CR LF line ends. A text that a spreadsheet would take for a formula gets an apostrophe
// in front (spec/console-and-finance.md 10.2).
func writeCSV(w io.Writer, t table) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(t.header); err != nil {
		return err
	}
	record := make([]string, len(t.header))
	for _, row := range t.rows {
		for i, c := range row {
			record[i] = c.text
			if !c.number {
				record[i] = harmless(c.text)
			}
		}
		if err := out.Write(record[:len(row)]); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(s[0])) {
		return "'" + s
	}
	return s
}
