package switchcore

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// takeOver stores a message that got no answer, to be delivered from the queue: it moves no money and may be repeated, so
// its sender need not wait (humm.md 8.3, SendReceipt).
func (c *Core) takeOver(s *Set, t *transactions.Transaction, entryID uuid.UUID) error {
	p, _ := c.Directory().Provider(t.ProviderID)
	connector := c.Connector(t.ProviderID)
	if connector == nil {
		return apperr.Errorf(apperr.Unavailable, "provider %s is not in service on this node", t.ProviderID)
	}
	call := c.callOf(t, p, transactions.AttemptReceipt)
	call.EntryID, call.Request = entryID.String(), &Request{Key: t.Key, Body: c.openRequest(t), Exact: true}
	m, err := connector.Prepare(call)
	if err != nil {
		return err
	}
	e := &saf.Entry{
		ID: entryID, ProviderID: t.ProviderID, ClientID: t.Key.ClientID, Service: t.Key.Service, Operation: t.Key.Operation,
		TransactionID: t.ID, Kind: saf.Receipt, WireRef: t.WireRef(), State: saf.Queued, NextAt: s.Now,
	}
	c.store(e, m)
	s.insertEntry(e)
	return nil
}
