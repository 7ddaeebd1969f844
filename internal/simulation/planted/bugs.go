package planted

const (
	simulation = "./internal/simulation -run=^TestSimulation$ -seeds=1500 -until-failure"
	core       = "internal/switchcore/"
)

// Bugs are those of guarantees B7; the one about approvals comes with approvals.
func Bugs() []Bug {
	return append(coreBugs(), edgeBugs()...)
}

// coreBugs are planted in the journey: the simulation must catch them.
func coreBugs() []Bug {
	found := []string{simulation}
	return []Bug{
		{Name: "no fence", Tests: found, Edits: []Edit{{
			core + "delivered.go", `e.State != saf.Leased || e.Fence != d.delivery.Fence || e.LeaseOwner != d.core.Settings.Node || e.AttemptID != d.delivery.AttemptID`,
			`e.State != saf.Leased`,
		}}},
		{Name: "answer before commit", Tests: found, Edits: []Edit{{
			core + "processor.go", "		ruling, err := p.persist(ctx, end)\n		if err != nil { // the durable state is PENDING",
			"		if result.Class == ClassApproved {\n			end.result = result\n			out := req.Render(Reply{Kind: ReplyApproved, Status: 201, Approval: end.approval()})\n			go func() { _, _ = p.persist(context.Background(), end) }()\n			return out\n		}\n		ruling, err := p.persist(ctx, end)\n		if err != nil { // the durable state is PENDING",
		}}},
		{Name: "retry on UNKNOWN for a non-idempotent provider", Tests: found, Edits: []Edit{{
			core + "retry.go", `return r.provider.Profile.Retry || r.finance()`, `return true`,
		}}},
		{Name: "advice acked before commit", Tests: found, Edits: []Edit{{
			core + "processor.go", "	var ruling Ruling\n	for ruling.Verdict = Redo", `	if a, err := p.prepareAdvice(ctx, req); err == nil {
		if known, err := p.Core.Store.FindByKey(ctx, req.Key); err == nil && len(known) > 0 && known[len(known)-1].Decision == transactions.Undecided && known[len(known)-1].Outcome == transactions.Success {
			go func() { _, _ = p.Core.Store.Apply(context.Background(), a) }()
			return req.Render(Reply{Kind: ReplyEcho, Status: 202})
		}
	}
	var ruling Ruling
	for ruling.Verdict = Redo`,
		}}},
		{Name: "lease shorter than timeout", Tests: found, Edits: []Edit{{
			core + "core.go", `return c.timeout(p) + c.Settings.LeaseMargin`, `return c.timeout(p)/2 + c.Settings.SendMargin`,
		}, { // which alone would only end exchanges sooner
			core + "gate.go", `x.timeout = min(x.timeout, time.Until(x.leaseEnd))`, `x.timeout = min(x.timeout, max(0, time.Until(x.leaseEnd))*1000)`,
		}}},
		{Name: "app clock for leases", Tests: found, Edits: []Edit{{
			core + "begin.go", `s.Now.Add(lease)`, `time.Now().Add(lease)`,
		}}},
		{Name: "trace after send", Tests: found, Edits: []Edit{{
			core + "begin.go", "	s.trace(transactions.Trace{\n		TransactionID: t.ID, ClientID: t.Key.ClientID, Leg: transactions.SwitchToProvider",
			"	c.later = append(c.later, transactions.Trace{\n		TransactionID: t.ID, ClientID: t.Key.ClientID, Leg: transactions.SwitchToProvider",
		}, {
			core + "core.go", "type Core struct {\n", "type Core struct {\n	later []transactions.Trace\n",
		}, {
			core + "ended.go", "	end := AttemptEnd{ID: e.attemptID", "	for _, l := range e.core.later {\n		if l.AttemptID == e.attemptID {\n			s.trace(l)\n		}\n	}\n	end := AttemptEnd{ID: e.attemptID",
		}}},
		{Name: "decision check outside the lock", Tests: found, Edits: []Edit{{
			core + "prepare_advice.go", "	if req.Key.Service == transactions.GiftCard && req.Kind == transactions.Reverse {\n",
			"	if known, err := p.Core.Store.FindByKey(ctx, req.Key); err == nil && len(known) > 0 {\n		a.seen = &known[len(known)-1]\n	}\n	if req.Key.Service == transactions.GiftCard && req.Kind == transactions.Reverse {\n",
		}, {
			core + "advise.go", "	giveUp  bool // the client's time is over\n", "	giveUp  bool // the client's time is over\n	seen    *transactions.Transaction\n",
		}, {
			core + "advise.go", "	if refusal := a.conflict(s, t); refusal != nil {\n", "	if a.seen != nil && a.seen.ID == t.ID {\n		t.Decision, t.Final = a.seen.Decision, a.seen.Final\n	}\n	if refusal := a.conflict(s, t); refusal != nil {\n",
		}}},
		{Name: "drop at max attempts", Tests: found, Edits: []Edit{{
			core + "delivered.go", "	d.entry(s, e, saf.NotFinal)\n", "	if e.Attempts >= 5 {\n		d.entry(s, e, saf.NothingToSend)\n		return\n	}\n	d.entry(s, e, saf.NotFinal)\n",
		}}},
		{Name: "503 as FAILED", Tests: found, Edits: []Edit{{
			"internal/connectors/serviceinterface/read.go", `call.Provider.Profile.Status503Failed && call.Kind != transactions.AttemptRetry`, `call.Kind != transactions.AttemptRetry`,
		}}},
		{Name: "context from the request", Tests: found, Edits: []Edit{{
			core + "gate.go", `ctx, cancel := context.WithTimeout(context.Background(), x.timeout+x.late)`, `ctx, cancel := context.WithTimeout(x.ctx, x.timeout+x.late)`,
		}, {
			core + "gate.go", "type exchange struct {\n", "type exchange struct {\n	ctx       context.Context\n",
		}, {
			core + "processor.go", "		connector: connector, provider: provider, class: classRequest, message: m,\n", "		ctx: ctx, connector: connector, provider: provider, class: classRequest, message: m,\n",
		}, {
			core + "deliver.go", "		connector: connector, provider: p, class: classAdvice, message: *m,\n", "		ctx: context.Background(), connector: connector, provider: p, class: classAdvice, message: *m,\n",
		}}},
		{Name: "missing masking of one field", Tests: found, Edits: []Edit{{
			"internal/mask/voucher.go", `"code": leaf(Code), "redeemInstructions"`, `"code": leaf(None), "redeemInstructions"`,
		}}},
		{Name: "late answer overrides a decision", Tests: found, Edits: []Edit{{
			core + "ended.go", "	case e.result.Class == ClassApproved && t.Allows(transactions.LateApproved) && !e.taken(s, t):\n",
			"	case e.result.Class == ClassApproved && t.Outcome == transactions.Unknown && !e.taken(s, t):\n		t.Decision, t.Final, t.ClosedAt = transactions.Undecided, transactions.Open, time.Time{}\n",
		}}},
		{Name: "second attempt while one runs", Tests: found, Edits: []Edit{{
			core + "retry.go", `case t.Running() && r.giveUp:`, `case t.Running() && r.giveUp && t.Outcome == transactions.Pending:`,
		}, {
			core + "retry.go", "	case t.Running():\n", "	case t.Running() && t.Outcome == transactions.Pending:\n",
		}}},
		{Name: "tombstone ignored", Tests: found, Edits: []Edit{{
			core + "rules_vouchers.go", "	if stone := s.tombstones[b.req.Key]; stone != nil {\n		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrVoucherReversed,", "	if stone := s.tombstones[b.req.Key]; stone != nil && b.giveWay {\n		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrVoucherReversed,",
		}, {
			core + "begin.go", "type begin struct {\n", "type begin struct {\n	giveWay   bool\n",
		}}},
	}
}

