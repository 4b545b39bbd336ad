package edi

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// everything is a Syntax for tests: one group, and in it every segment a message
// of its own.
type everything struct{ standard Standard }

func (e everything) Standard() Standard      { return e.standard }
func (e everything) Open(r *Reader) Envelope { return &all{r: r} }

type all struct {
	r     *Reader
	ic    Interchange
	g     Group
	m     Message
	steps int
}

func (a *all) Begin(ordinal int) { a.ic, a.g, a.steps = Interchange{Ordinal: ordinal}, Group{}, 0 }

func (a *all) Next() (*Event, error) {
	ev := &Event{Interchange: &a.ic, Group: &a.g}
	switch a.steps++; a.steps {
	case 1:
		_, err := a.r.Next()
		ev.Kind = BeginInterchange
		return ev, err
	case 2:
		ev.Kind = BeginGroup
		return ev, nil
	}
	s, err := a.r.Next()
	switch {
	case err == nil:
		a.m.Reset()
		a.m.Append(s)
		a.m.Control = string(s.Tag())
		ev.Kind, ev.Message = EndMessage, &a.m
		return ev, nil
	case err != io.EOF || a.ic.Complete:
		return ev, err
	case a.g.Complete:
		a.ic.Complete, ev.Kind = true, EndInterchange
	default:
		a.g.Complete, ev.Kind = true, EndGroup
	}
	return ev, nil
}

// TestLoops leaves loops early: what was left is passed over, and nothing else.
func TestLoops(t *testing.T) {
	file := isa + "A~B~C~IEA*0~" + isa2 + "D'E'IEA|0'"
	for _, c := range []struct {
		name            string
		messages, depth int // of each group, at most; 1 interchanges, 2 groups, 3 messages
		want            string
	}{
		{"all", 9, 3, "1 A B C IEA 2 D E IEA"},
		{"one message of each", 1, 3, "1 A 2 D"},
		{"groups alone", 9, 2, "1 g 2 g"},
		{"interchanges alone", 9, 1, "1 2"},
	} {
		w := NewWalker(strings.NewReader(file), Limits{}, everything{X12})
		var got []string
		for ic, err := range w.Interchanges() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(ic.Ordinal))
			if c.depth < 2 {
				continue
			}
			for _, err := range w.Groups() {
				if err != nil {
					t.Fatal(err)
				}
				if c.depth < 3 {
					got = append(got, "g")
					continue
				}
				n := 0
				for m, err := range w.Messages() {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, m.Control)
					if n++; n == c.messages {
						break
					}
				}
			}
			for range w.Groups() {
				t.Errorf("%s: a group was left over", c.name)
			}
			for range w.Messages() {
				t.Errorf("%s: a message was left over", c.name)
			}
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestLoopFails reads a file that breaks off with an error: it comes once.
func TestLoopFails(t *testing.T) {
	broken := errors.New("the line is broken")
	var got []string
	for m, err := range Messages(io.MultiReader(strings.NewReader(isa+"A~B~"), failing{broken}), everything{X12}) {
		if errors.Is(err, broken) {
			got = append(got, "broken")
			continue
		}
		got = append(got, m.Control)
	}
	if got, want := strings.Join(got, " "), "A B broken"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestParts divides an element with all its loops and resolves its releases.
func TestParts(t *testing.T) {
	const text = "UNH+1+A?+B:C??:D*E?*:*F++'"
	d := Delimiters{Segment: '\'', Element: '+', Component: ':', Repetition: '*', Release: '?'}
	m, err := ReadMessage([]byte(text+"UNT+2+1'"), d)
	if err != nil {
		t.Fatal(err)
	}
	s := m.Segment(1)
	var got []string
	for n, v := range s.Elements() {
		got = append(got, fmt.Sprintf("%d=%s", n, v))
		for r, v := range s.Repetitions(n) {
			got = append(got, fmt.Sprintf("%d/%d=%s", n, r, v))
			for c, v := range s.Components(n, r) {
				got = append(got, fmt.Sprintf("%d/%d.%d=%s", n, r, c, v))
			}
		}
	}
	want := "1=1 1/1=1 1/1.1=1 2=A?+B:C??:D*E?*:*F 2/1=A?+B:C??:D 2/1.1=A?+B 2/1.2=C?? 2/1.3=D " +
		"2/2=E?*: 2/2.1=E?* 2/2.2= 2/3=F 2/3.1=F 3= 3/1= 3/1.1= 4= 4/1= 4/1.1="
	if got := strings.Join(got, " "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got, want := s.Value(2, 1)+" "+s.Value(2, 2)+" "+s.Value(2, 9)+s.Value(9, 0)+" "+s.Value(2, 0), "A+B C?  A+B:C?:D*E*:*F"; got != want {
		t.Errorf("values\n got %s\nwant %s", got, want)
	}
}
