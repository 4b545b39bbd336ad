package sqlstore

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/edibridge/edibridge/bridge"
)

// TestCopy: an embedded store goes on over a server where it was left.
func TestCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	from := reopen(t, path, Options{})
	fill(t, from, 3000)
	odd := benchAcceptance(1000)
	odd.Transmission.Name, odd.Transmission.Key = "a\x00b\xff\uF8FFc", "k\xfe"
	if _, err := from.Accept(t.Context(), odd); err != nil {
		t.Fatal(err)
	}
	c := newCluster(t)
	to := c.empty(t)
	got, err := Copy(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	want, err := take(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	if got.Records != want.records || got.Head != want.head || got.Head.Size == 0 {
		t.Errorf("copied\n got %+v\nwant %+v", got, want)
	}
	if as, err := to.Accept(t.Context(), odd); err != nil || !as.Duplicate {
		t.Errorf("the last file again\n got %+v, %v\nwant a duplicate", as, err)
	}
	files := int64(accepted(t, from)) + 3000/500
	if as := accept(t, to, 2000); as.Sequence != files+1 {
		t.Errorf("sequence of the next file\n got %d\nwant %d", as.Sequence, files+1)
	}
	if err := benchTranslate(to, 1); err != nil {
		t.Error(err)
	}
	if err := benchDeliver(to); err != nil {
		t.Error(err)
	}
	wantHouse(t, to)
	if _, err := Copy(t.Context(), from, to); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a second copy\n got %v\nwant %v", err, ErrNotEmpty)
	}
}

// TestCopyDiffers: what was changed behind the copy's back is noticed.
func TestCopyDiffers(t *testing.T) {
	c := newCluster(t)
	for _, change := range []string{
		"UPDATE hash SET hash = '\\x00' WHERE idx = 1",
		"UPDATE transmission SET name = 'another' WHERE n = 1",
		"DELETE FROM evidence",
		"UPDATE fact SET subject = 'another'",
	} {
		from := open(t)
		accept(t, from, 1)
		accept(t, from, 2)
		if err := benchTranslate(from, 1); err != nil {
			t.Fatal(err)
		}
		if err := benchDeliver(from); err != nil {
			t.Fatal(err)
		}
		to := c.empty(t)
		if _, err := Copy(t.Context(), from, to); err != nil {
			t.Fatal(err)
		}
		c.do(t, change)
		if _, err := compare(t.Context(), from, to); err == nil {
			t.Errorf("%s\n got a copy that agrees\nwant an error", change)
		}
	}
	if _, err := Copy(t.Context(), open(t), open(t)); err == nil || errors.Is(err, bridge.ErrConflict) {
		t.Errorf("a copy between two embedded stores\n got %v\nwant it refused", err)
	}
}
