package bridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// conventions is an interchange of 005010 whose sets name what they follow; those
// at the ordinals bad are.
func conventions(bad ...int) string {
	var b strings.Builder
	b.WriteString("ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*EDIBRIDGE      *261123*0930*^*00501*000000009*0*P*>~GS*PO*ACMERETAIL*EDIBRIDGE*20261123*0930*9*X*005010~")
	for i, convention := range []string{"", "*ONE", "*ONE", "*TWO", ""} {
		unit := "EA"
		if slices.Contains(bad, i+1) {
			unit = "QQ"
		}
		fmt.Fprintf(&b, "ST*850*%04d%s~BEG*00*SA*%d**20261123~PO1*1*1*%s*9.95**UP*012345678905~CTT*1~SE*5*%04d~", i+1, convention, i, unit, i+1)
	}
	b.WriteString("GE*5*9~IEA*1*000000009~")
	return b.String()
}

// TestAnswerIsAgreed: what an answer tells, and whether there is one, is as
// agreed, wherever the translation was cut off; what is not written uses no
// control number.
func TestAnswerIsAgreed(t *testing.T) {
	edifact := func(bad string) string {
		s := "UNB+UNOC:3+4012345000009:14+4000000000001:14+261123:0930+77'"
		for i := range 5 {
			lines, n := "", 7
			if i == 3 {
				lines, n = bad, 7+strings.Count(bad, "'")
			}
			s += fmt.Sprintf("UNH+%d+ORDERS:D:96A:UN'BGM+220+%d+9'DTM+137:20261123:102'%sLIN+1++4000862141404:EN'QTY+21:5'UNS+S'UNT+%d+%d'", i, i, lines, n, i)
		}
		return s + "UNZ+5+77'"
	}
	const answer5 = "AK1*PO*9*005010~AK2*850*0001~IK5*A~AK2*850*0002*ONE~IK5*A~AK2*850*0003*ONE~IK3*PO1*3*PO1*8~IK4*3*355*7*QQ~IK5*R*5~AK2*850*0004*TWO~IK5*A~AK2*850*0005~IK5*A~AK9*P*5*5*4~"
	for _, c := range []struct {
		name string
		how  bridge.Acknowledge
		body string
		want string // what stands between ST, or UNH, and the trailer; "" no answer
	}{
		{"999 in full", bridge.Acknowledge{With: "999"}, conventions(3), answer5},
		{"997, sets in error", bridge.Acknowledge{When: "errors", Detail: "sets"}, conventions(3), "AK1*PO*9*005010~AK2*850*0003*ONE~AK5*R*5~AK9*P*5*5*4~"},
		{"997, the group", bridge.Acknowledge{With: "997", Detail: "groups"}, conventions(1, 5), "AK1*PO*9*005010~AK9*P*5*5*3~"},
		{"only errors, the first in error", bridge.Acknowledge{When: "errors", Detail: "groups"}, conventions(1), "AK1*PO*9*005010~AK9*P*5*5*4~"},
		{"only errors, and none", bridge.Acknowledge{When: "errors"}, conventions(), ""},
		{"CONTRL, and no error", bridge.Acknowledge{CONTRL: "errors"}, edifact(""), ""},
		{"CONTRL, and an error", bridge.Acknowledge{CONTRL: "errors", Detail: "sets"}, edifact("XXX+1'"),
			"UCI+77+4012345000009:14+4000000000001:14+7'UCM+3+ORDERS:D:96A:UN+4'"},
		{"CONTRL, not asked for", bridge.Acknowledge{CONTRL: "requested"}, edifact("XXX+1'"), ""},
		{"CONTRL never", bridge.Acknowledge{CONTRL: "never"}, edifact("XXX+1'"), ""},
	} {
		for _, cut := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, cut %v", c.name, cut), func(t *testing.T) {
				h := newHouse(t, alsoEDIFACT, func(cfg *bridge.Configuration) {
					how := c.how
					how.To = "acme-mailbox"
					acme := cfg.Partners[0]
					also := *acme.Agreements[0]
					also.Name, also.Release = "orders of 005010", "005010"
					acme.Agreements = append(acme.Agreements, &also)
					for _, a := range acme.Agreements {
						a.Acknowledge, a.Events = &how, nil
					}
				})
				var id bridge.ID
				if cut {
					id = h.cutInTwo(c.body)
					h.wait(time.Hour)
				} else {
					id = h.accept("acme", c.body)
				}
				h.drain()
				h.check(true)
				_, texts := h.outbound(id, bridge.KindAcknowledgment)
				numbers := audit(h, func(r bridge.Record) *bridge.Number { return r.Number })
				if c.want == "" {
					if len(texts) > 0 || len(numbers) > 0 {
						t.Errorf("got %q and %d control numbers, want no answer", texts, len(numbers))
					}
					return
				}
				if len(texts) != 1 {
					t.Fatalf("%d answers: %q", len(texts), texts)
				}
				got := texts[0]
				for _, before := range []string{"AK1*", "UCI+"} {
					if i := strings.Index(got, before); i >= 0 {
						got = got[i:]
					}
				}
				for _, after := range []string{"SE*", "UNT+"} {
					got, _, _ = strings.Cut(got, after)
				}
				if got != c.want {
					t.Errorf("\n got %s\nwant %s", got, c.want)
				}
			})
		}
	}
}
