// Package seal keeps secrets out of the clear: AES-256-GCM bound to the place of the value, and a keyed hash by which a
// secret can be found again (guarantees C4). The master key lives outside the database.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
)

// keyBytes is the length of the master key.
const keyBytes = 32

// Vault seals, opens and hashes with keys derived from one master key. Safe for concurrent use.
type Vault struct {
	aead cipher.AEAD
	mac  []byte
	id   byte // names the master key in front of each sealed value, so that keys can be rotated
}

// New derives the keys of a vault from a 32 byte master key.
func New(master []byte) (*Vault, error) {
	if len(master) != keyBytes {
		return nil, fmt.Errorf("the master key has %d bytes; it must have %d", len(master), keyBytes)
	}
	enc, err := hkdf.Key(sha256.New, master, nil, "signalbox sealing", keyBytes)
	if err != nil {
		return nil, err
	}
	mac, err := hkdf.Key(sha256.New, master, nil, "signalbox hashing", keyBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Vault{aead: aead, mac: mac, id: 1}, err
}

// OpenFile reads the master key from a file of 64 hexadecimal digits, or makes the file (mode 0600) when it is missing
// and create is set. A lost key makes stored codes and payloads unreadable, so it is never replaced silently.
func OpenFile(path string, create bool) (*Vault, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && create {
		master := make([]byte, keyBytes)
		_, _ = rand.Read(master) // never fails
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(hex.EncodeToString(master)+"\n"), 0o600); err != nil {
			return nil, err
		}
		return New(master)
	}
	if err != nil {
		return nil, err
	}
	master, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("the master key file %s does not hold 64 hexadecimal digits", path)
	}
	return New(master)
}

// Seal encrypts a value bound to its table, column and row: moved elsewhere it does not open.
func (v *Vault) Seal(table, column string, row uuid.UUID, plain []byte) []byte {
	n := v.aead.NonceSize()
	out := make([]byte, 1+n, 1+n+len(plain)+v.aead.Overhead())
	out[0] = v.id
	_, _ = rand.Read(out[1 : 1+n]) // never fails
	return v.aead.Seal(out, out[1:1+n], plain, place(table, column, row))
}

// Open decrypts what Seal made for the same place.
func (v *Vault) Open(table, column string, row uuid.UUID, sealed []byte) ([]byte, error) {
	n := v.aead.NonceSize()
	if len(sealed) < 1+n || sealed[0] != v.id {
		return nil, errors.New("not sealed with this key")
	}
	return v.aead.Open(nil, sealed[1:1+n], sealed[1+n:], place(table, column, row))
}

// Hash is the keyed hash of a value of a kind; equal values of different kinds differ.
func (v *Vault) Hash(kind, value string) []byte {
	h := hmac.New(sha256.New, v.mac)
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return h.Sum(nil)
}

func place(table, column string, row uuid.UUID) []byte {
	out := make([]byte, 0, len(table)+len(column)+18)
	out = append(append(out, table...), '|')
	out = append(append(out, column...), '|')
	return append(out, row[:]...)
}
