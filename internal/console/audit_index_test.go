package console

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// fakeAudit gives one entry and remembers what was asked.
type fakeAudit struct {
	asked  operators.AuditFilter
	report operators.AuditReport
}

func (f *fakeAudit) SearchAudit(_ context.Context, filter operators.AuditFilter) (operators.AuditPage, error) {
	f.asked = filter
	row, err := f.FindAudit(context.Background(), 7)
	return operators.AuditPage{Rows: []operators.AuditRow{row}, Older: true}, err
}

func (f *fakeAudit) FindAudit(_ context.Context, seq int64) (operators.AuditRow, error) {
	if seq != 7 {
		return operators.AuditRow{}, apperr.Errorf(apperr.NotFound, "There is no audit entry %d.", seq)
	}
	return operators.AuditRow{
		Seq: 7, At: time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC),
		Entry: operators.AuditEntry{
			Actor: operators.Actor{ID: "op-1", Name: "<script>alert(1)</script>"}, Action: "saf.hold",
			ObjectType: "saf_entry", ObjectID: "7a1ce408-0000-4000-8000-000000000000", Reason: "Issuer maintenance", Result: operators.Done,
		},
		Before: json.RawMessage(`{"state":"QUEUED"}`), After: json.RawMessage(`{"state":"HELD","until":"15:00","n":1}`),
	}, nil
}

func (f *fakeAudit) VerifyAudit(context.Context) (operators.AuditReport, error) { return f.report, nil }

func TestAuditPage(t *testing.T) {
	t.Parallel()
	log := &fakeAudit{report: operators.AuditReport{Checked: 7, HeadSeq: 7}}
	app, people := newConsole(t, func(d *Deps) { d.Audit = log; d.Zone = time.FixedZone("SAST", 2*3600) })
	b := newBrowser(t, app).as(people, operators.Grant{Role: operators.Auditor, Half: operators.Request})

	assert.Equal(t, 200, b.get("/audit?range=today&actor=Thandi&action=saf.&object=x&before=99&limit=100").StatusCode)
	assert.Equal(t, operators.AuditFilter{
		From: time.Date(2026, 3, 12, 0, 0, 0, 0, time.FixedZone("SAST", 2*3600)), Actor: "Thandi", Action: "saf.", ObjectID: "x", Before: 99, Limit: 100,
	}, log.asked)
	assert.Contains(t, b.last, "Not checked yet")
	assert.Contains(t, b.last, "&lt;script&gt;alert(1)&lt;/script&gt;")
	assert.NotContains(t, b.last, "<script>alert")
	assert.Contains(t, b.last, "state HELD, until 15:00")
	assert.Contains(t, b.last, `href="/audit?action=saf.&amp;actor=Thandi&amp;before=7&amp;object=x&amp;range=today"`)

	assert.Equal(t, 200, b.get("/audit?verify=1&entry=7").StatusCode)
	assert.Contains(t, b.last, "The chain is intact")
	assert.Contains(t, b.last, "7a1ce408-0000-4000-8000-000000000000")
	log.report = operators.AuditReport{HeadSeq: 7, FirstBad: 3, Fault: "its hash does not fit its content"}
	b.get("/audit?verify=1")
	assert.Contains(t, b.last, "Entry 3 was changed or lost.")

	b.get("/audit")
	assert.Contains(t, b.last, "The chain is broken", "a page remembers the last check")

	assert.Equal(t, 404, b.get("/audit?entry=8").StatusCode)
	assert.Equal(t, 200, b.get("/audit?range=nonsense&before=-1&after=x&limit=9999999").StatusCode)
	assert.True(t, log.asked.From.IsZero())
	assert.Zero(t, log.asked.Before)
}
