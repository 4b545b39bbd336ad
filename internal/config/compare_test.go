package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A configuration that was kept is loaded again as it was, without its folder:
// but for secrets, which are this machine's.
func TestLoadBundle(t *testing.T) {
	_, dir := unpack(t, "testdata/good.txtar")
	main := filepath.Join(dir, "edibridge.yaml")
	cfg, sys, err := Load(main)
	if err != nil {
		t.Fatal(err)
	}
	text := sys.Bundle.Marshal()
	for name := range sys.Bundle.Files {
		if strings.Contains(name, "secret") || strings.Contains(name, "hash") {
			t.Errorf("the bundle has %s", name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := ParseBundle(text)
	if err != nil {
		t.Fatal(err)
	}
	again, sysAgain, err := LoadBundle(b, main)
	if err != nil {
		t.Fatal(err)
	}
	libraries := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Guides" || p.String() == "Mappings" }, cmp.Ignore())
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(cfg, again, libraries, zones); diff != "" {
		t.Errorf("configuration (-folder +bundle)\n%s", diff)
	}
	if diff := cmp.Diff(sys, sysAgain, cmpopts.EquateComparable()); diff != "" {
		t.Errorf("system (-folder +bundle)\n%s", diff)
	}
	if err := os.RemoveAll(filepath.Join(dir, "secrets")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadBundle(b, main); err == nil || !strings.Contains(err.Error(), "edibridge.yaml:2:1: file secrets") {
		t.Errorf("without this machine's secrets: got %v, want the place", err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := b.WriteTo(out); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(out, "partners", "acme.yaml")); err != nil || string(got) != string(b.Files["partners/acme.yaml"]) {
		t.Errorf("written: %v", err)
	}
	if err := b.WriteTo(out); err == nil {
		t.Error("a folder that is not empty was written to")
	}
}

func TestCompare(t *testing.T) {
	before := &Bundle{Main: "edibridge.yaml", Files: map[string][]byte{
		"edibridge.yaml": []byte("self: [X12 ZZ/US]\nendpoints:\n  app:\n    webhook: { url: http://a, secrets: [file:s] }\n  old: { webhook: { url: http://b } }\n"),
		"partners/acme.yaml": []byte("partner: acme\nname: ACME\naccess: { sftp: { user: a, passwordHash: $2a$one } }\nagreements:\n" +
			"  orders: { receive: X12 850 004010 production, events: [app] }\n  invoices: { send: X12 810 004010 production }\n"),
		"partners/gone.yaml": []byte("partner: gone\nagreements: { a: { receive: file * }, b: { receive: file *.x } }\n"),
		"guides/a.guide":     []byte("1\n2\n"),
		"mappings/m":         []byte("same"),
	}}
	after := &Bundle{Main: "edibridge.yaml", Files: map[string][]byte{
		"edibridge.yaml": []byte("self: [X12 ZZ/US, X12 GS US]\nendpoints:\n  app:\n    webhook: { url: http://a, secrets: [file:s], timeout: 3s }\n  new: { webhook: { url: http://b } }\n"),
		"partners/acme.yaml": []byte("partner: acme\naccess: { sftp: { user: a, passwordHash: $2a$two } }\nagreements:\n" +
			"  orders: { receive: X12 850 004010 production, events: [app, new], envelope: { from: X12 ZZ/US } }\n  drawings: { receive: file *.pdf, to: new }\n"),
		"partners/new/partner.yaml": []byte("partner: new\n"),
		"guides/a.guide":            []byte("1\n2\n3\n"),
		"mappings/m":                []byte("same"),
	}}
	var got []string
	for _, c := range Compare(before, after) {
		got = append(got, c.String())
	}
	want := []string{
		"bridge: self changed: [X12 ZZ/US] -> [X12 ZZ/US, X12 GS US]",
		"endpoint app: webhook.timeout given: 3s",
		"endpoint new: added",
		"endpoint old: removed",
		"file guides/a.guide: changed, 2 lines before, 3 lines now",
		"partner acme: access.sftp.passwordHash changed: (hidden, 8f5a2f2c) -> (hidden, 5f1d4f54)",
		"partner acme: name no longer given: ACME",
		"partner acme, agreement drawings: added: file *.pdf",
		"partner acme, agreement invoices: removed: X12 810 004010 production",
		"partner acme, agreement orders: envelope.from given: X12 ZZ/US",
		"partner acme, agreement orders: events changed: [app] -> [app, new]",
		"partner gone: removed: agreements a, b",
		"partner new: added",
	}
	hidden := func(s string) string {
		if strings.Contains(s, "hidden") {
			return "partner acme: access.sftp.passwordHash changed: (hidden)"
		}
		return s
	}
	for i := range want {
		want[i] = hidden(want[i])
	}
	for i := range got {
		if strings.Contains(got[i], "$2a$") {
			t.Errorf("a hash is shown: %s", got[i])
		}
		got[i] = hidden(got[i])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
	if same := Compare(after, after); len(same) != 0 {
		t.Errorf("got %v of the same", same)
	}
}

// FuzzBundle: what is parsed is written the same; what is not is refused, whatever
// it is, and what two texts say is told without a panic.
func FuzzBundle(f *testing.F) {
	good := Bundle{Main: "m", Files: map[string][]byte{"m": []byte("self: [a]\n"), "partners/a.yaml": []byte("partner: a\n"), "../k": []byte("x")}}
	f.Add(good.Marshal(), good.Marshal())
	f.Add([]byte(bundleHead), []byte(bundleHead+"\x00\x00\x00\x00\x00\x00\x00\x01m"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		one, err := ParseBundle(a)
		if err != nil {
			return
		}
		again, err := ParseBundle(one.Marshal())
		if err != nil || again.Digest() != one.Digest() {
			t.Errorf("written and read again: %v", err)
		}
		if other, err := ParseBundle(b); err == nil {
			for _, c := range Compare(one, other) {
				if strings.ContainsAny(c.Was+c.Is, "\n") {
					t.Errorf("%q is more than a line", c)
				}
			}
		}
	})
}
