package bridge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// TestSettledByControl: a CONTRL settles an EDIFACT message of ours, whether it
// names the message or only the interchange.
func TestSettledByControl(t *testing.T) {
	for _, c := range []struct {
		name, uci, ucm string
		state          bridge.ExpectationState
		reasons        string
		told           []string
	}{
		{"7", "7", "", bridge.ExpectAccepted, "", []string{received}},
		{"8", "8", "", bridge.ExpectReceived, "", []string{received}},
		{"4", "4+23", "", bridge.ExpectRejected, "23", []string{received, rejected}},
		{"4 of the message", "7", "UCM+1+ORDERS:D:96A:UN+4'UCS+3'UCD+12+2:1'", bridge.ExpectRejected, "segment 3 element 1: 12", []string{received, rejected}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, awaits, func(cfg *bridge.Configuration) {
				id := func(id string) bridge.Identifier {
					return bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: id}
				}
				cfg.Self = append(cfg.Self, id("4000000000006"))
				cfg.Partners[1].Identifiers = append(cfg.Partners[1].Identifiers, id("4012345000009"))
				d := cfg.Partners[1].Dispatches[0]
				d.Standard, d.Set, d.Release, d.Syntax = edi.EDIFACT, "ORDERS", "D:96A", "UNOC:3"
				d.Sender, d.Receiver = edi.Party{Qualifier: "14", ID: "4000000000006"}, edi.Party{Qualifier: "14", ID: "4012345000009"}
				d.Expect = bridge.Expect{Acknowledgment: "CONTRL", Within: time.Hour}
			})
			s := submission("4711", "PCE", "")
			s.Document = []byte(strings.NewReplacer(`"orderType":"SA"`, `"orderType":"220"`, `"actionCode":"00"`, `"actionCode":"9"`,
				`"scheme":"UP","value":"012345678905"`, `"scheme":"EN","value":"4000862141404"`).Replace(string(s.Document)))
			r, err := h.b.Submit(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			h.drain()
			trs, _ := h.outbound(bridge.ID(r.ID), bridge.KindInterchange)
			segments := 3 + strings.Count(c.ucm, "'")
			in := h.take("globex", fmt.Sprintf("UNB+UNOC:3+4012345000009:14+4000000000006:14+261124:0930+77'UNH+1+CONTRL:D:3:UN'"+
				"UCI+%s+4000000000006:14+4012345000009:14+%s'%sUNT+%d+1'UNZ+1+77'", trs[0].Control, c.uci, c.ucm, segments))
			e := h.expected(trs[0].ID)
			if e.State != c.state || e.By != in.ID || strings.Join(e.Reasons, "; ") != c.reasons {
				t.Errorf("expectation\n got %s by %s, %q\nwant %s by %s, %q", e.State, e.By, e.Reasons, c.state, in.ID, c.reasons)
			}
			if got := h.transmission(trs[0].ID).State; got != bridge.Settled {
				t.Errorf("the interchange is %s, want settled", got)
			}
			h.wantTold(c.told...)
		})
	}
}
