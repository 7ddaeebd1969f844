package sandbox

import (
	"fmt"
	"math/rand/v2"
)

// place is where a sale happens: one merchant of a client and its tills.
type place struct {
	Name, City, Region string
	Category           string // merchant category code
	MerchantID         string // 15 characters
	Code               string // starts the terminal ids, 4 characters
	Tills              int
	Channel            string
}

// terminal names one of the place's tills, in the 8 characters that messages have for it.
func (p place) terminal(dice *rand.Rand) string {
	return fmt.Sprintf("%s%04d", p.Code, 1+dice.IntN(p.Tills))
}

// placesOf lists the merchants behind a client.
func placesOf(clientID string) []place {
	switch clientID {
	case retailerID:
		return shops("Karoo Fresh", "KAROOFRESH", "KF", "5411", "POS", 12, [][3]string{
			{"Observatory", "Cape Town", "WC"},
			{"Umhlanga", "Umhlanga", "KZ"},
			{"Hatfield", "Pretoria", "GP"},
			{"Soweto", "Johannesburg", "GP"},
			{"Mdantsane", "East London", "EC"},
			{"Polokwane", "Polokwane", "LP"},
			{"Mbombela", "Mbombela", "MP"},
			{"Westdene", "Bloemfontein", "FS"},
		})
	case forecourtsID:
		return shops("Protea", "PROTEAFUEL", "PF", "5541", "FORECOURT", 3, [][3]string{
			{"N1 Worcester", "Worcester", "WC"},
			{"N2 Gqeberha", "Gqeberha", "EC"},
			{"N3 Harrismith", "Harrismith", "FS"},
			{"N4 Middelburg", "Middelburg", "MP"},
			{"N12 Kimberley", "Kimberley", "NC"},
		})
	}
	return shops("Duiker Wallet", "DUIKERWALL", "DW", "5815", "APP", 40, [][3]string{
		{"App", "Johannesburg", "GP"}, {"USSD", "Johannesburg", "GP"},
	})
}

// shops makes places of a chain from branch, city and region.
func shops(chain, merchant, code, category, channel string, tills int, branches [][3]string) []place {
	list := make([]place, 0, len(branches))
	for i, b := range branches {
		list = append(list, place{
			Name: chain + " " + b[0], City: b[1], Region: b[2], Category: category, Channel: channel,
			MerchantID: fmt.Sprintf("%s%05d", merchant, i+1), Code: fmt.Sprintf("%s%02d", code, i+1), Tills: tills,
		})
	}
	return list
}
