package witness

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// ReadBooks reads a stand-in's own books from the simulator at address.
func ReadBooks(ctx context.Context, address, provider string) (lines []Line, strays []Stray, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/books/"+provider, http.NoBody)
	if err != nil {
		return nil, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }() // only read
	var books struct {
		Entries []Line  `json:"entries"`
		Strays  []Stray `json:"unmatched_advices"`
	}
	if err := json.NewDecoder(res.Body).Decode(&books); err != nil || res.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("books of %s: status %d: %w", provider, res.StatusCode, err)
	}
	for i := range books.Entries {
		books.Entries[i].Provider = provider
	}
	for i := range books.Strays {
		books.Strays[i].Provider = provider
	}
	return books.Entries, books.Strays, nil
}
