package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckDurable(t *testing.T) {
	t.Parallel()
	tests := []struct{ fsync, pages, commit, refused string }{
		{"on", "on", "on", ""},
		{"on", "on", "remote_apply", ""},
		{"off", "on", "on", "fsync=off"},
		{"on", "off", "on", "full_page_writes=off"},
		{"on", "on", "off", "synchronous_commit=off"},
		{"on", "on", "local", "synchronous_commit=local"},
		{"on", "on", "remote_write", "synchronous_commit=remote_write"},
		{"on", "on", "", "synchronous_commit="},
	}
	for _, tt := range tests {
		err := checkDurable(map[string]string{"fsync": tt.fsync, "full_page_writes": tt.pages, "synchronous_commit": tt.commit})
		if tt.refused == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, tt.refused)
	}
}
