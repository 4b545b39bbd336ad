package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// A proposal holds together with the configuration that it was made for,
// whatever was seen.
func TestPropose(t *testing.T) {
	tests := []struct {
		name string
		o    Observation
		want []string
	}{
		{"a division that comes by another's login", Observation{Via: "acme", Peer: "acme-edi",
			Sender:    bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: "4012345000009", Sub: "NORTH"},
			Documents: []ObservedDocument{{edi.EDIFACT, "ORDERS", "D:96A", edi.Test, 2}, {edi.EDIFACT, "ORDERS", "D:01B", edi.Test, 1}}},
			[]string{"4012345000009:NORTH", "receive: EDIFACT ORDERS D96A test", "orders-test-2:", "via: acme"}},
		{"a name that is taken, a set without a guide, a stranger", Observation{Via: "acme", File: "a\n#b: {",
			Sender: bridge.Identifier{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "ACME"}, Groups: []string{"ACME", "WEST", "#\""},
			Strangers: []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "THEM"}},
			Documents: []ObservedDocument{{edi.X12, "998", "004010", edi.Production, 1}, {edi.X12, "850", "004010", edi.Production, 1}}},
			[]string{"partner: acme-2", "there is no guide", `add "X12 ZZ/THEM"`, `- "X12 GS WEST"`}},
		{"a login of several", Observation{Peer: "van", Sender: bridge.Identifier{Standard: edi.X12, Level: "ISA", Qualifier: "01", ID: "..."},
			Documents: []ObservedDocument{{edi.X12, "850", "004010", edi.Production, 1}}},
			[]string{"partner: partner", "a login of its own"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, dir := unpack(t, "testdata/good.txtar")
			main := filepath.Join(dir, "edibridge.yaml")
			cfg, _, err := Load(main)
			if err != nil {
				t.Fatal(err)
			}
			p := Propose(cfg, &tt.o)
			folder := filepath.Join(dir, "partners", p.Partner)
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, partnerFileName), p.Text, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := Load(main); err != nil {
				t.Errorf("%v\n%s", err, p.Text)
			}
			for _, want := range tt.want {
				if !strings.Contains(string(p.Text), want) {
					t.Errorf("no %q in\n%s", want, p.Text)
				}
			}
		})
	}
}
