package simulator

import (
	"strconv"
	"time"
)

func (h *house) voucherOf(i issued) *voucher {
	return &voucher{
		Code:         i.code,
		SerialNumber: h.profile.serial(i.seq),
		ExpiryDate:   time.UnixMilli(i.expires).UTC().Format(wireTime),
		RedeemInstructions: []string{
			"Keep this slip safe, it is as good as cash.",
			"Redeem at " + h.profile.Institution.Name + ".",
		},
	}
}

// complete turns the request into its success answer (vouchers.md 2.1): the
// request echoed, both parties and their references added.
func (h *house) complete(m *message, i issued) {
	if m.SettlementEntity == nil {
		m.SettlementEntity = h.profile.Settlement.party()
	}
	if m.Receiver == nil {
		m.Receiver = h.profile.Institution.party()
	}
	m.ThirdPartyIdentifiers = append(m.ThirdPartyIdentifiers, h.identifiers(m.SettlementEntity, m.Receiver, i.seq)...)
	if i.currency != "" {
		if m.Amounts == nil {
			m.Amounts = &amounts{}
		}
		m.Amounts.ApprovedAmount = money(i.amount, i.currency)
	}
}

func (h *house) identifiers(settlement, receiver *party, seq int64) []thirdPartyIdentifier {
	first, second := h.profile.settlementRef(seq), h.profile.reference(seq)
	return []thirdPartyIdentifier{
		{InstitutionID: *settlement.ID, TransactionIdentifier: &first},
		{InstitutionID: *receiver.ID, TransactionIdentifier: &second},
	}
}

// completeSale is complete plus the voucher sold and the lines for the slip. A
// voucher the client gave stays as given, with what it left open filled in.
func (h *house) completeSale(m *message, i issued) {
	h.complete(m, i)
	v := h.voucherOf(i)
	if m.Voucher != nil && m.Voucher.ExpiryDate != "" {
		v.ExpiryDate = m.Voucher.ExpiryDate
	}
	if m.Voucher != nil && m.Voucher.SerialNumber != "" {
		v.SerialNumber = m.Voucher.SerialNumber
	}
	m.Voucher = v
	lines := []slipLine{{Text: h.profile.Institution.Name + " voucher"}}
	if i.amount > 0 {
		lines = append(lines, slipLine{Text: "Value " + strconv.FormatInt(i.amount/100, 10) + "." + pad(i.amount%100, 2)})
	}
	lines = append(lines, slipLine{Text: "PIN " + i.code}, slipLine{Text: "Serial " + v.SerialNumber})
	m.SlipData = &slipData{MessageLines: lines, IssuerReference: h.profile.reference(i.seq)}
}
