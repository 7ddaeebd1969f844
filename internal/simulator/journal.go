package simulator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// journal is the append-only file of one provider's events, one JSON object a
// line. Lines reach the operating system before the caller is answered, so
// they outlive the process; they are not forced to the disk. A nil journal
// keeps nothing.
type journal struct {
	file  *os.File
	vault *vault
	size  int64
	buf   bytes.Buffer
	enc   *json.Encoder
}

// openJournal replays the file into apply and leaves it open for appending. A
// torn last line, left by a kill in the middle of a write, is cut off.
func openJournal(path string, v *vault, apply func(*event)) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	whole, err := replay(f, v, apply)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err != nil {
		_ = f.Close() // the first error is the one to report
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	j := &journal{file: f, vault: v, size: whole}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	return j, nil
}

// replay returns the length of the part made of whole lines.
func replay(f io.Reader, v *vault, apply func(*event)) (int64, error) {
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
		ev := new(event)
		if err := json.Unmarshal(line, ev); err != nil {
			return whole, fmt.Errorf("line %d: %w", n, err)
		}
		if ev.code, err = v.open(ev.Sealed); err != nil {
			return whole, fmt.Errorf("line %d: %w", n, err)
		}
		apply(ev)
		whole += int64(len(line))
	}
}

func (j *journal) append(ev *event) error {
	if j == nil {
		return nil
	}
	ev.Sealed = j.vault.seal(ev.code)
	j.buf.Reset()
	if err := j.enc.Encode(ev); err != nil {
		return err
	}
	if _, err := j.file.Write(j.buf.Bytes()); err != nil {
		return errors.Join(err, j.file.Truncate(j.size)) // half a line would spoil the next one
	}
	j.size += int64(j.buf.Len())
	return nil
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}
