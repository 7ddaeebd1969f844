// Package apperr is the one error vocabulary of the domains: a handful of codes with a message for
// people. Handlers return these errors; one place maps codes to HTTP answers. An error without a code
// is INTERNAL: logged in full and shown only as "internal".
package apperr

import (
	"errors"
	"fmt"
)

// Code classifies an error for the caller; it never carries secrets.
type Code string

// The codes. Keep them few: a code exists only where a caller acts differently on it.
const (
	Invalid      Code = "INVALID"      // the input is wrong; Message says which and how to mend it
	Unauthorized Code = "UNAUTHORIZED" // nobody is signed in, or the credentials are wrong
	Forbidden    Code = "FORBIDDEN"    // somebody is signed in but lacks the permission
	NotFound     Code = "NOT_FOUND"    // no such thing, or not visible to the caller
	Conflict     Code = "CONFLICT"     // the state does not allow it (lost race, closed, already done)
	TooMany      Code = "TOO_MANY"     // a rate or size limit was met
	Unavailable  Code = "UNAVAILABLE"  // a dependency cannot be reached; nothing was changed
	Internal     Code = "INTERNAL"     // everything else
)

// Error is an error with a code and a message fit for a person.
type Error struct {
	Code    Code
	Message string
	// Field names the offending input of an Invalid error; empty when the whole input is meant.
	Field string
	err   error
}

// Error gives the full text for logs: the message and the cause.
func (e *Error) Error() string {
	if e.err != nil {
		return e.Message + ": " + e.err.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.err }

// Errorf makes an error with a code; use Wrap to keep a cause.
func Errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap gives err a code and a message for people; nil stays nil.
func Wrap(err error, code Code, message string) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Message: message, err: err}
}

// Field makes an Invalid error about one named input.
func Field(name, format string, args ...any) error {
	return &Error{Code: Invalid, Field: name, Message: fmt.Sprintf(format, args...)}
}

// CodeOf gives the code of err: Internal when it carries none, empty when err is nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// MessageOf gives the text that may be shown to a person.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Code != Internal {
		return e.Message
	}
	return "Something went wrong inside Signalbox. Nothing more is known to this page."
}

// FieldOf gives the name of the offending input, if one was named.
func FieldOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

// Is tells whether err carries the code.
func Is(err error, code Code) bool { return CodeOf(err) == code }
