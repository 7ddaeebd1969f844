// Package spool keeps on disk what is too large for memory and needed for a short time only.
package spool

import (
	"errors"
	"os"
)

// File is a temporary file that nobody else can open. Statements and reports lie in such files, so none may stay behind: it is
// taken out of its folder at once and is gone with the process, however that ends. A system that cannot remove an open file
// keeps the name until Close.
type File struct {
	*os.File
	named bool
}

// New makes an empty file in the system's temporary folder, whose user must Close it.
func New() (*File, error) {
	f, err := os.CreateTemp("", "signalbox-*")
	if err != nil {
		return nil, err
	}
	return &File{File: f, named: os.Remove(f.Name()) != nil}, nil
}

// Close gives the room back.
func (f *File) Close() error {
	err := f.File.Close()
	if f.named {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
