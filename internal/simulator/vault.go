package simulator

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// vault seals voucher codes in the journals. The key lies beside them, readable
// by the owner only: the aim is that no file of the simulator shows a code, not
// secrecy from who owns the directory.
type vault struct{ aead cipher.AEAD }

func openVault(path string) (*vault, error) {
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
	return &vault{aead: aead}, nil
}

func (v *vault) seal(code string) []byte {
	if code == "" {
		return nil
	}
	return v.aead.Seal(nil, nil, []byte(code), nil)
}

func (v *vault) open(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := v.aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return "", fmt.Errorf("sealed code: %w", err)
	}
	return string(plain), nil
}
