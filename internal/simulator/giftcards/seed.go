package giftcards

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Card is one line of the cards file: the plastic as it left the factory.
type Card struct {
	PAN          string `json:"n"` // 1 to 19 digits, leading zeros count
	Expiry       string `json:"x"` // YYMM, good through the last day of that month
	ClearPIN     string `json:"c,omitempty"`
	EncryptedPIN string `json:"e,omitempty"` // upper-case hexadecimal, compared as text
}

// Product is one line of the products file.
type Product struct {
	ID              string `json:"i"`
	Barcode         string `json:"b,omitempty"`
	Type            string `json:"t,omitempty"`
	StartingBalance int64  `json:"s"` // minor units of currency 710
}

var (
	//go:embed seed/cards.csv
	defaultCards []byte
	//go:embed seed/products.csv
	defaultProducts []byte
)

// DefaultCards are 100 cards of 19 digits: half expired in 2015, half valid into
// 2040; 34 with a clear PIN, 33 with an encrypted one, 33 with none.
func DefaultCards() []Card {
	cards, err := LoadCards(bytes.NewReader(defaultCards))
	if err != nil {
		panic("embedded cards: " + err.Error()) // a test reads them
	}
	return cards
}

// DefaultProducts are the types physical and por, each with five starting
// balances.
func DefaultProducts() []Product {
	products, err := LoadProducts(bytes.NewReader(defaultProducts))
	if err != nil {
		panic("embedded products: " + err.Error()) // a test reads them
	}
	return products
}

// LoadCards reads a cards file: PAN, expiry YYMM, clear PIN, encrypted PIN; no
// header, no quoting, empty lines skipped, empty columns at the end may be
// missing. An error names the line and never shows a card number or PIN.
func LoadCards(r io.Reader) ([]Card, error) {
	var cards []Card
	lines := map[string]int{}
	err := eachLine(r, 2, 4, func(line int, f []string) error {
		c := Card{PAN: f[0], Expiry: f[1], ClearPIN: f[2], EncryptedPIN: f[3]}
		switch {
		case !digits19.MatchString(c.PAN):
			return fmt.Errorf("card number: want 1 to 19 digits")
		case lines[c.PAN] != 0:
			return fmt.Errorf("card number is already on line %d", lines[c.PAN])
		case !yearMonth.MatchString(c.Expiry):
			return fmt.Errorf("expiry %q: want YYMM", c.Expiry)
		case c.EncryptedPIN != "" && !upperHex.MatchString(c.EncryptedPIN):
			return fmt.Errorf("encrypted PIN: want upper-case hexadecimal digits")
		}
		lines[c.PAN] = line
		cards = append(cards, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cards file: %w", err)
	}
	return cards, nil
}

// LoadProducts reads a products file: id, barcode, type, starting balance in
// minor units; layout as LoadCards. An error names the line.
func LoadProducts(r io.Reader) ([]Product, error) {
	var products []Product
	lines := map[string]int{}
	err := eachLine(r, 4, 4, func(line int, f []string) error {
		balance, err := strconv.ParseInt(f[3], 10, 64)
		switch {
		case !productID.MatchString(f[0]):
			return fmt.Errorf("product id %q: want 1 to 100 letters or digits", f[0])
		case lines[f[0]] != 0:
			return fmt.Errorf("product %s is already on line %d", f[0], lines[f[0]])
		case err != nil || balance < 0:
			return fmt.Errorf("starting balance %q: want minor units, 0 or more", f[3])
		}
		lines[f[0]] = line
		products = append(products, Product{ID: f[0], Barcode: f[1], Type: f[2], StartingBalance: balance})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("products file: %w", err)
	}
	return products, nil
}

var (
	digits19  = regexp.MustCompile(`^[0-9]{1,19}$`)
	yearMonth = regexp.MustCompile(`^[0-9]{2}(0[1-9]|1[0-2])$`)
	upperHex  = regexp.MustCompile(`^[0-9A-F]+$`)
	productID = regexp.MustCompile(`^[0-9A-Za-z]{1,100}$`)
)

// eachLine hands out the columns of each line, filled up to most.
func eachLine(r io.Reader, least, most int, do func(line int, fields []string) error) error {
	in := bufio.NewScanner(r)
	read := 0
	for n := 1; in.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(in.Text(), "\ufeff"))
		if text == "" {
			continue
		}
		fields := strings.Split(text, ",")
		if len(fields) < least || len(fields) > most {
			return fmt.Errorf("line %d: %d columns, want %d", n, len(fields), most)
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		for len(fields) < most {
			fields = append(fields, "")
		}
		if err := do(n, fields); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		read++
	}
	if err := in.Err(); err != nil {
		return err
	}
	if read == 0 {
		return fmt.Errorf("no lines")
	}
	return nil
}
