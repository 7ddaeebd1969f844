// Package contract describes the channel API to integrators: one OpenAPI 3.1 document per service and a page that shows
// it. The description is a table of operations, messages and refusals in Go; documents and pages are both made of it, and
// the tests hold it against the handlers: their routes, what they take, what they refuse and what they answer.
package contract
