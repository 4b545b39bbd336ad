package propose_test

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/mappings/propose"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

// shipped are the guides that samples are read by.
func shipped(t *testing.T) *guide.Library {
	t.Helper()
	x, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	e, err := edifactguides.Library()
	if err != nil {
		t.Fatal(err)
	}
	return guide.Join(x, e)
}

// proposed reads raw as the program does.
func proposed(t *testing.T, raw string, self ...edi.Party) *propose.Proposal {
	t.Helper()
	tables, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	p, err := propose.New(propose.Options{Key: "ssh-ed25519 KEY", Self: self, Mappings: tables})
	if err != nil {
		t.Fatal(err)
	}
	lib := shipped(t)
	p.File("dir/PO sample.edi", []byte(raw))
	for ev, err := range edi.NewWalker(strings.NewReader(raw), edi.Limits{}, x12.Syntax{}, edifact.Syntax{}).Events() {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		m := ev.Message
		s := &propose.Sample{Interchange: ev.Interchange, Group: ev.Group, Message: m, Report: m.Set == "997"}
		if g, _ := lib.Find(m.Standard, m.Version, m.Set); g != nil {
			s.Guide, s.Match, s.Mapping = g, g.Match(m), tables.Find(string(m.Standard), m.Version, m.Set)
		}
		if err := p.Message(s); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

const order = "ISA*00*          *00*          *ZZ*ACME CO        *01*US             *261123*0930*U*00401*000000905*0*P*>~" +
	"GS*PO*ACME*US*20261123*0930*905*X*004010~" +
	"ST*850*0001~BEG*00*SA*4711**20261123~SI*TI*A1*1~N1*ST**92*0118~SI*TI*A2*x\"y~PO1*1*120*EA*9.95**UP*614141000012~" +
	"LDT*AF*14*DA~REF*ZZ*7~CTT*1~SE*10*0001~GE*1*905~IEA*1*000000905~"

// TestProposedRowsHold: what stands in comments loads, all of it together, and
// reads what it says it would.
func TestProposedRowsHold(t *testing.T) {
	p := proposed(t, order)
	files, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	left := p.Summary().Residue
	if len(left) == 0 {
		t.Fatal("nothing is left: the sample tests nothing")
	}
	accepted := regexp.MustCompile(`(?m)^# (\S+/\S+ +(?:ext\.\S+|"[^"]*"))$`).ReplaceAll(files["mappings/acme-co.map"], []byte("$1"))
	tables, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := tables.Extend(fstest.MapFS{"acme.map": {Data: accepted}})
	if err != nil {
		t.Fatalf("%v\n%s", err, accepted)
	}
	m := lib.Named("acme-co-850-004010")
	if m == nil {
		t.Fatalf("there is no such layer\n%s", accepted)
	}
	for _, l := range left {
		if l.Row == "" {
			t.Errorf("%s: no row is proposed", l.Place)
		}
	}
	own := 0
	for _, r := range m.Rows() {
		if r.Layer == m.Name() && r.Path != "" {
			own++
		}
	}
	if want := len(left); own != want {
		t.Errorf("rows of the layer\n got %d\nwant %d\n%s", own, want, accepted)
	}
}

// TestProposedGuideLoads: as it stands, and with every line accepted.
func TestProposedGuideLoads(t *testing.T) {
	files, err := proposed(t, order).Files()
	if err != nil {
		t.Fatal(err)
	}
	text := files["guides/acme-co.guide"]
	for _, data := range [][]byte{text, bytes.ReplaceAll(text, []byte("severity info"), nil)} {
		lib, err := shipped(t).Extend(fstest.MapFS{"acme.guide": {Data: data}})
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		for _, r := range lib.Lint("acme-co-850-004010") {
			if r.Severity == edi.Error {
				t.Errorf("lint: %s", r)
			}
		}
	}
}

// TestPackage: what a package has, from what was received, what was sent, and
// what is neither.
func TestPackage(t *testing.T) {
	us := edi.Party{Qualifier: "01", ID: "US"}
	invoice := "ISA*00*          *00*          *01*US             *ZZ*ACME CO        *261130*0930*U*00401*000000017*0*T*>~" +
		"GS*IN*US*ACME*20261130*0930*17*X*004010~ST*810*0001~BIG*20261130*90117~IT1*1*12*EA*9.95~TDS*11940~SE*5*0001~GE*1*17~IEA*1*000000017~"
	report := "ISA*00*          *00*          *ZZ*ACME CO        *01*US             *261123*0930*U*00401*000000906*0*P*>~" +
		"GS*FA*ACME*US*20261123*0930*906*X*004010~ST*997*0001~AK1*IN*17~AK9*A*1*1*1~SE*4*0001~GE*1*906~IEA*1*000000906~"
	p := proposed(t, order+invoice+report, us)
	files, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(files))
	want := []string{"cases/po-sample-sent/canonical.json", "cases/po-sample/in.edi", "guides/acme-co.guide", "mappings/acme-co.map", "partner.yaml"}
	if !slices.Equal(got, want) {
		t.Errorf("files\n got %q\nwant %q", got, want)
	}
	if got, want := string(files["cases/po-sample/in.edi"]), order+report; got != want {
		t.Errorf("what was received\n got %s\nwant %s", got, want)
	}
	text := string(files["partner.yaml"])
	for _, want := range []string{"partner: acme-co\n", "  - X12 ZZ/ACME CO\n", "  - X12 GS ACME\n", "  order:\n    receive: X12 850 004010 production\n",
		"  our-invoice-test:\n    send: X12 810 004010 test\n", "keys: [ssh-ed25519 KEY]\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("partner.yaml lacks %q\n%s", want, text)
		}
	}
	if s := p.Summary(); s.Reports != 1 || s.Sets != 2 || len(s.Agreements) != 2 {
		t.Errorf("summary\n got %+v\nwant one report, two sets, two agreements", s)
	}
}

// TestNothingToAgreeAbout: samples without a set, and names that cannot be, are
// errors that say so.
func TestNothingToAgreeAbout(t *testing.T) {
	unknown := strings.ReplaceAll(strings.ReplaceAll(order, "ST*850", "ST*123"), "GS*PO", "GS*ZZ")
	if _, err := proposed(t, unknown).Files(); !errors.Is(err, propose.ErrNothing) {
		t.Errorf("a set that nobody knows\n got %v\nwant %v", err, propose.ErrNothing)
	}
	if _, err := propose.New(propose.Options{Partner: "A B"}); !errors.Is(err, propose.ErrName) {
		t.Errorf("a name\n got %v\nwant %v", err, propose.ErrName)
	}
}
