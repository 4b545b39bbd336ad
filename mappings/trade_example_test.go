package mappings

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

var updateTrade = flag.Bool("update-trade", false, "write the expected files of testdata")

// tradeKeys are the business keys of each example of testdata.
var tradeKeys = map[string]string{
	"orderResponse-855":     "po HH-104711, so BL-55019",
	"orderResponse-865":     "po HH-104711, so BL-55019",
	"orderChange-860":       "po HH-104711",
	"invoice-810":           "invoice BL-90117, po HH-104711, bol 00614141000880101, po HH-104712",
	"invoice-810-credit":    "invoice CM-2207, po HH-104711, invoice BL-90117",
	"remittance-820":        "payment PAY-330812, invoice BL-90117, po HH-104711, invoice BL-90122, invoice CM-2207",
	"catalog-832":           "catalog FALL-2026",
	"orderResponse-ordrsp":  "po NM-4711, so AB-88120",
	"orderChange-ordchg":    "po NM-4711",
	"invoice-invoic":        "invoice RE-90117, po NM-4711, shipment LS-8801, po NM-4712",
	"invoice-invoic-credit": "invoice GS-2207, po NM-4711, invoice RE-90117",
	"catalog-pricat":        "catalog PL-2026-2",
}

// tradeExample is a message of testdata, and the guide and the table of its set.
type tradeExample struct {
	g   *guide.Guide
	m   *Mapping
	msg *edi.Message
}

// readTradeExample reads a file of segments, one a line, without terminators.
func readTradeExample(t *testing.T, name string) tradeExample {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d, standard, release := starred, edi.X12, "004010"
	if bytes.HasPrefix(text, []byte("UNH")) {
		d = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
		standard, release = edi.EDIFACT, "D:96A:UN"
		if bytes.Contains(text, []byte(":D:01B")) {
			release = "D:01B:UN"
		}
	}
	msg, err := edi.ReadMessage(bytes.ReplaceAll(text, []byte("\n"), []byte{d.Segment}), d)
	if err != nil {
		t.Fatal(err)
	}
	msg.Standard, msg.Version = standard, release
	g, m := languages(t, standard, release, msg.Set)
	return tradeExample{g, m, msg}
}

// TestTradeExamples: messages written by hand are sound, mean what was reviewed,
// come back and are found by their keys.
func TestTradeExamples(t *testing.T) {
	for name, keys := range tradeKeys {
		t.Run(name, func(t *testing.T) {
			x := readTradeExample(t, filepath.Join("testdata", name, "in.edi"))
			for _, f := range x.g.Validate(x.msg, guide.Options{}).Findings {
				t.Errorf("the message is not sound: %s", f.String())
			}
			r := tradeRoundTrip(t, x.g, x.m, x.msg)
			for _, f := range r.Findings {
				t.Errorf("mapping finds %s", f.String())
			}
			expectTrade(t, filepath.Join("testdata", name, "canonical.json"), tradeJSON(t, r.Document))
			var got []string
			for _, k := range canonical.Keys(r.Document) {
				got = append(got, k.Scheme+" "+k.Value)
			}
			if g := strings.Join(got, ", "); g != keys {
				t.Errorf("keys\n got %s\nwant %s", g, keys)
			}
			for _, k := range r.Keys {
				if !slices.Contains(got, k.Scheme+" "+k.Value) {
					t.Errorf("the table finds the key %s %s, the document has %v", k.Scheme, k.Value, got)
				}
			}
		})
	}
}

func tradeJSON(t *testing.T, doc canonical.Document) []byte {
	t.Helper()
	line, err := canonical.Encode(doc, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, line, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// expectTrade compares with a file, or writes it.
func expectTrade(t *testing.T, name string, got []byte) {
	t.Helper()
	if *updateTrade {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: %s", name, difference(got, want))
	}
}

// TestTradePosted: what an application would post, without codes and residue,
// becomes a message in which its guide finds nothing.
func TestTradePosted(t *testing.T) {
	for name := range tradeKeys {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join("testdata", name)
			x := readTradeExample(t, filepath.Join(folder, "in.edi"))
			text, err := os.ReadFile(filepath.Join(folder, "post.json"))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := canonical.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			doc.Head().Standard = string(x.msg.Standard)
			doc.Derive()
			out, findings, err := x.m.Out(doc, OutOptions{Delimiters: x.msg.Delimiters, LineBreak: "\n", Guide: x.g, Control: "0001"})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Error(f.String())
			}
			expectTrade(t, filepath.Join(folder, "posted.edi"), out)
		})
	}
}
