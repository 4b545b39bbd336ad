package mappings_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

var updateReports = flag.Bool("update-reports", false, "write canonical.json and sent.edi of testdata anew")

// reports are the folders of testdata that are of reports, statuses, advices and
// acknowledgments. The name is kind, set, and the release where it is not the
// oldest. in.edi was written by hand, in.keys are its business keys; posted.json is
// what an application would hand in.
var reports = []string{
	"inventory-846", "inventory-invrpt", "inventory-invrpt-d01b",
	"productActivity-852", "productActivity-slsrpt", "productActivity-slsrpt-d01b",
	"return-180", "return-retann", "return-retann-d01b",
	"shipmentStatus-214", "shipmentStatus-214-005010", "shipmentStatus-iftsta", "shipmentStatus-iftsta-d01b",
	"applicationAdvice-824", "applicationAdvice-824-005010", "applicationAdvice-aperak", "applicationAdvice-aperak-d01b",
	"acknowledgment-997", "acknowledgment-999", "acknowledgment-contrl",
}

// example reads a message of testdata, and finds its guide and table.
func example(t *testing.T, folder string) (shipped, *edi.Message) {
	t.Helper()
	text := file(t, folder, "in.edi")
	d, standard, release := delimitersOf(edi.X12), edi.X12, "004010"
	switch {
	case bytes.HasPrefix(text, []byte("UNH")):
		d, standard = delimitersOf(edi.EDIFACT), edi.EDIFACT
		_, id, _ := strings.Cut(string(text), ":")
		release, _, _ = strings.Cut(id, "'")
	case strings.HasSuffix(folder, "-005010") || strings.HasSuffix(folder, "-999"):
		release = "005010"
	}
	msg, err := edi.ReadMessage(text, d)
	if err != nil {
		t.Fatal(err)
	}
	msg.Standard, msg.Version = standard, release
	g, exact := standards(t)[standard].Find(standard, release, msg.Set)
	m := library(t).Find(string(standard), release, msg.Set)
	if !exact || m == nil {
		t.Fatalf("%s of %s: guide %v, mapping %v", msg.Set, release, g, m)
	}
	return shipped{g: g, m: m, r: &mappings.Reader{}}, msg
}

func file(t *testing.T, folder, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// expect compares with a file of testdata, or writes it.
func expect(t *testing.T, folder, name string, got []byte) {
	t.Helper()
	if *updateReports {
		if err := os.WriteFile(filepath.Join("testdata", folder, name), got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := file(t, folder, name); !bytes.Equal(got, want) {
		t.Errorf("%s: %s", name, parts(got, want))
	}
}

// TestReports: messages written by hand are sound, mean what was reviewed, come
// back and are found by their keys.
func TestReports(t *testing.T) {
	for _, folder := range reports {
		t.Run(folder, func(t *testing.T) {
			s, msg := example(t, folder)
			for _, f := range s.g.Validate(msg, guide.Options{}).Findings {
				t.Errorf("the message is not sound: %s", f.String())
			}
			r, problems := s.bothWays(msg)
			for _, p := range problems {
				t.Error(p)
			}
			for _, f := range r.Findings {
				t.Errorf("mapping finds %s", f.String())
			}
			var b bytes.Buffer
			if err := json.Indent(&b, encoded(r.Document), "", "  "); err != nil {
				t.Fatal(err)
			}
			expect(t, folder, "canonical.json", append(b.Bytes(), '\n'))
			var keys strings.Builder
			for _, k := range canonical.Keys(r.Document) {
				keys.WriteString(k.Scheme + " " + k.Value + "\n")
			}
			if got, want := keys.String(), string(file(t, folder, "in.keys")); got != want {
				t.Errorf("keys\n got %s\nwant %s", got, want)
			}
			for _, k := range r.Keys {
				if !strings.Contains(keys.String(), k.Scheme+" "+k.Value+"\n") {
					t.Errorf("the table finds the key %s %s, the document has\n%s", k.Scheme, k.Value, &keys)
				}
			}
		})
	}
}

// TestReportsPosted: what an application would post, without codes where names
// do and without residue, becomes a message in which its guide finds nothing.
func TestReportsPosted(t *testing.T) {
	for _, folder := range reports {
		if strings.HasPrefix(folder, "acknowledgment") {
			continue // made by the bridge itself
		}
		t.Run(folder, func(t *testing.T) {
			s, msg := example(t, folder)
			doc, err := canonical.Decode(file(t, folder, "posted.json"))
			if err != nil {
				t.Fatal(err)
			}
			doc.Head().Release = msg.Version // as agreed
			out, findings, err := s.m.Out(doc, mappings.OutOptions{Delimiters: msg.Delimiters, LineBreak: "\n", Guide: s.g, Control: "0001"})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Error(f.String())
			}
			expect(t, folder, "sent.edi", out)
		})
	}
}
