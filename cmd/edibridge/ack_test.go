package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/transports"
)

// answering is a bridge that is given files, and what it answers.
type answering struct {
	t      *testing.T
	store  *sqlstore.Store
	bodies *archive.Archive
	cfg    *bridge.Configuration
	b      *bridge.Bridge
	n      int // control numbers used
}

// newAnswering opens a bridge that takes 850 and ORDERS, and 869 of which there
// is no guide. slice is how many sets it commits at once.
func newAnswering(t *testing.T, slice int) *answering {
	t.Helper()
	lib, err := config.ShippedGuides()
	if err != nil {
		t.Fatal(err)
	}
	standard, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	store, err := sqlstore.OpenSQLite(t.Context(), filepath.Join(dir, "bridge.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := archive.OpenDir(filepath.Join(dir, "archive"), archive.DirOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		blobs.Close()
		store.Close()
	})
	x12ID := func(id string) bridge.Identifier {
		return bridge.Identifier{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: id}
	}
	unbID := func(id string) bridge.Identifier {
		return bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: id}
	}
	a := &answering{t: t, store: store, bodies: archive.New(blobs, archive.Options{Known: store.Body})}
	p := &bridge.Partner{ID: "acme", Access: []bridge.Access{{Endpoint: "sftp", Peer: "acme"}},
		Identifiers: []bridge.Identifier{x12ID("ACMERETAIL"), unbID("4012345000009")}}
	for _, of := range []bridge.Agreement{{Standard: edi.X12, Set: "850"}, {Standard: edi.X12, Set: "869"}, {Standard: edi.EDIFACT, Set: "ORDERS"}} {
		for _, mode := range []edi.Mode{edi.Production, edi.Test} {
			made := of
			made.Name, made.Partner, made.Mode = made.Set+"-"+string(mode), "acme", mode
			p.Agreements = append(p.Agreements, &made)
		}
	}
	a.cfg = &bridge.Configuration{Digest: "test", Self: []bridge.Identifier{x12ID("EDIBRIDGE"), unbID("4000000000001")}, Partners: []*bridge.Partner{p},
		Endpoints: map[string]bridge.Endpoint{"out": {Name: "out", Kind: bridge.EndpointMailbox, Server: "sftp", Peer: "acme"}}, Guides: lib, Mappings: standard}
	a.b = bridge.New(bridge.Options{Store: store, Bodies: a.bodies, Config: func() *bridge.Configuration { return a.cfg },
		Senders: func(*bridge.Configuration, string) (transports.Sender, bool) { return nil, false }, Owner: "test", SliceSets: slice})
	return a
}

// answers are the bridge's acknowledgments of a file, in the order of what they
// answer.
func (a *answering) answers(policy acknowledge.Policy, body string) string {
	a.t.Helper()
	a.cfg.Partners[0].Acknowledge = &bridge.Acknowledge{With: policy.With, To: "out", Detail: policy.Detail,
		When: policy.When, TA1: policy.TA1, CONTRL: policy.CONTRL}
	r, err := a.b.Accept(a.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "in.edi", Size: int64(len(body)), Body: strings.NewReader(body)})
	if err != nil {
		a.t.Fatal(err)
	}
	if err := a.b.Drain(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	family, err := a.store.Family(a.t.Context(), []bridge.ID{bridge.ID(r.ID)}, 10_000)
	if err != nil {
		a.t.Fatal(err)
	}
	slices.SortFunc(family, func(x, y bridge.Transmission) int { return cmp.Compare(x.Ordinal, y.Ordinal) })
	var out strings.Builder
	for _, f := range family {
		if f.Kind != bridge.KindAcknowledgment {
			continue
		}
		body, err := a.bodies.Get(a.t.Context(), f.Body)
		if err != nil {
			a.t.Fatal(err)
		}
		if _, err := io.Copy(&out, body); err != nil {
			a.t.Fatal(err)
		}
		body.Close()
	}
	return out.String()
}

// interchange fills a pattern of an interchange: § is its control number, §§ with nine digits, that
// of no other.
func (a *answering) interchange(pattern string) string {
	a.n++
	return strings.NewReplacer("§§", fmt.Sprintf("%09d", a.n), "§", fmt.Sprint(a.n)).Replace(pattern)
}

// Numbers and times of what is written: each side has its own.
var ownISA = regexp.MustCompile(`(ISA[*|](?:[^*|]*[*|]){8})[0-9]{6}[*|][0-9]{4}([*|][^*|]*[*|][^*|]*[*|])[0-9]{9}`)
var ownGS = regexp.MustCompile(`(GS[*|]FA[*|][^*|]*[*|][^*|]*[*|])[0-9]*[*|][0-9]*[*|][0-9]*`)
var ownTrailer = regexp.MustCompile(`(GE[*|]1[*|]|IEA[*|][01][*|])[0-9]*`)
var ownUNB = regexp.MustCompile(`(UNB\+[^+]*\+[^+]*\+[^+]*\+)[0-9]*:[0-9]*\+[0-9]*`)
var ownUNZ = regexp.MustCompile(`(UNZ\+1\+)[0-9]*`)

