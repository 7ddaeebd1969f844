// Package setup is the data file of an installation: its institution, providers, products, routes, commercial terms,
// clients and consumer-finance sellers (docs/providers.md). It is read once, into a database that holds no provider yet;
// from then on the database is the truth. A secret never stands in it, only the name of one.
package setup
