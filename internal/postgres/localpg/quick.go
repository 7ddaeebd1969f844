package localpg

import (
	"os"
	"syscall"
)

// QuickDir gives the folder for clusters that need not last, for tests: memory where there is plenty, else the folder
// for temporary files. A cluster is 300 small files and keeps about 50 MB there; cloning a database took 12 ms in
// memory and 200 ms on a virtual disk. Setting TMPDIR overrides it.
func QuickDir() string {
	const memory, plenty = "/dev/shm", 2 << 30
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(memory, &fs) == nil && uint64(fs.Bavail)*uint64(fs.Bsize) >= plenty {
		return memory
	}
	return os.TempDir()
}
