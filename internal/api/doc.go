// Package api is the channel API: what the services share, namely who is calling, how often, and how an
// error becomes an answer. The services themselves are the packages below.
package api
