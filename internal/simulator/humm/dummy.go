package humm

import "strconv"

// dummyKey signs everything at the dummy service but CreateKey, where the token does.
const dummyKey = "1234567890"

// dummyRule says which member of an operation chooses the answer, by its first or its last two digits.
type dummyRule struct {
	member   string
	trailing bool
	codes    map[string]string
}

// dummyRules are the triggers of the dummy service (humm.md 5). What is not listed is an internal failure.
func dummyRules() map[string]dummyRule {
	return map[string]dummyRule{
		"key":       {"x_device_token", false, dummyCodes("SCRK01", "FCRK01", "FCRK02")},
		"invite":    {"x_purchase_amount", true, dummyCodes("SINV01")},
		"authorise": {"x_pre_approval_code", false, dummyDeclines()},
		"receipt":   {"x_receipt_number", false, dummyCodes("SSER01", "FSER01", "FSER02")},
		"adjust": {"x_amount", true, dummyCodes(
			"SPSA01", "FPSA01", "FPSA02", "FPSA03", "FPSA04", "FPSA05", "FPSA06", "FPSA07", "FPSA08", "FPSA09",
		)},
		"reverse": {"x_adjustment_signature", false, dummyCodes(
			"SPAR01", "FPAR01", "FPAR02", "FPAR03", "FPAR05", "FPAR06", "FPAR07", "FPAR08",
		)},
	}
}

// dummyCodes gives 01 to the success, 10 and up to the refusals, 30 and 31 to the errors that all operations have.
func dummyCodes(success string, refusals ...string) map[string]string {
	codes := map[string]string{"01": success, "30": invalid, "31": unknownDevice}
	for n, code := range refusals {
		codes[strconv.Itoa(10+n)] = code
	}
	return codes
}

func dummyDeclines() map[string]string {
	codes := dummyCodes(
		approved, "FPRA01", "FPRA02", "FPRA03", "FPRA04", "FPRA05", "FPRA06", "FPRA07", "FPRA08",
		"FPRA21", "FPRA22", "FPRA23", "FPRA24", "FPRA99", "FPRA09",
	)
	codes["32"] = belowMinimum
	return codes
}

// dummyAnswer is what the triggers ask for. The dummy service remembers nothing.
func (c *call) dummyAnswer() answer {
	r := dummyRules()[c.op.kind]
	value := c.m.text[r.member]
	digits := value[:min(2, len(value))]
	if r.trailing {
		digits = value[max(0, len(value)-2):]
	}
	a := say(r.codes[digits])
	switch a.code {
	case "":
		a = say(internalFailure)
	case keyIssued:
		a.issued = dummyKey
	case approved:
		a.number = "H7000001"
	}
	return a
}
