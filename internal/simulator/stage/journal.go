package stage

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Journal is an append-only file of events, one JSON object a line. Lines reach the operating system before the caller
// is answered, so they outlive the process; they are not forced to the disk. A nil Journal keeps nothing. It is
// not safe for concurrent use.
type Journal struct {
	file *os.File
	size int64
	buf  bytes.Buffer
	enc  *json.Encoder
}

// OpenJournal hands each line of the file to apply, in order, and leaves the file open for appending. A torn last line,
// left by a kill in the middle of a write, is cut off; any other damage is an error that names the line.
func OpenJournal(path string, apply func(line []byte) error) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	whole, err := replay(f, apply)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err != nil {
		_ = f.Close() // the first error is the one to report
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	j := &Journal{file: f, size: whole}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	return j, nil
}

// replay returns the length of the part made of whole lines.
func replay(f io.Reader, apply func([]byte) error) (int64, error) {
	r := bufio.NewReaderSize(f, 1<<16)
	var whole int64
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return whole, err
		}
		if err := apply(line); err != nil {
			return whole, fmt.Errorf("line %d: %w", n, err)
		}
		whole += int64(len(line))
	}
}

// Append writes one event. After an error the file is as it was before.
func (j *Journal) Append(event any) error {
	if j == nil {
		return nil
	}
	j.buf.Reset()
	if err := j.enc.Encode(event); err != nil {
		return err
	}
	if _, err := j.file.Write(j.buf.Bytes()); err != nil {
		return errors.Join(err, j.file.Truncate(j.size)) // half a line would spoil the next one
	}
	j.size += int64(j.buf.Len())
	return nil
}

// Close closes the file.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}
