package acknowledge

import (
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

var (
	refusal = []edi.Finding{{Severity: edi.Error}}
	unb     = []byte("UNB+UNOC:4+A+B+20261123:0930+1++++2'")
	service = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?'}
)

func TestGroup(t *testing.T) {
	group := func(functional string, findings []edi.Finding, verdicts ...x12.Verdict) *Group {
		g := &Group{Group: edi.Group{Functional: functional}, Findings: findings}
		for _, v := range verdicts {
			g.Sets.Add(v, true)
		}
		return g
	}
	silent := group("PO", nil)
	silent.Sets.Add(x12.Rejected, false)
	half := group("PO", nil, x12.Accepted)
	half.Sets.Add(x12.Rejected, false)
	for _, c := range []struct {
		name     string
		policy   Policy
		standard edi.Standard
		group    *Group
		want     string // "" no answer
	}{
		{"the usual", Policy{}, edi.X12, group("PO", nil, x12.Accepted), "997"},
		{"empty", Policy{}, edi.X12, group("PO", nil), "997"},
		{"as 999", Policy{With: "999"}, edi.X12, group("PO", nil), "999"},
		{"none", Policy{With: "none"}, edi.X12, group("PO", refusal), ""},
		{"acknowledgments", Policy{}, edi.X12, group("FA", refusal), ""},
		{"nothing to be said of any", Policy{}, edi.X12, silent, ""},
		{"something to be said of one", Policy{}, edi.X12, half, "997"},
		{"EDIFACT", Policy{}, edi.EDIFACT, group("ORDERS", nil, x12.Accepted), ""},
		{"errors, and there is none", Policy{When: "errors"}, edi.X12, group("PO", nil, x12.Accepted), ""},
		{"errors, and one is noted", Policy{When: "errors"}, edi.X12, group("PO", nil, x12.AcceptedWithErrors), "997"},
		{"errors, and one is rejected", Policy{When: "errors"}, edi.X12, group("PO", nil, x12.Accepted, x12.Rejected), "997"},
		{"errors, and the group is refused", Policy{When: "errors"}, edi.X12, group("PO", refusal), "997"},
	} {
		a, ok := c.policy.Group(&edi.Interchange{Standard: c.standard}, c.group)
		if a.Set != c.want || ok != (c.want != "") {
			t.Errorf("%s\n got %q, %v\nwant %q", c.name, a.Set, ok, c.want)
		}
	}
}

func TestInterchange(t *testing.T) {
	asked := edi.Interchange{Standard: edi.X12, AckRequested: true, Groups: 1}
	quiet := edi.Interchange{Standard: edi.X12, Groups: 1}
	edifact := edi.Interchange{Standard: edi.EDIFACT}
	receipt := edi.Interchange{Standard: edi.EDIFACT, AckRequested: true, Header: unb, Delimiters: service}
	good, bad, silent := Tally{1, 1, 1, 0}, Tally{2, 2, 1, 0}, Tally{1, 0, 0, 0}
	for _, c := range []struct {
		name   string
		policy Policy
		ic     Interchange
		want   bool
	}{
		{"a TA1 that is asked for", Policy{}, Interchange{Interchange: asked}, true},
		{"that is not", Policy{}, Interchange{Interchange: quiet}, false},
		{"refused", Policy{TA1: "requested"}, Interchange{Interchange: quiet, Findings: refusal}, true},
		{"never", Policy{TA1: "never"}, Interchange{Interchange: asked, Findings: refusal}, false},
		{"always", Policy{TA1: "always", With: "none"}, Interchange{Interchange: quiet}, true},
		{"TA1 alone", Policy{TA1: "always"}, Interchange{Interchange: edi.Interchange{Standard: edi.X12}, Service: true, Findings: refusal}, false},
		{"a TA1 beside groups", Policy{TA1: "always"}, Interchange{Interchange: quiet, Service: true}, true},

		{"a CONTRL", Policy{}, Interchange{Interchange: edifact, Sets: good}, true},
		{"for nothing", Policy{}, Interchange{Interchange: edifact}, true},
		{"for packages", Policy{}, Interchange{Interchange: edifact, Service: true}, true},
		{"for CONTRL alone", Policy{}, Interchange{Interchange: edifact, Reports: 2, Findings: refusal}, false},
		{"for CONTRL and others", Policy{}, Interchange{Interchange: edifact, Reports: 2, Sets: good}, true},
		{"nothing to be said of any", Policy{}, Interchange{Interchange: edifact, Sets: silent}, false},
		{"but that all is refused", Policy{}, Interchange{Interchange: edifact, Sets: silent, Findings: refusal}, true},
		{"no CONTRL with none", Policy{With: "none"}, Interchange{Interchange: edifact, Sets: bad}, false},
		{"never", Policy{CONTRL: "never"}, Interchange{Interchange: edifact, Sets: bad}, false},
		{"requested", Policy{CONTRL: "requested"}, Interchange{Interchange: receipt, Sets: good}, true},
		{"not requested", Policy{CONTRL: "requested"}, Interchange{Interchange: edifact, Sets: bad}, false},
		{"errors, and there is none", Policy{CONTRL: "errors"}, Interchange{Interchange: edifact, Sets: good}, false},
		{"errors, and one is rejected", Policy{CONTRL: "errors"}, Interchange{Interchange: edifact, Sets: bad}, true},
		{"errors, and all is refused", Policy{CONTRL: "errors"}, Interchange{Interchange: edifact, Sets: good, Findings: refusal}, true},
		{"errors, and a group is refused", Policy{CONTRL: "errors"}, Interchange{Interchange: edifact, Sets: good, Groups: []Group{{Findings: refusal}}}, true},
	} {
		if _, got := c.policy.Interchange(&c.ic); got != c.want {
			t.Errorf("%s\n got %v\nwant %v", c.name, got, c.want)
		}
	}
	p := Policy{CONTRL: "requested"}
	if !p.controlOptions(&receipt).Receipt {
		t.Error("0031 is 2, and more than a receipt is given")
	}
	if p = (Policy{}); p.controlOptions(&receipt).Receipt {
		t.Error("always agreed, and no more than a receipt is given")
	}
}

func TestCheck(t *testing.T) {
	for _, p := range []Policy{{}, {With: "none", Detail: "full", When: "errors", TA1: "always", CONTRL: "requested"}} {
		if err := p.Check(); err != nil {
			t.Errorf("%+v\n got %v\nwant no error", p, err)
		}
	}
	for want, p := range map[string]Policy{
		`acknowledge: with is "824": one of 997, 999, none`:                       {With: "824"},
		`acknowledge: detail is "some": one of full, sets, groups`:                {Detail: "some"},
		`acknowledge: when is "never": one of always, errors`:                     {When: "never"},
		`acknowledge: ta1 is "errors": one of requested, always, never`:           {TA1: "errors"},
		`acknowledge: contrl is "often": one of always, requested, errors, never`: {CONTRL: "often"},
	} {
		if err := p.Check(); err == nil || err.Error() != want {
			t.Errorf("%+v\n got %v\nwant %s", p, err, want)
		}
	}
}
