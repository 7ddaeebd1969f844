package components

// Tone is the colour of a status word. It never stands alone: icon and word say the same.
type Tone string

// The tones, from quiet to loud.
const (
	Still   Tone = "still"   // over, nothing to do
	Clear   Tone = "clear"   // in order
	Moving  Tone = "moving"  // on its way
	Held    Tone = "held"    // stopped on purpose
	Caution Tone = "caution" // in doubt or getting worse
	Danger  Tone = "danger"  // needs a person
)

// Status is a state as a page shows it: symbol, word and tone together.
type Status struct {
	Icon string // name of a symbol of the sprite
	Word string
	Tone Tone
}

// StatusOf gives the status for a word of the vocabulary (the words a domain's display label uses), in any of the
// lists below. An unknown word is shown quietly with the symbol of a note, so a new state is never hidden.
func StatusOf(word string) Status {
	for _, s := range Vocabulary() {
		if s.Word == word {
			return s
		}
	}
	return Status{Icon: "note", Word: word, Tone: Still}
}

// Vocabulary lists every status word with its symbol and tone. A word means the same wherever it appears.
func Vocabulary() []Status {
	return []Status{
		// transactions
		{"alert", "Action needed", Danger},
		{"doubt", "In doubt", Caution},
		{"run", "In progress", Moving},
		{"wait", "Awaiting confirmation", Moving},
		{"fwd", "Confirming", Moving},
		{"back", "Reversing", Moving},
		{"done", "Completed", Clear},
		{"backdone", "Reversed", Still},
		{"minus", "Declined", Still},
		{"stop", "Rejected", Still},
		{"back", "Reversal without request", Caution},
		// advices
		{"fwd", "Due", Moving},
		{"wait", "Waiting", Moving},
		{"send", "Sending", Moving},
		{"lock", "Held", Held},
		{"park", "Parked", Danger},
		{"refuse", "Refused", Danger},
		{"hand", "Closed by hand", Still},
		{"done", "Acknowledged", Clear},
		{"consumed", "Consumed", Still},
		// queues, breakers, providers
		{"done", "Running", Clear},
		{"send", "Draining", Moving},
		{"caution", "Backing off", Caution},
		{"stop", "Stopped", Still},
		{"consumed", "Takes no advices", Still},
		{"on", "Closed", Clear},
		{"probe", "Half-open", Caution},
		{"off", "Open", Danger},
		{"done", "Healthy", Clear},
		{"caution", "Degraded", Caution},
		{"alert", "Unhealthy", Danger},
		{"empty", "Unknown", Still},
		{"stop", "Disabled", Still},
		{"done", "In service", Clear},
		// clients and their certificates
		{"done", "Enabled", Clear},
		{"done", "Valid", Clear},
		{"caution", "Ends soon", Caution},
		{"alert", "Expired", Danger},
		// reconciliation and settlement
		{"full", "Matched", Clear},
		{"half", "Partially matched", Caution},
		{"empty", "Unmatched", Danger},
		{"empty", "Not run yet", Still},
		{"minus", "Not eligible", Still},
		{"wait", "Pending", Moving},
		{"fwd", "Ready", Moving},
		{"run", "In cycle", Moving},
		{"wait", "Awaiting approval", Moving},
		{"run", "Calculating", Moving},
		{"done", "Calculated", Clear},
		{"done", "Approved", Clear},
		{"done", "Posted", Clear},
		{"done", "Settled", Clear},
		{"done", "Finalised", Clear},
		{"stop", "Void", Still},
		// fields of two records
		{"done", "Equal", Clear},
		{"half", "Within tolerance", Still},
		{"caution", "Different", Caution},
		{"empty", "Missing", Caution},
		// jobs, audit
		{"done", "Done", Clear},
		{"run", "Running now", Moving},
		{"empty", "Not yet", Still},
		{"alert", "Failed", Danger},
		{"stop", "Skipped", Still},
		{"refuse", "Denied", Danger},
		{"done", "Loaded", Clear},
	}
}