var number = regexp.MustCompile(`[0-9]+`)

// nobodys is a text without numbers and times, one segment a line.
func nobodys(text string) string {
	text = ownISA.ReplaceAllString(text, "$1${2}")
	for _, r := range []*regexp.Regexp{ownGS, ownTrailer, ownUNB, ownUNZ} {
		text = r.ReplaceAllString(text, "$1")
	}
	return strings.NewReplacer("~", "~\n", "'", "'\n").Replace(text)
}

// x12Interchange is an interchange of groups: mode and request as ISA14 and
// ISA15 have them.
func x12Interchange(ask, mode, version, groups string) string {
	standard := "U"
	if version == "00501" {
		standard = "^"
	}
	count := strings.Count(groups, "GS*")
	return "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*EDIBRIDGE      *261123*0930*" + standard + "*" + version + "*§§*" + ask + "*" + mode + "*>~" +
		groups + fmt.Sprintf("IEA*%d*§§~", count)
}

func x12Group(release string, sets ...string) string {
	return "GS*PO*ACMERETAIL*EDIBRIDGE*20261123*0930*§*X*" + release + "~" + strings.Join(sets, "") + fmt.Sprintf("GE*%d*§~", len(sets))
}

func x12Set(st, body string) string {
	return "ST*" + st + "~" + body + fmt.Sprintf("SE*%d*%s~", 2+strings.Count(body, "~"), strings.Split(st, "*")[1])
}

const (
	goodOrder = "BEG*00*SA*4711**20261123~PO1*1*12*EA*9.95**UP*012345678905~CTT*1~"
	badOrder  = "BEG*00*SA*4711**20261123~PO1*1*12*QQ*9,95**UP*012345678905~XXX*1~CTT*1~"
)

// x12Documents are interchanges that ask for every kind of answer.
func x12Documents() []string {
	good, bad := x12Set("850*0001", goodOrder), x12Set("850*0002", badOrder)
	order := func(st, body string) string {
		return x12Interchange("0", "P", "00401", x12Group("004010", x12Set(st, body)))
	}
	many := "BEG*00*SA*4711**20261123~" + strings.Repeat("PO1*1*12*QQ*9.95**UP*012345678905~", 150) + "CTT*150~"
	fine := x12Interchange("0", "P", "00401", x12Group("004010", good))
	return []string{
		fine, order("850*0001", badOrder), order("850*1", badOrder), order("850*0001", many), order("869*0001", goodOrder),
		x12Interchange("1", "T", "00401", x12Group("004010", good, bad)),
		x12Interchange("0", "P", "00401", x12Group("004010", good)+x12Group("004010", bad, good, bad)),
		x12Interchange("0", "P", "00501", x12Group("005010", x12Set("850*0001*CONVENTION", goodOrder), x12Set("850*0002*CONVENTION", badOrder), x12Set("850*0003", badOrder))),
		x12Interchange("0", "P", "00501", strings.Replace(x12Group("005010", good, x12Set("850*0001", goodOrder)), "X*005010", "X*005010VICS", 1)),
		x12Interchange("0", "P", "00401", x12Group("004010")),
		x12Interchange("1", "P", "00401", ""),
		x12Interchange("1", "P", "00401", "TA1*000000001*261123*0930*A*000~"),
		x12Interchange("1", "P", "00401", strings.Replace(x12Group("004010", x12Set("997*0001", "AK1*PO*1~AK9*A*1*1*1~")), "GS*PO", "GS*FA", 1)),
		strings.Replace(fine, "SE*5", "SE*9", 1), strings.Replace(fine, "GE*1", "GE*2", 1), strings.Replace(fine, "IEA*1", "IEA*2", 1),
		strings.Replace(fine, "GE*1*§~", "", 1), strings.Replace(fine, "IEA", "REF*1~IEA", 1), strings.Replace(fine, "~GE*", "~REF*1~GE*", 1),
		strings.NewReplacer("~", "~\r\n", "*", "|").Replace(fine),
	}
}

func edifactMessage(ref, lines string) string {
	return "UNH+" + ref + "+ORDERS:D:96A:UN:EAN008'BGM+220+4711+9'DTM+137:20261123:102'" + lines + "UNS+S'" +
		fmt.Sprintf("UNT+%d+%s'", 5+strings.Count(lines, "'"), ref)
}

