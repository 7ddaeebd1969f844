// Package stage holds what all played providers share, whatever interface they speak: the faults that can be asked
// for and the control side that asks for them, misbehaviour on the wire, sealed journals that outlive a restart, and
// the books and daily statements by which a test learns what really happened.
//
// It knows nothing of any wire format: bodies come in and go out as bytes, and each provider package
// builds its own. It shares no code with the product.
package stage
