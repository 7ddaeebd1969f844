package switchcore

import "errors"

// ErrOwnRecord is a Prepare error for a look-up that the provider cannot answer: it is answered from our own record.
var ErrOwnRecord = errors.New("the provider has no such look-up: our own record answers")

// Refusal is a Prepare error with a word for the client: the provider would never take such a message, so that it is
// declined before anything is sent. Any other error of Prepare is answered FUNCTION_NOT_SUPPORTED.
type Refusal struct {
	ErrorType string
	Message   string // short, for people
}

// Error gives the text for logs.
func (r *Refusal) Error() string { return r.ErrorType + ": " + r.Message }
