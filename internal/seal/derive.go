package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// Derive gives 32 bytes of key for a purpose, the same at every start with the same master key and unrelated to those of
// other purposes. A purpose is a name in the program's text.
func (v *Vault) Derive(purpose string) []byte {
	// No NUL can come into a name, and every input of Hash has one: the two never meet under their common key.
	key, err := hkdf.Expand(sha256.New, v.mac, "signalbox key for "+purpose, keyBytes)
	if err != nil {
		panic(err) // only for a length that SHA-256 cannot give
	}
	return key
}
