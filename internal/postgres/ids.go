package postgres

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// acceptIDs lets a connection send and read our ids as the 16 bytes they are. The driver would spell each as text and parse it
// again, having first failed in other ways: a third of the node's time when a day is reconciled.
func acceptIDs(conn *pgx.Conn) {
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: idCodec{}})
}

type idCodec struct{ pgtype.UUIDCodec }

// PlanEncode implements pgtype.Codec.
func (c idCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ours := value.(uuid.UUID); ours && format == pgtype.BinaryFormatCode {
		return writeID{}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

// PlanScan implements pgtype.Codec.
func (c idCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ours := target.(*uuid.UUID); ours && format == pgtype.BinaryFormatCode {
		return readID{}
	}
	return c.UUIDCodec.PlanScan(m, oid, format, target)
}

type writeID struct{}

// Encode implements pgtype.EncodePlan.
func (writeID) Encode(value any, buf []byte) ([]byte, error) {
	id := value.(uuid.UUID)
	return append(buf, id[:]...), nil
}

type readID struct{}

// Scan implements pgtype.ScanPlan. An absent id leaves the target as it is, as uuid.UUID's own Scan does.
func (readID) Scan(src []byte, target any) error {
	id := target.(*uuid.UUID)
	switch len(src) {
	case 0:
	case len(id):
		copy(id[:], src)
	default:
		return fmt.Errorf("an id of %d bytes", len(src))
	}
	return nil
}
