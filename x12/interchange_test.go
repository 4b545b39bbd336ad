package x12_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

func envelope() x12.Envelope {
	return x12.Envelope{
		Sender: edi.Party{Qualifier: "ZZ", ID: "US"}, Receiver: edi.Party{Qualifier: "01", ID: "123456789"},
		GroupSender: "US", GroupReceiver: "THEM", Version: "00401", GroupVersion: "004010", Mode: edi.Test,
		Time: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC), Interchange: 17, Group: 4, AckRequested: true,
	}
}

// TestInterchangeReadsBack holds what is written against our own reader.
func TestInterchangeReadsBack(t *testing.T) {
	var b bytes.Buffer
	w := x12.NewInterchange(&b, envelope(), x12.Functional("810"))
	for _, control := range []string{"0001", "0002"} {
		if err := w.Set([]byte("ST*810*" + control + "~\nBIG*20261123*1~\nSE*3*" + control + "~\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	walk := edi.NewWalker(&b, edi.Limits{}, x12.Syntax{})
	var sets []string
	for {
		ev, err := walk.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range ev.Findings {
			if f.Severity != edi.Info {
				t.Errorf("%s", f.String())
			}
		}
		switch ev.Kind {
		case edi.BeginGroup:
			if got, want := ev.Group.Functional+ev.Group.Control+ev.Group.Version, "IN4004010"; got != want {
				t.Errorf("group\ngot  %s\nwant %s", got, want)
			}
		case edi.EndMessage:
			sets = append(sets, ev.Message.Control)
		case edi.EndInterchange:
			if ic := ev.Interchange; ic.Control != "000000017" || ic.Mode != edi.Test || !ic.AckRequested || !ic.Complete {
				t.Errorf("interchange %+v", ic)
			}
		}
	}
	if got, want := strings.Join(sets, " "), "0001 0002"; got != want {
		t.Errorf("sets\ngot  %s\nwant %s", got, want)
	}
}

func TestInterchangeRefuses(t *testing.T) {
	for name, set := range map[string]string{
		"other delimiters":  "ST|810|0001~SE|2|0001~",
		"cut off":           "ST*810*0001~BIG*20261123*1~",
		"more than one set": "ST*810*0001~SE*2*0001~ST*810*0002~SE*2*0002~",
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			w := x12.NewInterchange(&b, envelope(), "IN")
			if err := w.Set([]byte(set)); err == nil {
				t.Error("taken")
			}
			if err := w.Close(); err != nil || !strings.Contains(b.String(), "GE*0*4~") {
				t.Errorf("%v: %s", err, b.String())
			}
		})
	}
	env := envelope()
	env.Interchange = 0
	if err := x12.NewInterchange(io.Discard, env, "IN").Close(); err == nil {
		t.Error("an interchange without a control number was written")
	}
}

func TestFunctional(t *testing.T) {
	for set, want := range map[string]string{"850": "PO", "997": "FA", "309": "AQ", "123": "", "85": "", "ORD": ""} {
		if got := x12.Functional(set); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", set, got, want)
		}
	}
}
