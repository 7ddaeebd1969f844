package serviceinterface

import (
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareAdvice writes a confirmation or reversal, where the provider's profile has one.
func prepareAdvice(call switchcore.Call, id string) (switchcore.Message, error) {
	kind := transactions.Decision(call.Kind)
	path := collection(call.Operation)
	if path == "" || call.Advice == nil || !call.Provider.Profile.Takes(call.Operation, kind) {
		return switchcore.Message{}, family.Unsupported(call)
	}
	if kind == transactions.Confirm {
		path += "/confirmations"
	} else {
		path += "/reversals"
	}
	paid := kind == transactions.Confirm && call.Operation == transactions.Provision // the only TenderAdvice
	return post(path, family.AdviceBody(call, id, paid)), nil
}
