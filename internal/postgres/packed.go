package postgres

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// packed is a value in the server's binary form. It is written part by part without a value of any kind in between: through
// the driver's own arrays encoding was a tenth of the process's time under load.
type packed []byte

// newArray starts an array of n elements.
func newArray(element uint32, n int) packed {
	return make(packed, 0, 20+24*n).array(element, n)
}

// array appends the head of an array of n elements, which follow.
func (a packed) array(element uint32, n int) packed {
	a = binary.BigEndian.AppendUint32(a, 1) // dimensions
	a = binary.BigEndian.AppendUint32(a, 1) // there may be nulls
	a = binary.BigEndian.AppendUint32(a, element)
	a = binary.BigEndian.AppendUint32(a, uint32(n))
	return binary.BigEndian.AppendUint32(a, 1) // the first index
}

// idArray is an array of ids.
func idArray(list []uuid.UUID) packed {
	a := newArray(pgtype.UUIDOID, len(list))
	for _, id := range list {
		a = a.uuid(id)
	}
	return a
}

// null appends an absent element, the others one that is there.
func (a packed) null() packed { return binary.BigEndian.AppendUint32(a, 0xffffffff) }

func (a packed) size(n int) packed { return binary.BigEndian.AppendUint32(a, uint32(n)) }

func (a packed) text(s string) packed { return append(a.size(len(s)), s...) }

func (a packed) bytes(b []byte) packed { return append(a.size(len(b)), b...) }

func (a packed) uuid(id uuid.UUID) packed { return append(a.size(len(id)), id[:]...) }

// integer appends a number of one of the two integer types.
func (a packed) integer(oid uint32, n int64) packed {
	if oid == pgtype.Int8OID {
		return a.int64(n)
	}
	return a.int32(n)
}

func (a packed) int64(n int64) packed { return binary.BigEndian.AppendUint64(a.size(8), uint64(n)) }

func (a packed) int32(n int64) packed { return binary.BigEndian.AppendUint32(a.size(4), uint32(n)) }

func (a packed) bool(yes bool) packed {
	if yes {
		return append(a.size(1), 1)
	}
	return append(a.size(1), 0)
}

// epoch is the moment from which the server counts.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (a packed) time(t time.Time) packed { return a.int64(t.UnixMicro() - epoch.UnixMicro()) }

func (a packed) infinity() packed { return a.int64(1<<63 - 1) }

func (a packed) date(t time.Time) packed {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return a.int32(int64(day.Sub(epoch) / (24 * time.Hour)))
}

// arrayTypes are the types of the arrays that are ready when the driver gets them.
var arrayTypes = []uint32{pgtype.UUIDArrayOID, pgtype.TextArrayOID}

// acceptArrays lets a connection take our arrays; all other values go the driver's way.
func acceptArrays(conn *pgx.Conn) {
	for _, oid := range arrayTypes {
		t, known := conn.TypeMap().TypeForOID(oid)
		if !known {
			panic(fmt.Sprintf("the driver does not know the array type %d", oid))
		}
		conn.TypeMap().RegisterType(&pgtype.Type{Name: t.Name, OID: oid, Codec: arrayCodec{t.Codec}})
	}
}

type arrayCodec struct{ pgtype.Codec }

// PlanEncode implements pgtype.Codec.
func (c arrayCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ours := value.(packed); ours && format == pgtype.BinaryFormatCode {
		return asItIs{}
	}
	return c.Codec.PlanEncode(m, oid, format, value)
}

type asItIs struct{}

// Encode implements pgtype.EncodePlan.
func (asItIs) Encode(value any, buf []byte) ([]byte, error) {
	return append(buf, value.(packed)...), nil
}