// Found are faults that the simulation found in the product and that were mended; it must find them again.
func Found() []Bug {
	found := []string{simulation}
	return []Bug{
		{Name: "the lease counts from after its commit", Tests: found, Edits: []Edit{{
			core + "processor.go", `leaseEnd: asked.Add(c.lease(provider) - c.Settings.SendMargin),`, `leaseEnd: time.Now().Add(c.lease(provider) - c.Settings.SendMargin),`,
		}, {
			core + "processor.go", "	c := p.Core\n	return p.Gates.send", "	c, _ := p.Core, asked\n	return p.Gates.send",
		}}},
		{Name: "an exchange outlasts its lease", Tests: []string{"./internal/switchcore"}, Edits: []Edit{{
			core + "gate.go", `x.timeout = min(x.timeout, time.Until(x.leaseEnd))`, "if !time.Now().Before(x.leaseEnd) {\n			return Answer{Err: errors.New(\"lease too short to send\")}, none\n		}",
		}}},
		{Name: "a request is sent without time for an answer", Tests: found, Edits: []Edit{{
			core + "gate.go", `if x.timeout <= 0 {`, `if !x.leaseEnd.IsZero() && !time.Now().Before(x.leaseEnd) {`,
		}}},
		{Name: "an advice that was refused first keeps the id of its first row", Tests: []string{"./internal/postgres -run=^TestSwitchKeepsTheAnswer"}, Edits: []Edit{{
			"internal/postgres/switch_save.go", `id = excluded.id, transaction_id`, `transaction_id`,
		}}},
		{Name: "a late decline settles a repeated request", Tests: []string{"./internal/switchcore"}, Edits: []Edit{{
			core + "ended.go", `e.result.Class == ClassDeclined && !repeated && t.Allows`, `e.result.Class == ClassDeclined && (repeated || !repeated) && t.Allows`,
		}}},
		{Name: "the change of a redemption reversed in flight can be spent", Tests: found, Edits: []Edit{{
			core + "ended_vouchers.go", `if t.Mode == transactions.Single && t.Stage() == transactions.Approved {`, `if t.Mode == transactions.Single {`,
		}}},
		{Name: "a queue pauses for longer than its longest delay", Tests: []string{"./internal/saf"}, Edits: []Edit{{
			"internal/saf/policy.go", `random*float64(d/2)`, `random*float64(d)`,
		}}},
	}
}

