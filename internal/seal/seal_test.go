package seal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestSealedValueOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	v, err := New(make([]byte, keyBytes))
	require.NoError(t, err)
	row := uuid.New()
	sealed := v.Seal("vouchers", "code_sealed", row, []byte("730011882245"))
	require.NotContains(t, string(sealed), "7300")
	plain, err := v.Open("vouchers", "code_sealed", row, sealed)
	require.NoError(t, err)
	require.Equal(t, "730011882245", string(plain))
	require.NotEqual(t, sealed, v.Seal("vouchers", "code_sealed", row, []byte("730011882245")), "a nonce is never used twice")

	other, err := New([]byte("another key of thirty-two bytes!"))
	require.NoError(t, err)
	for name, open := range map[string]func() ([]byte, error){
		"table":  func() ([]byte, error) { return v.Open("transactions", "code_sealed", row, sealed) },
		"column": func() ([]byte, error) { return v.Open("vouchers", "other", row, sealed) },
		"row":    func() ([]byte, error) { return v.Open("vouchers", "code_sealed", uuid.New(), sealed) },
		"key":    func() ([]byte, error) { return other.Open("vouchers", "code_sealed", row, sealed) },
		"tampered": func() ([]byte, error) {
			return v.Open("vouchers", "code_sealed", row, append(sealed[:len(sealed)-1:len(sealed)-1], 0))
		},
		"cut": func() ([]byte, error) { return v.Open("vouchers", "code_sealed", row, sealed[:5]) },
	} {
		_, err := open()
		require.Error(t, err, name)
	}
}

func TestHashTellsKindsApart(t *testing.T) {
	t.Parallel()
	v, err := New(make([]byte, keyBytes))
	require.NoError(t, err)
	require.Equal(t, v.Hash("RRN", "1"), v.Hash("RRN", "1"))
	require.NotEqual(t, v.Hash("RRN", "1"), v.Hash("SERIAL", "1"))
	require.NotEqual(t, v.Hash("A", "B1"), v.Hash("AB", "1"))
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "master.key")
	_, err := OpenFile(path, false)
	require.Error(t, err, "a missing key is never replaced silently")
	first, err := OpenFile(path, true)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	again, err := OpenFile(path, true)
	require.NoError(t, err)
	require.Equal(t, first.Hash("k", "v"), again.Hash("k", "v"), "the same key at the next start")
	require.NoError(t, os.WriteFile(path, []byte("not hexadecimal"), 0o600))
	_, err = OpenFile(path, true)
	require.ErrorContains(t, err, path)
	_, err = New([]byte("short"))
	require.Error(t, err)
}
