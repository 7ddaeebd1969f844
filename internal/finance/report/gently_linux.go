package report

import (
	"errors"
	"runtime"
	"syscall"
)

// niceness leaves a report some tenth of a processor that others want too, and all of one that nobody wants.
const niceness = 10

// gently runs do on a thread of low priority: a report has no caller who waits for an answer, and formatting a month of lines
// takes as much of a processor as there is. The thread ends with the work, for a priority once lowered cannot be raised again.
// No caller's recover reaches that thread, so a panic comes back as an error; its value may be a figure of the report and is
// not told.
func gently(do func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- errors.New("report: a mistake in the program ended the writing of a report")
			}
		}()
		runtime.LockOSThread()                                                    // and never unlocked
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), niceness) // a courtesy: without it the report is as right
		done <- do()
	}()
	return <-done
}
