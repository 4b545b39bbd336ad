package edi

import (
	"bytes"
	"fmt"
	"testing"
	"time"
	"io"
)

func TestZZ(t *testing.T) {
	data := orders(2<<20, 1000, 20)
	small := orders(2<<20, 1, 20)
	f := NewFrame("SE", "ST", "GS", "GE", "IEA")
	floor := func() {
		n, rest := 0, data
		for {
			i := bytes.IndexByte(rest, '~')
			if i < 0 { break }
			seg := rest[:i]
			rest = rest[i+1:]
			for {
				n++
				k := bytes.IndexByte(seg, '*')
				if k < 0 { break }
				seg = seg[k+1:]
			}
		}
	}
	rd := func(data []byte, col bool) {
		r := NewReader(bytes.NewReader(data), Limits{})
		var m Message
		for {
			if _, err := r.Find(nil); err != nil { break }
			for {
				s, err := r.Next()
				if err == io.EOF { break }
				if col && s.Is("ST") { r.Collect(&m, &f) }
			}
		}
	}
	best := [4]time.Duration{1e9, 1e9, 1e9, 1e9}
	for range 150 {
		for i, g := range []func(){floor, func() { rd(data, false) }, func() { rd(data, true) }, func() { rd(small, true) }} {
			s := time.Now()
			g()
			best[i] = min(best[i], time.Since(s))
		}
	}
	fmt.Println(best, "read", float64(best[0])/float64(best[1]), "collect", float64(best[0])/float64(best[2]), "small", float64(best[0])/float64(best[3]))
}
