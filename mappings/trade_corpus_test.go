package mappings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// tradeFloors are how many of a hundred values of the corpus' sound sets must be
// mapped.
var tradeFloors = map[string]float64{
	"855": 90, "860": 90, "865": 90, "810": 90, "820": 90, "832": 90, "ORDRSP": 90, "ORDCHG": 90, "INVOIC": 90, "PRICAT": 90,
}

// TestTradeCorpus takes every set of the corpus there and back, sound or not, and
// counts what is mapped of the sound ones.
func TestTradeCorpus(t *testing.T) {
	sound := tradeSound(t)
	all := map[string]*counted{}
	for name, data := range corpusFiles(t) {
		for set, floor := range tradeFloors {
			for _, msg := range messages(t, data, set) {
				g, m := languages(t, msg.Standard, msg.Version, set)
				var r *Result
				t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) { r = tradeRoundTrip(t, g, m, msg) })
				if r == nil || !sound[name] {
					continue
				}
				if all[set] == nil {
					all[set] = &counted{}
				}
				c := r.Residue.Coverage
				all[set].sets++
				all[set].elements += c.Elements
				all[set].mapped += c.Mapped
				if 100*c.Mapped < int(floor)*c.Elements {
					t.Logf("%s %s: %d of %d\n%s", name, set, c.Mapped, c.Elements, tradeEntries(r.Residue))
				}
			}
		}
	}
	for set, floor := range tradeFloors {
		c := all[set]
		if c == nil {
			t.Errorf("no sound %s was found", set)
			continue
		}
		t.Logf("%s: %s", set, c)
		if got := 100 * float64(c.mapped) / float64(c.elements); got < floor {
			t.Errorf("coverage of %s\n got %.1f %%\nwant %.0f", set, got, floor)
		}
	}
}

// tradeEntries are the values of a residue, for people.
func tradeEntries(r *canonical.Residue) string {
	var b strings.Builder
	for i, e := range r.Entries {
		if i == 60 {
			break
		}
		fmt.Fprintf(&b, "%d %+v\n", e.Segment, e)
	}
	return b.String()
}

// tradeSound are the files that the corpus' MANIFEST calls sound.
func tradeSound(t testing.TB) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(os.Getenv("EDIBRIDGE_CORPUS"), "MANIFEST.tsv"))
	if err != nil {
		t.Skip("EDIBRIDGE_CORPUS is not set: no corpus")
	}
	files := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(line, "\t"); len(f) > 12 && f[12] == "yes" {
			files[f[0]] = true
		}
	}
	return files
}

// tradeRoundTrip takes a message into a document and back, by way of JSON: the same
// bytes, and without the residue the same meaning.
func tradeRoundTrip(t tester, g *guide.Guide, m *Mapping, msg *edi.Message) *Result {
	t.Helper()
	r, err := m.In(FromMessage(msg, g, g.Match(msg)), InOptions{Residue: true})
	if err != nil {
		t.Fatal(err)
	}
	line, err := canonical.Encode(r.Document, nil, r.Residue)
	if err != nil {
		t.Fatal(err)
	}
	doc, res, err := canonical.DecodeWithResidue(line)
	if err != nil {
		t.Fatalf("%v\n%s", err, line)
	}
	got, findings, err := m.Out(doc, OutOptions{Residue: res})
	if err != nil {
		t.Fatal(err)
	}
	if want := msg.Unwrapped(); !bytes.Equal(got, want) {
		t.Errorf("out with residue: %s\nfindings %v", difference(got, want), findings)
	}
	if inPlace(g, msg) {
		tradeAgain(t, g, m, msg, r.Document)
	}
	return r
}

// tradeAgain writes a document without its residue and reads it again.
func tradeAgain(t tester, g *guide.Guide, m *Mapping, msg *edi.Message, doc canonical.Document) {
	t.Helper()
	out, findings, err := m.Out(doc, OutOptions{Delimiters: msg.Delimiters})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		// Text that holds a separator cannot be written so that it is read back.
		if f.Rule == "mapping.value.delimiter" || f.Rule == "mapping.value.encoding" {
			return
		}
	}
	written, err := edi.ReadMessage(out, msg.Delimiters)
	if err != nil {
		t.Fatalf("%v\n%q", err, out)
	}
	written.Standard, written.Version = msg.Standard, msg.Version
	r, err := m.In(FromMessage(written, g, g.Match(written)), InOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if at := tradeDeparts(tradeValues(t, doc), tradeValues(t, r.Document), ""); at != "" {
		t.Errorf("out without residue and in again: %s\n  by %q", at, out)
	}
}

// tradeGiven are members that tables give when the document says nothing, or count.
var tradeGiven = map[string]bool{"action": true, "actionCode": true, "responseType": true, "orderType": true, "type": true, "handling": true,
	"creditDebit": true, "method": true, "purpose": true, "transactionSet": true, "release": true, "lineCount": true, "relationship": true, "use": true, "traceType": true}

// tradeDeparts says where a document that was written and read again says something
// else; "" when it does not.
func tradeDeparts(was, now any, at string) string {
	switch was := was.(type) {
	case map[string]any:
		now, _ := now.(map[string]any)
		for name, v := range was {
			if name == "lineCount" {
				continue // one that is wrong is mended
			}
			if d := tradeDeparts(v, now[name], at+"/"+name); d != "" {
				return d
			}
		}
		for name, v := range now {
			if was[name] == nil && !isTradeGiven(name, v) {
				return fmt.Sprintf("%s/%s: %v was not there", at, name, v)
			}
		}
	case []any:
		now, _ := now.([]any)
		if len(now) != len(was) {
			return fmt.Sprintf("%s\n got %v\nwant %v", at, now, was)
		}
		for i := range was {
			if d := tradeDeparts(was[i], now[i], fmt.Sprintf("%s/%d", at, i)); d != "" {
				return d
			}
		}
	default:
		if was != now {
			return fmt.Sprintf("%s\n got %v\nwant %v", at, now, was)
		}
	}
	return ""
}

// isTradeGiven: a table gives the member, or all that it has.
func isTradeGiven(name string, v any) bool {
	object, ok := v.(map[string]any)
	for n, v := range object {
		ok = ok && isTradeGiven(n, v)
	}
	return tradeGiven[name] || ok
}

func tradeValues(t tester, doc canonical.Document) any {
	t.Helper()
	line, err := canonical.Encode(doc, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
