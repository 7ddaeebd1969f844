package reliability

import (
	"errors"
	"os"
	"path/filepath"
)

// Repository finds the folder that holds cmd/console, from the working directory upwards; harnesses build what they attack
// and record what they saw there.
func Repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "console")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run it inside the repository: cmd/console is nowhere above")
		}
		dir = parent
	}
}
