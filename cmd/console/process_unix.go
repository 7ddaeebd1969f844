//go:build unix

package main

import "syscall"

// ownGroup keeps a terminal's signals from reaching a child before us.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
