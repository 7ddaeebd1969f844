package giftcards

// approve books an approved request (giftcard-rules.md 9.4, giftcards.md 4.3).
func (s *dataSet) approve(r *request, e *event) {
	c, x := r.card, r.amount
	switch r.op {
	case activation:
		c.life, c.activation, c.product = activated, r, r.product
		c.ledger = s.products[r.product].StartingBalance + x
		c.available = c.ledger
		c.setPIN(e.secret.ClearPIN, e.secret.EncryptedPIN)
	case load:
		c.ledger += x
	case redemption:
		c.ledger -= x
		c.available -= x
	case void:
		c.life, c.void = voided, r
	case transfer:
		c.ledger -= x
		c.available -= x
		r.target.ledger += x
	case replace:
		r.held, c.available = c.available, 0
		c.life, c.void = voided, r
		r.target.life, r.target.activation, r.target.product = activated, r, c.product
		r.target.ledger, r.target.available = c.ledger, 0
	}
}

// setPIN lets an activation choose a PIN: a clear one wins, the other kind stays.
func (c *card) setPIN(clear, encrypted string) {
	switch {
	case clear != "":
		c.clearPIN = clear
	case encrypted != "":
		c.encryptedPIN = encrypted
	}
}

// settle books the one decision about a request.
func (s *dataSet) settle(r *request, do action) {
	if do == confirm {
		r.applyConfirmation()
		return
	}
	r.applyReversal()
}

// heir is the card that money decided upon late belongs to: the card itself, or
// the one that replaced it for good.
func (c *card) heir() *card {
	for c.successor != nil {
		c = c.successor
	}
	return c
}

func (r *request) applyConfirmation() {
	c := r.card
	switch r.op {
	case activation:
		if c.activation == r && c.life == activated {
			c.life = activatedConfirmed
		}
	case load:
		c = c.heir()
		c.available += r.final
		c.ledger -= r.amount - r.final
	case void:
		if c.void == r && c.life == voided {
			c.life = voidedConfirmed
		}
	case transfer:
		r.target.heir().available += r.amount
	case replace:
		r.target.ledger = c.ledger // a load confirmed meanwhile may have changed both
		r.target.available = r.held + c.available
		r.target.life = activatedConfirmed
		c.ledger, c.available, c.life, c.successor = 0, 0, voidedConfirmed, r.target
	}
}

func (r *request) applyReversal() {
	c, x := r.card, r.amount
	switch r.op {
	case activation:
		if c.activation == r {
			c.life, c.product, c.ledger, c.available = fresh, "", 0, 0
			c.clearPIN, c.encryptedPIN = c.ClearPIN, c.EncryptedPIN
		}
	case load:
		c.ledger -= x
	case redemption:
		c.ledger += x
		c.available += x
	case void:
		if c.void == r && c.life == voided {
			c.life = activatedConfirmed
			if c.activation != nil {
				c.product = c.activation.product
			}
		}
	case transfer:
		c.ledger += x
		c.available += x
		r.target.ledger -= x
	case replace:
		c.available += r.held
		c.life = activatedConfirmed
		r.target.life, r.target.product, r.target.ledger, r.target.available = fresh, "", 0, 0
	}
}
