package humm

import "time"

// DeviceHash is the kind of keyed hash under which a till device is known; see DeviceName.
const DeviceHash = "HUMM_DEVICE"

// DeviceName is the text that is hashed to find a device: the device id is sensitive (spec/humm.md 2), and means a device
// of one merchant only.
func DeviceName(merchantID, deviceID string) string { return merchantID + "|" + deviceID }

// Device is a till device with its signing key.
type Device struct {
	MerchantID string
	Key        string // secret
	Generation int    // counts the keys it has had, from 1
	ClientID   string // whose call made it known
	Active     bool   // may call; answers about its earlier sales are still verified with its key
	UpdatedAt  time.Time
}

// Merchant is a seller: who owns it and where it is registered.
type Merchant struct {
	ID       string
	ClientID string // the chain of sellers, in which references are unique
	Country  string // two letters; empty: the first country served
	Chain    string // name, for people
}
