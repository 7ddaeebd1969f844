package report

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// writeXLSX writes one sheet per table. Text stays text (it is never a formula) and sums are whole minor units or
// text, so no amount passes through a floating point number here.
func writeXLSX(w io.Writer, generated time.Time, tables ...table) (err error) {
	f := excelize.NewFile().SetZipWriter(newSortedZip)
	defer func() { err = errors.Join(err, f.Close()) }()
	stamp := generated.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Signalbox", Created: stamp, Modified: stamp}); err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, t := range tables {
		if i == 0 {
			err = f.SetSheetName("Sheet1", t.sheet)
		} else {
			_, err = f.NewSheet(t.sheet)
		}
		if err != nil {
			return err
		}
		if err := writeSheet(f, t, bold); err != nil {
			return err
		}
	}
	return f.Write(w)
}

func writeSheet(f *excelize.File, t table, bold int) error {
	sw, err := f.NewStreamWriter(t.sheet)
	if err != nil {
		return err
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(t.header))
	for i, h := range t.header {
		header[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := sw.SetRow("A1", header); err != nil {
		return err
	}
	values := make([]any, len(t.header))
	for i, row := range t.rows {
		for j, c := range row {
			values[j] = sheetValue(c)
		}
		if err := sw.SetRow("A"+strconv.Itoa(i+2), values[:len(row)]); err != nil {
			return err
		}
	}
	return sw.Flush()
}

// sheetValue keeps whole numbers as numbers; everything else is text.
func sheetValue(c cell) any {
	if c.number {
		if n, err := strconv.ParseInt(c.text, 10, 64); err == nil {
			return n
		}
	}
	if c.text == "" {
		return nil
	}
	return c.text
}
