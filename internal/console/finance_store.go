package console

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// Reconciliation is what the reconciliation pages read; postgres.Finance provides it.
type Reconciliation interface {
	Processes(ctx context.Context) ([]finance.Process, error)
	FindProcess(ctx context.Context, code string) (finance.Process, error)
	DayRuns(ctx context.Context, w finance.DayFilter) ([]finance.Run, error)
	LatestRun(ctx context.Context, processID uuid.UUID) (finance.Run, error)
	CurrentRun(ctx context.Context, processID uuid.UUID, date finance.Date) (finance.Run, error)
	FindRun(ctx context.Context, id uuid.UUID) (finance.Run, error)
	OpenBreaks(ctx context.Context) (finance.OpenBreaks, error)
	Items(ctx context.Context, runID uuid.UUID, w finance.ItemFilter) ([]finance.Item, error)
	ItemSums(ctx context.Context, runID uuid.UUID, w finance.ItemFilter) (finance.ItemSums, error)
	ReasonCounts(ctx context.Context, runID uuid.UUID) ([]finance.ReasonCount, error)
	Item(ctx context.Context, runID uuid.UUID, no int) (finance.Item, error)
	Files(ctx context.Context, processID uuid.UUID, date finance.Date) ([]finance.File, error)
	FileExceptions(ctx context.Context, fileID uuid.UUID) ([]finance.Exception, error)
}

// Settlement is what the settlement pages read, and the books about downloads; postgres.Finance provides it.
type Settlement interface {
	DayCycles(ctx context.Context, w finance.DayFilter) ([]finance.Cycle, error)
	FindCycle(ctx context.Context, id uuid.UUID) (finance.Cycle, error)
	CycleNets(ctx context.Context, cycleID uuid.UUID) ([]finance.Net, error)
	CycleLinesAfter(ctx context.Context, cycleID uuid.UUID, after, limit int) ([]finance.Line, error)
	ClientNames(ctx context.Context) (map[string]string, error)
	Reports(ctx context.Context, processID uuid.UUID, date finance.Date) ([]finance.WrittenReport, error)
	RecordDownload(ctx context.Context, r finance.WrittenReport, who operators.Actor) error
}

// Finance is both.
type Finance interface {
	Reconciliation
	Settlement
}

// ReportFiles opens a written report by its path; report.Directory provides it.
type ReportFiles interface {
	Open(name string) (*os.File, error)
}

// dayTime is a business date as pages take it.
func dayTime(d finance.Date) time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

func amount(minor int64, currency string) money.Amount {
	return money.Amount{Minor: minor, Currency: currency}
}

// processesByID lists the processes and gives them by id too.
func (a *App) processesByID(ctx context.Context) ([]finance.Process, map[uuid.UUID]finance.Process, error) {
	list, err := a.Finance.Processes(ctx)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[uuid.UUID]finance.Process, len(list))
	for _, p := range list {
		byID[p.ID] = p
	}
	return list, byID, nil
}

// processOf gives a process by id; NotFound when it is not among the active ones.
func (a *App) processOf(ctx context.Context, id uuid.UUID) (finance.Process, error) {
	_, byID, err := a.processesByID(ctx)
	if err != nil {
		return finance.Process{}, err
	}
	p, ok := byID[id]
	if !ok {
		return p, apperr.Errorf(apperr.NotFound, "This process is not active any more.")
	}
	return p, nil
}

// afterParam reads the number that the page before ended with; anything else is the first page.
func afterParam(c *fiber.Ctx) int {
	n, err := strconv.Atoi(c.Query("after"))
	if err != nil || n < 0 || n > 1<<31-1 {
		return 0
	}
	return n
}

// dateParam reads a business date; an empty one is no date.
func dateParam(c *fiber.Ctx, name string) (finance.Date, error) {
	text := strings.TrimSpace(c.Query(name))
	if text == "" {
		return "", nil
	}
	return finance.ParseDate(text)
}
