package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// nativeRecord is a transaction as our own record has it.
type nativeRecord struct {
	id, requestID, operation, outcome, decision, final string
	stands                                             int64 // what it leaves after all decisions
	recon                                              bool
	refs                                               []string
	reasons                                            []string // of its open break; nil: finance has none
}

func (r nativeRecord) label() string {
	return strings.TrimSpace(strings.Join([]string{r.operation, r.outcome, r.decision, r.final}, " "))
}

func (r nativeRecord) String() string {
	return fmt.Sprintf("%s %s %s stands %d, recon %v %v", r.id, r.label(), r.refs, r.stands, r.recon, r.reasons)
}

// records reads everything of a provider that ever left.
func (p *nativeShop) records(t *testing.T, db *postgres.DB) []nativeRecord {
	t.Helper()
	rows, err := db.Pool.Query(t.Context(), `
		select t.id::text, t.request_id, t.operation, t.outcome, coalesce(t.decision, ''), coalesce(t.final, ''), t.recon_required,
			case when t.final in ('REVERSED', 'DECLINED') or t.outcome <> 'SUCCESS' then coalesce(t.final_amount_minor, 0)
				else coalesce(t.final_amount_minor, t.approved_amount_minor, 0) end,
			array(select distinct wire_ref from attempts a where a.transaction_id = t.id),
			array(select unnest(i.reasons) from recon_items i join recon_runs r on r.id = i.run_id
				where i.transaction_id = t.id and i.recon_status <> 'MATCHED' and i.resolution = 'NONE')
		from transactions t
		where t.provider_id = $1 and t.generation is not null and t.operation in ('PROVISION', 'REDEMPTION', 'REFUND')`, p.id)
	require.NoError(t, err)
	defer rows.Close()
	var list []nativeRecord
	for rows.Next() {
		var r nativeRecord
		require.NoError(t, rows.Scan(&r.id, &r.requestID, &r.operation, &r.outcome, &r.decision, &r.final, &r.recon, &r.stands, &r.refs, &r.reasons))
		list = append(list, r)
	}
	require.NoError(t, rows.Err())
	return list
}

// agrees compares what the provider did with what we hold, one wire reference after the other.
func (p *nativeShop) agrees(t *testing.T, s *sandboxProcess, db *postgres.DB) {
	books := map[string][]bookEntry{}
	for _, e := range s.books(t, p.id) {
		key := strings.ToUpper(e.Operation) + " " + strings.ToLower(e.Ref)
		books[key] = append(books[key], e)
	}
	ends, breaks, differences, renewed := map[string]int{}, map[string]int{}, 0, 0
	for _, r := range p.records(t, db) {
		ends[r.label()]++
		theirs, standing := int64(0), []bookEntry{}
		for _, ref := range r.refs {
			key := r.operation + " " + strings.ToLower(ref)
			for _, e := range books[key] {
				theirs += e.FinalAmount
				if e.State == "APPROVED" && e.Advice != "REVERSED" {
					standing = append(standing, e)
				}
			}
			delete(books, key)
		}
		if len(r.refs) > 1 {
			renewed++
		}
		if len(r.reasons) > 0 {
			breaks[strings.Join(r.reasons, "+")]++
		}
		if theirs != r.stands {
			differences++
		}
		assert.LessOrEqual(t, len(standing), 1, "sold twice: %s", r)
		p.sameCode(t, r, standing)
		r.judge(t, theirs)
	}
	assert.Empty(t, books, "the provider has entries that we know nothing of")
	t.Logf("%d operations in %s, %d differences, %d sales with a second reference", p.sent, tenths(p.took), differences, renewed)
	t.Logf("what the tills heard: %s", tallied(p.heard))
	t.Logf("how it ended: %s", tallied(ends))
	t.Logf("open breaks: %s", tallied(breaks))
}

// judge compares what stands with the provider and with us. A difference must be marked and an open break that names it; what
// is marked must be a break; nothing else may be one.
func (r nativeRecord) judge(t *testing.T, theirs int64) {
	differs := slices.ContainsFunc(r.reasons, func(reason string) bool { return strings.HasSuffix(reason, "_DIFF") || reason == "MISSING_A" })
	switch {
	case theirs != r.stands:
		assert.True(t, r.recon, "they hold %d: %s", theirs, r)
		assert.True(t, differs || slices.Contains(r.reasons, "MISSING_B"), "they hold %d, and no break says so: %s", theirs, r)
	case r.recon:
		assert.NotEmpty(t, r.reasons, "marked, but finance has no break of it: %s", r)
		assert.False(t, differs, "a break of sums that agree: %s", r)
	default:
		assert.Empty(t, r.reasons, "a break of what agrees: %s", r)
	}
}

// sameCode checks that the voucher in the till's hand is the one that the provider's books name.
func (p *nativeShop) sameCode(t *testing.T, r nativeRecord, standing []bookEntry) {
	code := p.codes[r.requestID]
	if r.operation != "PROVISION" || r.outcome != "SUCCESS" || r.decision == "REVERSE" || code == "" {
		return
	}
	hash := sha256.Sum256([]byte(code))
	if assert.Len(t, standing, 1, "a voucher in hand that the provider does not know: %s", r) {
		assert.Equal(t, hex.EncodeToString(hash[:]), standing[0].CodeHash, "another voucher than the till's: %s", r)
	}
}

func tallied(m map[string]int) string {
	list := []string{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(list, ", ")
}
