package transports_test

import (
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/transports"
)

func TestFormatID(t *testing.T) {
	for _, c := range []struct {
		bytes [16]byte
		want  string
	}{
		{[16]byte{}, "00000000000000000000000000"},
		{[16]byte{15: 31}, "0000000000000000000000000Z"},
		{[16]byte{15: 32}, "00000000000000000000000010"},
		{[16]byte{0: 0x80}, "40000000000000000000000000"},
		{[16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
	} {
		if got := transports.FormatID(c.bytes); got != c.want {
			t.Errorf("FormatID(%x)\ngot  %s\nwant %s", c.bytes, got, c.want)
		}
	}
}

func TestFormatIDAgainstULID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b [16]byte
		copy(b[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		if got, want := transports.FormatID(b), ulid.ULID(b).String(); got != want {
			t.Errorf("%x\ngot  %s\nwant %s", b, got, want)
		}
	})
}

func TestNewID(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 30, 1, 204_999_999, time.UTC)
	seen := map[string]bool{}
	for range 10_000 {
		id := transports.NewID(now)
		parsed, err := ulid.ParseStrict(id)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if got, want := parsed.Time(), uint64(now.UnixMilli()); got != want {
			t.Fatalf("time in %s\ngot  %d\nwant %d", id, got, want)
		}
		if seen[id] {
			t.Fatalf("%s was drawn twice", id)
		}
		seen[id] = true
	}
}

func TestNewIDSortsByTime(t *testing.T) {
	early := transports.NewID(time.UnixMilli(1_700_000_000_000))
	late := transports.NewID(time.UnixMilli(1_700_000_000_001))
	if strings.Compare(early, late) >= 0 {
		t.Errorf("%s is drawn a millisecond before %s and does not sort before it", early, late)
	}
}
