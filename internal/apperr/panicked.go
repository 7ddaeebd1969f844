package apperr

import "runtime"

// Panicked says what a recovered panic was, in words that may be logged and stored: those of the runtime (an index out of range),
// never a value that the code panicked with, which may carry a code, a PIN or a provider's answer.
func Panicked(recovered any) string {
	if own, ok := recovered.(runtime.Error); ok {
		return "panic: " + own.Error()
	}
	return "panic: a value that is not shown"
}
