package stage

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Vault seals secrets (voucher codes, PINs, keys) in the journals. The key lies beside them, readable by the owner only:
// the aim is that no file of the simulator shows a secret, not secrecy from who owns the directory.
type Vault struct{ aead cipher.AEAD }

// OpenVault reads the key in path, or makes one.
func OpenVault(path string) (*Vault, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		err = os.WriteFile(path, key, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("vault key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("vault key %s: %w", path, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return &Vault{aead: aead}, nil
}

// Seal encrypts a secret; an empty one stays empty. A nil vault keeps nothing.
func (v *Vault) Seal(secret string) []byte {
	if v == nil || secret == "" {
		return nil
	}
	return v.aead.Seal(nil, nil, []byte(secret), nil)
}

// Open gives back what Seal took. The error never holds the secret.
func (v *Vault) Open(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := v.aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return "", fmt.Errorf("sealed secret: %w", err)
	}
	return string(plain), nil
}
