// Package ott plays the two APIs of OTT: issuing (sell, check, confirm, reject, balance) and redemption (check, remit,
// check again), both as forms signed with a hash (spec: providers.md section 5). Its books are its own. The
// issuing side does not look whether a reference is new: a doubled one sells a second voucher, and neither can be
// checked, confirmed or rejected afterwards.
//
// Every account of the sandbox has the API key SandboxKey. Faults come from amounts and PINs (stage.Triggers) and from
// the control side.
package ott
