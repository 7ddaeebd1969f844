// Package message reads and writes the JSON messages of the interface family (spec/common.md): it checks a text against
// a shape, gives its canonical form and fingerprint, and holds the objects that several services share. What a service
// adds, and what it forgives, is its own.
package message