// edifactDocuments are interchanges that ask for every kind of answer.
func edifactDocuments() []string {
	const line = "LIN+1++4000862141404:EN'QTY+21:5'"
	good, bad := edifactMessage("1", line), edifactMessage("2", "XXX+1'LIN+1++4000862141404:EN'QTY+21:'")
	ic := func(head, tail, count string, content ...string) string {
		return "UNB+" + head + "+4012345000009:14:SHOP+4000000000001:14:DOCK+" + map[bool]string{true: "20261123", false: "261123"}[strings.HasSuffix(head, "4")] +
			":0930+§" + tail + "'" + strings.Join(content, "") + "UNZ+" + count + "+§'"
	}
	group := func(ref, count string, messages ...string) string {
		return "UNG+ORDERS+A+B+261123:0930+" + ref + "+UN+D:96A'" + strings.Join(messages, "") + "UNE+" + count + "+" + ref + "'"
	}
	return []string{
		ic("UNOC:3", "", "1", good), ic("UNOC:3", "", "1", bad), ic("UNOC:3", "++++1++1", "2", good, bad), ic("UNOA:1", "++++1", "1", good),
		ic("UNOC:4", "++++2", "2", good, bad), ic("UNOC:4", "++++1", "1", bad), ic("UNOC:3", "", "7", good),
		ic("UNOC:3", "", "2", group("1", "1", good), group("2", "1", bad)), ic("UNOC:3", "", "2", group("1", "9", good), group("2", "2", edifactMessage("3", line), bad)),
		ic("UNOC:3", "", "1", "UNH+1+CONTRL:D:3:UN'UCI+1+A+B+7'UNT+3+1'"), ic("UNOC:3", "", "2", "UNH+1+CONTRL:D:3:UN'UCI+1+A+B+7'UNT+3+1'", bad),
		ic("UNOC:3", "++++1", "0"), ic("UNOC:4", "", "2", good, "UNO+P1+DRW:7++5'a'b'cUNP+5+P1'"), ic("UNOC:3", "", "1", "FTX+1'", good),
		"UNA:+,? '" + ic("UNOC:3", "", "1", bad), strings.Replace(ic("UNOC:3", "", "1", good), "UNT+7", "UNT+8", 1),
	}
}

// policies gives visit every policy that says something about a standard.
func policies(standard edi.Standard, visit func(acknowledge.Policy)) {
	withs, whens, ta1s, contrls := []string{"997", "999", "none"}, []string{"always", "errors"}, []string{"requested", "always", "never"}, []string{"always"}
	if standard == edi.EDIFACT {
		withs = []string{"997", "none"}
		whens, ta1s, contrls = []string{"always"}, []string{"requested"}, []string{"always", "requested", "errors", "never"}
	}
	for _, with := range withs {
		for _, detail := range []string{"full", "sets", "groups"} {
			for _, when := range whens {
				for _, ta1 := range ta1s {
					for _, contrl := range contrls {
						visit(acknowledge.Policy{With: with, Detail: detail, When: when, TA1: ta1, CONTRL: contrl})
					}
				}
			}
		}
	}
}

// TestAckAsTheBridge: the command and a bridge that has the same agreed answer
// the same interchanges with the same acknowledgments, whatever was agreed and
// wherever the bridge cuts the file into slices; and what they answer is sound.
func TestAckAsTheBridge(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in.edi")
	for _, c := range []struct {
		standard  edi.Standard
		documents []string
		slice     int
	}{{edi.X12, x12Documents(), 1}, {edi.X12, x12Documents(), 500}, {edi.EDIFACT, edifactDocuments(), 1}, {edi.EDIFACT, edifactDocuments(), 500}} {
		t.Run(fmt.Sprintf("%s, slices of %d", c.standard, c.slice), func(t *testing.T) {
			a := newAnswering(t, c.slice)
			several := map[string]bool{}
			nth := 0
			policies(c.standard, func(p acknowledge.Policy) {
				if nth++; c.slice == 1 && nth%7 != 1 { // each set is a commit of its own
					return
				}
				var body strings.Builder
				for _, d := range c.documents {
					body.WriteString(a.interchange(d))
				}
				if err := os.WriteFile(name, []byte(body.String()), 0o600); err != nil {
					t.Fatal(err)
				}
				_, want, errs := play(t, "ack", "--with", p.With, "--detail", p.Detail, "--when", p.When, "--ta1", p.TA1, "--contrl", p.CONTRL, name)
				got := a.answers(p, body.String())
				if got, want := nobodys(got), nobodys(want); got != want {
					t.Errorf("%+v\n%s", p, firstDifference(got, want, errs))
				}
				several[number.ReplaceAllString(want, "")] = true
				if want != "" {
					sound(t, name, want)
				}
			})
			if len(several) < 10 && c.slice > 1 {
				t.Errorf("all policies come to %d texts: they say too little", len(several))
			}
		})
	}
}

// sound holds answers against their guides.
func sound(t *testing.T, name, answers string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(answers), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, verdict, errs := play(t, "validate", name); status != 0 {
		t.Errorf("our answers are not accepted\n%s%s", verdict, errs)
	}
}

// firstDifference shows where two texts of lines begin to differ.
func firstDifference(got, want, errs string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	i := 0
	for i < min(len(g), len(w)) && g[i] == w[i] {
		i++
	}
	around := func(lines []string) string { return strings.Join(lines[max(i-6, 0):min(i+4, len(lines))], "\n     ") }
	return fmt.Sprintf("the bridge\n     %s\nthe command\n     %s\n%s", around(g), around(w), errs)
}
