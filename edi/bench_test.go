package edi

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// orders makes up interchanges of 850s until they fill size bytes. Every sets
// sets make an interchange; lines is the number of lines of the longest order.
func orders(size, sets, lines int) []byte {
	var b bytes.Buffer
	for ic := 1; b.Len() < size; ic++ {
		fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*%09d*0*P*>~", ic)
		fmt.Fprintf(&b, "GS*PO*NORTHPIER*LAKEHOUSE3PL*20261123*0930*%d*X*004010~", ic)
		n := 0
		for n < sets && b.Len() < size {
			n++
			order(&b, ic, n, 1+(ic*7+n*13)%lines)
		}
		fmt.Fprintf(&b, "GE*%d*%d~IEA*1*%09d~", n, ic, ic)
	}
	return b.Bytes()
}

func order(b *bytes.Buffer, ic, n, lines int) {
	fmt.Fprintf(b, "ST*850*%04d~BEG*00*SA*PO%d-%d**20261123~REF*DP*0%d~REF*IA*0012345~", n, ic, n, n%90+10)
	fmt.Fprintf(b, "DTM*002*20261201~DTM*010*20261128~TD5**2*UPSN*M*GROUND~N1*ST*CORNER MARKET %d*92*CM%d~", n, n%400)
	fmt.Fprintf(b, "N3*%d HARBOUR STREET~N4*PORTLAND*ME*04101*US~", n%900+1)
	for k := 1; k <= lines; k++ {
		fmt.Fprintf(b, "PO1*%d*%d*CA*%d.%02d**UP*0%011d*VN*SKU-%d~PID*F****MADE UP ARTICLE NO %d~PO4*%d*1*EA~", k, k%48+1, k%90+1, k%100, k*7919, k, k, k%12+1)
	}
	fmt.Fprintf(b, "CTT*%d~SE*%d*%04d~", lines, 12+3*lines, n)
}

// BenchmarkFloor is the cheapest pass that still finds every segment and every
// element with the library's own bytes.IndexByte.
func BenchmarkFloor(b *testing.B) {
	data := orders(8<<20, 100, 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n, rest := 0, data
		for {
			i := bytes.IndexByte(rest, '~')
			if i < 0 {
				break
			}
			seg := rest[:i]
			rest = rest[i+1:]
			for {
				n++
				k := bytes.IndexByte(seg, '*')
				if k < 0 {
					break
				}
				seg = seg[k+1:]
			}
		}
		if n == 0 {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkReader(b *testing.B) {
	for _, c := range []struct {
		name  string
		sets  int
		lines int
	}{{"big", 1000, 20}, {"small", 1, 20}} {
		data := orders(8<<20, c.sets, c.lines)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				r := NewReader(bytes.NewReader(data), Limits{})
				n := 0
				for {
					if _, err := r.Find(nil); err != nil {
						break
					}
					for {
						s, err := r.Next()
						if err == io.EOF {
							break
						}
						n += s.Len()
					}
				}
				if n == 0 {
					b.Fatal("nothing found")
				}
			}
		})
	}
}

func BenchmarkCollect(b *testing.B) {
	data := orders(8<<20, 1000, 20)
	f := NewFrame("SE", "ST", "GS", "GE", "IEA")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(bytes.NewReader(data), Limits{})
		var m Message
		n := 0
		for {
			if _, err := r.Find(nil); err != nil {
				break
			}
			for {
				s, err := r.Next()
				if err == io.EOF {
					break
				}
				if s.Is("ST") {
					if _, err := r.Collect(&m, &f); err != nil {
						b.Fatal(err)
					}
					n += m.Len()
				}
			}
		}
		if n == 0 {
			b.Fatal("nothing found")
		}
	}
}
