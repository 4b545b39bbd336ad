package edi

import (
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// generated gives head, then size bytes of pattern over and over, then tail,
// and watches the heap meanwhile.
type generated struct {
	head, pattern, tail string
	size                int64
	done                int64
	reads               int
	peak                uint64
}

func (g *generated) Read(p []byte) (int, error) {
	if g.reads++; g.reads%64 == 0 {
		g.watch()
	}
	n := 0
	for n < len(p) {
		c := 0
		switch at := g.done; {
		case at < int64(len(g.head)):
			c = copy(p[n:], g.head[at:])
		case at < int64(len(g.head))+g.size:
			at -= int64(len(g.head))
			c = copy(p[n:], g.pattern[at%int64(len(g.pattern)):])
			c = int(min(int64(c), g.size-at))
		case at < g.len():
			c = copy(p[n:], g.tail[at-int64(len(g.head))-g.size:])
		default:
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		n, g.done = n+c, g.done+int64(c)
	}
	return n, nil
}

func (g *generated) len() int64 { return int64(len(g.head)+len(g.tail)) + g.size }

func (g *generated) watch() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	g.peak = max(g.peak, m.HeapInuse)
}

// TestHostile reads files that never end what they begin: each costs no more
// memory than the limits say, and the interchange behind is still read.
func TestHostile(t *testing.T) {
	const (
		begin = isa + "GS*PO~ST*850*0001~"
		end   = "~SE*2*0001~GE*1*1~IEA*1*000000301~"
	)
	next := isa2 + "GS|PO'ST|850|0002'SE|2|0002'IEA|1'"
	lim := Limits{Segment: 64 << 10, Message: 1 << 20}
	lines, _, _ := unmark(wrapped(80, "\n", begin+"MSG*"+strings.Repeat("A", 400-len(begin)-4)))
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // garbage is not what is measured
	const bound = 6 << 20                            // the limits, the index of a message, and what the collector has not taken yet
	for _, c := range []struct {
		name, head, pattern, tail string
		sets                      string // control numbers of the sets; + is a truncated one
	}{
		{"one segment", begin + "MSG*", "A", end + next, "0001+ 0002"},
		{"one segment, never closed", begin + "MSG*", "A", next, "0001+ 0002"},
		{"one segment of separators", begin + "MSG", "*", end + next, "0001+ 0002"},
		{"one segment of headers", begin + "MSG*", "ISA*00*", end + next, "0001+ 0002"},
		{"one segment of EDIFACT headers", begin + "MSG*", "UNB+UNOC:3+", end + next, "0001+ 0002"},
		{"one ST", isa + "GS*PO~ST*850*", "1", end + next, "1+ 0002"},
		{"one set", begin, "N1*ST*CORNER MARKET~", end[1:] + next, "0001+ 0002"},
		{"one set of empty elements", begin, "N1*****************************~", end[1:] + next, "0001+ 0002"},
		{"one set of empty segments", begin, "A~", end[1:] + next, "0001+ 0002"},
		{"terminators", begin, "~", end[1:] + next, "0001+ 0002"},
		{"line breaks", begin, "\r\n", end[1:] + next, "0001+ 0002"},
		{"binary", begin + "BIN*9999999999*", "A~", end + next, "0001+ 0002"},
		{"object", unb + "UNO+P+A:1++99999999999'", "A'UNB+", next, "0002"},
		{"one EDIFACT segment", unb + "UNH+1+ORDERS'FTX+", "A?", next, "0002"},
		{"junk", isa + "IEA*0~", "JUNK ", next, "0002"},
		{"headers that are none", isa + "IEA*0~", "ISA*", next, "0002"},
		{"one ISA", "ISA*00*", " ", "~" + next, "0002"},
		{"interchanges", "", isa + "GS*PO~", next, "0002"},
		{"one wrapped segment", lines + "\n", strings.Repeat("A", 80) + "\n", end + "\n" + next, "0001+ 0002"},
		{"one wrapped segment, never closed", lines + "\n", strings.Repeat("A", 80) + "\n", next, "0001+ 0002"},
		{"wrapped interchanges", "", isa[:80] + "\n" + isa[80:] + "GS*PO~\n", next, "0002"},
		{"wrapped headers that are none", "", strings.Repeat("ISA*", 20) + "\n", next, "0002"},
		{"no EDI", "", "\x00", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &generated{head: c.head, pattern: strings.Repeat(c.pattern, 1000), tail: c.tail, size: 16 << 20}
			if c.name == "one segment" && !testing.Short() {
				g.size = 200 << 20
			}
			runtime.GC()
			g.watch()
			before := g.peak
			got := setsOf(t, NewReader(g, lim))
			if want := c.sets; got != want {
				t.Errorf("sets\n got %s\nwant %s", got, want)
			}
			if g.done != g.len() {
				t.Errorf("read %d bytes of %d", g.done, g.len())
			}
			if grown := int64(g.peak - before); grown > bound {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// setsOf gives the control numbers of all sets of a file.
func setsOf(t *testing.T, r *Reader) string {
	t.Helper()
	f := NewFrame("SE", "ST", "GS", "GE", "IEA")
	var m Message
	var out []string
	for {
		if _, err := r.Find(nil); err == io.EOF {
			return strings.Join(out, " ")
		} else if err != nil {
			t.Fatal(err)
		}
		for {
			s, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if !s.Is("ST") {
				continue
			}
			if _, err := r.Collect(&m, &f); err != nil {
				t.Fatal(err)
			}
			st := m.Segment(1)
			control := string(st.Element(2))
			if len(control) > 9 {
				control = control[:1]
			}
			if m.Truncated {
				control += "+"
			}
			out = append(out, control)
		}
	}
}

// TestNoAllocation reads segments and messages without allocating.
func TestNoAllocation(t *testing.T) {
	data := string(orders(4<<20, 1000, 20))
	r := NewReader(strings.NewReader(data), Limits{})
	f := NewFrame("SE", "ST", "GS", "GE", "IEA")
	if _, err := r.Find(nil); err != nil {
		t.Fatal(err)
	}
	var m Message
	step := func() {
		s, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if s.Is("ST") {
			if _, err := r.Collect(&m, &f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 100 {
		step() // the buffers find their size
	}
	if got := testing.AllocsPerRun(400, step); got != 0 {
		t.Errorf("%v allocations a message", got)
	}
}
