package localpg

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
)

// ErrNotInstalled is wrapped by Start when no usable PostgreSQL server programs are on the machine.
var ErrNotInstalled = errors.New("PostgreSQL is not installed")

// nothingFound says what to install and why what was found does not do.
func nothingFound(major int, refused []string) error {
	_, aptErr := exec.LookPath("apt-get")
	_, dnfErr := exec.LookPath("dnf")
	command := installCommand(runtime.GOOS, aptErr == nil, dnfErr == nil, major)
	var b strings.Builder
	for _, line := range refused {
		b.WriteString("\n  found " + line)
	}
	wanted := fmt.Sprintf("PostgreSQL %d or newer", oldestMajor)
	if major != 0 {
		wanted = fmt.Sprintf("PostgreSQL %d", major)
	}
	return fmt.Errorf("%w: %s is needed; install it with: %s%s", ErrNotInstalled, wanted, command, b.String())
}

// installCommand gives the line to type on this kind of machine. A cluster that exists already needs its own
// release line, which major names.
func installCommand(goos string, apt, dnf bool, major int) string {
	switch {
	case goos == "darwin" && major != 0:
		return fmt.Sprintf("brew install postgresql@%d", major)
	case goos == "darwin":
		return "brew install postgresql@17"
	case apt && major != 0:
		return fmt.Sprintf("sudo apt-get install postgresql-%d", major)
	case apt:
		return "sudo apt-get install postgresql"
	case dnf && major != 0:
		return fmt.Sprintf("sudo dnf install postgresql%d-server postgresql%d-contrib", major, major)
	case dnf:
		return "sudo dnf install postgresql-server postgresql-contrib"
	default:
		return "the package manager of this system (package postgresql or postgresql-server)"
	}
}