// edgeBugs are planted where the journey meets database and wire: the tests of those packages must catch them.
func edgeBugs() []Bug {
	return []Bug{
		{Name: "no unique key", Tests: []string{"./internal/postgres -run=^TestSwitch"}, Edits: []Edit{{
			"migrations/0001_switch.sql", "create unique index transactions_key on", "create index transactions_key on",
		}}},
		{Name: "gorm Save", Tests: []string{"./internal/archtest"}, ReadsSource: true, Edits: []Edit{{
			"internal/postgres/operators_accounts.go", `execIn(tx, "update operators set state = 'DISABLED', password_hash = '' where id = ?", id)`,
			`tx.Table("operators").Save(map[string]any{"id": id, "state": "DISABLED"}).Error`,
		}}},
		{Name: "follow redirects", Tests: []string{"./internal/connectors/wire"}, Edits: []Edit{{
			"internal/connectors/wire/send.go", `res, err := transport.RoundTrip(req)`, `res, err := (&http.Client{Transport: transport}).Do(req)`,
		}}},
		{Name: "audit row outside the transaction", Tests: []string{"./internal/postgres -run=Audit|Operator|Action"}, Edits: []Edit{{
			"internal/postgres/operators_accounts.go", "		return appendAuditGorm(tx, entry)\n	})\n	return operatorsError(err)\n",
			"		return nil\n	})\n	if err == nil {\n		err = appendAuditGorm(s.db.Gorm.WithContext(ctx), entry)\n	}\n	return operatorsError(err)\n",
		}}},
	}
}
