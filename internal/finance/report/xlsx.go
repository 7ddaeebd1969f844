package report

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// sheetRows is how many rows a sheet takes below its header; a longer table goes on in a further sheet of its own.
const sheetRows = 1_000_000

// writeXLSX writes one sheet per table and gives the rows of the last one. Text stays text (it is never a formula) and sums are
// whole minor units or text, so no amount passes through a floating point number here.
func writeXLSX(w io.Writer, generated time.Time, perSheet int, giveWay func() error, tables ...table) (rows int, err error) {
	f := excelize.NewFile().SetZipWriter(newSortedZip(w, giveWay))
	defer func() { err = errors.Join(err, f.Close()) }()
	stamp := generated.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Signalbox", Created: stamp, Modified: stamp}); err != nil {
		return 0, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return 0, err
	}
	if err := f.SetSheetName("Sheet1", tables[0].sheet); err != nil {
		return 0, err
	}
	for _, t := range tables {
		if rows, err = writeTable(f, t, bold, perSheet); err != nil {
			return rows, err
		}
	}
	return rows, f.Write(io.Discard) // the parts have gone to w by then
}

// writeTable fills a sheet, and further ones of the same name with a number while there are rows.
func writeTable(f *excelize.File, t table, bold, perSheet int) (rows int, err error) {
	sw, err := newSheet(f, t.sheet, t.header, bold)
	if err != nil {
		return 0, err
	}
	values := make([]any, len(t.header))
	for row, err := range t.rows {
		if err != nil {
			return rows, err
		}
		if rows > 0 && rows%perSheet == 0 {
			if err := sw.Flush(); err != nil {
				return rows, err
			}
			if sw, err = newSheet(f, t.sheet+" "+strconv.Itoa(1+rows/perSheet), t.header, bold); err != nil {
				return rows, err
			}
		}
		for j, c := range row {
			values[j] = sheetValue(c)
		}
		if err := sw.SetRow("A"+strconv.Itoa(2+rows%perSheet), values[:len(row)]); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, sw.Flush()
}

func newSheet(f *excelize.File, name string, header []string, bold int) (*excelize.StreamWriter, error) {
	if _, err := f.NewSheet(name); err != nil {
		return nil, err
	}
	sw, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	cells := make([]any, len(header))
	for i, h := range header {
		cells[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	return sw, sw.SetRow("A1", cells)
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
