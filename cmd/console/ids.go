package main

import "github.com/google/uuid"

// newID makes the ids of records, attempts and stored messages. They grow with time, so that what is written together lies
// together in every index: a random id lands on a page of its own in each of a dozen, which after every checkpoint is logged whole.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) } // an error would be a system without random numbers
