package report

import (
	"errors"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGentlyLowersItsOwnThreadOnly(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	var own int
	err := gently(func() error {
		var err error
		own, err = syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
		require.NoError(t, err)
		return failed
	})
	require.ErrorIs(t, err, failed)
	others, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	require.NoError(t, err)
	require.Less(t, own, others, "the system counts the other way round: 20 less the niceness")
}

func TestGentlyGivesAPanicBackAsAnError(t *testing.T) {
	t.Parallel()
	err := gently(func() error { panic("a card's number") })
	require.Error(t, err)
	require.NotContains(t, err.Error(), "card", "no values in the text")
}
