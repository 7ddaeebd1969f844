package report

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// sortedZip writes a workbook's parts in the order of their names. The library writes its sheets in the random order of a
// map, so that the same report would have other bytes at every run. A report's sheets are small enough to wait in memory.
type sortedZip struct {
	*zip.Writer
	parts map[string]*bytes.Buffer
}

func newSortedZip(w io.Writer) excelize.ZipWriter {
	return &sortedZip{Writer: zip.NewWriter(w), parts: map[string]*bytes.Buffer{}}
}

// Create gives the place of a part.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	part := &bytes.Buffer{}
	z.parts[name] = part
	return part, nil
}

// AddFS completes the interface; workbooks made here use none.
func (z *sortedZip) AddFS(fsys fs.FS) error { return z.Writer.AddFS(fsys) }

// Close writes the parts and ends the archive.
func (z *sortedZip) Close() error {
	for _, name := range slices.Sorted(maps.Keys(z.parts)) {
		w, err := z.Writer.Create(name)
		if err != nil {
			return err
		}
		if _, err := w.Write(z.parts[name].Bytes()); err != nil {
			return err
		}
	}
	return z.Writer.Close()
}
