package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockDir keeps two simulators from writing the same journals. A predecessor
// that is just ending gets a few seconds to let go.
func lockDir(dir string, patience time.Duration) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if time.Now().After(deadline) {
			_ = f.Close() // the lock error is the one to report
			return nil, fmt.Errorf("data directory %s is in use by another simulator: %w", dir, err)
		}
	}
}
