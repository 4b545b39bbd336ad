package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// longEnv asks for the long runs.
const longEnv = "EDIBRIDGE_LONG"

// november is when test bodies come.
func november() time.Time { return time.Date(2026, time.November, 23, 9, 30, 0, 0, time.UTC) }

// newArchive is an archive over d whose clock stands.
func newArchive(d archive.Blobs) *archive.Archive {
	return archive.New(d, archive.Options{Clock: november})
}

// orders is an 850 of about n bytes with made-up lines: it compresses as EDI
// does, and no seed gives another's bytes.
func orders(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 850))
	var b bytes.Buffer
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*ACME           *01*123456789      *261123*0930*U*00401*%09d*0*P*>~GS*PO*ACME*US*20261123*0930*%d*X*004010~", seed, seed)
	fmt.Fprintf(&b, "ST*850*0001~BEG*00*SA*%d**20261123~REF*DP*%03d~", r.IntN(1e9), r.IntN(1000))
	lines := 0
	for ; b.Len() < n-140; lines++ {
		fmt.Fprintf(&b, "PO1*%d*%d*EA*%d.%02d**UP*%012d*VN*%s%d~PID*F****ITEM %X~", lines+1, r.IntN(500), r.IntN(200), r.IntN(100),
			r.Int64N(1e12), []string{"AB", "QX", "ZZ"}[r.IntN(3)], r.IntN(1e6), r.IntN(1<<20))
	}
	fmt.Fprintf(&b, "CTT*%d~SE*%d*0001~GE*1*%d~IEA*1*%09d~", lines, 2*lines+5, seed, seed)
	return b.Bytes()
}

// noise is n bytes that do not compress.
func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7}).Read(b)
	return b
}

// get reads a body that has to be whole.
func get(t testing.TB, a *archive.Archive, o archive.Object) []byte {
	t.Helper()
	b, err := read(t.Context(), a, o)
	if err != nil {
		t.Errorf("get %+v: %v", o, err)
	}
	return b
}

// read reads a body.
func read(ctx context.Context, a *archive.Archive, o archive.Object) ([]byte, error) {
	r, err := a.Get(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// put keeps a body that has to be kept.
func put(t testing.TB, a *archive.Archive, peer string, body []byte) archive.Object {
	t.Helper()
	o, err := a.Put(t.Context(), peer, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	return o
}

// closeDir closes a folder that has to close.
func closeDir(t testing.TB, d *archive.Dir) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
