package giftcards

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDefaultSeed(t *testing.T) {
	t.Parallel()
	cards := DefaultCards()
	require.Len(t, cards, 100)
	count := map[string]int{}
	for _, c := range cards {
		require.Len(t, c.PAN, 19)
		count[c.Expiry[:2]]++
		switch {
		case c.ClearPIN != "" && c.EncryptedPIN != "":
			count["both"]++
		case c.ClearPIN != "":
			count["clear"]++
		case c.EncryptedPIN != "":
			count["encrypted"]++
		default:
			count["none"]++
		}
	}
	require.Equal(t, map[string]int{"15": 50, "40": 50, "clear": 34, "encrypted": 33, "none": 33}, count)
	starts := map[string][]int64{}
	for _, p := range DefaultProducts() {
		starts[p.Type] = append(starts[p.Type], p.StartingBalance)
	}
	want := []int64{0, 100, 1000, 5000, 10000}
	require.Equal(t, map[string][]int64{"physical": want, "por": want}, starts)
}

func TestLoadCards(t *testing.T) {
	t.Parallel()
	cards, err := LoadCards(strings.NewReader("\ufeff007,4012,,\r\n\n8,4001,12,\n9,4001,,AF\n10,4001\n"))
	require.NoError(t, err)
	require.Equal(t, []Card{{PAN: "007", Expiry: "4012"}, {PAN: "8", Expiry: "4001", ClearPIN: "12"}, {PAN: "9", Expiry: "4001", EncryptedPIN: "AF"}, {PAN: "10", Expiry: "4001"}}, cards)
	for text, want := range map[string]string{
		"":                            "no lines",
		"1,4001,,\n2,4013,,\n":        "line 2: expiry",
		"1,4001,,\n\n1,4001,,\n":      "line 3: card number is already on line 1",
		"x,4001,,":                    "line 1: card number",
		"12345678901234567890,4001,,": "line 1: card number",
		"1,4001,,af":                  "line 1: encrypted PIN",
		"1":                           "line 1: 1 columns",
		"1,4001,,,5":                  "line 1: 5 columns",
	} {
		_, err := LoadCards(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
	}
	_, err = LoadCards(strings.NewReader("4444333322221111x,4001,9876,"))
	require.NotContains(t, err.Error(), "4444")
	require.NotContains(t, err.Error(), "9876")
}

func TestLoadProducts(t *testing.T) {
	t.Parallel()
	products, err := LoadProducts(strings.NewReader("A1,600,por,100\n"))
	require.NoError(t, err)
	require.Equal(t, []Product{{"A1", "600", "por", 100}}, products)
	for text, want := range map[string]string{
		"A,1,por,1\nA,1,por,2": "line 2: product A is already on line 1",
		"A-1,1,por,1":          "line 1: product id",
		"A,1,por,1.5":          "line 1: starting balance",
		"A,1,por,-1":           "line 1: starting balance",
		"A,1,por":              "line 1: 3 columns",
	} {
		_, err := LoadProducts(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
	}
}
