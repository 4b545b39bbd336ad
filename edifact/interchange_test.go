package edifact_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
)

func outEnvelope(version string) edifact.Envelope {
	return edifact.Envelope{
		Sender: edi.Party{ID: "4000000000006", Qualifier: "14"}, Receiver: edi.Party{ID: "4012345000009", Qualifier: "14", Sub: "EDI"},
		Version: version, Mode: edi.Test, Reference: "17", AckRequested: true,
		Time: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
	}
}

// TestInterchangeReadsBack holds what is written against our own reader, in
// each character set that can say it.
func TestInterchangeReadsBack(t *testing.T) {
	for version, text := range map[string]string{
		"UNOA:1": "MUELLER", "UNOB:2": "Mueller", "UNOC:3": "Müller & Söhne", "UNOD:3": "Łódź", "UNOE:3": "Москва", "UNOY:4": "Müller 東京",
	} {
		t.Run(version, func(t *testing.T) {
			message := "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++" + text + "'UNT+3+1'"
			var b bytes.Buffer
			w := edifact.NewInterchange(&b, outEnvelope(version))
			if err := w.Message([]byte(message)); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			walk := edi.NewWalker(&b, edi.Limits{}, edifact.Syntax{})
			for {
				ev, err := walk.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range ev.Findings {
					t.Errorf("%s", f.String())
				}
				if ev.Kind == edi.EndMessage {
					set := edifact.CharsetOf(ev.Interchange)
					if got := set.Decode(ev.Message.Raw()); got != message {
						t.Errorf("message\ngot  %s\nwant %s", got, message)
					}
				}
				if ev.Kind == edi.EndInterchange && (ev.Interchange.Mode != edi.Test || !ev.Interchange.AckRequested || ev.Interchange.Control != "17") {
					t.Errorf("interchange %+v", ev.Interchange)
				}
			}
		})
	}
}

func TestInterchangeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		version, message string
		character        rune
	}{
		"lower case in UNOA":     {"UNOA:1", "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++a'UNT+3+1'", 'a'},
		"Greek in UNOC":          {"UNOC:3", "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++α'UNT+3+1'", 'α'},
		"bytes that are no text": {"UNOC:3", "UNH+1+ORDERS:D:96A:UN'FTX+AAI+++\xFC'UNT+3+1'", '\uFFFD'},
		"cut off":                {"UNOC:3", "UNH+1+ORDERS:D:96A:UN'", 0},
		"other delimiters":       {"UNOC:3", "UNH|1|ORDERS:D:96A:UN'UNT|2|1'", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			w := edifact.NewInterchange(&b, outEnvelope(c.version))
			err := w.Message([]byte(c.message))
			if err == nil {
				t.Fatal("taken")
			}
			var ce *edifact.CharacterError
			if errors.As(err, &ce) != (c.character != 0) || ce != nil && ce.Character != c.character {
				t.Errorf("error\ngot  %v\nwant one about %q", err, c.character)
			}
			if err := w.Close(); err != nil || !strings.Contains(b.String(), "UNZ+0+17'") {
				t.Errorf("%v: %s", err, b.String())
			}
		})
	}
	env := outEnvelope("UNOC:3")
	env.Reference = ""
	if err := edifact.NewInterchange(io.Discard, env).Close(); err == nil {
		t.Error("an interchange without a reference was written")
	}
}

// TestOwnDelimiters: what UNA names may stand in the text of a set that lacks it.
func TestOwnDelimiters(t *testing.T) {
	env := outEnvelope("UNOA:2")
	env.Delimiters = edi.Delimiters{Segment: '~', Element: '|', Component: '^', Release: '\\', Decimal: '.'}
	var b bytes.Buffer
	w := edifact.NewInterchange(&b, env)
	if err := w.Message([]byte("UNH|1|ORDERS^D^96A^UN~FTX|AAI|||A\\|B~UNT|3|1~")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "UNA^|.\\ ~UNB|UNOA^2|4000000000006^14|4012345000009^14^EDI|261123^0930|17||||1||1~" +
		"UNH|1|ORDERS^D^96A^UN~FTX|AAI|||A\\|B~UNT|3|1~UNZ|1|17~"
	if got := b.String(); got != want {
		t.Errorf("interchange\ngot  %s\nwant %s", got, want)
	}
}
