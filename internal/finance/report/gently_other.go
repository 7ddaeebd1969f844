//go:build !linux

package report

// gently runs do; only Linux has priorities for single threads.
func gently(do func() error) error { return do() }
