package seal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDerive(t *testing.T) {
	t.Parallel()
	v, err := New(make([]byte, keyBytes))
	require.NoError(t, err)
	same, err := New(make([]byte, keyBytes))
	require.NoError(t, err)
	other, err := New([]byte("another key of thirty-two bytes!"))
	require.NoError(t, err)
	key := v.Derive("tokens")
	require.Len(t, key, 32)
	require.Equal(t, key, same.Derive("tokens"))
	require.NotEqual(t, key, v.Derive("token"))
	require.NotEqual(t, key, other.Derive("tokens"))
	require.NotEqual(t, key, v.Hash("tokens", ""))
}
