package sqlstore

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// PostgreSQL takes no text with a NUL or with what is not UTF-8, and partners
// send both. Such a byte is stored as textMark and two hex digits, and so is the
// mark where it stands in a text: every text is read as it was written.
const textMark = "\uF8FF" // of the private use area

// escape is a text as PostgreSQL stores it.
func escape(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && !strings.Contains(s, textMark) {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == 0 || r == utf8.RuneError && size == 1 || strings.HasPrefix(s[i:], textMark) {
			out = hex.AppendEncode(append(out, textMark...), []byte{s[i]})
			i++
			continue
		}
		out = append(out, s[i:i+size]...)
		i += size
	}
	return string(out)
}

// unescape reads what escape wrote.
func unescape(s string) string {
	if !strings.Contains(s, textMark) {
		return s
	}
	parts := strings.Split(s, textMark)
	out := []byte(parts[0])
	for _, p := range parts[1:] {
		b, err := hex.DecodeString(p[:min(2, len(p))])
		if err != nil || len(b) != 1 {
			out = append(append(out, textMark...), p...) // not of our writing
			continue
		}
		out = append(append(out, b...), p[2:]...)
	}
	return string(out)
}

// textCodec stores texts escaped.
type textCodec struct{ pgtype.TextCodec }

// PlanEncode implements pgtype.Codec.
func (c textCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(string); ok {
		return encodeText{}
	}
	return c.TextCodec.PlanEncode(m, oid, format, value)
}

// PlanScan implements pgtype.Codec.
func (c textCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*string); ok {
		return scanText{}
	}
	return c.TextCodec.PlanScan(m, oid, format, target)
}

type encodeText struct{}

// Encode implements pgtype.EncodePlan.
func (encodeText) Encode(value any, buf []byte) ([]byte, error) {
	return append(buf, escape(value.(string))...), nil
}

type scanText struct{}

// Scan implements pgtype.ScanPlan.
func (scanText) Scan(src []byte, target any) error {
	if src == nil {
		return errNull
	}
	*target.(*string) = unescape(string(src))
	return nil
}
