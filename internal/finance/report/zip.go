package report

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"

	"github.com/signalboxhq/signalbox/internal/spool"
)

// sortedZip writes a workbook's parts in the order of their names. The library writes its sheets in the random order of a
// map, so that the same report would have other bytes at every run. Each part waits on disk, compressed, and goes from there to
// where the workbook is wanted: the buffer that the library offers would hold the whole of it in memory.
type sortedZip struct {
	*zip.Writer
	parts   map[string]*part
	giveWay func() error
}

func newSortedZip(w io.Writer, giveWay func() error) func(io.Writer) excelize.ZipWriter {
	return func(io.Writer) excelize.ZipWriter {
		return &sortedZip{Writer: zip.NewWriter(w), parts: map[string]*part{}, giveWay: giveWay}
	}
}

// Create gives the place of a part.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	p, err := newPart(z.giveWay)
	if err == nil {
		z.parts[name] = p
	}
	return p, err
}

// AddFS completes the interface; workbooks made here use none.
func (z *sortedZip) AddFS(fsys fs.FS) error { return z.Writer.AddFS(fsys) }

// Close writes the parts and ends the archive.
func (z *sortedZip) Close() (err error) {
	for _, name := range slices.Sorted(maps.Keys(z.parts)) {
		p := z.parts[name]
		if err == nil {
			err = p.writeTo(z.Writer, name)
		}
		err = errors.Join(err, p.file.Close())
	}
	return errors.Join(err, z.Writer.Close())
}

// part is one file of the archive on its way.
type part struct {
	file   *spool.File
	out    *bufio.Writer
	packed *flate.Writer
	sum    hash.Hash32
	size   uint64

	giveWay func() error
}

func newPart(giveWay func() error) (*part, error) {
	file, err := spool.New()
	if err != nil {
		return nil, err
	}
	p := &part{file: file, out: bufio.NewWriter(file), sum: crc32.NewIEEE(), giveWay: giveWay}
	p.packed, err = flate.NewWriter(p.out, flate.BestSpeed)
	return p, err
}

// Write takes what the part holds, uncompressed, and gives way before: compressing a sheet takes seconds.
func (p *part) Write(b []byte) (int, error) {
	if err := p.giveWay(); err != nil {
		return 0, err
	}
	n, err := p.packed.Write(b)
	_, _ = p.sum.Write(b[:n]) // a hash takes everything
	p.size += uint64(n)
	return n, err
}

func (p *part) writeTo(z *zip.Writer, name string) error {
	if err := errors.Join(p.packed.Close(), p.out.Flush()); err != nil {
		return err
	}
	packed, err := p.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: p.sum.Sum32(), CompressedSize64: uint64(packed), UncompressedSize64: p.size,
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, p.file)
	return err
}
