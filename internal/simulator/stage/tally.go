package stage

// Tally counts entries and sums what they stand for. NetAmount is what the provider holds to be sold (or redeemed,
// refunded) after all advices.
type Tally struct {
	Entries         int   `json:"entries"`
	Approved        int   `json:"approved"`
	ApprovedAmount  int64 `json:"approved_amount"`
	Declined        int   `json:"declined"`
	Unprocessed     int   `json:"unprocessed"`
	Confirmed       int   `json:"confirmed"`
	ConfirmedAmount int64 `json:"confirmed_amount"`
	Reversed        int   `json:"reversed"`
	ReversedAmount  int64 `json:"reversed_amount"`
	Open            int   `json:"open"`
	OpenAmount      int64 `json:"open_amount"`
	NetAmount       int64 `json:"net_amount"`
}

// Add counts one more line.
func (t *Tally) Add(l Line) {
	t.Entries++
	switch l.State {
	case Declined:
		t.Declined++
		return
	case Unprocessed:
		t.Unprocessed++
		return
	}
	t.Approved++
	t.ApprovedAmount += l.Amount
	t.NetAmount += l.FinalAmount
	switch l.Advice {
	case Confirmed:
		t.Confirmed++
		t.ConfirmedAmount += l.FinalAmount
	case Reversed:
		t.Reversed++
		t.ReversedAmount += l.Amount - l.FinalAmount
	default:
		t.Open++
		t.OpenAmount += l.Amount
	}
}
